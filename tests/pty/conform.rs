//! Conformance scripts against a host on a pty.

use rig_tests::{json_lines, run};
use serde_json::Value;

use crate::Place;

/// Plays the scripts that `only` selects; returns how many passed, failed and were skipped.
fn play(dialect: &str, only: &str) -> [u64; 3] {
    let (code, verdict) = verdict_of(dialect, only);
    assert_eq!(code, Some(0), "{verdict}");
    ["passed", "failed", "skipped"].map(|name| verdict[name].as_u64().unwrap_or(u64::MAX))
}

/// Plays them; the exit code, and the verdict.
fn verdict_of(dialect: &str, only: &str) -> (Option<i32>, Value) {
    let place = Place::new();
    let _host = place.host(&[
        "--board",
        "nrf52840",
        "--dialect",
        dialect,
        "--time-scale",
        "0",
    ]);
    let caps = place.path("caps.toml");
    let text = format!(
        "version = 1\ndialect = \"{dialect}\"\n\
         claims = [\"two-slot\", \"raw-images\", \"made-images\", \"resume\", \"confirm\"]\n\
         [limits]\nimage_max = 458752\nunit = 4096\nwindow = 32768\ndata_max = 4095\n"
    );
    std::fs::write(&caps, text).unwrap();
    let port = place.path("dut");
    let args = [
        "conform", "--port", &port, "--caps", &caps, "--only", only, "--json",
    ];
    let out = run(&args);
    let lines = json_lines(&out.stdout);
    let failed: Vec<_> = lines
        .iter()
        .filter(|line| line["event"] == "script_result" && line["class"] == "host-failed")
        .collect();
    assert!(failed.is_empty(), "{failed:?}");
    (out.status.code(), lines.last().expect("a verdict").clone())
}

#[test]
fn scripts_of_the_rig_dialect_pass_on_a_pty() {
    let [passed, failed, skipped] = play("rig", "rig-offer-*");
    assert!(
        passed >= 7 && failed == 0 && skipped >= 1,
        "{passed} {failed} {skipped}"
    );
}

#[test]
fn scripts_that_boot_pass_on_a_pty() {
    assert_eq!(play("rig", "rig-boot-reports"), [1, 0, 0]);
    let (code, verdict) = verdict_of("rig", "rig-power-*");
    assert_eq!(code, Some(2), "a port has no power switch: {verdict}");
    assert!(
        verdict["what"]
            .as_str()
            .is_some_and(|what| what.contains("power-control"))
    );
}

#[test]
fn scripts_of_the_ayla_dialect_pass_on_a_pty() {
    assert_eq!(play("ayla", "ayla-hello-request-*"), [3, 0, 0]);
}
