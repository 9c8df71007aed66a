//! Patch files that were cut or changed: refused with a code, never a panic.

use bridge::patch::{apply, check, inspect};
use protocol_spec::patch::head::HEAD_BYTES_MIN;

use super::{Folder, assert_told};

#[test]
fn a_cut_patch_is_refused_by_every_command() {
    let folder = Folder::with_patch();
    let file = folder.read("p.otp");
    for cut in [
        1,
        3,
        4,
        8,
        HEAD_BYTES_MIN - 1,
        HEAD_BYTES_MIN,
        HEAD_BYTES_MIN + 1,
        90,
        file.len() / 2,
        file.len() - 1,
    ] {
        folder.write("cut.otp", &file[..cut]);
        let code = if cut < 4 {
            "code "
        } else if cut < HEAD_BYTES_MIN {
            "code 49 HEAD"
        } else {
            "code 17 OP_LEN"
        };
        for args in [
            &["check", "cut.otp", "--against", "old.bin"][..],
            &["apply", "old.bin", "cut.otp", "-o", "out.bin"],
        ] {
            assert_told(&folder.patch(args), 1, code);
        }
        let wanted = if cut < HEAD_BYTES_MIN {
            "The patch file is cut short"
        } else {
            "The patch file is damaged"
        };
        assert_told(&folder.patch(&["inspect", "cut.otp"]), 2, wanted);
    }
    assert!(!folder.path("out.bin").exists());
}

#[test]
fn a_flipped_bit_in_head_or_crc_has_a_code() {
    let folder = Folder::with_patch();
    let file = folder.read("p.otp");
    for (byte, code) in [
        (4, "code 23 PHEAD"),
        (5, "code "),
        (6, "code 23 PHEAD"),
        (8, "code 24 FILE_CRC"),
        (13, "code 17 OP_LEN"),
        (24, "code 24 FILE_CRC"),
        (file.len() - 1, "code 24 FILE_CRC"),
    ] {
        let mut bent = file.clone();
        bent[byte] ^= 1 << 2;
        folder.write("bent.otp", &bent);
        assert_told(
            &folder.patch(&["check", "bent.otp", "--against", "old.bin"]),
            1,
            code,
        );
        let applied = folder.patch(&["apply", "old.bin", "bent.otp", "-o", "out.bin"]);
        assert_told(&applied, 1, code);
        let inspected = folder.patch(&["inspect", "bent.otp"]);
        assert_eq!(inspected.status.code(), Some(2));
    }
    let mut other = file;
    other[0] ^= 1;
    folder.write("bent.otp", &other);
    for args in [
        &["check", "bent.otp", "--against", "old.bin"][..],
        &["apply", "old.bin", "bent.otp", "-o", "out.bin"],
        &["inspect", "bent.otp"],
    ] {
        assert_told(&folder.patch(args), 2, "code 23 PHEAD");
    }
    assert!(!folder.path("out.bin").exists());
}

/// What the commands call, at every length and for every bit of the head: too many for a process
/// each.
#[test]
fn every_cut_and_every_bit_of_the_head_is_refused() {
    let folder = Folder::with_patch();
    let (file, old) = (folder.read("p.otp"), folder.read("old.bin"));
    let refused = |file: &[u8], place: usize| {
        assert!(apply(&old, file, "", 8192).is_err(), "{place}");
        let objection = check(file, &old, None, 8192).unwrap_err();
        assert!(
            objection.status.row().is_some() && !objection.status.is_done(),
            "{place}"
        );
        let inspected = inspect(file);
        assert!(
            !inspected.is_ok_and(|found| found.defects.is_empty()),
            "{place}"
        );
    };
    for cut in 0..file.len() {
        refused(&file[..cut], cut);
    }
    for bit in 0..HEAD_BYTES_MIN * 8 {
        let mut bent = file.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        refused(&bent, bit);
    }
}
