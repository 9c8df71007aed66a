//! `otarig update --command` with commands that order nothing: each ends in its code, and no output
//! repeats what the command says.

use rig_tests::{json_lines, run, stdout};

/// What nobody may see.
const TOKEN: &str = "s3cr3tT0ken";

#[test]
fn a_command_that_orders_nothing_ends_in_the_code_of_its_defect() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("command.json");
    let path = path.to_str().unwrap();
    let url = format!("https://images.example/{TOKEN}");
    let cases = [
        (format!("{{\"url\": \"{url}"), 14),
        (format!("{{\"type\": \"module\", \"url\": \"{url}\"}}"), 11),
        (format!("{{\"url\": \"ftp://a/{TOKEN}\"}}"), 10),
        (format!("{{\"url\": \"http://a.example/{TOKEN}\"}}"), 10),
        (format!("{{\"url\": \"{url}\", \"size\": 1}}"), 12),
        (format!("{{\"url\": \"{url}\", \"version\": \"1\"}}"), 13),
        (
            format!("{{\"type\": \"patch\", \"url\": \"{url}\", \"version\": \"1\", \"size\": 9}}"),
            11,
        ),
    ];
    for (text, code) in cases {
        std::fs::write(path, &text).unwrap();
        let args = [
            "update",
            "--port",
            "127.0.0.1:9",
            "--dialect",
            "ayla",
            "--command",
            path,
        ];
        let mut with_json = args.to_vec();
        with_json.push("--json");
        let (out, json) = (run(&args), run(&with_json));
        let verdict = json_lines(&json.stdout).pop().unwrap();
        assert_eq!(verdict["status"], code, "{text}: {verdict}");
        assert_eq!(verdict["class"], "rig-error", "{text}");
        assert_eq!((out.status.code(), json.status.code()), (Some(2), Some(2)));
        let shown = stdout(&out);
        assert!(
            shown.lines().all(|line| line.chars().count() <= 80),
            "{shown}"
        );
        for bytes in [&out.stdout, &out.stderr, &json.stdout, &json.stderr] {
            assert!(!String::from_utf8_lossy(bytes).contains(TOKEN), "{text}");
        }
    }
}

#[test]
fn a_command_goes_with_no_other_object() {
    for other in [
        ["--image", "a.bin"],
        ["--patch", "a.otp"],
        ["--version", "1"],
        ["--from", "a"],
    ] {
        let mut args = vec![
            "update",
            "--port",
            "x",
            "--dialect",
            "rig",
            "--command",
            "c.json",
        ];
        args.extend(other);
        assert_eq!(run(&args).status.code(), Some(2), "{other:?}");
    }
    let out = run(&[
        "update",
        "--port",
        "127.0.0.1:9",
        "--dialect",
        "rig",
        "--command",
        "/none",
    ]);
    assert_eq!(out.status.code(), Some(2));
    assert!(stdout(&out).contains("/none"), "{}", stdout(&out));
}
