//! From the packets of a capture to the entries of its index.

use std::collections::BTreeMap;

use bridge::capture::pair::Pairing;
use bridge::capture::scan::Seen;
use bridge::capture::{self, Head};
use bridge::dialect::words::{Ask, Words, words};
use bridge::event::Direction;
use bridge::job::DialectKind;
use protocol_spec::tick::Tick;

use super::deed::{self, Deed, Deeds};
use super::index::{Entry, Kind, TypeNames};

/// How a comment begins that tells of an injected fault.
const FAULT: &str = "fault: ";
/// Transfers whose pieces are told apart from their repeats; the oldest number is forgotten.
const TRANSFERS_MAX: usize = 64;

/// Makes entries, in the order of the packets.
#[derive(Clone, Debug)]
pub(super) struct Indexer {
    names: TypeNames,
    pairing: Pairing,
    repeats: Repeats,
    /// Of the words of a transcript, too.
    pub(super) deeds: Deeds,
}

/// Whether a comment tells of an injected fault.
pub(super) fn tells_fault(comment: &str) -> bool {
    comment.starts_with(FAULT)
}

impl Indexer {
    pub(super) fn new(names: TypeNames) -> Self {
        Self {
            names,
            pairing: Pairing::default(),
            repeats: Repeats::default(),
            deeds: Deeds::default(),
        }
    }

    /// The entry of a packet that was found in a file.
    pub(super) fn seen(&mut self, seen: &Seen<'_>) -> Entry {
        let Ok((head, wire)) = seen.packet else {
            let at = Tick::from_nanos(u64::try_from(seen.at.as_nanos()).unwrap_or(u64::MAX));
            let mut entry = Entry::new(Kind::Foreign, Direction::ToHost, DialectKind::Rig, at);
            entry.name = self.names.number("FOREIGN");
            return entry.placed(seen.block, 0);
        };
        let mut entry = self.packet(seen.number, &head, wire);
        entry.set_comment(!seen.comments.is_empty());
        entry.set_fault(seen.comments.iter().any(|it| tells_fault(it)));
        entry.placed(seen.block + capture::scan::WIRE_OFFSET, wire.len())
    }

    /// The entry of a packet, without its place.
    pub(super) fn packet(&mut self, number: u64, head: &Head, wire: &[u8]) -> Entry {
        let said = match head.kind {
            capture::Kind::Frame => words(head.dialect, head.direction, wire),
            capture::Kind::Stray => Words::stray(wire.len()),
        };
        let kind = match head.kind {
            capture::Kind::Frame => Kind::Frame,
            capture::Kind::Stray => Kind::Stray,
        };
        let mut entry = Entry::new(kind, head.direction, head.dialect, head.last_byte);
        entry.name = self.names.number(type_name(&said));
        entry.set_error(kind == Kind::Stray || is_error(&said));
        entry.set_again(self.repeats.again(head.direction, &said.asks));
        entry.set_deed(self.deed(head, &said, wire, entry.is_again()));
        if let Some(answered) = self.pairing.see(number, head.last_byte, &said) {
            entry.set_answers(answered.frame);
        }
        entry
    }

    /// What a frame does to the blocks; an offer that is repeated does nothing.
    fn deed(&mut self, head: &Head, said: &Words, wire: &[u8], again: bool) -> Deed {
        if said.kind == "HELLO_ANSWER" {
            return deed::unit_of(wire).map_or(Deed::None, Deed::Unit);
        }
        let deed = self.deeds.read(head.direction, &said.summary);
        if again && deed.is_offer() {
            return Deed::None;
        }
        deed
    }
}

/// The type as it is filtered by: upper case; frames that make no sense are of one type.
fn type_name(said: &Words) -> &str {
    let known = said.kind.starts_with(|c: char| c.is_ascii_uppercase());
    if known { &said.kind } else { "INVALID" }
}

/// Whether a frame makes no sense or brings the code of a failure.
fn is_error(said: &Words) -> bool {
    let fails = |label| {
        value_of(&said.summary, label).is_some_and(|code| !code.trim_matches('0').is_empty())
    };
    match said.kind.as_str() {
        "NAK" => true,
        "STEP_STATUS" | "BLOCK_STATUS" => fails("code="),
        "MCU_OTA_STAT" => fails("err="),
        _ => type_name(said) == "INVALID",
    }
}

/// The word behind a label of a summary.
fn value_of<'t>(summary: &'t str, label: &str) -> Option<&'t str> {
    let (_, rest) = summary.split_once(label)?;
    rest.split(' ').next()
}

/// Knows what was sent before.
#[derive(Clone, Debug, Default)]
struct Repeats {
    /// Of each transfer the highest offset behind a piece.
    ends: BTreeMap<u16, u32>,
    /// The last question of each direction that is no piece.
    last: [Option<Ask>; 2],
}

impl Repeats {
    fn again(&mut self, direction: Direction, asks: &[Ask]) -> bool {
        match asks.first() {
            None => false,
            Some(Ask::Data { transfer, end }) => {
                let before = self.ends.get(transfer).copied();
                if before.is_none() && self.ends.len() == TRANSFERS_MAX {
                    self.ends.pop_first();
                }
                let highest = before.map_or(*end, |before| before.max(*end));
                self.ends.insert(*transfer, highest);
                before.is_some_and(|before| *end <= before)
            }
            Some(ask) => {
                let [to_host, to_module] = &mut self.last;
                let last = match direction {
                    Direction::ToHost => to_host,
                    Direction::ToModule => to_module,
                };
                last.replace(*ask) == Some(*ask)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_before_is_known() {
        let mut repeats = Repeats::default();
        let data = |transfer, end| [Ask::Data { transfer, end }];
        let told = [(1, 10), (1, 20), (1, 10), (1, 30), (2, 10)]
            .map(|(transfer, end)| repeats.again(Direction::ToHost, &data(transfer, end)));
        assert_eq!(told, [false, false, true, false, false]);
        let hello = [Ask::Hello { nonce: 1 }];
        assert!(!repeats.again(Direction::ToHost, &hello));
        assert!(!repeats.again(Direction::ToModule, &hello));
        assert!(repeats.again(Direction::ToHost, &hello));
    }

    #[test]
    fn failures_are_told_from_good_words() {
        let said = |summary: &str| Words {
            summary: summary.to_owned(),
            kind: summary.split(' ').next().unwrap_or_default().to_owned(),
            asks: Vec::new(),
            answers: Vec::new(),
        };
        for good in [
            "STEP_STATUS transfer=1 finish code=0 DONE",
            "MCU_OTA_STAT seq=1 req=0001 err=00 NONE",
            "REPORT id=4 code=7 X",
        ] {
            assert!(!is_error(&said(good)), "{good}");
        }
        for bad in [
            "STEP_STATUS transfer=1 finish code=10 X",
            "MCU_OTA_STAT seq=1 req=0001 err=0e CHECKSUM",
            "no frame",
            "NAK seq=1",
        ] {
            assert!(is_error(&said(bad)), "{bad}");
        }
    }
}
