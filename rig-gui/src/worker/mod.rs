//! The threads of the panel: the engine's own, and one that lists ports.
//!
//! The panel gives orders and reads messages; neither side ever waits for the other (the engine's
//! thread does at its very end, to hand over the verdict).

mod cut_run;
mod flash_log;
mod inspect;
mod outbox;
mod port;
mod ports;
mod prepare;
mod run;
mod scenario;
mod sweep;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use bridge::bench::When;
use bridge::drive::{Stopper, stop_pair};
use fixtures::scenario::{Fault, Scenario};

use crate::faults::ARMED_MAX;
use crate::files;
use crate::model::{Setup, Target};
use crate::wire::Live;
use outbox::Outbox;
use ports::PortWatch;

pub use outbox::{Dropped, MESSAGES_MAX, Message, Wake};
pub use sweep::{NEWS_MAX, Sweeper};

/// A fault that is to be armed: its number in the list, its moment, and what it is.
pub type Arming = (u32, When, Fault);

/// What an update begins with.
#[derive(Debug)]
pub struct Start {
    /// What was set up.
    pub setup: Setup,
    /// Seed of all that is random in it.
    pub seed: u64,
    /// Faults that are armed from the start.
    pub faults: Vec<Arming>,
    /// A run that a sweep has found, in place of what was set up.
    pub replay: Option<Arc<Scenario>>,
    /// Takes its frames, where somebody looks at them.
    pub live: Option<Live>,
}

/// The threads, seen from the panel.
pub struct Worker {
    update: Runner,
    channel: SyncSender<Message>,
    answers: Receiver<Message>,
    ports: PortWatch,
}

/// The thread of one update after the other.
pub struct Runner {
    /// What the last update says; each has a channel of its own, so that none speaks for another.
    messages: Option<Receiver<Message>>,
    wake: Wake,
    time_scale: f64,
    stopper: Option<Stopper>,
    faults: Option<SyncSender<Arming>>,
    /// The thread of the last update.
    thread: Option<thread::JoinHandle<()>>,
}

impl Runner {
    fn new(time_scale: f64, wake: Wake) -> Self {
        Self {
            messages: None,
            wake,
            time_scale,
            stopper: None,
            faults: None,
            thread: None,
        }
    }

    /// Starts an update on a thread of its own, with these faults armed; [`Message::Ended`] is the
    /// last word of it.
    pub fn start(&mut self, start: Start) {
        let Start {
            setup,
            seed,
            faults,
            replay,
            live,
        } = start;
        let (stopper, stop) = stop_pair();
        self.stopper = Some(stopper);
        let (more, more_faults) = sync_channel(ARMED_MAX);
        self.faults = Some(more);
        let (channel, messages) = sync_channel(MESSAGES_MAX);
        self.messages = Some(messages);
        let outbox = Outbox::new(channel, self.wake.clone()).with_live(live);
        let port = setup.target == Target::Port && replay.is_none();
        let unpaced = self.time_scale == 0.0 && !port;
        let mut outbox = if unpaced { outbox.patient() } else { outbox };
        let order = run::Order {
            setup,
            seed,
            time_scale: self.time_scale,
            replay,
            faults,
            more_faults,
        };
        // Its last bytes may still be on their way, and with them it holds its port.
        let before = self.thread.take();
        let work = move || {
            if let Some(before) = before {
                // One that ended in a panic has said so.
                let _ = before.join();
            }
            run::run_update(order, stop, &mut outbox);
        };
        // Where no thread can be had, the outbox is dropped, and that says that the update is over.
        self.thread = thread::Builder::new()
            .name("update".to_owned())
            .spawn(work)
            .ok();
    }

    /// Arms a fault in the running update; whether there is one that takes it.
    #[must_use]
    pub fn arm(&self, arming: Arming) -> bool {
        let faults = self.faults.as_ref();
        faults.is_some_and(|faults| faults.try_send(arming).is_ok())
    }

    /// Asks the running update to stop.
    pub fn stop(&self) {
        if let Some(stopper) = &self.stopper {
            stopper.stop();
        }
    }

    /// The next message, if there is one now.
    #[must_use]
    pub fn poll(&self) -> Option<Message> {
        self.messages.as_ref()?.try_recv().ok()
    }

    /// Waits for the next message; `None` when there is no more. Never call it while drawing: it is
    /// for programs without a window.
    #[must_use]
    pub fn wait(&self) -> Option<Message> {
        self.messages.as_ref()?.recv().ok()
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Worker {
    /// No update yet. Emulated time passes `time_scale` times as slowly as real time; 0 = it does
    /// not wait at all.
    #[must_use]
    pub fn new(time_scale: f64, wake: Wake) -> Self {
        let update = Runner::new(time_scale, wake);
        let (channel, answers) = sync_channel(MESSAGES_MAX);
        let ports = PortWatch::start(channel.clone(), update.wake.clone());
        Self {
            update,
            channel,
            answers,
            ports,
        }
    }

    /// A thread for updates beside this one.
    #[must_use]
    pub fn runner(&self) -> Runner {
        Runner::new(self.update.time_scale, self.update.wake.clone())
    }

    /// Starts an update; see [`Runner::start`].
    pub fn start(&mut self, start: Start) {
        self.update.start(start);
    }

    /// Arms a fault; see [`Runner::arm`].
    #[must_use]
    pub fn arm(&self, arming: Arming) -> bool {
        self.update.arm(arming)
    }

    /// Asks the running update to stop.
    pub fn stop(&self) {
        self.update.stop();
    }

    /// Lists the serial ports again now; the answer is a [`Message::Ports`].
    pub fn list_ports(&self) {
        self.ports.look_now();
    }

    /// Reads a folder; the answer is a [`Message::Folder`].
    pub fn list_folder(&self, folder: PathBuf) {
        self.answer("folder", move || {
            let listing = files::list(&folder);
            Message::Folder(folder, listing)
        });
    }

    /// Looks what a file is; the answer is a [`Message::Dropped`].
    pub fn inspect(&self, path: PathBuf) {
        self.answer("file", move || {
            let found = inspect::inspect(&path);
            Message::Dropped(path, found)
        });
    }

    /// Does something that may take its time on a thread of its own, and sends what comes of it.
    fn answer(&self, name: &str, work: impl FnOnce() -> Message + Send + 'static) {
        let (channel, wake) = (self.channel.clone(), self.update.wake.clone());
        let _ = thread::Builder::new().name(name.to_owned()).spawn(move || {
            if channel.send(work()).is_ok() {
                wake();
            }
        });
    }

    /// The next message, if there is one now.
    #[must_use]
    pub fn poll(&self) -> Option<Message> {
        self.update.poll().or_else(|| self.answers.try_recv().ok())
    }

    /// Waits for the next message of the update; see [`Runner::wait`].
    #[must_use]
    pub fn wait(&self) -> Option<Message> {
        self.update.wait()
    }

    /// Waits for the next answer to anything else. Never call it while drawing, either.
    #[must_use]
    pub fn wait_for_answer(&self) -> Option<Message> {
        self.answers.recv().ok()
    }
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker")
            .field("update", &self.update)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Runner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runner")
            .field("time_scale", &self.time_scale)
            .finish_non_exhaustive()
    }
}
