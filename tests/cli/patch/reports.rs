//! What the commands say when all is well.

use rig_tests::{json_lines, stdout};
use serde_json::Value;

use super::{Folder, words};

fn lines(folder: &Folder, args: &[&str]) -> Vec<Value> {
    let out = folder.patch(&[args, &["--json"]].concat());
    assert_eq!(out.status.code(), Some(0), "{}", words(&out));
    let lines = json_lines(&out.stdout);
    assert_eq!(lines[0]["event"], "start");
    let verdict = lines.last().unwrap();
    assert_eq!(verdict["event"], "verdict", "{args:?}");
    assert_eq!(
        (&verdict["pass"], &verdict["exit_code"], &verdict["phase"]),
        (&true.into(), &0.into(), &Value::Null)
    );
    lines[1..lines.len() - 1].to_vec()
}

#[test]
fn texts_are_plain_and_fit_eighty_columns() {
    let folder = Folder::with_patch();
    for args in [
        &["--help"][..],
        &["make", "--help"],
        &["inspect", "--help"],
        &["apply", "--help"],
        &["check", "--help"],
        &[
            "make", "old.bin", "new.bin", "-o", "q.otp", "--board", "nrf52840",
        ],
        &["inspect", "p.otp"],
        &["inspect", "p.otp", "--old", "old.bin"],
        &[
            "check",
            "p.otp",
            "--against",
            "old.bin",
            "--board",
            "nrf52840",
        ],
        &["apply", "old.bin", "p.otp", "-o", "out.bin"],
    ] {
        let out = folder.patch(args);
        assert_eq!(out.status.code(), Some(0), "{args:?}: {}", words(&out));
        assert!(!out.stdout.contains(&0x1b), "{args:?}");
        for line in stdout(&out).lines().filter(|line| !line.contains('/')) {
            assert!(line.chars().count() <= 80, "{args:?}: {line}");
        }
    }
}

#[test]
fn the_figures_of_a_patch_agree_with_its_file() {
    let folder = Folder::with_patch();
    let make = [
        "make",
        "old.bin",
        "new.bin",
        "-o",
        "q.otp",
        "--new-version",
        "2\x1b[31m",
    ];
    let made = lines(&folder, &make);
    let len = folder.read("q.otp").len();
    assert_eq!(made[0]["event"], "patch");
    assert_eq!(made[0]["length"], len);
    assert_eq!(made[0]["blocks"], 5);
    assert_eq!(made[0]["changed"], 3);
    let inspected = lines(&folder, &["inspect", "q.otp"]);
    let (head, blocks) = inspected.split_first().unwrap();
    assert_eq!(head["event"], "patch_head");
    assert_eq!(head["length"], len);
    assert_eq!(head["old"]["length"], 20_000);
    assert!(!head["new"]["version"].as_str().unwrap().contains('\x1b'));
    let mut changed: Vec<u64> = blocks
        .iter()
        .map(|block| block["block"].as_u64().unwrap())
        .collect();
    changed.sort_unstable();
    assert_eq!(changed, [1, 2, 4]);
    let coded: u64 = blocks
        .iter()
        .map(|block| block["coded_len"].as_u64().unwrap() + block["head_len"].as_u64().unwrap())
        .sum();
    let [head_len, ops_len] = ["head_len", "ops_len"].map(|key| head[key].as_u64().unwrap());
    assert_eq!(head_len + ops_len + coded, len as u64);
    let checked = lines(&folder, &["check", "q.otp", "--against", "old.bin"]);
    assert_eq!(
        (&checked[0]["event"], &checked[0]["changed"]),
        (&"patch_check".into(), &3.into())
    );
    let applied = lines(&folder, &["apply", "old.bin", "q.otp", "-o", "out.bin"]);
    assert_eq!(applied[0]["length"], folder.read("new.bin").len());
}

#[test]
fn predictions_are_told_where_the_old_image_is_given() {
    let folder = Folder::with_patch();
    let blocks = lines(&folder, &["inspect", "p.otp"])[1..].to_vec();
    assert!(blocks.iter().all(|block| block.get("hits").is_none()));
    let sum = |block: &Value| -> u64 {
        let kinds = ["copies", "matches", "literals"];
        let bytes = kinds.map(|kind| block[kind]["bytes"].as_u64().unwrap());
        bytes.iter().sum()
    };
    for block in &blocks {
        assert_eq!(sum(block), block["new_len"].as_u64().unwrap());
    }
    let told = lines(&folder, &["inspect", "p.otp", "--old", "old.bin"]);
    let changed = told[1..].iter().find(|block| block["block"] == 2).unwrap();
    assert_eq!(changed["misses"], 1);
    assert_eq!(changed["hits"].as_u64().unwrap() + 1, 4096);
    let other = folder.patch(&["inspect", "p.otp", "--old", "new.bin"]);
    assert_eq!(other.status.code(), Some(1));
    assert!(words(&other).contains("21"), "{}", words(&other));
}

#[test]
fn a_refused_patch_ends_in_a_verdict_with_the_code() {
    let folder = Folder::with_patch();
    let out = folder.patch(&["check", "p.otp", "--against", "new.bin", "--json"]);
    assert_eq!(out.status.code(), Some(1));
    let lines = json_lines(&out.stdout);
    let verdict = lines.last().unwrap();
    assert_eq!(verdict["event"], "verdict");
    assert_eq!(verdict["class"], "host-failed");
    assert_eq!(verdict["status"], 21);
    assert_eq!(verdict["exit_code"], 1);
}

#[test]
fn images_with_nothing_in_common_are_better_sent_whole() {
    let folder = Folder::with_patch();
    let noise: Vec<u8> = (0..20_000_u32)
        .map(|at| (at.wrapping_mul(at).wrapping_mul(0x9e37_79b1) >> 21) as u8)
        .collect();
    folder.write("noise.bin", &noise);
    let out = folder.patch(&["make", "old.bin", "noise.bin", "-o", "q.otp"]);
    assert_eq!(out.status.code(), Some(0));
    assert!(
        words(&out).contains("the full image serves better"),
        "{}",
        words(&out)
    );
    let near = folder.read("old.bin");
    folder.write("near.bin", &near);
    let out = folder.patch(&["make", "old.bin", "near.bin", "-o", "q.otp"]);
    assert!(!words(&out).contains("serves better"), "{}", words(&out));
    assert!(
        words(&out).contains("images are the same"),
        "{}",
        words(&out)
    );
    // Less than half a kilobyte of noise is no shorter in LZMA than as it is, nor as a patch.
    for len in [1, 300] {
        folder.write("short.bin", &noise[..len]);
        let made = lines(&folder, &["make", "old.bin", "short.bin", "-o", "q.otp"]);
        assert_eq!(made[0]["full_image_better"], true, "{}", made[0]);
        assert!(made[0]["length"].as_u64() >= Some(len as u64));
    }
    let one = lines(&folder, &["make", "short.bin", "short.bin", "-o", "q.otp"]);
    assert_eq!(one[0]["same_images"], true);
    assert_eq!(one[0]["full_image_better"], false);
}

#[test]
fn the_same_images_make_the_same_file() {
    let folder = Folder::with_patch();
    let first = folder.read("p.otp");
    let out = folder.patch(&["make", "old.bin", "new.bin", "-o", "p.otp"]);
    assert_eq!(out.status.code(), Some(0));
    assert!(folder.read("p.otp") == first);
    assert_eq!(folder.names(), ["new.bin", "old.bin", "p.otp"]);
}
