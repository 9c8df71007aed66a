//! What is heard and said: inbox, ACKs, transcript.

use super::super::heard::Heard;
use super::super::rig_line::hello_vars;
use super::{INBOX_MAX, Runner, State};
use crate::event::{Direction, Event};
use crate::verdict::Class;

impl Runner {
    pub(super) fn hear(&mut self, heard: Heard) {
        self.heard_any = true;
        let words = heard.words(self.script.dialect, false);
        self.transcript.add(self.elapsed(), '<', words);
        if heard.name == "hello-answer" {
            self.vars.extend(hello_vars(&heard));
        }
        if heard.name == "link-ack" && self.take_ack(&heard) {
            return;
        }
        if self.inbox.len() < INBOX_MAX {
            self.inbox.push_back(heard);
        } else {
            let what = format!(
                "{INBOX_MAX} messages wait for a step and more come: a step must expect them"
            );
            self.end(Class::RigError, what);
        }
    }

    /// Takes note of what the engine met: only a frame that can be read counts as heard.
    pub(super) fn overhear(&mut self) {
        let State::Updating(engine) = &mut self.state else {
            return;
        };
        while let Some(stamped) = engine.poll_event() {
            match stamped.event {
                Event::Frame(frame) if frame.direction == Direction::ToModule => {
                    self.heard_any = true;
                }
                Event::BadFrame(_) => self.bad_frames += 1,
                _ => {}
            }
        }
    }

    /// Whether an ACK is one that nobody looks for.
    fn take_ack(&mut self, heard: &Heard) -> bool {
        let seq = heard.number_of("seq").unwrap_or(-1);
        if let State::Transferring(progress) = &mut self.state
            && progress.acked(seq)
        {
            return true;
        }
        u8::try_from(seq).is_ok_and(|seq| self.maybe.remove(&seq))
    }

    pub(super) fn say(&mut self, frame: Vec<u8>, shown: &Heard) {
        let words = shown.words(self.script.dialect, true);
        self.transcript.add(self.elapsed(), '>', words);
        self.outbox.push(self.now, frame);
    }

    pub(super) fn note(&mut self, words: String) {
        self.transcript.add(self.elapsed(), '.', words);
    }
}
