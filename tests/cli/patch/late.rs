//! Patches whose fault shows only while they are applied: the host takes them.

use bridge::patch::{Options, craft};
use fixtures::scenario::PatchCraft;

use super::{Folder, assert_told, images, words};

/// With `w.otp`, which is wrong in this way.
fn folder(wrong: PatchCraft) -> Folder {
    let folder = Folder::with_patch();
    let (old, new) = images();
    let made = craft(&old, &new, &Options::default(), wrong).unwrap();
    folder.write("w.otp", &made.file);
    folder
}

const CHECK: [&str; 4] = ["check", "w.otp", "--against", "old.bin"];

#[test]
fn a_fault_behind_rewritten_blocks_leaves_a_host_without_an_image() {
    let folder = folder(PatchCraft::NewDigest);
    let out = folder.patch(&CHECK);
    for wanted in [
        "The host would take this patch, rewrite blocks, then stop with no image",
        "3 blocks are rewritten by then",
        "phase boot",
        "code 1 NEW_CRC",
    ] {
        assert_told(&out, 1, wanted);
    }
    assert!(!words(&out).contains("would not take"), "{}", words(&out));
    let told = words(&folder.patch(&[&CHECK[..], &["--json"]].concat()));
    let verdict = told.lines().last().unwrap();
    for wanted in [
        "\"phase\":\"boot\"",
        "\"status\":1,",
        "rewrite blocks, then stop with no image",
        "3 blocks are rewritten by then",
    ] {
        assert!(verdict.contains(wanted), "{wanted}: {verdict}");
    }
    let shown = folder.patch(&["inspect", "w.otp", "--old", "old.bin"]);
    assert_told(&shown, 1, "then stop with no image");
}

#[test]
fn a_fault_of_the_first_block_leaves_the_old_image() {
    for (wrong, code) in [
        (PatchCraft::NewChecksum, "code 1 NEW_CRC"),
        (PatchCraft::OldChecksum, "code 21 CRC"),
    ] {
        let out = folder(wrong).patch(&CHECK);
        assert_told(&out, 1, code);
        assert_told(&out, 1, "phase boot");
        assert_told(&out, 1, "fail as it applies it, and keep its image");
        assert_told(&out, 1, "before any block is rewritten");
    }
}

#[test]
fn coded_data_that_is_wrong_shows_at_its_block() {
    let out = folder(PatchCraft::DataBehind).patch(&CHECK);
    assert_told(&out, 1, "code 16 DECOMP");
    assert_told(&out, 1, "phase boot");
    assert_told(&out, 1, "The host would take this patch");
}

#[test]
fn a_fault_that_shows_before_is_no_patch_that_is_taken() {
    let out = folder(PatchCraft::UnknownOperation).patch(&CHECK);
    assert_told(&out, 1, "The host would not take this patch");
    assert_told(&out, 1, "phase verify");
}
