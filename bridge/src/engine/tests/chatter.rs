//! Hosts that talk more than they listen.

use core::time::Duration;

use protocol_spec::codes::Status;

use super::ayla_host::{AylaHost, Chat, ChatBefore, Knobs};
use super::line::{Outcome, run_calm};
use super::{LINE_SLOW, ayla_job, image};
use crate::engine::Engine;
use crate::event::Phase;
use crate::verdict::Class;

/// The offset of the block with number 3.
const BLOCK_3: u32 = 3 * 255;

fn update(chat: Chat) -> (Outcome, AylaHost) {
    let mut host = AylaHost::new(Knobs {
        chat: Some(chat),
        ..Knobs::default()
    });
    let engine = Engine::new(ayla_job(&image(2_000), b"demo 1.1"));
    let outcome = run_calm(engine, &mut host, LINE_SLOW);
    (outcome, host)
}

#[test]
fn forty_posts_before_the_ack_of_a_block_leave_out_answers_not_blocks() {
    let (outcome, host) = update(Chat {
        before: ChatBefore::Block(BLOCK_3),
        posts: 40,
        rounds: 1,
        answer_ack_delay: Duration::ZERO,
    });
    assert_eq!(outcome.verdict.class, Class::Pass, "{:#?}", outcome.verdict);
    assert_eq!(host.image, image(2_000));
    let left_out = outcome.verdict.notes.iter();
    assert_eq!(left_out.filter(|note| note.contains("left out")).count(), 1);
}

#[test]
fn a_flood_while_everything_is_acknowledged_in_order_delays_and_no_more() {
    let flood = |rounds| {
        update(Chat {
            before: ChatBefore::Block(0),
            posts: 3,
            rounds,
            answer_ack_delay: Duration::ZERO,
        })
    };
    let (outcome, host) = flood(200);
    assert_eq!(outcome.verdict.class, Class::Pass, "{:#?}", outcome.verdict);
    assert_eq!(host.image, image(2_000));
    // Without an end, the answers that the host itself waits for are among those left out.
    let (outcome, host) = flood(u32::MAX);
    assert_eq!(outcome.verdict.phase, Phase::Report);
    assert_eq!(host.image, image(2_000));
}

#[test]
fn a_host_that_is_too_busy_for_the_next_block_is_failed_by_the_stall_timer() {
    let (outcome, _) = update(Chat {
        before: ChatBefore::Block(BLOCK_3),
        posts: 40,
        rounds: 1,
        answer_ack_delay: Duration::from_millis(4_900),
    });
    let verdict = &outcome.verdict;
    assert_eq!(verdict.class, Class::HostFailed, "{verdict:#?}");
    assert_eq!(
        (verdict.status, verdict.phase, verdict.offset),
        (Some(Status::FATAL), Phase::Stream, Some(BLOCK_3 + 255))
    );
    assert!(verdict.what.contains("For 60 s"), "{}", verdict.what);
}

#[test]
fn a_host_that_is_too_busy_for_the_confirm_is_failed_by_the_stall_timer() {
    let (outcome, _) = update(Chat {
        before: ChatBefore::Report,
        posts: 40,
        rounds: 1,
        answer_ack_delay: Duration::from_millis(4_900),
    });
    let verdict = &outcome.verdict;
    assert_eq!(verdict.class, Class::HostFailed, "{verdict:#?}");
    assert_eq!(verdict.phase, Phase::Report);
    assert!(
        verdict.headline.contains("the CONFIRM"),
        "{}",
        verdict.headline
    );
}
