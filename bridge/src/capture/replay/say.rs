//! When the recorded host says what.

use std::time::Duration;

use protocol_spec::tick::Tick;

use super::carry::acknowledging;
use super::recording::{After, Line};
use super::speech::Rank;
use super::{PATIENCE, Replay, ReplayEvent};

/// How many lines behind one that waits are looked at.
const AHEAD: usize = 64;

impl Replay {
    /// When something is to be said next.
    pub(super) fn next_due(&self) -> Option<Tick> {
        let again = self.again.front().map(|(due, _)| *due);
        let next = self.due(self.next);
        let overtaking = match next {
            Some(_) => None,
            None => self.overtaking().map(|(due, _)| due + PATIENCE),
        };
        [again, next, overtaking].into_iter().flatten().min()
    }

    /// The line that is due, and whether it is said once more.
    pub(super) fn take_due(&mut self, now: Tick) -> Option<(usize, bool)> {
        if self.again.front().is_some_and(|(due, _)| *due <= now) {
            let (_, line) = self.again.pop_front()?;
            return Some((line, true));
        }
        let due = self.due(self.next).is_some_and(|due| due <= now);
        due.then_some((self.next, false))
    }

    /// Says a line; returns its bytes.
    pub(super) fn say(&mut self, now: Tick, index: usize, again: bool) -> Vec<u8> {
        let Some(line) = self.recording.lines.get(index) else {
            return Vec::new();
        };
        let mut bytes = self.carried.rewrite(self.recording.dialect, &line.wire);
        let packet = line.packet;
        let acks = line.acknowledges.is_some();
        if again && acks {
            let later = acknowledging(&bytes, |next| self.covered.reach(next));
            bytes = later.unwrap_or(bytes);
        }
        self.events.push_back(ReplayEvent::Said { packet, again });
        let (_, left) = self.leaves.send(now, bytes.len());
        self.sign = self.sign.max(left);
        if again {
            self.counts.said_again += 1;
        } else {
            self.counts.said += 1;
            self.acked = Some(index).filter(|_| acks).or(self.acked);
            self.said.push(left);
            self.next += 1;
        }
        bytes
    }

    /// Passes over lines whose question does not come, when a later one has been due for long.
    pub(super) fn pass_over(&mut self, now: Tick) {
        if self.due(self.next).is_some() {
            return;
        }
        let Some((_, line)) = self.overtaking().filter(|(due, _)| *due + PATIENCE <= now) else {
            return;
        };
        for index in self.next..line {
            self.said.push(now);
            self.counts.passed_over += 1;
            if let Some(packet) = self.recording.lines.get(index).map(|it| it.packet) {
                self.events.push_back(ReplayEvent::PassedOver { packet });
            }
        }
        self.next = line;
    }

    /// When a line is due that comes `at` its word once more.
    pub(super) fn due_after(&self, at: Tick, line: usize) -> Tick {
        at + self.pause(line)
    }

    /// The first line behind the next one that is due, and when. None overtakes a line that waits
    /// for a step, which comes again until it is answered.
    fn overtaking(&self) -> Option<(Tick, usize)> {
        let lines = self.recording.lines.get(self.next..)?;
        let asides = lines.iter().take(AHEAD);
        let asides = asides.take_while(|line| !self.waits_for_step(line)).count();
        let mut behind = self.next + 1..self.next + asides;
        behind.find_map(|line| Some((self.due(line)?, line)))
    }

    fn waits_for_step(&self, line: &Line) -> bool {
        let step = |word: usize| {
            let word = self.recording.words.get(word);
            word.is_some_and(|it| it.rank == Rank::Step)
        };
        match line.after {
            After::Heard { word, time } => {
                let heard = self.heard.get(word).is_some_and(|it| it.len() > time);
                step(word) && !heard || !self.has_come(line)
            }
            After::Start | After::Said(_) => !self.has_come(line),
        }
    }

    /// Whether all that the line acknowledges has come.
    fn has_come(&self, line: &Line) -> bool {
        line.acknowledges.is_none_or(|piece| piece < self.step)
    }

    /// When a line is due; `None` while what it came upon has not come.
    fn due(&self, line: usize) -> Option<Tick> {
        let found = self.recording.lines.get(line)?;
        if !self.has_come(found) {
            return None;
        }
        let at = match found.after {
            After::Start => Some(Tick::ZERO),
            After::Heard { word, time } => self.heard.get(word)?.get(time).copied(),
            After::Said(line) => self.said.get(line).copied(),
        };
        Some(at? + self.pause(line))
    }

    /// From the last byte of what a line came upon to its own first byte.
    fn pause(&self, line: usize) -> Duration {
        let Some(line) = self.recording.lines.get(line) else {
            return Duration::ZERO;
        };
        let span = self.config.rate.time_of(line.wire.len());
        line.distance.saturating_sub(span)
    }
}
