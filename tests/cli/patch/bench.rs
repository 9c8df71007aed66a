//! `otarig bench patch`: rows, means, and folders that hold no pairs.

use std::path::Path;
use std::process::Output;

use rig_tests::{json_lines, run, stdout};

use super::{assert_told, images, words};

fn bench(folder: &Path, more: &[&str]) -> Output {
    run(&[&["bench", "patch", folder.to_str().unwrap()], more].concat())
}

fn pair(folder: &Path, name: &str) {
    let (old, new) = images();
    let pair = folder.join(name);
    std::fs::create_dir(&pair).unwrap();
    std::fs::write(pair.join("old.bin"), old).unwrap();
    std::fs::write(pair.join("new.bin"), new).unwrap();
}

#[test]
fn a_folder_without_pairs_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    assert_told(&bench(&path.join("none"), &[]), 2, "No such file");
    assert_told(&bench(path, &[]), 2, "it has no subfolder");
    std::fs::write(path.join("file"), "x").unwrap();
    assert_told(&bench(&path.join("file"), &[]), 2, "Not a directory");
    pair(path, "one");
    std::fs::remove_file(path.join("one/new.bin")).unwrap();
    assert_told(&bench(path, &[]), 2, "new.bin is missing");
}

#[test]
fn rows_means_and_verdict_agree() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    pair(path, "one");
    pair(path, "two");
    std::fs::create_dir(path.join(".hidden")).unwrap();
    let manifest = "| pair | CPU |\n|---|---|\n| one | Cortex-M4 |\n| two | Cortex-M0 |\n\n\
                    | tool | one | two |\n|---|---|---|\n| full image, LZMA | 1000000 | 1000000 |\n\
                    | some tool | 100000 | 1000 |\n| detools in-place heatshrink | 200000 | - |\n";
    std::fs::write(path.join("MANIFEST.md"), manifest).unwrap();
    let out = bench(path, &["--json"]);
    let lines = json_lines(&out.stdout);
    let rows: Vec<_> = lines
        .iter()
        .filter(|line| line["event"] == "pair")
        .collect();
    assert_eq!(rows.len(), 2, "{}", words(&out));
    assert_eq!(
        (&rows[0]["name"], &rows[0]["changed"]),
        (&"one".into(), &3.into())
    );
    assert_eq!(rows[0]["class_c"], 100_000);
    assert_eq!(rows[1]["relink"], true);
    let verdict = lines.last().unwrap();
    assert_eq!(verdict["event"], "verdict");
    assert_eq!(verdict["exit_code"], out.status.code().unwrap());
    assert_eq!(verdict["pass"], out.status.code() == Some(0));
    assert_eq!(verdict["left_out"][0], "two");
    let mean = verdict["means"]["cortex_m_class_c"].as_f64().unwrap();
    assert!((mean - rows[0]["to_class_c"].as_f64().unwrap()).abs() < 1e-4);
}

#[test]
fn without_a_manifest_the_full_image_is_compressed_here() {
    let folder = tempfile::tempdir().unwrap();
    pair(folder.path(), "one");
    for more in [
        &[][..],
        &["--block-size", "1024"],
        &["--decode-ram", "4096"],
    ] {
        let out = bench(folder.path(), more);
        let text = words(&out);
        assert!(text.contains("full LZMA, all pairs"), "{text}");
        assert!(text.contains("no MANIFEST.md"), "{text}");
        assert!(!text.contains("no Cortex-M"), "{text}");
        assert!(
            !text.contains("class C,") && !text.contains("FAILED"),
            "{text}"
        );
        assert!(
            stdout(&out).lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
    }
}

#[test]
fn a_pair_that_cannot_be_measured_fails_and_the_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    pair(folder.path(), "one");
    pair(folder.path(), "two");
    pair(folder.path(), "three");
    std::fs::write(folder.path().join("one/old.bin"), []).unwrap();
    std::fs::remove_file(folder.path().join("three/new.bin")).unwrap();
    let text = words(&bench(folder.path(), &[]));
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("three FAILED:"), "{text}");
    assert!(flat.contains("new.bin is missing"), "{text}");
    for more in [&["--json"][..], &["--json", "--leave-one-out"]] {
        let out = bench(folder.path(), more);
        // Bad input, as everywhere.
        assert_eq!(out.status.code(), Some(2), "{}", words(&out));
        let lines = json_lines(&out.stdout);
        let verdict = lines.last().unwrap();
        assert_eq!(
            (&verdict["failed"][0], &verdict["pairs"]),
            (&"one".into(), &1.into())
        );
        assert_eq!(verdict["failed"][1], "three");
        assert_eq!(verdict["exit_code"], 2);
    }
}

#[test]
fn a_patch_in_place_of_an_image_is_bad_input() {
    let folder = super::Folder::with_patch();
    let pairs = tempfile::tempdir().unwrap();
    pair(pairs.path(), "one");
    pair(pairs.path(), "two");
    std::fs::write(pairs.path().join("one/new.bin"), folder.read("p.otp")).unwrap();
    let out = bench(pairs.path(), &[]);
    assert_eq!(out.status.code(), Some(2));
    assert!(words(&out).contains("not an image"), "{}", words(&out));
}
