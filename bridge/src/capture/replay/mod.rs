//! A recorded host, played back as an emulated one.
//!
//! What the module says is compared with the recording; the numbers that every module draws anew
//! (nonce, transfer, sequence and request numbers) are left out of the comparison and are carried
//! over into what the recorded host answers. A line of the host comes as long after the word of
//! the module that it answers, or else after what came before it, as it was recorded.
//!
//! Steps of the update (offer, pieces, the orders to check and to boot) must come in their order,
//! the bytes of pieces must be the recorded ones, however they are cut. A frame that comes more
//! often than it was recorded is answered once more. A step that is another one ends the replay:
//! from then on it is silent.

mod carry;
mod covered;
mod hear;
pub mod line;
mod recording;
mod say;
mod speech;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Duration;

use protocol_spec::tick::Tick;

use self::carry::Carried;
use self::covered::Covered;
use self::recording::{After, Known};
use self::speech::Rank;
use super::{Kind, Tap};
use crate::engine::WireClock;
use crate::event::Direction;
use crate::job::LineConfig;
pub use line::ReplayLine;
pub use recording::{PACKETS_MAX, Recording, RecordingError, WIRE_BYTES_MAX};

/// A line that waits for a word that does not come is passed over when a later one is due for so
/// long.
pub const PATIENCE: Duration = Duration::from_secs(1);
/// How long both ends may be silent when nothing else is said.
pub const SILENCE_MAX: Duration = Duration::from_secs(120);
/// Most lines that wait to be said once more.
const AGAIN_MAX: usize = 256;

/// How a recorded host is played.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReplayConfig {
    /// Rate of the line, which says how long the last byte of a line comes after its first.
    pub rate: LineConfig,
    /// How long both ends may be silent.
    pub silence: Duration,
}

/// Something that happened in a replay, oldest first; an end is the last one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReplayEvent {
    /// The module said what is recorded.
    Heard {
        /// Number of the packet.
        packet: u64,
        /// More often than it was recorded.
        again: bool,
    },
    /// The host says what is recorded.
    Said {
        /// Number of the packet.
        packet: u64,
        /// Once more.
        again: bool,
    },
    /// A line was passed over, as what it came upon does not come.
    PassedOver {
        /// Number of the packet.
        packet: u64,
    },
    /// The replay is over.
    Ended(ReplayEnd),
}

/// How a replay ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReplayEnd {
    /// All was said and heard.
    Played,
    /// The module said something else.
    Otherwise {
        /// What the recording has; `None` when it is at its end.
        expected: Option<Place>,
        /// What came, in words.
        came: String,
    },
    /// Both ends were silent for too long.
    Silence {
        /// What the recording has.
        expected: Option<Place>,
    },
    /// The module went away.
    Gone {
        /// What the recording has.
        expected: Option<Place>,
    },
}

/// A word of the module in the recording.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// Number of its packet.
    pub packet: u64,
    /// What it says.
    pub summary: String,
}

/// What was heard and said.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ReplayCounts {
    /// Words of the module that were heard for the first time.
    pub heard: u64,
    /// Frames of the module that came more often than recorded.
    pub heard_again: u64,
    /// Runs of bytes that are no frame.
    pub stray: u64,
    /// Lines of the host that were said.
    pub said: u64,
    /// Lines that were said once more.
    pub said_again: u64,
    /// Lines that were passed over.
    pub passed_over: u64,
}

/// A recorded host behind the five doors.
#[derive(Debug)]
pub struct Replay {
    recording: Recording,
    config: ReplayConfig,
    tap: Tap,
    /// When each word was heard.
    heard: Vec<Vec<Tick>>,
    known: Known,
    carried: Carried,
    /// The bytes that came of the transfer on offer.
    covered: Covered,
    /// The first step that was not heard.
    step: usize,
    /// The last step that was heard, and those behind it.
    from: usize,
    /// The next line.
    next: usize,
    /// When the last byte of each line was said.
    said: Vec<Tick>,
    /// The last line that acknowledges pieces.
    acked: Option<usize>,
    again: VecDeque<(Tick, usize)>,
    leaves: WireClock,
    /// When either end said something last.
    sign: Tick,
    counts: ReplayCounts,
    events: VecDeque<ReplayEvent>,
    over: bool,
}

impl Replay {
    /// A replay that begins at time zero.
    #[must_use]
    pub fn new(recording: Recording, config: ReplayConfig) -> Self {
        let tap = Tap::new(recording.dialect, Direction::ToHost, config.rate);
        let heard = vec![Vec::new(); recording.words.len()];
        let mut replay = Self {
            recording,
            config,
            tap,
            heard,
            known: Known::default(),
            carried: Carried::default(),
            covered: Covered::default(),
            step: 0,
            from: 0,
            next: 0,
            said: Vec::new(),
            acked: None,
            again: VecDeque::new(),
            leaves: WireClock::new(config.rate),
            sign: Tick::ZERO,
            counts: ReplayCounts::default(),
            events: VecDeque::new(),
            over: false,
        };
        replay.find_step();
        replay
    }

    /// Bytes of the module, in any split; the last one has left the line at `now`.
    pub fn handle_input(&mut self, now: Tick, bytes: &[u8]) {
        self.sign = self.sign.max(now);
        for packet in self.tap.take(now, bytes) {
            if self.over {
                return;
            }
            match packet.head.kind {
                Kind::Frame => self.hear(packet.head.last_byte, &packet.wire),
                Kind::Stray => self.counts.stray += 1,
            }
        }
    }

    /// Notices that both ends have been silent for too long; harmless when early.
    pub fn handle_timeout(&mut self, now: Tick) {
        if !self.over && self.silent_at().is_some_and(|at| at <= now) {
            let expected = self.expected();
            self.end(if self.is_played() {
                ReplayEnd::Played
            } else {
                ReplayEnd::Silence { expected }
            });
        }
    }

    /// The module has closed its end; what the host would still say of itself is heard by nobody.
    pub fn link_closed(&mut self) {
        if !self.over {
            let expected = self.expected();
            self.end(
                if self.step >= self.recording.words.len() && self.asks_nothing() {
                    ReplayEnd::Played
                } else {
                    ReplayEnd::Gone { expected }
                },
            );
        }
    }

    /// Appends the next line that is due to `out` and returns its length; 0 = none now.
    pub fn poll_transmit(&mut self, now: Tick, out: &mut Vec<u8>) -> usize {
        if self.over {
            return 0;
        }
        self.pass_over(now);
        let Some((index, again)) = self.take_due(now) else {
            return 0;
        };
        let bytes = self.say(now, index, again);
        out.extend_from_slice(&bytes);
        bytes.len()
    }

    /// When a line is due, or the silence too long; `None` when it is over.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Tick> {
        if self.over {
            return None;
        }
        self.next_due().into_iter().chain(self.silent_at()).min()
    }

    /// What happened, oldest first.
    pub fn poll_event(&mut self) -> Option<ReplayEvent> {
        self.events.pop_front()
    }

    /// What was heard and said so far.
    #[must_use]
    pub const fn counts(&self) -> ReplayCounts {
        self.counts
    }

    /// Whether every line was said and every step heard.
    #[must_use]
    pub fn is_played(&self) -> bool {
        let lines = self.next >= self.recording.lines.len() && self.again.is_empty();
        lines && self.step >= self.recording.words.len()
    }

    /// Whether no line that is left waits for a word of the module.
    fn asks_nothing(&self) -> bool {
        let left = self.recording.lines.get(self.next..).unwrap_or_default();
        left.iter().all(|line| match line.after {
            After::Heard { word, time } => self.heard.get(word).is_some_and(|it| it.len() > time),
            After::Start | After::Said(_) => true,
        })
    }

    /// Words of the module that were not heard.
    #[must_use]
    pub fn unheard(&self) -> usize {
        self.heard.iter().filter(|times| times.is_empty()).count()
    }

    fn end(&mut self, end: ReplayEnd) {
        self.over = true;
        self.events.push_back(ReplayEvent::Ended(end));
    }

    /// What the recording has next from the module.
    fn expected(&self) -> Option<Place> {
        let awaited = self.recording.lines.get(self.next);
        let awaited = awaited.and_then(|line| match line.after {
            After::Heard { word, .. } => Some(word),
            After::Start | After::Said(_) => None,
        });
        let step = (self.step < self.recording.words.len()).then_some(self.step);
        let word = [awaited, step].into_iter().flatten().min()?;
        let word = self.recording.words.get(word)?;
        Some(Place {
            packet: word.packet,
            summary: word.summary.clone(),
        })
    }

    /// Moves on to the first step that was not heard.
    fn find_step(&mut self) {
        let words = &self.recording.words;
        while let (Some(word), Some(heard)) = (words.get(self.step), self.heard.get(self.step)) {
            if word.rank == Rank::Step && heard.is_empty() {
                return;
            }
            if word.rank == Rank::Step {
                self.from = self.step;
            }
            self.step += 1;
        }
    }

    /// When the silence is too long, as nothing is due.
    fn silent_at(&self) -> Option<Tick> {
        let nothing = self.next_due().is_none();
        nothing.then(|| self.sign + self.config.silence)
    }
}
