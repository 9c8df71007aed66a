//! In-place updates of two real processes: patches, whole images, a killed host.

use fixtures::scenario::LayoutName;
use serde_json::Value;

use rig_tests::{Running, json_lines, run};

use super::{Place, start};

/// Fast enough for a test, slow enough that flash and line still take turns.
const FAST: [&str; 2] = ["--time-scale", "0.05"];
/// Slow enough to be killed in the middle.
const SLOW: [&str; 2] = ["--time-scale", "3"];

/// A folder with `old.bin`, and `new.bin` in which a few blocks differ.
fn place_with_images(len: usize) -> (Place, Vec<u8>) {
    let place = Place::new();
    let size = len.to_string();
    let old = place.image(&["--format", "raw", "--size", &size, "--version", "1.0"]);
    std::fs::write(place.path("old.bin"), &old).unwrap();
    let mut new = old;
    new[len / 2..len / 2 + 300].rotate_left(40);
    new[len - 100] ^= 0x55;
    std::fs::write(place.path("new.bin"), &new).unwrap();
    (place, new)
}

/// A host that runs `old.bin`.
fn host(place: &Place, board: &str, more: &[&str]) -> Running {
    let old = place.path("old.bin");
    let own = ["--board", board, "--dialect", "rig", "--layout", "in-place"];
    let image = ["--image", &old, "--version", "1.0"];
    place.host(&[&own[..], &image, more].concat())
}

fn update_from(place: &Place) -> Vec<String> {
    let mut args = place.update("rig", "2.0");
    args.extend(["--from".to_owned(), place.path("old.bin")]);
    args
}

fn assert_passed(code: i32, verdict: &Value) {
    assert_eq!(code, 0, "{verdict}");
    assert_eq!(verdict["class"], "pass");
    assert_eq!(verdict["content"], "digest");
    assert_eq!(verdict["confirmed"], "yes");
    assert_eq!(verdict["reported_version"], "2.0");
}

fn assert_patched(board: &str, len: usize, block_len: u64) {
    let (place, image) = place_with_images(len);
    let _host = host(&place, board, &FAST);
    let mut update = start(&update_from(&place));
    let patch = update.wait_event("patch");
    assert_eq!(patch["block_len"].as_u64(), Some(block_len), "{patch}");
    let (code, verdict) = update.end();
    assert_passed(code, &verdict);
    assert!(verdict["length"].as_u64() < verdict["image_length"].as_u64());
    assert_eq!(verdict["blocks"], patch["changed"]);
    assert_eq!(verdict["blocks_done"], verdict["blocks"]);
    assert!(place.slot(board, LayoutName::InPlace, len) == image);
}

#[test]
fn a_patch_reaches_an_nrf52840() {
    assert_patched("nrf52840", 120_000, 4096);
}

#[test]
fn a_patch_reaches_an_stm32l476() {
    assert_patched("stm32l476", 120_000, 4096);
}

#[test]
fn a_patch_reaches_an_stm32f405() {
    assert_patched("stm32f405", 350_000, 128 << 10);
}

#[test]
fn a_patch_file_and_a_whole_image_reach_the_same_host() {
    let (place, image) = place_with_images(120_000);
    let host = host(&place, "nrf52840", &FAST);
    let (old, new, patch) = (
        place.path("old.bin"),
        place.path("new.bin"),
        place.path("p"),
    );
    let made = run(&[
        "patch", "make", &old, &new, "-o", &patch, "--board", "nrf52840",
    ]);
    assert_eq!(
        made.status.code(),
        Some(0),
        "{:?}",
        json_lines(&made.stdout)
    );
    let port = place.path("dut");
    let mut args = vec!["update", "--port", &port, "--dialect", "rig"];
    args.extend(["--patch", &patch, "--version", "2.0"]);
    let (code, verdict) = Running::start(&args).end();
    assert_passed(code, &verdict);
    assert!(place.slot("nrf52840", LayoutName::InPlace, image.len()) == image);
    // The same patch again: that image runs, nothing is sent.
    let (code, verdict) = Running::start(&args).end();
    assert_eq!((code, &verdict["acked"]), (0, &0.into()), "{verdict}");
    host.kill();

    // Back to the old one, whole, by the state that the killed host has left.
    std::fs::copy(&old, &new).unwrap();
    let own = [
        "--board",
        "nrf52840",
        "--dialect",
        "rig",
        "--layout",
        "in-place",
    ];
    let _host = place.host(&[&own[..], &FAST].concat());
    let (code, verdict) = start(&place.update("rig", "1.0")).end();
    assert_eq!(code, 0, "{verdict}");
    assert_eq!(verdict["length"], 120_000);
    let held = place.slot("nrf52840", LayoutName::InPlace, image.len());
    assert!(held == std::fs::read(&old).unwrap());
}

#[test]
fn a_host_that_is_killed_while_it_applies_goes_on_with_the_patch() {
    let (place, image) = place_with_images(120_000);
    let host = host(&place, "nrf52840", &SLOW);
    let mut update = start(&update_from(&place));
    update.wait_event("block");
    host.kill();
    let (code, verdict) = update.end();
    assert_eq!(code, 3, "{verdict}");

    let own = [
        "--board",
        "nrf52840",
        "--dialect",
        "rig",
        "--layout",
        "in-place",
    ];
    let _host = place.host(&[&own[..], &FAST].concat());
    let (code, verdict) = start(&update_from(&place)).end();
    assert_passed(code, &verdict);
    assert!(place.slot("nrf52840", LayoutName::InPlace, image.len()) == image);
}

#[test]
fn a_host_without_decode_ram_gets_the_image() {
    let (place, image) = place_with_images(30_000);
    let _host = host(
        &place,
        "nrf52840",
        &[&FAST[..], &["--decode-ram", "0"]].concat(),
    );
    let (code, verdict) = start(&update_from(&place)).end();
    assert_passed(code, &verdict);
    assert_eq!(verdict["length"], verdict["image_length"]);
    let notes = verdict["notes"].to_string();
    assert!(notes.contains("the whole image is sent"), "{notes}");
    assert!(place.slot("nrf52840", LayoutName::InPlace, image.len()) == image);
}
