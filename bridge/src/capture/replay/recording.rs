//! A capture as a host's part: what it says, after which word of the module, and how long after.

use std::collections::BTreeMap;
use std::io::Read;
use std::time::Duration;

use protocol_spec::tick::Tick;

use super::speech::{self, Numbers, Piece, Rank, Speech};
use crate::capture::pair::Pairing;
use crate::capture::{Item, Kind, Packet, ReadError, Reader};
use crate::dialect::words::{Answer, Words, words};
use crate::event::Direction;
use crate::job::DialectKind;

/// Most packets of a recording.
pub const PACKETS_MAX: u64 = 1_000_000;
/// Most bytes on the wire of a recording.
pub const WIRE_BYTES_MAX: usize = 64 << 20;

/// How many packets before a line are looked at for what it came upon.
const MARKS_MAX: usize = 4096;

/// Why a capture cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// It cannot be read to its end.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It has packets, and none that this program wrote.
    #[error("none of its {packets} packets is of otarig")]
    Foreign {
        /// How many it has.
        packets: u64,
    },
    /// One end says nothing in it.
    #[error("it holds no frame from the {who}")]
    Silent {
        /// Which end.
        who: &'static str,
    },
    /// Two dialects are spoken in it.
    #[error("packet {packet} is of another dialect than those before")]
    Mixed {
        /// Number of the first packet of the second one.
        packet: u64,
    },
    /// It is too large.
    #[error("it has more than {PACKETS_MAX} packets or {WIRE_BYTES_MAX} bytes of frames")]
    TooLarge,
}

/// A recorded host.
#[derive(Clone, Debug)]
pub struct Recording {
    pub(super) dialect: DialectKind,
    /// What the module said, each once.
    pub(super) words: Vec<Word>,
    /// What the host said.
    pub(super) lines: Vec<Line>,
    /// The pieces of objects, by transfer and offset.
    pub(super) pieces: BTreeMap<(u16, u32), Vec<usize>>,
}

/// Something that the module said, once or again and again.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// Number of the packet in which it was said first.
    pub(super) packet: u64,
    pub(super) rank: Rank,
    pub(super) says: Vec<u8>,
    pub(super) numbers: Numbers,
    pub(super) piece: Option<Piece>,
    pub(super) summary: String,
    /// How often it was said.
    pub(super) sends: usize,
    /// Lines of the host that came upon it.
    pub(super) answers: Vec<usize>,
}

/// Something that the host said.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) packet: u64,
    pub(super) kind: Kind,
    pub(super) wire: Vec<u8>,
    /// The last piece that it says has come, with all before it.
    pub(super) acknowledges: Option<usize>,
    pub(super) after: After,
    /// From the last byte of that to the last byte of this.
    pub(super) distance: Duration,
}

/// What a line of the host came upon.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum After {
    /// Nothing was said before.
    Start,
    /// A word of the module, when it was said for the time of this number, from 0.
    Heard { word: usize, time: usize },
    /// Another line.
    Said(usize),
}

impl Recording {
    /// Reads a capture to its end.
    ///
    /// # Errors
    /// [`RecordingError`] when there is nothing to play in it.
    pub fn read<R: Read>(capture: Reader<R>) -> Result<Self, RecordingError> {
        let mut build = Build::default();
        let (mut packets, mut bytes) = (0, 0);
        for item in capture {
            let item = item?;
            let number = packets;
            packets += 1;
            let Item::Packet(packet) = item else {
                continue;
            };
            bytes += packet.wire.len();
            if packets > PACKETS_MAX || bytes > WIRE_BYTES_MAX {
                return Err(RecordingError::TooLarge);
            }
            build.take(number, packet)?;
        }
        build.finish(packets)
    }

    /// The dialect that is spoken.
    #[must_use]
    pub const fn dialect(&self) -> DialectKind {
        self.dialect
    }

    /// Frames that the host says.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.lines.len()
    }

    /// What the module says, each once.
    #[must_use]
    pub fn words(&self) -> usize {
        self.words.len()
    }
}

/// A recording that is being read.
#[derive(Debug, Default)]
struct Build {
    dialect: Option<DialectKind>,
    words: Vec<Word>,
    lines: Vec<Line>,
    pieces: BTreeMap<(u16, u32), Vec<usize>>,
    known: Known,
    pairing: Pairing,
    /// Packets that a line may come upon: their numbers, ends, and what they are.
    marks: Vec<(u64, Tick, After)>,
}

/// The words that can be said again.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    words: BTreeMap<Vec<u8>, usize>,
}

impl Known {
    /// The word that is said again with this.
    pub(super) fn find(&self, speech: &Speech) -> Option<usize> {
        let identity = speech.identity.as_ref()?;
        self.words.get(identity).copied()
    }

    pub(super) fn add(&mut self, dialect: DialectKind, speech: &Speech, word: usize) {
        let Some(identity) = &speech.identity else {
            return;
        };
        // One frame is on its way at a time, and numbers of frames come again after a while.
        if dialect == DialectKind::Ayla {
            self.words.clear();
        }
        self.words.insert(identity.clone(), word);
    }
}

impl Build {
    fn take(&mut self, number: u64, packet: Packet) -> Result<(), RecordingError> {
        let head = packet.head;
        let dialect = *self.dialect.get_or_insert(head.dialect);
        if dialect != head.dialect {
            return Err(RecordingError::Mixed { packet: number });
        }
        let said = match head.kind {
            Kind::Frame => words(dialect, head.direction, &packet.wire),
            Kind::Stray => Words::stray(packet.wire.len()),
        };
        let answered = self.pairing.see(number, head.last_byte, &said);
        match (head.direction, head.kind) {
            (Direction::ToHost, Kind::Stray) => {}
            (Direction::ToHost, Kind::Frame) => {
                if let Some(speech) = speech::read(dialect, &packet.wire) {
                    let rank = speech.rank;
                    let after = self.heard(dialect, number, speech);
                    // Nothing comes again where an acknowledgement is lost.
                    if rank != Rank::Ack {
                        self.marks.push((number, head.last_byte, after));
                    }
                }
            }
            (Direction::ToModule, _) => {
                let asked = answered.and_then(|it| self.mark_of(it.frame));
                let before = self.marks.iter().rev().take(MARKS_MAX);
                let before = || before.clone().find(|(_, at, _)| *at <= head.first_byte);
                let (at, after) = asked
                    .or_else(|| before().map(|(_, at, after)| (*at, *after)))
                    .unwrap_or((Tick::ZERO, After::Start));
                let index = self.lines.len();
                let acknowledges = said.answers.iter().find_map(|it| self.last_piece(it));
                if let After::Heard { word, .. } = after
                    && let Some(word) = self.words.get_mut(word)
                {
                    word.answers.push(index);
                }
                self.lines.push(Line {
                    packet: number,
                    kind: head.kind,
                    wire: packet.wire,
                    acknowledges,
                    after,
                    distance: head.last_byte.since(at),
                });
                self.marks
                    .push((number, head.last_byte, After::Said(index)));
            }
        }
        Ok(())
    }

    /// The last piece that ends where an acknowledgement says, or before.
    fn last_piece(&self, answer: &Answer) -> Option<usize> {
        let Answer::UpTo { transfer, next } = *answer else {
            return None;
        };
        let before = self.pieces.range((transfer, 0)..(transfer, next)).rev();
        let ends = |word: &&usize| {
            let piece = self.words.get(**word).and_then(|it| it.piece.as_ref());
            piece.is_some_and(|piece| piece.end() <= next)
        };
        before.flat_map(|(_, words)| words).find(ends).copied()
    }

    /// When the frame of this number ended, and what it is, if the module said it.
    fn mark_of(&self, number: u64) -> Option<(Tick, After)> {
        let at = self.marks.binary_search_by_key(&number, |(it, ..)| *it);
        let (_, at, after) = self.marks.get(at.ok()?)?;
        matches!(after, After::Heard { .. }).then_some((*at, *after))
    }

    /// Takes note of a frame of the module.
    fn heard(&mut self, dialect: DialectKind, packet: u64, speech: Speech) -> After {
        let again = match &speech.piece {
            Some(piece) => self.piece(piece),
            None => self.known.find(&speech),
        };
        let word = again.unwrap_or(self.words.len());
        if let Some(known) = self.words.get_mut(word) {
            known.sends += 1;
            let time = known.sends - 1;
            return After::Heard { word, time };
        }
        self.known.add(dialect, &speech, word);
        if let Some(piece) = &speech.piece {
            let place = (piece.transfer, piece.offset);
            self.pieces.entry(place).or_default().push(word);
        }
        self.words.push(Word {
            packet,
            rank: speech.rank,
            says: speech.says,
            numbers: speech.numbers,
            piece: speech.piece,
            summary: speech.summary,
            sends: 1,
            answers: Vec::new(),
        });
        After::Heard { word, time: 0 }
    }

    /// The word that is the same piece.
    fn piece(&self, piece: &Piece) -> Option<usize> {
        let there = self.pieces.get(&(piece.transfer, piece.offset))?;
        let same = |word: &&usize| {
            let word = self.words.get(**word);
            word.and_then(|it| it.piece.as_ref()) == Some(piece)
        };
        there.iter().find(same).copied()
    }

    fn finish(self, packets: u64) -> Result<Recording, RecordingError> {
        let Some(dialect) = self.dialect else {
            return Err(match packets {
                0 => RecordingError::Silent { who: "module" },
                packets => RecordingError::Foreign { packets },
            });
        };
        let spoken = self.lines.iter().any(|line| line.kind == Kind::Frame);
        for (any, who) in [(!self.words.is_empty(), "module"), (spoken, "host")] {
            if !any {
                return Err(RecordingError::Silent { who });
            }
        }
        Ok(Recording {
            dialect,
            words: self.words,
            lines: self.lines,
            pieces: self.pieces,
        })
    }
}
