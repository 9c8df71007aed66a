//! A host that is captured, and played back to a module.

use rig_tests::{Running, json_lines, run};

use super::{Place, start};

const HOST: [&str; 6] = [
    "--board",
    "nrf52840",
    "--dialect",
    "rig",
    "--time-scale",
    "0",
];

/// A folder with an image and the capture of an update with it, as the host's end saw it.
fn captured() -> (Place, String) {
    let place = Place::new();
    place.image(&["--format", "raw", "--size", "20001", "--version", "2.0"]);
    let file = place.path("host.pcapng");
    let host = place.host(&[&HOST[..], &["--capture", &file]].concat());
    let (code, verdict) = start(&place.update("rig", "2.0")).end();
    assert_eq!(code, 0, "{verdict}");
    host.interrupt();
    assert_eq!(host.end().0, 0);
    (place, file)
}

/// Starts a replay whose link lies in this folder; returns when its port is there.
fn replay(place: &Place, file: &str) -> Running {
    let link = place.path("dut");
    let mut replay = Running::start(&["replay", file, "--link", &link]);
    replay.wait_event("port");
    replay
}

#[test]
fn a_captured_host_is_played_back_and_passes_again() {
    let (place, file) = captured();
    let lines = json_lines(&run(&["decode", &file, "--json"]).stdout);
    let verdict = lines.last().unwrap();
    assert_eq!(
        (&verdict["pass"], &verdict["stray"]),
        (&true.into(), &0.into())
    );
    let said = lines.iter().filter(|it| it["to"] == "module").count();
    assert!(said > 10, "{said}");
    let comments = lines.iter().map(|it| it["comments"].to_string());
    assert!(comments.into_iter().any(|it| it.contains("started, boot")));

    let replay = replay(&place, &file);
    let (code, verdict) = start(&place.update("rig", "2.0")).end();
    assert_eq!(code, 0, "{verdict}");
    assert_eq!(verdict["content"], "digest");
    let (code, verdict) = replay.end();
    assert_eq!(code, 0, "{verdict}");
    assert_eq!(
        (&verdict["said"], &verdict["unheard"]),
        (&said.into(), &0.into())
    );
}

#[test]
fn another_image_ends_the_replay() {
    let (place, file) = captured();
    place.image(&["--format", "raw", "--size", "20002", "--version", "2.0"]);
    let replay = replay(&place, &file);
    let (code, verdict) = start(&place.update("rig", "2.0")).end();
    assert_ne!(code, 0, "{verdict}");
    let (code, verdict) = replay.end();
    assert_eq!(code, 1, "{verdict}");
    let what = verdict["what"].as_str().unwrap();
    assert!(what.contains("OFFER") && what.contains("20002"), "{what}");
    assert!(verdict["packet"].is_u64());
}

#[test]
fn a_replay_is_stopped_by_a_signal() {
    let (place, file) = captured();
    let replay = replay(&place, &file);
    replay.interrupt();
    let (code, verdict) = replay.end();
    assert_eq!((code, &verdict["class"]), (4, &"aborted".into()));
}
