//! What is heard and said: inbox, ACKs, transcript.

use super::super::heard::Heard;
use super::super::rig_line::hello_vars;
use super::{INBOX_MAX, Runner, State};

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
        self.out.push_back(frame);
    }

    pub(super) fn note(&mut self, words: String) {
        self.transcript.add(self.elapsed(), '.', words);
    }
}
