//! Which frame answers which, and after how long.

use std::collections::BTreeMap;
use std::time::Duration;

use protocol_spec::tick::Tick;

use crate::dialect::words::{Answer, Ask, Words};

/// Questions that wait at most; beyond it the oldest is forgotten.
const WAITING_MAX: usize = 4096;

/// An answer's question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answered {
    /// Number of the frame that asks.
    pub frame: u64,
    /// From the last byte of the question to the last byte of the answer.
    pub latency: Duration,
}

/// The questions that have no answer yet.
#[derive(Clone, Debug, Default)]
pub struct Pairing {
    waiting: BTreeMap<Ask, (u64, Tick)>,
}

impl Pairing {
    /// Takes note of a frame, whose number is `frame` and whose last byte came at `last_byte`; the
    /// question that it answers. Of a question that is asked again, the last time counts.
    pub fn see(&mut self, frame: u64, last_byte: Tick, words: &Words) -> Option<Answered> {
        let answered = words.answers.iter().filter_map(|it| self.answered(*it));
        let answered = answered.max_by_key(|(frame, _)| *frame);
        for ask in &words.asks {
            self.waiting.insert(*ask, (frame, last_byte));
        }
        while self.waiting.len() > WAITING_MAX {
            let oldest = self.waiting.iter().min_by_key(|(_, (frame, _))| *frame);
            let Some(oldest) = oldest.map(|(ask, _)| *ask) else {
                break;
            };
            self.waiting.remove(&oldest);
        }
        answered.map(|(frame, asked)| Answered {
            frame,
            latency: last_byte.since(asked),
        })
    }

    fn answered(&mut self, answer: Answer) -> Option<(u64, Tick)> {
        match answer {
            Answer::To(ask) => self.waiting.remove(&ask),
            Answer::UpTo { transfer, next } => {
                let piece = |end| Ask::Data { transfer, end };
                let range = piece(0)..=piece(next);
                let ends: Vec<Ask> = self.waiting.range(range).map(|(ask, _)| *ask).collect();
                let mut last = None;
                for ask in ends {
                    last = last.max(self.waiting.remove(&ask));
                }
                last
            }
        }
    }
}
