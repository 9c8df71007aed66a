//! Updates that end early: the port goes, nobody answers, the user stops.

use serde_json::Value;

use super::{Place, start};

const BOARD: [&str; 4] = ["--board", "nrf52840", "--dialect", "rig"];

fn place_with_image() -> Place {
    let place = Place::new();
    place.image(&["--format", "raw", "--size", "200000", "--version", "2.0"]);
    place
}

fn half_way(line: &Value) -> bool {
    line["event"] == "progress" && line["acked"].as_u64() >= line["total"].as_u64().map(|n| n / 2)
}

#[test]
fn a_port_that_goes_away_is_a_link_error_and_the_next_update_resumes() {
    let place = place_with_image();
    let host = place.host(&BOARD);
    let mut update = start(&place.update("rig", "2.0"));
    update.wait_for("half of the image", half_way);
    host.kill();
    let (code, verdict) = update.end();
    assert_eq!(code, 3, "{verdict}");
    assert_eq!(verdict["class"], "link-error");
    assert_eq!(verdict["status"], Value::Null);

    // A killed host leaves its link behind; the next one replaces it.
    let mut fast = BOARD.to_vec();
    fast.extend(["--time-scale", "0"]);
    let _host = place.host(&fast);
    let (code, verdict) = start(&place.update("rig", "2.0")).end();
    assert_eq!(code, 0, "{verdict}");
    assert!(verdict["offset_started"].as_u64().unwrap() > 0, "{verdict}");
}

#[test]
fn ctrl_c_aborts_the_update_and_a_repeated_one_passes() {
    let place = place_with_image();
    let host = place.host(&BOARD);
    let mut update = start(&place.update("rig", "2.0"));
    update.wait_for("half of the image", half_way);
    update.interrupt();
    let (code, verdict) = update.end();
    assert_eq!(code, 4, "{verdict}");
    assert_eq!(verdict["class"], "aborted");
    host.kill();

    let mut fast = BOARD.to_vec();
    fast.extend(["--time-scale", "0"]);
    let _host = place.host(&fast);
    let (code, verdict) = start(&place.update("rig", "2.0")).end();
    assert_eq!(code, 0, "{verdict}");
}

#[test]
fn a_silent_host_is_a_link_error_and_its_port_is_busy_meanwhile() {
    let place = place_with_image();
    let mut silent = BOARD.to_vec();
    silent.extend(["--personality", "silent"]);
    let _host = place.host(&silent);
    let mut first = start(&place.update("rig", "2.0"));
    first.wait_event("frame");
    let (code, verdict) = start(&place.update("rig", "2.0")).end();
    assert_eq!(code, 2, "{verdict}");
    assert_eq!(verdict["headline"], "The port is in use");
    first.interrupt();
    assert_eq!(first.end().0, 4);

    let mut args = place.update("rig", "2.0");
    args.extend(["--timeout", "hello-give-up=0.3"].map(str::to_owned));
    let (code, verdict) = start(&args).end();
    assert_eq!(code, 3, "{verdict}");
}

#[test]
fn a_host_ends_cleanly_on_ctrl_c() {
    let place = Place::new();
    let host = place.host(&BOARD);
    assert!(place.link().is_symlink());
    host.interrupt();
    let (code, verdict) = host.end();
    assert_eq!(code, 0, "{verdict}");
    assert!(!place.link().is_symlink());
}
