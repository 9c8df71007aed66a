//! Image servers that lie, over a real socket: each ends in the code of its own cause.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use bridge::download::{DownloadFault, Fetch, FetchConfig, OpenHttp, OtaCommand};
use bridge::drive::{drive_download, stop_pair};
use fixtures::scenario::{ServerDeed, ServerFault};
use protocol_spec::codes::Status;
use rig_tests::image_server::LoopbackServer;

const IMAGE: &[u8] = b"an image of a few bytes";

/// What a download from `url` ends in.
fn download(url: &str) -> Result<Vec<u8>, DownloadFault> {
    let job = serde_json::json!({ "url": url, "version": "1", "size": IMAGE.len() });
    let command = OtaCommand::parse(job.to_string().as_bytes(), OpenHttp::Loopback).unwrap();
    let config = FetchConfig {
        range: 10,
        retry: Duration::from_micros(10),
        ..FetchConfig::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (_stopper, stop) = stop_pair();
    let fetch = Fetch::new(command, config);
    runtime
        .block_on(drive_download(fetch, |_, _| {}, stop))
        .expect("nobody stops it")
}

/// As [`download`], from a server that does this from its second request on.
fn from(deed: ServerDeed) -> Result<Vec<u8>, DownloadFault> {
    let fault = ServerFault {
        at: 2,
        times: 1000,
        deed,
    };
    let server = LoopbackServer::start(IMAGE.to_vec(), vec![fault]);
    download(&server.url("/image.bin"))
}

#[test]
fn a_good_server_serves() {
    let server = LoopbackServer::start(IMAGE.to_vec(), Vec::new());
    assert_eq!(download(&server.url("/")).unwrap(), IMAGE);
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn lies_of_a_server_end_in_the_code_of_a_bad_reply() {
    let lies = [
        ServerDeed::Silent,
        ServerDeed::HangsUp,
        ServerDeed::Surplus,
        ServerDeed::Status(404),
        ServerDeed::Status(416),
        ServerDeed::Status(500),
        ServerDeed::Closes(1),
        ServerDeed::Whole,
        ServerDeed::OtherRange,
        ServerDeed::OtherLength,
        ServerDeed::Changed,
        ServerDeed::Compressed,
        ServerDeed::Moved("/again".to_owned()),
    ];
    for lie in lies {
        let fault = from(lie.clone()).expect_err("no image");
        assert_eq!(fault.status(), Status::GET, "{lie:?}: {fault}");
    }
    let moved = ServerDeed::Moved("http://images.example/".to_owned());
    let fault = from(moved).expect_err("no image");
    assert_eq!(fault.status(), Status::URL, "{fault}");
}

#[test]
fn a_port_where_nobody_listens_is_no_connection() {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = port.local_addr().unwrap();
    drop(port);
    let fault = download(&format!("http://{address}/")).expect_err("nobody is there");
    assert_eq!(fault.status(), Status::CONNECT, "{fault}");
}

#[test]
fn a_server_that_speaks_no_tls_is_no_connection() {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = port.local_addr().unwrap();
    #[expect(
        clippy::disallowed_methods,
        reason = "the other end of a loopback socket runs beside the test"
    )]
    let server = std::thread::spawn(move || {
        for stream in port.incoming().take(6) {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
        }
    });
    let fault = download(&format!("https://{address}/")).expect_err("no TLS");
    assert_eq!(fault.status(), Status::CONNECT, "{fault}");
    server.join().unwrap();
}
