//! Updates that end early: the port goes, nobody answers, the user stops.

use serde_json::Value;

use super::{Place, start};

const BOARD: [&str; 4] = ["--board", "nrf52840", "--dialect", "rig"];
/// Slower than the real part: a whole update takes half a minute and more, so that a test that
/// stops it early is in no hurry.
const SLOW: [&str; 2] = ["--time-scale", "10"];
const SLOW_AYLA: [&str; 2] = ["--time-scale", "5"];
const AT_ONCE: [&str; 2] = ["--time-scale", "0"];
/// Two erase units of the board.
const TWO_UNITS: u64 = 8192;

fn place_with_image() -> Place {
    let place = Place::new();
    place.image(&["--format", "raw", "--size", "200000", "--version", "2.0"]);
    place
}

fn board_with<'a>(board: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [board, more].concat()
}

/// The host keeps at least one erase unit, whenever it dies from now on.
fn keeps_something(line: &Value) -> bool {
    line["event"] == "progress" && line["stored"].as_u64() >= Some(TWO_UNITS)
}

#[test]
fn a_port_that_goes_away_is_a_link_error_and_the_next_update_resumes() {
    let place = place_with_image();
    let host = place.host(&board_with(&BOARD, &SLOW));
    let mut update = start(&place.update("rig", "2.0"));
    update.wait_for("bytes in flash", keeps_something);
    host.kill();
    let (code, verdict) = update.end();
    assert_eq!(code, 3, "{verdict}");
    assert_eq!(verdict["class"], "link-error");
    assert_eq!(verdict["status"], Value::Null);

    // A killed host leaves its link behind; the next one replaces it.
    let _host = place.host(&board_with(&BOARD, &AT_ONCE));
    let (code, verdict) = start(&place.update("rig", "2.0")).end();
    assert_eq!(code, 0, "{verdict}");
    assert!(verdict["offset_started"].as_u64() > Some(0), "{verdict}");
}

#[test]
fn an_ayla_host_that_dies_gets_the_whole_image_again() {
    let place = Place::new();
    let image = place.image(&["--format", "raw", "--size", "40000", "--version", "2.0"]);
    let board = ["--board", "stm32f303", "--dialect", "ayla"];
    let host = place.host(&board_with(&board, &SLOW_AYLA));
    let mut update = start(&place.update("ayla", "2.0"));
    update.wait_for("a block", |line| {
        line["event"] == "progress" && line["acked"].as_u64() > Some(1000)
    });
    host.kill();
    let (code, verdict) = update.end();
    assert_eq!(code, 3, "{verdict}");
    assert_eq!(verdict["class"], "link-error");
    assert_eq!(verdict["phase"], "stream");
    assert!(verdict["acked"].as_u64() < Some(40_000), "{verdict}");

    let _host = place.host(&board_with(&board, &AT_ONCE));
    let (code, verdict) = start(&place.update("ayla", "2.0")).end();
    assert_eq!(code, 0, "{verdict}");
    assert_eq!(verdict["offset_started"], 0);
    assert_eq!(place.primary("stm32f303", image.len()), image);
}

#[test]
fn ctrl_c_aborts_the_update_and_a_repeated_one_resumes() {
    let place = place_with_image();
    let host = place.host(&board_with(&BOARD, &SLOW));
    let mut update = start(&place.update("rig", "2.0"));
    update.wait_for("bytes in flash", keeps_something);
    update.interrupt();
    let (code, verdict) = update.end();
    assert_eq!(code, 4, "{verdict}");
    assert_eq!(verdict["class"], "aborted");
    host.kill();

    let _host = place.host(&board_with(&BOARD, &AT_ONCE));
    let (code, verdict) = start(&place.update("rig", "2.0")).end();
    assert_eq!(code, 0, "{verdict}");
    assert!(verdict["offset_started"].as_u64() > Some(0), "{verdict}");
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
