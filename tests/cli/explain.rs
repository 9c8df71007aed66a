//! `otarig explain`: every code has its texts, gaps and unknown numbers say so.

use protocol_spec::codes::{HostErr, Status};
use rig_tests::{json_lines, run, stdout};

#[test]
fn every_assigned_code_has_a_sentence_a_cause_and_a_remedy() {
    let out = run(&["explain", "--json"]);
    let rows: Vec<_> = json_lines(&out.stdout)
        .into_iter()
        .filter(|line| line["event"] == "code")
        .collect();
    let count = |space: &str| rows.iter().filter(|row| row["space"] == space).count();
    assert_eq!(count("status"), Status::TABLE.len());
    assert_eq!(count("err"), HostErr::TABLE.len());
    assert_eq!(HostErr::TABLE.len(), 0x1f);
    for row in &rows {
        for key in ["meaning", "cause", "next_step", "group", "raised_by"] {
            let text = row[key].as_str().unwrap();
            assert!(text.len() > 2 && !text.contains("TODO"), "{row}");
        }
    }
}

#[test]
fn a_bare_number_is_answered_as_a_module_code_alone() {
    for number in (0..=64_u8).chain([99, 127, 128, 254, 255]) {
        let out = run(&["explain", &number.to_string()]);
        assert_eq!(out.status.code(), Some(0));
        let text = stdout(&out);
        let heading = format!("module status {}", Status(number));
        assert_eq!(text.lines().next(), Some(heading.as_str()));
        assert!(!text.contains("host ERR "), "{text}");
        let word = match Status(number).row() {
            Some(_) => "next step",
            None if Status(number).is_unassigned() => "unassigned",
            None => "unknown",
        };
        assert!(text.contains(word), "{text}");
    }
}

#[test]
fn gaps_are_unassigned() {
    for number in [4, 5, 6, 15, 25, 31, 42, 47, 50, 56, 59, 62] {
        let text = stdout(&run(&["explain", &number.to_string()]));
        assert!(text.contains("unassigned"), "{text}");
    }
}

#[test]
fn host_err_bytes_are_asked_in_hex_and_names_work() {
    assert!(stdout(&run(&["explain", "err:0e"])).starts_with("host ERR 0e CHECKSUM"));
    assert!(stdout(&run(&["explain", "file_crc"])).starts_with("module status 24 FILE_CRC"));
    let both = stdout(&run(&["explain", "BOOT"]));
    assert!(
        both.contains("module status 58 BOOT") && both.contains("host ERR 10 BOOT"),
        "{both}"
    );
}

#[test]
fn the_list_fits_the_screen() {
    let text = stdout(&run(&["explain"]));
    assert!(text.lines().all(|line| line.chars().count() <= 80));
    assert!(text.lines().count() > Status::TABLE.len() + HostErr::TABLE.len());
}
