//! `--capture` and `otarig decode`.

use std::fs;

use rig_tests::{json_lines, run, stdout};

/// A capture of a run, in its folder.
fn captured(scenario: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.pcapng");
    let file = file.to_str().unwrap().to_owned();
    let out = run(&["run", scenario, "--capture", &file]);
    assert_eq!(out.status.code(), Some(0), "{}", stdout(&out));
    (folder, file)
}

#[test]
fn a_capture_is_decoded_frame_by_frame() {
    for scenario in ["rig-nrf52840", "ayla-nrf52840"] {
        let (_folder, file) = captured(scenario);
        let out = run(&["decode", &file, "--json"]);
        assert_eq!(out.status.code(), Some(0));
        let lines = json_lines(&out.stdout);
        let (verdict, packets) = lines.split_last().unwrap();
        let packets = &packets[1..];
        assert_eq!(verdict["packets"], packets.len());
        assert_eq!(verdict["frames"], packets.len());
        assert_eq!(
            (&verdict["stray"], &verdict["foreign"]),
            (&0.into(), &0.into())
        );
        let answered = packets.iter().filter(|it| it["answers"].is_u64()).count();
        assert!(answered > 10, "{answered}");
        let text = stdout(&run(&["decode", &file]));
        assert!(text.contains("verdict pass"), "{text}");
    }
}

#[test]
fn the_same_run_gives_the_same_capture() {
    let (_one, file) = captured("rig-nrf52840");
    let (_other, again) = captured("rig-nrf52840");
    assert!(fs::read(file).unwrap() == fs::read(again).unwrap());
}

#[test]
fn a_file_that_is_no_capture_or_ends_too_early_is_told() {
    let (folder, file) = captured("rig-nrf52840");
    let whole = fs::read(&file).unwrap();
    let other = folder.path().join("other");
    let other = other.to_str().unwrap();
    for (bytes, what) in [
        (&whole[..whole.len() - 7], "in the middle of a block"),
        (b"no capture at all, but a text", "does not begin as"),
        (b"", "does not begin as"),
    ] {
        fs::write(other, bytes).unwrap();
        let out = run(&["decode", other]);
        let text = stdout(&out).replace("\n             ", " ");
        assert!(text.contains(what), "{text}");
        assert_eq!(out.status.code(), Some(2));
    }
    assert_eq!(run(&["decode", "/no/such/file"]).status.code(), Some(2));
}

#[test]
fn a_capture_is_never_written_over_what_the_run_reads_or_writes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("both");
    let file = file.to_str().unwrap();
    let out = run(&[
        "run",
        "rig-nrf52840",
        "--capture",
        file,
        "--transcript",
        file,
    ]);
    assert_eq!(out.status.code(), Some(2));
}
