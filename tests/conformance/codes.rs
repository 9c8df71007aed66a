//! The numbers of codes, frozen: reports and dashboards of others rest on them.

use protocol_spec::codes::{HostErr, Status};

const STATUS: &str = "0 DONE 1 NEW_CRC 2 STALL 3 MEM 7 NOTIFY 8 CONNECT 9 GET 10 URL 11 TYPE \
    12 VER 13 SIZE 14 REQ 16 DECOMP 17 OP_LEN 18 FATAL 19 OP 20 STATE 21 CRC 22 COPIES 23 PHEAD \
    24 FILE_CRC 32 ERASE 33 WRITE 34 SCRATCH_SIZE 35 DIFF_BLKS 36 OLD_BLKS 37 NEW_BLKS \
    38 SCR_ERASE 39 SCR_WRITE 40 PROG 41 PROT 48 NOFILE 49 HEAD 51 NO_PROG 52 INV_PROG 53 READ \
    54 DECOMP_INIT 55 PREV 57 OPEN 58 BOOT 63 COPIED 127 START 255 NONE";

const HOST_ERR: &str = "00 NONE 01 TIMEOUT 02 LENGTH 03 TLV_TYPE 04 PROPERTY 05 SEQUENCE \
    06 OPCODE 07 DATAPOINT 08 OFFSET 09 REQUEST 0a NAME 0b CONNECTION 0c BUSY 0d INTERNAL \
    0e CHECKSUM 0f ALREADY 10 BOOT 11 OVERFLOW 12 VALUE 13 TOO_LONG 14 UNEXPECTED_OP 15 METADATA \
    16 ACK_INFO 17 CLOUD_PROPERTY 18 FORMAT 19 BUSY_RETRY 1a RETRY 1b NO_TIME 1c PARTIAL \
    1d UNKNOWN_STATUS 1e TLV_MISSING";

fn all(codes: impl Iterator<Item = String>) -> String {
    codes.collect::<Vec<_>>().join(" ")
}

#[test]
fn numbers_and_names_stay() {
    assert_eq!(
        all(Status::TABLE
            .iter()
            .map(|row| Status(row.number).to_string())),
        STATUS
    );
    assert_eq!(
        all(HostErr::TABLE
            .iter()
            .map(|row| HostErr(row.number).to_string())),
        HOST_ERR
    );
}

#[test]
fn the_gaps_stay_unassigned() {
    let gaps: Vec<u8> = (0..=u8::MAX)
        .filter(|n| Status(*n).is_unassigned())
        .collect();
    let expected: Vec<u8> = [4..=6, 15..=15, 25..=31, 42..=47, 50..=50, 56..=56, 59..=62]
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(gaps, expected);
}
