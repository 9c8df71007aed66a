//! What the engine's thread tells the panel, through a bounded channel.
//!
//! The engine never waits for the panel: when the channel is full, frames and progress are left out
//! and counted, and what must not be lost waits here.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};

use bridge::bench::{Struck, Told};
use bridge::event::{Event, Stamped};
use bridge::transcript::{note_line, note_text};
use bridge::trouble::Trouble;
use bridge::verdict::{Injected, Verdict};
use fixtures::scenario::Fault;
use protocol_spec::tick::Tick;

use crate::block_map::{FlashDeed, FlashPart};
use crate::faults::told as told_of;
use crate::files::Listing;
use crate::model::PortChoice;
use crate::wire::Live;

/// Most messages between the engine's thread and the panel.
pub const MESSAGES_MAX: usize = 2048;

/// Most messages that wait for a place in the channel.
const WAITING_MAX: usize = 1024;

/// Most operations of flash that wait to be told; later ones are not shown.
const DEEDS_MAX: usize = 65_536;

/// Something that a thread tells the panel.
#[derive(Debug)]
pub enum Message {
    /// The engine said so.
    Event(Stamped),
    /// The emulated host did something, in words.
    Host(Tick, String),
    /// The areas of the emulated host's flash.
    FlashParts(Vec<FlashPart>),
    /// What that flash did since the last such message.
    Flash(Vec<FlashDeed>),
    /// A fault has struck: the name that it has in common with an armed one, and what it did.
    Struck(Tick, String, String),
    /// An armed fault could not be put in place.
    Refused(u32, String),
    /// An update of a scenario begins: its number from 1, and how many there are.
    Run(u32, u32),
    /// What a scenario has come to.
    Concluded(Box<Verdict>),
    /// What a folder holds.
    Folder(PathBuf, Listing),
    /// What a dropped file is.
    Dropped(PathBuf, Result<Dropped, Trouble>),
    /// It is that late, and nothing else is to be told.
    Time(Tick),
    /// So many events were left out, since the panel did not keep up.
    Unseen(u64),
    /// The serial ports of this machine.
    Ports(Vec<PortChoice>),
    /// The update's thread is at its end.
    Ended,
}

/// What a dropped file is good for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dropped {
    /// An image for the next update.
    Image,
    /// A patch for the next update.
    Patch,
    /// A scenario.
    Scenario,
    /// A capture or a transcript.
    Frames,
}

/// Called after every message, so that the panel looks.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// The sending end.
pub(super) struct Outbox {
    channel: SyncSender<Message>,
    wake: Wake,
    waiting: VecDeque<Message>,
    notes: Vec<String>,
    /// Faults that were armed on a bench, and those that have struck.
    injected: Injected,
    /// What the flash did and nobody was told.
    deeds: Vec<FlashDeed>,
    unseen: u64,
    gone: bool,
    /// The other side may be waited for: nothing here is bound to any clock.
    patient: bool,
    /// Takes the frames, where somebody looks at them.
    live: Option<Live>,
}

impl Outbox {
    /// An empty outbox in front of a channel.
    pub(super) fn new(channel: SyncSender<Message>, wake: Wake) -> Self {
        Self {
            channel,
            wake,
            waiting: VecDeque::new(),
            notes: Vec::new(),
            injected: Injected::default(),
            deeds: Vec::new(),
            unseen: 0,
            gone: false,
            patient: false,
            live: None,
        }
    }

    /// An outbox that leaves nothing out, however slow its reader is.
    pub(super) fn patient(mut self) -> Self {
        self.patient = true;
        self
    }

    /// An outbox that hands all events to this as well.
    pub(super) fn with_live(mut self, live: Option<Live>) -> Self {
        self.live = live;
        self
    }

    /// Notes about the image: told now, and again with the verdict.
    pub(super) fn notes(&mut self, notes: Vec<String>) {
        for note in &notes {
            let event = Event::Note(note.clone());
            self.event(Stamped {
                at: Tick::ZERO,
                event,
            });
        }
        self.notes = notes;
    }

    /// Tells what happened on the bench; of a swap only the first and the last step.
    pub(super) fn told(&mut self, told: &Told<'_>) {
        match told {
            Told::Run(number, of) => self.send(Message::Run(*number, *of), false),
            Told::Download(at, event) => {
                self.send(Message::Host(*at, event.to_string()), false);
            }
            Told::Struck(at, struck) => {
                let name = match struck {
                    Struck::Line(hit) => told_of(&Fault::Line(hit.fault)),
                    Struck::Module(fault) => told_of(&Fault::Module(*fault)),
                    Struck::Host(fault) => told_of(fault),
                };
                let text = struck.to_string();
                if let Some(live) = &mut self.live {
                    live.comment(&format!("fault: {text}"));
                }
                self.injected.struck += 1;
                self.send(Message::Struck(*at, name, text), false);
            }
            Told::Engine(event) => self.event((*event).clone()),
            Told::Host(at, note) if note_line(*at, note).is_some() => {
                self.send(Message::Host(*at, note_text(note)), false);
            }
            Told::Host(..) => {}
        }
    }

    /// Tells an event; frames and progress may be left out.
    pub(super) fn event(&mut self, mut event: Stamped) {
        if let Event::Verdict(verdict) = &mut event.event {
            verdict.notes.splice(0..0, self.notes.drain(..));
            self.mark(verdict);
        }
        if let Some(live) = &mut self.live {
            live.event(&event);
        }
        let may_go = may_be_left_out(&event.event);
        self.send(Message::Event(event), may_go);
    }

    /// Tells what a scenario has come to.
    pub(super) fn concluded(&mut self, mut verdict: Verdict) {
        let own = verdict.injected.take();
        self.mark(&mut verdict);
        // The scenario's own faults are there besides those that were armed here.
        if let Some(own) = own {
            let here = verdict.injected.map_or(0, |here| here.armed);
            let struck = self.injected.struck.saturating_sub(own.struck).min(here);
            verdict.injected = Some(Injected {
                armed: own.armed + here,
                struck: own.struck + struck,
            });
        }
        self.send(Message::Concluded(Box::new(verdict)), false);
    }

    /// Tells that a fault has struck: the name that it has in common with an armed one, and what it did.
    pub(super) fn struck(&mut self, at: Tick, name: String, text: String) {
        self.send(Message::Struck(at, name, text), false);
    }

    /// Tells the areas of the emulated host's flash.
    pub(super) fn flash_parts(&mut self, parts: Vec<FlashPart>) {
        self.send(Message::FlashParts(parts), false);
    }

    /// Tells what the flash did, as soon as there is a place for it.
    pub(super) fn flash(&mut self, deeds: &mut Vec<FlashDeed>) {
        let room = DEEDS_MAX.saturating_sub(self.deeds.len());
        self.deeds.extend(deeds.drain(..).take(room));
        if self.patient && !self.deeds.is_empty() {
            let deeds = std::mem::take(&mut self.deeds);
            return self.send(Message::Flash(deeds), false);
        }
        self.flush();
        if self.deeds.is_empty() || !self.waiting.is_empty() {
            return;
        }
        match self
            .channel
            .try_send(Message::Flash(std::mem::take(&mut self.deeds)))
        {
            Ok(()) => (self.wake)(),
            Err(TrySendError::Full(Message::Flash(deeds))) => self.deeds = deeds,
            Err(TrySendError::Full(_)) => {}
            Err(TrySendError::Disconnected(_)) => self.gone = true,
        }
    }

    /// A fault is armed on the bench.
    pub(super) fn armed(&mut self) {
        self.injected.armed += 1;
    }

    /// Says in a verdict what was armed for its update, unless whoever drove it has said so.
    fn mark(&self, verdict: &mut Verdict) {
        let Injected { armed, struck } = self.injected;
        if armed > 0 && verdict.injected.is_none() {
            let struck = struck.min(armed);
            verdict.injected = Some(Injected { armed, struck });
        }
    }

    /// Tells that an armed fault could not be put in place.
    pub(super) fn refused(&mut self, id: u32, why: String) {
        self.send(Message::Refused(id, why), false);
    }

    /// Tells the time; may be left out.
    pub(super) fn time(&mut self, now: Tick) {
        self.send(Message::Time(now), true);
    }

    /// Whether nobody listens any more.
    pub(super) fn closed(&self) -> bool {
        self.gone
    }

    fn send(&mut self, message: Message, may_be_left_out: bool) {
        if self.patient {
            self.gone |= self.channel.send(message).is_err();
            (self.wake)();
            return;
        }
        self.flush();
        if self.waiting.is_empty() {
            match self.channel.try_send(message) {
                Ok(()) => (self.wake)(),
                Err(TrySendError::Full(message)) => self.keep(message, may_be_left_out),
                Err(TrySendError::Disconnected(_)) => self.gone = true,
            }
        } else {
            self.keep(message, may_be_left_out);
        }
    }

    fn keep(&mut self, message: Message, may_be_left_out: bool) {
        let verdict = matches!(
            &message,
            Message::Event(Stamped {
                event: Event::Verdict(_),
                ..
            })
        );
        if verdict || !may_be_left_out && self.waiting.len() < WAITING_MAX {
            self.waiting.push_back(message);
        } else if matches!(message, Message::Event(_)) {
            self.unseen += 1;
        }
    }

    fn flush(&mut self) {
        while let Some(message) = self.waiting.pop_front() {
            match self.channel.try_send(message) {
                Ok(()) => (self.wake)(),
                Err(TrySendError::Full(message)) => {
                    self.waiting.push_front(message);
                    return;
                }
                Err(TrySendError::Disconnected(_)) => self.gone = true,
            }
        }
    }
}

/// Sends all that waits and the last message, however long the panel takes.
impl Drop for Outbox {
    fn drop(&mut self) {
        let unseen = (self.unseen > 0).then_some(Message::Unseen(self.unseen));
        if let Some(live) = &mut self.live {
            live.finish();
        }
        let waiting = std::mem::take(&mut self.waiting);
        let deeds = std::mem::take(&mut self.deeds);
        let deeds = (!deeds.is_empty()).then_some(Message::Flash(deeds));
        let last = deeds.into_iter().chain(unseen).chain([Message::Ended]);
        for message in waiting.into_iter().chain(last) {
            if self.channel.send(message).is_err() {
                return;
            }
            (self.wake)();
        }
    }
}

fn may_be_left_out(event: &Event) -> bool {
    matches!(
        event,
        Event::Frame(_)
            | Event::Progress(_)
            | Event::Busy { .. }
            | Event::BadFrame(_)
            | Event::Retransmit(_)
    )
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use bridge::event::{BadFrame, Phase};

    use super::*;

    fn stamped(event: Event) -> Stamped {
        Stamped {
            at: Tick::ZERO,
            event,
        }
    }

    #[test]
    fn a_panel_that_does_not_look_loses_frames_and_nothing_else() {
        let (channel, messages) = sync_channel(2);
        let mut outbox = Outbox::new(channel, Arc::new(|| {}));
        let bad = BadFrame {
            reason: "noise".to_owned(),
            bytes: Vec::new(),
        };
        for _ in 0..5 {
            outbox.event(stamped(Event::BadFrame(bad.clone())));
        }
        outbox.event(stamped(Event::Phase(Phase::Boot)));
        let verdict = Verdict::rig_error("x".to_owned(), String::new(), String::new());
        outbox.event(stamped(Event::Verdict(Box::new(verdict))));
        let told: Vec<Message> = std::thread::scope(|scope| {
            scope.spawn(|| drop(outbox));
            messages.iter().collect()
        });
        let kinds: Vec<&str> = told.iter().map(kind).collect();
        assert_eq!(
            kinds,
            ["noise", "noise", "phase", "verdict", "unseen 3", "ended"]
        );
    }

    fn kind(message: &Message) -> &'static str {
        match message {
            Message::Event(Stamped {
                event: Event::BadFrame(_),
                ..
            }) => "noise",
            Message::Event(Stamped {
                event: Event::Phase(_),
                ..
            }) => "phase",
            Message::Event(Stamped {
                event: Event::Verdict(_),
                ..
            }) => "verdict",
            Message::Unseen(3) => "unseen 3",
            Message::Ended => "ended",
            _ => "other",
        }
    }

    #[test]
    fn notes_are_told_at_once_and_with_the_verdict() {
        let (channel, messages) = sync_channel(8);
        let mut outbox = Outbox::new(channel, Arc::new(|| {}));
        outbox.notes(vec!["a gap".to_owned()]);
        let verdict = Verdict::rig_error("x".to_owned(), String::new(), String::new());
        outbox.event(stamped(Event::Verdict(Box::new(verdict))));
        let told: Vec<Message> = messages.try_iter().collect();
        let [Message::Event(first), Message::Event(last)] = &told[..] else {
            panic!("{told:?}")
        };
        assert_eq!(first.event, Event::Note("a gap".to_owned()));
        assert!(matches!(&last.event, Event::Verdict(verdict) if verdict.notes == ["a gap"]));
    }

    #[test]
    fn a_closed_panel_is_noticed() {
        let (channel, messages) = sync_channel(2);
        drop(messages);
        let mut outbox = Outbox::new(channel, Arc::new(|| {}));
        outbox.time(Tick::ZERO);
        assert!(outbox.closed());
    }
}
