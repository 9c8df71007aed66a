//! The patch files of the updates that sweeps of fixtures use, against the maker.

use bridge::patch::{Options, make};
use fixtures::sweep::{LONG, SMALL, WIDE};
use protocol_spec::patch::Profile;

use crate::project::file;

#[test]
#[expect(clippy::disallowed_methods, reason = "UPDATE=1 asks to write")]
fn the_patches_of_sweeps_are_what_the_maker_makes() {
    let patched = SMALL.iter().chain([&WIDE, &LONG]);
    let patched = patched.filter_map(|small| Some((small, small.patch?)));
    for (small, patch) in patched {
        let (old, new) = small.images().expect("can be made");
        let options = Options {
            block_len: patch.block_len,
            profile: Profile::Small,
            ..Options::default()
        };
        let made = make(&old.bytes, &new.bytes, &options).expect("can be made");
        let path = file(&format!("fixtures/src/sweep/{}", patch.name));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, made.file).expect("can be written");
            continue;
        }
        let name = patch.name;
        let found = std::fs::read(path).expect("is part of the project");
        assert!(
            found == made.file && found == patch.file,
            "{name} is out of date: run this test with UPDATE=1"
        );
    }
}
