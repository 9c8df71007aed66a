//! Updates that pass, and what the host's flash holds then.

use super::{Place, start};

#[test]
fn a_rig_update_leaves_exactly_the_image() {
    let place = Place::new();
    let image = place.image(&["--format", "raw", "--size", "200001", "--version", "2.0"]);
    let board = [
        "--board",
        "stm32f405",
        "--dialect",
        "rig",
        "--time-scale",
        "0",
    ];
    let host = place.host(&board);
    let (code, verdict) = start(&place.update("rig", "2.0")).end();
    assert_eq!(code, 0, "{verdict}");
    assert_eq!(verdict["content"], "digest");
    assert_eq!(verdict["confirmed"], "yes");
    assert_eq!(verdict["reported_version"], "2.0");
    assert_eq!(place.primary("stm32f405", image.len()), image);
    host.kill();

    // The state outlives the process, and the same image is not sent twice.
    let _host = place.host(&board);
    let (code, verdict) = start(&place.update("rig", "2.0")).end();
    assert_eq!(code, 0, "{verdict}");
    assert_eq!(verdict["reported_version"], "2.0");
}

#[test]
fn a_raw_ayla_update_passes_and_says_that_nobody_verified_it() {
    let place = Place::new();
    let image = place.image(&["--format", "raw", "--size", "40000", "--version", "0253"]);
    let _host = place.host(&[
        "--board",
        "stm32f303",
        "--dialect",
        "ayla",
        "--time-scale",
        "0",
    ]);
    let (code, verdict) = start(&place.update("ayla", "0253")).end();
    assert_eq!(code, 0, "{verdict}");
    assert_eq!(verdict["content"], "not verified by the host");
    assert_eq!(verdict["confirmed"], "not observable");
    assert_eq!(place.primary("stm32f303", image.len()), image);
}

#[test]
fn an_ayla_head_is_verified_and_a_corrupted_one_is_refused() {
    let place = Place::new();
    let head = [
        "--format",
        "ayla-head",
        "--target",
        "stm32f3",
        "--size",
        "20000",
    ];
    let mut args = head.to_vec();
    args.extend(["--version", "demo 1.1"]);
    let image = place.image(&args);
    let host = [
        "--board",
        "stm32f303",
        "--dialect",
        "ayla",
        "--image-format",
        "ayla-head",
        "--time-scale",
        "0",
    ];
    let _host = place.host(&host);
    let mut corrupted = image.clone();
    corrupted[15_000] ^= 0x10;
    std::fs::write(place.path("new.bin"), &corrupted).unwrap();
    let (code, verdict) = start(&place.update("ayla", "demo 1.1")).end();
    assert_eq!(code, 1, "{verdict}");
    assert_eq!(
        (&verdict["status"], &verdict["host_err"]),
        (&24.into(), &0x0e.into())
    );

    std::fs::write(place.path("new.bin"), &image).unwrap();
    let (code, verdict) = start(&place.update("ayla", "demo 1.1")).end();
    assert_eq!(code, 0, "{verdict}");
    assert_eq!(verdict["content"], "head-crc");
    assert_eq!(place.primary("stm32f303", image.len()), image);
}
