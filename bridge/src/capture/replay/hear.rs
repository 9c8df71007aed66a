//! What the live module says, against the recording.

use protocol_spec::rig::message::DATA_BYTES_MAX;
use protocol_spec::tick::Tick;

use super::recording::Word;
use super::speech::{self, Piece, Rank, Speech};
use super::{AGAIN_MAX, Covered, Replay, ReplayEnd, ReplayEvent};

impl Replay {
    /// Takes a frame whose last byte came at `at`.
    pub(super) fn hear(&mut self, at: Tick, wire: &[u8]) {
        let dialect = self.recording.dialect;
        let Some(speech) = speech::read(dialect, wire) else {
            return;
        };
        if let Some(piece) = &speech.piece {
            return self.hear_piece(at, &speech, piece);
        }
        if let Some(word) = self.known.find(&speech) {
            return self.heard_again(at, word);
        }
        let found = match speech.rank {
            Rank::Step => Some(self.step).filter(|step| self.says(*step, &speech)),
            Rank::Aside => self.find_aside(&speech),
            Rank::Ack => match self.find_new(0, self.heard.len(), &speech) {
                // One more acknowledgement of what was said once more.
                None => return,
                found => found,
            },
        };
        match found {
            Some(word) => self.heard_first(at, word, &speech),
            None => match self.find_old(&speech) {
                Some(word) => {
                    self.learn(word, &speech);
                    self.known.add(dialect, &speech, word);
                    self.answer_again(at, word);
                }
                None => self.otherwise(&speech),
            },
        }
    }

    /// Whether the word of this number says the same.
    fn says(&self, word: usize, speech: &Speech) -> bool {
        let word = self.recording.words.get(word);
        word.is_some_and(|it| {
            it.piece.is_none() && it.rank == speech.rank && it.says == speech.says
        })
    }

    /// What the module says between two steps: first what is recorded there.
    fn find_aside(&self, speech: &Speech) -> Option<usize> {
        let now = self.find_new(self.from, self.step, speech);
        now.or_else(|| self.find_new(0, self.from, speech))
    }

    /// The first word that was not heard and says the same.
    fn find_new(&self, from: usize, to: usize, speech: &Speech) -> Option<usize> {
        let new = |word: &usize| self.heard.get(*word).is_some_and(Vec::is_empty);
        (from..to).find(|word| new(word) && self.says(*word, speech))
    }

    /// The last word that was heard and says the same; a step is never said anew.
    fn find_old(&self, speech: &Speech) -> Option<usize> {
        let old = |word: &usize| self.heard.get(*word).is_some_and(|it| !it.is_empty());
        let mut all = (0..self.heard.len()).rev();
        let found = all.find(|word| old(word) && self.says(*word, speech));
        found.filter(|_| speech.rank == Rank::Aside)
    }

    fn heard_first(&mut self, at: Tick, word: usize, speech: &Speech) {
        self.learn(word, speech);
        self.known.add(self.recording.dialect, speech, word);
        if speech.rank == Rank::Step && speech.piece.is_none() {
            self.covered = Covered::default();
        }
        self.take_word(at, word);
    }

    fn take_word(&mut self, at: Tick, word: usize) {
        self.counts.heard += 1;
        self.mark(at, word, false);
        self.find_step();
    }

    fn heard_again(&mut self, at: Tick, word: usize) {
        let sends = self.word(word).map_or(0, |it| it.sends);
        let times = self.heard.get(word).map_or(0, Vec::len);
        if times < sends {
            self.mark(at, word, false);
        } else {
            self.answer_again(at, word);
        }
    }

    /// A word was heard.
    fn mark(&mut self, at: Tick, word: usize, again: bool) {
        if let Some(times) = self.heard.get_mut(word).filter(|_| !again) {
            times.push(at);
        }
        if let Some(packet) = self.word(word).map(|it| it.packet) {
            self.events.push_back(ReplayEvent::Heard { packet, again });
        }
    }

    /// Says once more what was said upon this word, as long after it as then.
    fn answer_again(&mut self, at: Tick, word: usize) {
        self.counts.heard_again += 1;
        self.mark(at, word, true);
        let Some(found) = self.word(word) else {
            return;
        };
        if found.piece.is_some() {
            // What has come since is acknowledged with it.
            return self.say_again(at, self.acked);
        }
        let said = |line: &&usize| **line < self.next;
        let lines: Vec<usize> = found.answers.iter().filter(said).copied().collect();
        self.say_again(at, lines);
    }

    fn say_again(&mut self, at: Tick, lines: impl IntoIterator<Item = usize>) {
        for line in lines {
            let waits = self.again.iter().any(|(_, it)| *it == line);
            if !waits && self.again.len() < AGAIN_MAX {
                let due = self.due_after(at, line);
                let place = self.again.partition_point(|(other, _)| *other <= due);
                self.again.insert(place, (due, line));
            }
        }
    }

    fn hear_piece(&mut self, at: Tick, speech: &Speech, live: &Piece) {
        let transfer = self.carried.recorded_transfer(live.transfer);
        let Some(words) = transfer.and_then(|transfer| self.words_of(transfer, live)) else {
            return self.otherwise(speech);
        };
        let again = self.covered.holds(live.offset, live.end());
        self.covered.add(live.offset, live.end());
        let (mut first, mut told) = (false, false);
        for word in words {
            let Some((start, end)) = self.word(word).and_then(Word::range) else {
                continue;
            };
            let whole = live.offset <= start && end <= live.end();
            let new = self.heard.get(word).is_some_and(Vec::is_empty);
            if new && self.covered.holds(start, end) {
                first = true;
                self.take_word(at, word);
            } else if !new && whole && !first {
                told = true;
                self.heard_again(at, word);
            }
        }
        if again && !first && !told {
            self.counts.heard_again += 1;
            self.say_again(at, self.acked);
        }
    }

    /// The recorded pieces that a live one has to do with; `None` when it is not of the same bytes.
    fn words_of(&self, transfer: u16, live: &Piece) -> Option<Vec<usize>> {
        let most = u32::try_from(DATA_BYTES_MAX).unwrap_or(u32::MAX);
        let from = (transfer, live.offset.saturating_sub(most));
        let pieces = self.recording.pieces.range(from..(transfer, live.end()));
        let (mut known, mut words) = (live.offset, Vec::new());
        for word in pieces.flat_map(|(_, words)| words) {
            let piece = self.word(*word)?.piece.as_ref()?;
            let (start, end) = (piece.offset.max(live.offset), piece.end().min(live.end()));
            if start >= end {
                continue;
            }
            let part = |it: &Piece| {
                let range = (start - it.offset) as usize..(end - it.offset) as usize;
                it.bytes.get(range).map(<[u8]>::to_vec)
            };
            if part(piece) != part(live) {
                return None;
            }
            if start <= known {
                known = known.max(end);
            }
            words.push(*word);
        }
        (known >= live.end()).then_some(words)
    }

    fn learn(&mut self, word: usize, speech: &Speech) {
        if let Some(recorded) = self.word(word).map(|it| it.numbers) {
            self.carried.learn(recorded, speech.numbers);
        }
    }

    fn word(&self, word: usize) -> Option<&Word> {
        self.recording.words.get(word)
    }

    fn otherwise(&mut self, speech: &Speech) {
        let expected = self.expected();
        let came = speech.summary.clone();
        self.end(ReplayEnd::Otherwise { expected, came });
    }
}

impl Word {
    /// The offsets of a piece.
    fn range(&self) -> Option<(u32, u32)> {
        let piece = self.piece.as_ref()?;
        Some((piece.offset, piece.end()))
    }
}
