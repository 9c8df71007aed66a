//! Patches that are wrong in one place, with lengths and CRC that are right.

use bridge::patch::{Options, apply, craft, make};
use fixtures::image::edited;
use fixtures::scenario::PatchCraft;
use rig_tests::decoder::image;

/// The code of each, and whether it is found before the first block is written.
const CODES: [(PatchCraft, u8, bool); 16] = [
    (PatchCraft::MapTooLong, 54, true),
    (PatchCraft::UnknownOperation, 19, true),
    (PatchCraft::LengthBeyondBlock, 37, true),
    (PatchCraft::SourceOutside, 17, true),
    (PatchCraft::SourceOverwritten, 35, true),
    (PatchCraft::SourceSplit, 36, true),
    (PatchCraft::OperationsBehind, 16, true),
    (PatchCraft::BlockTwice, 17, true),
    (PatchCraft::BlockOutside, 17, true),
    (PatchCraft::SectionMissing, 17, true),
    (PatchCraft::SectionBehind, 17, true),
    (PatchCraft::DataBehind, 16, false),
    (PatchCraft::DataCut, 16, false),
    (PatchCraft::OldChecksum, 21, false),
    (PatchCraft::NewChecksum, 1, false),
    (PatchCraft::NewDigest, 1, false),
];

#[test]
fn each_has_its_code() {
    let old = image(65536, "1.0.0", 0);
    let new = edited(&old, 6, 3);
    let options = Options::default();
    assert_eq!(CODES.map(|(wrong, ..)| wrong), PatchCraft::ALL);
    let good = make(&old, &new, &options).unwrap().file;
    assert!(apply(&old, &good, "", 8192).unwrap() == new);
    for (wrong, code, early) in CODES {
        let file = craft(&old, &new, &options, wrong)
            .expect("a place for it")
            .file;
        let error = apply(&old, &file, "", 8192).map(drop).expect_err("refused");
        assert_eq!(error.fault.status().0, code, "{wrong:?}: {error:?}");
        if early {
            assert_eq!(error.block, None, "{wrong:?}");
        }
    }
}
