//! Patches of firmware that other projects publish, where it lies beside the project.

use std::path::PathBuf;

use rig_tests::{beside, json_lines, run};

use super::{Folder, words};

/// The folder of pairs, if it is there.
fn corpus() -> Option<PathBuf> {
    let manifest = beside("../shared/corpus/firmware/MANIFEST.md")?;
    manifest.parent().map(PathBuf::from)
}

#[test]
fn every_pair_goes_there_and_back() {
    let Some(corpus) = corpus() else { return };
    let entries = std::fs::read_dir(&corpus).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut pairs: Vec<PathBuf> = paths.filter(|path| path.is_dir()).collect();
    pairs.sort();
    assert_eq!(pairs.len(), 10);
    for pair in pairs {
        let [old, new] = ["old.bin", "new.bin"].map(|name| pair.join(name));
        let [old_name, new_name] = [&old, &new].map(|path| path.to_str().unwrap().to_owned());
        let folder = Folder::new();
        for args in [
            &["make", &old_name, &new_name, "-o", "p.otp"][..],
            &["check", "p.otp", "--against", &old_name],
            &["apply", &old_name, "p.otp", "-o", "made.bin"],
        ] {
            let out = folder.patch(args);
            let ok = out.status.code() == Some(0);
            assert!(ok, "{}: {}", pair.display(), words(&out));
        }
        let made = folder.read("made.bin");
        assert!(made == std::fs::read(&new).unwrap(), "{}", pair.display());
    }
}

/// How long it takes to make a patch is for the bench of a release build to judge.
#[test]
fn sizes_memory_and_erases_are_within_their_bounds() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.to_str().unwrap();
    for options in [
        &["--block-size", "4096"][..],
        &["--block-size", "16384"],
        &["--decode-ram", "4096"],
    ] {
        let out = run(&[&["bench", "patch", folder, "--json"], options].concat());
        let lines = json_lines(&out.stdout);
        let verdict = lines.last().unwrap();
        let over = verdict["over"].as_array().expect("a list");
        let slow = |bound: &serde_json::Value| bound.as_str().unwrap().starts_with("worst time");
        assert!(over.iter().all(slow), "{options:?}: {over:?}");
        let failed = verdict["failed"].as_array().expect("a list");
        assert!(failed.is_empty() && verdict["pairs"] == 10, "{verdict}");
    }
}
