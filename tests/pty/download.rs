//! Updates by the command of a platform: a real server, a real pty, and no secret in any output.

use fixtures::image::{Format, ImageSpec, make};
use fixtures::scenario::{ServerDeed, ServerFault};
use protocol_spec::text::Version;
use rig_tests::image_server::LoopbackServer;
use rig_tests::{Running, json_lines, run};
use sha2::{Digest as _, Sha256};

use super::Place;

/// What nobody but the server may see.
const TOKEN: &str = "s3cr3tT0ken";

fn image() -> Vec<u8> {
    let spec = ImageSpec {
        format: Format::Raw,
        size: 300_001,
        version: Version::from_bytes(b"2.0").unwrap(),
        seed: 3,
    };
    make(&spec).unwrap()
}

/// Writes the command for `url` and `image` into the place; returns its path.
fn command(place: &Place, url: &str, image: &[u8]) -> String {
    let digest = protocol_spec::digest::Digest(Sha256::digest(image).into());
    let job = serde_json::json!({ "ota": { "type": "host_mcu", "url": url, "ver": "2.0",
        "size": image.len(), "checksum": digest.to_string() } });
    let path = place.path("command.json");
    std::fs::write(&path, job.to_string()).unwrap();
    path
}

#[test]
fn an_image_is_fetched_over_a_connection_that_breaks_and_runs_on_the_host() {
    let place = Place::new();
    let image = image();
    let breaks = ServerFault {
        at: 2,
        times: 1,
        deed: ServerDeed::Closes(1000),
    };
    let server = LoopbackServer::start(image.clone(), vec![breaks]);
    let url = server.url(&format!("/{TOKEN}/image.bin?sig={TOKEN}"));
    let command = command(&place, &url, &image);
    let board = [
        "--board",
        "stm32f405",
        "--dialect",
        "rig",
        "--time-scale",
        "0",
    ];
    let _host = place.host(&board);
    let (port, transcript) = (place.path("dut"), place.path("t.txt"));
    let update = [
        "update",
        "--port",
        &port,
        "--dialect",
        "rig",
        "--command",
        &command,
        "--transcript",
        &transcript,
    ];
    let (code, verdict) = Running::start(&update).end();
    assert_eq!(code, 0, "{verdict}");
    assert_eq!(verdict["reported_version"], "2.0");
    assert_eq!(place.primary("stm32f405", image.len()), image);
    let asked: Vec<String> = server
        .requests()
        .iter()
        .map(|head| {
            head.split("range: ")
                .nth(1)
                .unwrap()
                .lines()
                .next()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(
        asked,
        [
            "bytes=0-262143",
            "bytes=262144-300000",
            "bytes=263144-300000"
        ]
    );
    let transcript = std::fs::read_to_string(transcript).unwrap();
    assert!(transcript.contains("fewer bytes came"), "{transcript}");
    assert!(!transcript.contains(TOKEN), "{transcript}");
    assert!(!verdict.to_string().contains(TOKEN), "{verdict}");
}

#[test]
fn a_server_without_the_image_ends_the_update_before_the_host_hears_of_it() {
    let place = Place::new();
    let image = image();
    let gone = ServerFault {
        at: 1,
        times: 1,
        deed: ServerDeed::Status(404),
    };
    let server = LoopbackServer::start(image.clone(), vec![gone]);
    let command = command(&place, &server.url(&format!("/{TOKEN}")), &image);
    let board = [
        "--board",
        "stm32f405",
        "--dialect",
        "rig",
        "--time-scale",
        "0",
    ];
    let _host = place.host(&board);
    let port = place.path("dut");
    let update = [
        "update",
        "--port",
        &port,
        "--dialect",
        "rig",
        "--command",
        &command,
    ];
    let mut with_json = update.to_vec();
    with_json.push("--json");
    let (text, lines) = (run(&update), run(&with_json));
    assert_eq!(text.status.code(), Some(3));
    let verdict = json_lines(&lines.stdout).pop().unwrap();
    // The second request of the server's life was answered well.
    assert_eq!(lines.status.code(), Some(0), "{verdict}");
    for out in [&text.stdout, &text.stderr, &lines.stdout, &lines.stderr] {
        assert!(!String::from_utf8_lossy(out).contains(TOKEN));
    }
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("HTTP status 404"), "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
}
