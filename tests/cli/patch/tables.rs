//! `otarig bench tables`, and what tables are worth by `bench patch --leave-one-out`.

use std::path::Path;
use std::process::Output;

use rig_tests::{json_lines, run, stdout};
use serde_json::Value;

use super::{assert_told, images, words};

fn bench(what: &str, folder: &Path, more: &[&str]) -> Output {
    run(&[&["bench", what, folder.to_str().unwrap()], more].concat())
}

fn pair(folder: &Path, name: &str, (old, new): (Vec<u8>, Vec<u8>)) {
    let pair = folder.join(name);
    std::fs::create_dir(&pair).unwrap();
    std::fs::write(pair.join("old.bin"), old).unwrap();
    std::fs::write(pair.join("new.bin"), new).unwrap();
}

/// Functions that begin with a PUSH, and pointers to them: Thumb code enough to find its address.
fn thumb(seed: u32, longer: usize) -> Vec<u8> {
    let noise = |at: usize| (at as u32 ^ seed << 20).wrapping_mul(0x9e37_79b1) >> 16;
    let (mut code, mut pointers) = (Vec::new(), Vec::new());
    for index in 0..100_usize {
        pointers.push(0x0801_0000 + 400 + code.len() as u32 + 1);
        code.extend([0x10, 0xb5]);
        let len = 10 + noise(index) as usize % 60 + if index == 40 { longer } else { 0 };
        code.extend((0..len).flat_map(|at| [noise(index * 64 + at) as u8, 0x46 + (at % 3) as u8]));
    }
    let words = pointers.into_iter().flat_map(u32::to_le_bytes);
    words.chain(code).collect()
}

fn lines(out: &Output) -> Vec<Value> {
    assert_eq!(out.status.code(), Some(0), "{}", words(out));
    json_lines(&out.stdout)
}

#[test]
fn tables_come_from_the_pairs_with_a_load_address_and_not_from_relatives() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    pair(path, "first", (thumb(1, 0), thumb(1, 7)));
    pair(path, "later", (thumb(1, 7), thumb(1, 9)));
    pair(path, "other", (thumb(5, 0), thumb(5, 3)));
    pair(path, "plain", images());
    let file = |name: &str| path.join(name).to_str().unwrap().to_owned();
    let (all, few, one) = (file("all"), file("few"), file("one"));
    let told = lines(&bench("tables", path, &["-o", &all, "--json"]));
    assert_eq!(told[1]["event"], "tables");
    assert_eq!(told[1]["no_load_address"], Value::from(vec!["plain"]));
    assert_eq!(told[1]["as_shipped"], false);
    assert_eq!(
        (&told[2]["event"], &told[2]["pass"]),
        (&"verdict".into(), &true.into())
    );
    let left_out = ["-o", &few, "--leave-out", "first", "--json"];
    let told = lines(&bench("tables", path, &left_out));
    assert_eq!(told[1]["learned_from"], Value::from(vec!["other"]));
    let alone = tempfile::tempdir().unwrap();
    pair(alone.path(), "other", (thumb(5, 0), thumb(5, 3)));
    let out = bench("tables", alone.path(), &["-o", &one]);
    assert_eq!(out.status.code(), Some(0), "{}", words(&out));
    let read = |file: &str| std::fs::read(file).unwrap();
    assert!(read(&few) == read(&one) && read(&few) != read(&all));
}

#[test]
fn tables_that_cannot_be_made_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    pair(path, "plain", images());
    let file = path.join("t.bin");
    let file = file.to_str().unwrap();
    assert_told(&bench("tables", path, &["-o", file]), 2, "no pair is left");
    let none = ["-o", file, "--leave-out", "none"];
    assert_told(&bench("tables", path, &none), 2, "it has no pair none");
    assert!(!Path::new(file).exists());
    let image = path.join("plain/new.bin");
    let over = ["-o", image.to_str().unwrap()];
    assert_told(&bench("tables", path, &over), 2, "it is not replaced");
}

#[test]
fn every_pair_that_cannot_be_read_is_named_and_can_be_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for name in ["first", "other", "third"] {
        pair(path, name, (thumb(1, 0), thumb(1, 7)));
    }
    std::fs::remove_file(path.join("first/old.bin")).unwrap();
    std::fs::write(path.join("third/new.bin"), []).unwrap();
    let file = path.join("t.bin");
    let file = file.to_str().unwrap();
    let out = bench("tables", path, &["-o", file]);
    assert_told(&out, 2, "old.bin is missing");
    assert_told(&out, 2, "new.bin is empty");
    assert!(!Path::new(file).exists());
    let left_out = ["-o", file, "--leave-out", "first", "--leave-out", "third"];
    let told = lines(&bench(
        "tables",
        path,
        &[&left_out[..], &["--json"]].concat(),
    ));
    assert_eq!(told[1]["learned_from"], Value::from(vec!["other"]));
    assert!(Path::new(file).exists());
}

#[test]
fn each_pair_is_measured_with_tables_that_do_not_know_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    pair(path, "one", (thumb(1, 0), thumb(1, 7)));
    pair(path, "two", (thumb(5, 0), thumb(9, 3)));
    let manifest = "| pair | CPU |\n|---|---|\n| one | Cortex-M4 |\n| two | Cortex-M0 |\n\n\
                    | tool | one | two |\n|---|---|---|\n| full image, LZMA | 9000 | 9000 |\n\
                    | some tool | 9000 | 9000 |\n";
    std::fs::write(path.join("MANIFEST.md"), manifest).unwrap();
    let out = bench("patch", path, &["--leave-one-out", "--json"]);
    let told = json_lines(&out.stdout);
    let rows: Vec<&Value> = told.iter().filter(|line| line["event"] == "pair").collect();
    let bytes = |row: usize, key: &str| rows[row][key].as_f64().unwrap();
    for row in 0..2 {
        let [shipped, others, nothing] =
            ["patch", "patch_tables_of_others", "patch_without_tables"].map(|key| bytes(row, key));
        assert!(shipped > 0.0 && others > 0.0 && nothing > 0.0);
        assert!(shipped != nothing, "{}", words(&out));
    }
    let means = &told.last().unwrap()["means"];
    let mean = |key: &str| means[key].as_f64().unwrap();
    let wanted = |key| (bytes(0, key) * bytes(1, key)).sqrt() / 9000.0;
    let near = |mean: f64, wanted: f64| (mean - wanted).abs() < 1e-4;
    let others = wanted("patch_tables_of_others");
    assert!(near(mean("cortex_m_class_c_tables_of_others"), others));
    let nothing = wanted("patch_without_tables");
    assert!(near(mean("cortex_m_class_c_without_tables"), nothing));
    let text = stdout(&bench("patch", path, &["--leave-one-out"]));
    assert!(text.contains("tables of the other pairs"), "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
}
