//! Updates to firmware that other projects publish, where it lies beside the project.

use rig_tests::beside;

use super::{Place, start};

/// Fast enough for a test, slow enough that flash and line still take turns.
const FAST: [&str; 2] = ["--time-scale", "0.05"];

/// A place with an image of the corpus, or none without the corpus.
fn place_with(image: &str) -> Option<(Place, Vec<u8>)> {
    let path = beside(&format!("../shared/corpus/firmware/{image}/new.bin"))?;
    let place = Place::new();
    let bytes = std::fs::read(path).expect("the image can be read");
    std::fs::write(place.path("new.bin"), &bytes).expect("the folder can be written");
    Some((place, bytes))
}

#[test]
fn a_rig_host_runs_the_pyboard_image() {
    let Some((place, image)) = place_with("pyboard-1.10-to-dev") else {
        return;
    };
    let board = ["--board", "stm32f405", "--dialect", "rig"];
    let _host = place.host(&[&board[..], &FAST].concat());
    let (code, verdict) = start(&place.update("rig", "1.10-dev")).end();
    assert_eq!(code, 0, "{verdict}");
    assert_eq!(verdict["class"], "pass");
    assert_eq!(verdict["content"], "digest");
    assert_eq!(verdict["confirmed"], "yes");
    assert_eq!(verdict["reported_version"], "1.10-dev");
    assert_eq!(verdict["length"], image.len());
    assert!(
        place.primary("stm32f405", image.len()) == image,
        "the slot holds something else"
    );
}

#[test]
fn an_ayla_host_runs_the_daplink_image_and_nobody_verified_it() {
    let Some((place, image)) = place_with("daplink-0251-to-0253") else {
        return;
    };
    let board = ["--board", "stm32f303", "--dialect", "ayla"];
    let _host = place.host(&[&board[..], &FAST].concat());
    let (code, verdict) = start(&place.update("ayla", "0253")).end();
    assert_eq!(code, 0, "{verdict}");
    assert_eq!(verdict["class"], "pass");
    assert_eq!(verdict["content"], "not verified by the host");
    assert_eq!(verdict["confirmed"], "not observable");
    assert_eq!(verdict["reported_version"], "0253");
    assert!(
        place.primary("stm32f303", image.len()) == image,
        "the slot holds something else"
    );
}
