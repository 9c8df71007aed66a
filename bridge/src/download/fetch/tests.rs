//! Downloads that go well, badly, and on where they stopped.

use protocol_spec::codes::Status;
use protocol_spec::rig::message::ObjectKind;

use super::super::checksum::Checksum;
use super::super::fault::NoConnection;
use super::super::url::OpenHttp;
use super::*;
use crate::job::offered_version;

const IMAGE: [u8; 10] = *b"0123456789";

fn fetch(checksum: Option<&str>) -> Fetch {
    let command = OtaCommand {
        kind: ObjectKind::Image,
        url: ImageUrl::parse("https://a/TOKEN", OpenHttp::Loopback).unwrap(),
        version: offered_version("1").unwrap(),
        length: 10,
        checksum: checksum.map(|hex| Checksum::from_hex(hex).unwrap()),
        board: None,
    };
    let config = FetchConfig {
        range: 4,
        tries_max: 3,
        ..FetchConfig::default()
    };
    Fetch::new(command, config)
}

fn partial(first: u32, last: u32) -> ReplyHead {
    ReplyHead {
        status: 206,
        content_range: Some(format!("bytes {first}-{last}/10")),
        ..ReplyHead::default()
    }
}

/// Answers the next request with the right range, of which `bytes` come.
fn give(fetch: &mut Fetch, bytes: usize) {
    let RangeRequest { first, last, .. } = ask(fetch);
    fetch.handle_reply(Tick::ZERO, &partial(first, last));
    let range = &IMAGE[first as usize..=last as usize];
    fetch.handle_body(Tick::ZERO, &range[..bytes.min(range.len())]);
    fetch.handle_end(Tick::ZERO);
}

/// Waits for the next request and takes it.
fn ask(fetch: &mut Fetch) -> RangeRequest {
    if fetch.phase() == FetchPhase::Waits {
        fetch.handle_timeout(fetch.poll_timeout().unwrap());
    }
    fetch.poll_request(Tick::ZERO).expect("a request")
}

fn code(fetch: Fetch) -> Status {
    fetch.into_object().expect_err("no object").status()
}

#[test]
fn an_object_comes_range_by_range() {
    let mut fetch = fetch(Some("781e5e245d69b566979b86e28d23f2c7"));
    for _ in 0..3 {
        give(&mut fetch, 4);
    }
    assert_eq!(fetch.into_object().unwrap(), IMAGE);
}

#[test]
fn a_range_that_breaks_off_goes_on_where_it_stopped() {
    let mut fetch = fetch(None);
    give(&mut fetch, 3);
    let request = ask(&mut fetch);
    assert_eq!((request.first, request.last), (3, 3));
    fetch.handle_trouble(Tick::ZERO, TryFault::Broken);
    give(&mut fetch, 1);
    give(&mut fetch, 4);
    give(&mut fetch, 4);
    assert_eq!(fetch.into_object().unwrap(), IMAGE);
}

#[test]
fn one_byte_at_a_time_comes_to_an_end() {
    let mut fetch = fetch(None);
    for _ in 0..3 {
        give(&mut fetch, 1);
    }
    assert_eq!(code(fetch), Status::GET, "one range in three tries");
}

#[test]
fn a_connection_that_fails_too_often_has_a_code_of_its_own() {
    let mut fetch = fetch(None);
    let no = TryFault::NoConnection(NoConnection::Refused);
    for _ in 0..2 {
        ask(&mut fetch);
        fetch.handle_trouble(Tick::ZERO, no);
        assert_eq!(fetch.phase(), FetchPhase::Waits);
    }
    give(&mut fetch, 4);
    for _ in 0..3 {
        ask(&mut fetch);
        fetch.handle_trouble(Tick::ZERO, no);
    }
    assert_eq!(code(fetch), Status::CONNECT);
}

#[test]
fn silence_and_stalls_are_timed() {
    let mut fetch = fetch(None);
    ask(&mut fetch);
    let deadline = fetch.poll_timeout().unwrap();
    assert_eq!(deadline, Tick::ZERO + FetchConfig::default().reply);
    fetch.handle_timeout(deadline);
    assert_eq!(fetch.phase(), FetchPhase::Waits);
    let RangeRequest { first, last, .. } = ask(&mut fetch);
    fetch.handle_reply(Tick::ZERO, &partial(first, last));
    let piece = Tick::from_secs(7);
    fetch.handle_body(piece, b"0");
    let deadline = fetch.poll_timeout().unwrap();
    assert_eq!(deadline, piece + FetchConfig::default().idle);
    fetch.handle_timeout(deadline);
    assert_eq!(fetch.phase(), FetchPhase::Waits);
}

#[test]
fn pauses_double() {
    let mut fetch = fetch(None);
    let mut pauses = Vec::new();
    for _ in 0..2 {
        ask(&mut fetch);
        fetch.handle_trouble(Tick::ZERO, TryFault::Broken);
        pauses.push(fetch.poll_timeout().unwrap());
    }
    assert_eq!(pauses, [Tick::from_secs(1), Tick::from_secs(2)]);
}

/// What the first request ends in when `head` answers it.
fn answered(head: &ReplyHead) -> Fetch {
    let mut fetch = fetch(None);
    ask(&mut fetch);
    fetch.handle_reply(Tick::ZERO, head);
    fetch
}

#[test]
fn a_reply_that_no_further_try_would_change_ends_it() {
    for status in [400, 401, 403, 404, 410, 416] {
        let head = ReplyHead {
            status,
            ..ReplyHead::default()
        };
        assert_eq!(code(answered(&head)), Status::GET, "{status}");
    }
    let coded = ReplyHead {
        content_encoding: Some("gzip".to_owned()),
        ..partial(0, 3)
    };
    assert_eq!(code(answered(&coded)), Status::GET);
    let longer = ReplyHead {
        content_range: Some("bytes 0-3/11".to_owned()),
        ..partial(0, 3)
    };
    assert_eq!(code(answered(&longer)), Status::GET);
    for status in [408, 429, 500, 503, 204, 304] {
        let head = ReplyHead {
            status,
            ..ReplyHead::default()
        };
        assert_eq!(answered(&head).phase(), FetchPhase::Waits, "{status}");
    }
}

#[test]
fn a_server_without_ranges_will_do_until_it_breaks_off() {
    let whole = ReplyHead {
        status: 200,
        content_length: Some(10),
        ..ReplyHead::default()
    };
    let mut good = answered(&whole);
    good.handle_body(Tick::ZERO, &IMAGE);
    good.handle_end(Tick::ZERO);
    assert_eq!(good.into_object().unwrap(), IMAGE);
    let mut breaks = answered(&whole);
    breaks.handle_body(Tick::ZERO, &IMAGE[..5]);
    breaks.handle_trouble(Tick::ZERO, TryFault::Broken);
    ask(&mut breaks);
    breaks.handle_reply(Tick::ZERO, &whole);
    assert_eq!(
        breaks.into_object(),
        Err(DownloadFault::NoRanges { first: 5 })
    );
}

#[test]
fn more_bytes_than_asked_for_are_not_taken() {
    let mut fetch = answered(&partial(0, 3));
    for byte in 0..5 {
        fetch.handle_body(Tick::ZERO, &IMAGE[byte..=byte]);
    }
    assert_eq!(fetch.phase(), FetchPhase::Waits);
    let request = ask(&mut fetch);
    assert_eq!(
        (request.first, request.last),
        (0, 3),
        "the whole range anew"
    );
}

#[test]
fn another_object_under_the_same_address_is_noticed() {
    let tagged = |tag: &str, head| ReplyHead {
        etag: Some(tag.to_owned()),
        ..head
    };
    let mut fetch = answered(&tagged("a", partial(0, 3)));
    fetch.handle_body(Tick::ZERO, &IMAGE[..4]);
    fetch.handle_end(Tick::ZERO);
    ask(&mut fetch);
    fetch.handle_reply(Tick::ZERO, &tagged("b", partial(4, 7)));
    assert_eq!(fetch.into_object(), Err(DownloadFault::Changed));
}

#[test]
fn redirections_end_and_stay_in_tls() {
    let to = |location: &str| ReplyHead {
        status: 302,
        location: Some(location.to_owned()),
        ..ReplyHead::default()
    };
    let mut circle = answered(&to("/TOKEN"));
    for _ in 0..5 {
        ask(&mut circle);
        circle.handle_reply(Tick::ZERO, &to("/TOKEN"));
    }
    assert_eq!(circle.into_object(), Err(DownloadFault::Redirects));
    assert_eq!(code(answered(&to("http://127.0.0.1/"))), Status::URL);
    let mut moved = answered(&to("https://b:8/x?TOKEN"));
    assert_eq!(ask(&mut moved).url.secret_text(), "https://b:8/x?TOKEN");
}

#[test]
fn bytes_that_were_not_promised_are_not_handed_over() {
    let mut fetch = fetch(Some("00000000000000000000000000000000"));
    for _ in 0..3 {
        give(&mut fetch, 4);
    }
    assert_eq!(code(fetch), Status::FILE_CRC);
}
