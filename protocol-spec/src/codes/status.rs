//! Module status codes: what an update ended in, 0 to 58.
//!
//! The numbers 63, 127 and 255 are states of a patch block in the same space, chosen so that a
//! flash byte only loses bits on its way from 255 to 0; 2 is a signal inside the module.

use super::Kind::{Assigned, Internal};
use super::Row;

code_space! {
    /// A module status code. Unknown numbers are kept and print as unknown.
    pub struct Status: Row, decimal;
    gaps [4..=6, 15..=15, 25..=31, 42..=47, 50..=50, 56..=56, 59..=62];

    /// The update, or the block, is complete.
    0 DONE {
        kind: Assigned, class: "result", raised_by: "module, host, patch applier",
        retryable: false,
        cause: "Nothing failed. A host that already runs this version ends in this code too.",
        remedy: "Nothing to do. Read the reported version to be sure that the new image runs.",
    }
    /// The new content does not have the checksum that was promised for it.
    1 NEW_CRC {
        kind: Assigned, class: "result", raised_by: "patch applier, module",
        retryable: false,
        cause: "The coded bytes of the patch are wrong under right checksums, or the result was \
                damaged on its way to flash.",
        remedy: "Try the patch on the old image: 'otarig patch check PATCH --against OLD'. Where \
                 it passes, read the flash back and look for cells that do not hold.",
    }
    /// The receiver asks the download to pause.
    2 STALL {
        kind: Internal, class: "internal state", raised_by: "module",
        retryable: true,
        cause: "A buffer between download and serial line is full. It is never a result.",
        remedy: "Seen on a wire or in a log it is a defect of the module: report it with the \
                 transcript.",
    }
    /// A buffer or another resource could not be had.
    3 MEM {
        kind: Assigned, class: "result", raised_by: "module, patch applier",
        retryable: false,
        cause: "Too little RAM for the offer or for decoding the patch.",
        remedy: "Compare the patch's memory need with the decode RAM that the host states; make \
                 the patch with --decode-ram 4096, or send the whole image where the host has \
                 less.",
    }
    /// The host gave no answer to the offer in time.
    7 NOTIFY {
        kind: Assigned, class: "download", raised_by: "module",
        retryable: true,
        cause: "The host is off, deaf (parity, baud rate, RTS/CTS), waits for the feature request, \
                or erases longer than the offer timer.",
        remedy: "See in the transcript whether the offer was acknowledged on the link. Yes: look \
                 at the host's erase time and its hello. No: check wiring, parity and flow \
                 control.",
    }
    /// The image server could not be reached.
    8 CONNECT {
        kind: Assigned, class: "download", raised_by: "module",
        retryable: true,
        cause: "Network, name look-up or TLS failed on more than five attempts.",
        remedy: "Check the module's network and the server's address and certificate; the host is \
                 not involved.",
    }
    /// The image server answered with an error or with too few bytes.
    9 GET {
        kind: Assigned, class: "download", raised_by: "module",
        retryable: true,
        cause: "The server lost the connection or does not serve byte ranges; one range failed \
                more than five times.",
        remedy: "Fetch the same range by hand and compare its length; then look at the server's \
                 log.",
    }
    /// The location of the image is missing or malformed.
    10 URL {
        kind: Assigned, class: "download", raised_by: "module",
        retryable: false,
        cause: "The job has no address, or one with a protocol that the module does not know.",
        remedy: "Correct the job's address and issue the job again.",
    }
    /// The job is for a kind of image that nobody here takes.
    11 TYPE {
        kind: Assigned, class: "download", raised_by: "module, host",
        retryable: false,
        cause: "The job names neither module nor host, or the host has no update support, or a \
                patch came to a host that takes none.",
        remedy: "Check the job's type, and bit 02 of the features in the host's hello; send the \
                 whole image where patches are not taken.",
    }
    /// The job names no version.
    12 VER {
        kind: Assigned, class: "download", raised_by: "module",
        retryable: false,
        cause: "The version field of the job is missing or empty.",
        remedy: "Issue the job again with the version that the image reports.",
    }
    /// The job names no length, or zero.
    13 SIZE {
        kind: Assigned, class: "download", raised_by: "module",
        retryable: false,
        cause: "The length field of the job is missing, or the uploaded image is empty.",
        remedy: "Check the uploaded file's length and issue the job again.",
    }
    /// The job is malformed in another way.
    14 REQ {
        kind: Assigned, class: "download", raised_by: "module",
        retryable: false,
        cause: "The job is no valid JSON, or its source or port is wrong.",
        remedy: "Look at the job as the module got it and compare it with one that worked.",
    }
    /// The compressed data cannot be expanded.
    16 DECOMP {
        kind: Assigned, class: "patch content", raised_by: "patch applier",
        retryable: false,
        cause: "The coded data of a block ends early or too late: the patch was damaged, or made \
                by a tool of another format version.",
        remedy: "Try the patch on the old image: 'otarig patch check PATCH --against OLD'. Then \
                 make it again; a host that has stopped takes a whole image.",
    }
    /// A length runs beyond the end of what it measures.
    17 OP_LEN {
        kind: Assigned, class: "patch content", raised_by: "patch applier, host (ERR 02)",
        retryable: false,
        cause: "An image is longer than the slot; a patch file has more or fewer bytes than its \
                head says, or does not fit staging; or a part of it points outside of its file \
                or image.",
        remedy: "For an image, compare its length with the slot of the host's layout. For a patch, \
                 copy the file again, then try it with 'otarig patch check'; make it again if \
                 that fails.",
    }
    /// Something failed that has no code of its own.
    18 FATAL {
        kind: Assigned, class: "patch content", raised_by: "patch applier, module",
        retryable: true,
        cause: "Among others: the module lost its place in the image or had no buffer while it fed \
                the host.",
        remedy: "Read the transcript's last ten frames before the code; repeat once with the same \
                 seed to see whether it moves.",
    }
    /// The patch holds a segment of an unknown kind.
    19 OP {
        kind: Assigned, class: "patch content", raised_by: "patch applier",
        retryable: false,
        cause: "The patch was damaged, or its maker is newer than the applier.",
        remedy: "Try the patch on the old image: 'otarig patch check PATCH --against OLD'. Then \
                 make it again with the maker that belongs to the applier.",
    }
    /// The order does not fit the state that the receiver is in.
    20 STATE {
        kind: Assigned, class: "patch content", raised_by: "patch applier, host",
        retryable: true,
        cause: "An offer while the running image is not confirmed, a patch for a host that has \
                stopped, a boot order with nothing verified, or data without an offer.",
        remedy: "See in the line 'host' of 'otarig update ... --json' what runs. An image that is \
                 not confirmed: repeat the update to that very image until it is. Nothing: send \
                 a whole image. Else begin the update again.",
    }
    /// The old image, or a block of it, is not the one that the patch expects.
    21 CRC {
        kind: Assigned, class: "patch content", raised_by: "patch applier",
        retryable: false,
        cause: "The patch is for another old image, or the host's flash changed under it.",
        remedy: "See in the lines 'host' and 'report' of 'otarig update ... --json' what runs. An \
                 image that is not confirmed: repeat the update to it first. Then make the patch \
                 from the image that runs, or send the whole new one.",
    }
    /// More than one block claims to lie complete in scratch.
    22 COPIES {
        kind: Assigned, class: "patch content", raised_by: "patch applier",
        retryable: false,
        cause: "Progress marks were written out of order, or the mark area was damaged.",
        remedy: "Dump the marks. On an emulated host this is a defect of the applier: replay the \
                 run. On a real one send the whole image.",
    }
    /// The head of the patch or image is not one that the receiver knows.
    23 PHEAD {
        kind: Assigned, class: "patch content", raised_by: "patch applier, host",
        retryable: false,
        cause: "Wrong file, wrong target, an unknown head version, or a head of the wrong length.",
        remedy: "For a patch, see with 'otarig patch inspect' which board it is for, and make it \
                 for this one. For an image, look at the first bytes and at the head's offset \
                 for this target; check that image format and host agree.",
    }
    /// The whole file does not have its checksum.
    24 FILE_CRC {
        kind: Assigned, class: "patch content", raised_by: "patch applier, host (ERR 0e), module",
        retryable: true,
        cause: "Bytes were lost or changed on the way, or written wrong; or the file was bad from \
                the start.",
        remedy: "Check the file on the desktop first. Good there: compare the host's flash with it \
                 and see at which offset the first difference lies.",
    }
    /// An erase unit could not be erased.
    32 ERASE {
        kind: Assigned, class: "flash", raised_by: "patch applier, host (ERR 0d)",
        retryable: true,
        cause: "Write protection, low supply voltage, a worn unit, or an address outside the \
                flash. In the ayla dialect a failed program ends here too.",
        remedy: "Check protection bits and the supply during erase; compare the slot's addresses \
                 with the part's erase map.",
    }
    /// Programmed bytes could not be written or do not read back.
    33 WRITE {
        kind: Assigned, class: "flash", raised_by: "patch applier, host",
        retryable: true,
        cause: "A program unit was not erased before, was misaligned, or does not hold.",
        remedy: "Check that the unit was erased and the program unit's alignment; read back and \
                 compare.",
    }
    /// Scratch is missing or smaller than one block.
    34 SCRATCH_SIZE {
        kind: Assigned, class: "flash", raised_by: "patch applier, host",
        retryable: false,
        cause: "The layout has no scratch, or one shorter than the largest erase unit of the slot; \
                or a patch was made for larger blocks.",
        remedy: "Print the host's map and give scratch at least one erase unit of the slot; make a \
                 patch with blocks that it holds.",
    }
    /// A source of the patch lies in a block that is overwritten by then.
    35 DIFF_BLKS {
        kind: Assigned, class: "flash", raised_by: "patch applier",
        retryable: false,
        cause: "The order of the blocks in the patch is wrong: old bytes are wanted of a block \
                whose new content is written before, or new bytes of one that is not written yet.",
        remedy: "Try the patch on the old image: 'otarig patch check PATCH --against OLD'. Then \
                 make it again.",
    }
    /// A source of the patch lies half in a block that is overwritten by then.
    36 OLD_BLKS {
        kind: Assigned, class: "flash", raised_by: "patch applier",
        retryable: false,
        cause: "The order of the blocks in the patch is wrong: a source begins or ends in a block \
                whose new content is written before, and the rest of it is still old.",
        remedy: "Try the patch on the old image: 'otarig patch check PATCH --against OLD'. Then \
                 make it again.",
    }
    /// An output of the patch runs past its block, or blocks are no whole erase units.
    37 NEW_BLKS {
        kind: Assigned, class: "flash", raised_by: "patch applier",
        retryable: false,
        cause: "The patch was made for other erase units than the host has, or its maker is wrong.",
        remedy: "Make the patch for this board, or with a --block-size that is a multiple of the \
                 erase unit of the slot; the hello states the erase map.",
    }
    /// Scratch could not be erased.
    38 SCR_ERASE {
        kind: Assigned, class: "flash", raised_by: "patch applier, host",
        retryable: true,
        cause: "Scratch wears fastest, for every block passes through it; or it is protected.",
        remedy: "Read the wear count of scratch and its protection; move scratch or make it \
                 longer.",
    }
    /// Scratch could not be programmed or does not read back.
    39 SCR_WRITE {
        kind: Assigned, class: "flash", raised_by: "patch applier, host",
        retryable: true,
        cause: "Worn cells in scratch, a supply dip, or a misaligned program.",
        remedy: "Read scratch back after a failed run; move it if the same cells fail twice.",
    }
    /// A progress mark could not be read or written.
    40 PROG {
        kind: Assigned, class: "flash", raised_by: "patch applier, host",
        retryable: true,
        cause: "The mark area is protected, not erased, or its cells were programmed before.",
        remedy: "Dump the mark area: it must read erased behind the last mark.",
    }
    /// A block that is to be worked on is not marked as ready.
    41 PROT {
        kind: Assigned, class: "flash", raised_by: "patch applier",
        retryable: false,
        cause: "The preparation was skipped or cut, or the block is protected on purpose.",
        remedy: "Dump the block states; begin the update again so that they are set anew.",
    }
    /// No patch is stored.
    48 NOFILE {
        kind: Assigned, class: "patch store", raised_by: "patch applier, host",
        retryable: false,
        cause: "The boot order came without a staged patch, or staging was erased meanwhile.",
        remedy: "Check in the transcript that the transfer was finished before the boot order; \
                 send it again.",
    }
    /// The head of the stored patch could not be read.
    49 HEAD {
        kind: Assigned, class: "patch store", raised_by: "patch applier",
        retryable: true,
        cause: "A read error of the staging area, or a head that was never complete.",
        remedy: "Dump the first bytes of staging; send the patch again.",
    }
    /// There is no room for progress marks behind the stored patch.
    51 NO_PROG {
        kind: Assigned, class: "patch store", raised_by: "patch applier, host",
        retryable: false,
        cause: "The patch fills staging to the last erase unit.",
        remedy: "Leave one erase unit of staging free: a smaller patch or a larger staging area.",
    }
    /// The progress marks hold what no run could have written.
    52 INV_PROG {
        kind: Assigned, class: "patch store", raised_by: "patch applier, host",
        retryable: false,
        cause: "The mark area was damaged, or belongs to another update.",
        remedy: "Dump the marks and replay the run that left them; a whole image recovers the \
                 host.",
    }
    /// The stored object could not be read, or a block did not fit its place.
    53 READ {
        kind: Assigned, class: "patch store", raised_by: "patch applier, host (ERR 05, 08, others)",
        retryable: true,
        cause: "The host expected another offset, lost its place by a reset, or sent an error byte \
                that has no code of its own.",
        remedy: "Look at the ERR byte beside this code: 08 is an offset, 05 a missing field or \
                 image magic. After a host reset, offer again.",
    }
    /// The decompressor could not start.
    54 DECOMP_INIT {
        kind: Assigned, class: "patch store", raised_by: "patch applier",
        retryable: false,
        cause: "The profile of the patch is unknown, or one of its maps is longer than the \
                decoder's.",
        remedy: "Compare what 'otarig patch inspect' says with the decode RAM in the host's hello; \
                 make the patch again with the maker that belongs to the applier.",
    }
    /// An earlier attempt at this update failed and has not been cleared.
    55 PREV {
        kind: Assigned, class: "patch store", raised_by: "module, patch applier",
        retryable: false,
        cause: "The same update was ordered again while the old failure still stands.",
        remedy: "Find the earlier failure's code; it says what to repair. Then offer anew.",
    }
    /// The flash, or the area in it, could not be opened.
    57 OPEN {
        kind: Assigned, class: "patch store", raised_by: "patch applier",
        retryable: true,
        cause: "A missing flash driver, a wrong partition name, or an external flash without \
                power.",
        remedy: "Check the flash's identification and the layout's addresses on this board.",
    }
    /// The new image, or the patch applier, did not come up.
    58 BOOT {
        kind: Assigned, class: "patch store", raised_by: "module, host (ERR 10)",
        retryable: true,
        cause: "The new image crashed, never reported, or was not confirmed, so the host fell \
                back, or stopped where it has one slot; or its boot step is older than the patch.",
        remedy: "Watch the new image alone with a debugger up to its first report; check that it \
                 confirms. A host with two slots runs the old image meanwhile; one that has \
                 stopped takes a whole image.",
    }
    /// A block's new content lies complete in scratch and may be copied back.
    63 COPIED {
        kind: Internal, class: "internal state", raised_by: "patch applier",
        retryable: false,
        cause: "A patch is between two marks of this block. It is never a result.",
        remedy: "Let the boot step go on; it resumes here by itself.",
    }
    /// A block is ready to be patched.
    127 START {
        kind: Internal, class: "internal state", raised_by: "module, patch applier",
        retryable: false,
        cause: "The patch is prepared and this block's turn has not come. It is never a result.",
        remedy: "Let the boot step go on; it takes this block in its turn.",
    }
    /// A block is not part of the patch: its state reads as erased flash.
    255 NONE {
        kind: Internal, class: "internal state", raised_by: "patch applier",
        retryable: false,
        cause: "The patch leaves this block alone. It is never a result.",
        remedy: "Nothing to do.",
    }
}

impl Status {
    /// Whether the code says "no error".
    #[must_use]
    pub const fn is_done(self) -> bool {
        self.0 == Self::DONE.0
    }
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::vec::Vec;

    use super::*;

    #[test]
    fn rows_and_gaps_share_out_the_space() {
        for number in 0..=u8::MAX {
            let status = Status(number);
            let row = status.row().is_some();
            assert!(
                !(row && status.is_unassigned()),
                "{number} is a row and a gap"
            );
            assert_eq!(
                row || status.is_unassigned(),
                number <= 63 || row,
                "{number} is neither"
            );
        }
        let assigned = Status::TABLE.iter().filter(|row| row.kind == Assigned);
        assert_eq!(assigned.clone().count(), 39);
        let internal: Vec<u8> = Status::TABLE
            .iter()
            .filter(|r| r.kind == Internal)
            .map(|r| r.number)
            .collect();
        assert_eq!(internal, [2, 63, 127, 255]);
        assert!(assigned.clone().all(|row| row.number <= 58));
    }

    #[test]
    fn prints_number_and_name() {
        assert_eq!(format!("{}", Status::OP_LEN), "17 OP_LEN");
        assert_eq!(format!("{:?}", Status(15)), "15 unassigned");
        assert_eq!(format!("{}", Status(200)), "unknown 200");
        assert_eq!(Status::by_name("file_crc"), Some(Status::FILE_CRC));
        assert_eq!(Status::by_name("nonsense"), None);
    }
}
