//! The patch file of the small updates that sweeps use, against the maker.

use bridge::patch::{Options, make};
use fixtures::sweep::{BLOCK_LEN, SMALL};
use protocol_spec::patch::Profile;

use crate::project::file;

const PATCH: &str = "fixtures/src/sweep/small.patch";

#[test]
#[expect(clippy::disallowed_methods, reason = "UPDATE=1 asks to write")]
fn the_small_patch_is_what_the_maker_makes() {
    let (old, new) = SMALL[2].images().expect("can be made");
    let options = Options {
        block_len: BLOCK_LEN,
        profile: Profile::Small,
        ..Options::default()
    };
    let made = make(&old.bytes, &new.bytes, &options).expect("can be made");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(file(PATCH), made.file).expect("can be written");
        return;
    }
    let found = std::fs::read(file(PATCH)).expect("is part of the project");
    assert!(
        found == made.file,
        "{PATCH} is out of date: run this test with UPDATE=1"
    );
}
