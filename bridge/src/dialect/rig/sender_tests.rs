//! The sender by itself: what is missing, what only seems to be.

use protocol_spec::rig::message::{Ack, SackRange};
use protocol_spec::tick::Tick;

use super::sender::{NeverSent, Planned, Sender};
use crate::event::RetransmitReason;

fn tick(ms: u64) -> Tick {
    Tick::from_millis(ms)
}

/// Sends all that may be sent, one piece per millisecond from `from` on.
fn send_all(sender: &mut Sender, from: u64) -> Vec<Planned> {
    let mut sent = Vec::new();
    while let Some(planned) = sender.plan() {
        sender.sent(planned, tick(from + sent.len() as u64));
        sent.push(planned);
    }
    sent
}

fn offsets(sent: &[Planned]) -> Vec<u32> {
    sent.iter().map(|planned| planned.piece.offset).collect()
}

fn ack(next: u32, limit: u32, ranges: &[(u32, u32)]) -> Ack {
    let mut sack = [SackRange::default(); 4];
    for (place, (start, end)) in sack.iter_mut().zip(ranges) {
        *place = SackRange {
            start: *start,
            end: *end,
        };
    }
    Ack {
        transfer: 1,
        next,
        limit,
        stored: next,
        busy_ms: 0,
        sack,
    }
}

#[test]
fn pieces_fill_the_credit_and_no_more() {
    let mut sender = Sender::new(0, 1_000, 350, 100, u32::MAX);
    assert_eq!(offsets(&send_all(&mut sender, 0)), [0, 100, 200]);
    sender
        .handle_ack(tick(10), &ack(300, 350, &[]))
        .expect("good");
    let rest = send_all(&mut sender, 10);
    assert_eq!((rest[0].piece.offset, rest[0].piece.len), (300, 50));
}

#[test]
fn only_the_gap_is_sent_again_and_at_once() {
    let mut sender = Sender::new(0, 1_000, 1_000, 100, u32::MAX);
    send_all(&mut sender, 0);
    sender
        .handle_ack(tick(20), &ack(100, 1_000, &[(200, 400)]))
        .expect("good");
    let again = send_all(&mut sender, 20);
    assert_eq!(offsets(&again), [100]);
    assert_eq!(again[0].again, Some(RetransmitReason::Gap));
    assert_eq!(again[0].piece.sends, 2);
    // The repetition is on its way: more of the same news is no reason for a third time.
    sender
        .handle_ack(tick(21), &ack(100, 1_000, &[(200, 600)]))
        .expect("good");
    assert_eq!(send_all(&mut sender, 21), []);
}

#[test]
fn what_lies_beyond_the_ranges_is_not_missing() {
    let mut sender = Sender::new(0, 1_000, 1_000, 100, u32::MAX);
    send_all(&mut sender, 0);
    let four = [(100, 200), (300, 400), (500, 600), (700, 800)];
    sender
        .handle_ack(tick(20), &ack(0, 1_000, &four))
        .expect("good");
    assert_eq!(offsets(&send_all(&mut sender, 20)), [0, 200, 400, 600]);
}

#[test]
fn after_a_lost_window_bursts_double_instead_of_one_timeout_each() {
    let mut sender = Sender::new(0, 1_000, 1_000, 100, u32::MAX);
    send_all(&mut sender, 0);
    sender.handle_silence();
    assert_eq!(offsets(&send_all(&mut sender, 100)), [0]);
    sender
        .handle_ack(tick(110), &ack(100, 1_000, &[]))
        .expect("good");
    assert_eq!(offsets(&send_all(&mut sender, 110)), [100, 200]);
    sender
        .handle_ack(tick(120), &ack(300, 1_000, &[]))
        .expect("good");
    assert_eq!(offsets(&send_all(&mut sender, 120)), [300, 400, 500, 600]);
}

#[test]
fn a_late_acknowledgement_of_the_first_sending_ends_the_recovery() {
    let mut sender = Sender::new(0, 1_000, 1_000, 100, u32::MAX);
    send_all(&mut sender, 0);
    sender.handle_silence();
    let planned = sender.plan().expect("the oldest");
    sender.sent(planned, tick(500));
    sender
        .handle_ack(tick(110), &ack(100, 1_000, &[]))
        .expect("good");
    assert_eq!(send_all(&mut sender, 120), []);
}

#[test]
fn latency_is_only_measured_where_it_is_certain() {
    let mut sender = Sender::new(0, 300, 300, 100, u32::MAX);
    send_all(&mut sender, 0);
    let acked = sender
        .handle_ack(tick(9), &ack(200, 300, &[]))
        .expect("good");
    assert_eq!(acked.left_wire, Some(tick(1)));
    sender.handle_silence();
    send_all(&mut sender, 50);
    let acked = sender
        .handle_ack(tick(60), &ack(300, 300, &[]))
        .expect("good");
    assert_eq!((acked.left_wire, sender.all_acked()), (None, true));
}

#[test]
fn an_acknowledgement_of_what_was_never_sent_is_refused() {
    let mut sender = Sender::new(0, 1_000, 200, 100, u32::MAX);
    send_all(&mut sender, 0);
    let refused = Err(NeverSent {
        acked: 300,
        sent: 200,
    });
    assert_eq!(sender.handle_ack(tick(5), &ack(300, 500, &[])), refused);
    assert_eq!(
        sender.handle_ack(tick(5), &ack(0, 500, &[(100, 300)])),
        refused
    );
}

#[test]
fn credit_never_moves_back_and_never_beyond_the_end() {
    let mut sender = Sender::new(0, 1_000, 500, 100, u32::MAX);
    assert!(!sender.raise_limit(100));
    assert!(sender.raise_limit(u32::MAX));
    assert_eq!(sender.limit(), 1_000);
}

#[test]
fn a_starved_sender_reminds_with_one_byte_that_the_host_has() {
    let mut sender = Sender::new(0, 1_000, 200, 100, u32::MAX);
    assert!(!sender.remind(), "nothing is there yet");
    send_all(&mut sender, 0);
    assert!(!sender.starved(), "pieces are on their way");
    sender
        .handle_ack(tick(5), &ack(200, 200, &[]))
        .expect("good");
    assert!(sender.starved() && sender.remind());
    let reminder = send_all(&mut sender, 6);
    assert_eq!(
        (
            reminder.len(),
            reminder[0].piece.offset,
            reminder[0].piece.len
        ),
        (1, 199, 1)
    );
    assert_eq!(sender.sent_to(), 200);
    assert!(sender.starved());
}
