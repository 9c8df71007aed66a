//! The threads of the panel: the engine's own, and one that lists ports.
//!
//! The panel gives orders and reads messages; neither side ever waits for the other (the engine's
//! thread does at its very end, to hand over the verdict).

mod outbox;
mod port;
mod prepare;
mod run;

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use bridge::drive::{Stopper, stop_pair};
use bridge::link::{PortRow, available_ports};

use crate::model::{PortChoice, Setup};
use outbox::Outbox;

pub use outbox::{MESSAGES_MAX, Message, Wake};

/// The threads, seen from the panel.
pub struct Worker {
    channel: SyncSender<Message>,
    messages: Receiver<Message>,
    wake: Wake,
    time_scale: f64,
    stopper: Option<Stopper>,
}

impl Worker {
    /// No thread yet. Emulated time passes `time_scale` times as slowly as real time; 0 = it does
    /// not wait at all.
    #[must_use]
    pub fn new(time_scale: f64, wake: Wake) -> Self {
        let (channel, messages) = sync_channel(MESSAGES_MAX);
        Self {
            channel,
            messages,
            wake,
            time_scale,
            stopper: None,
        }
    }

    /// Starts an update on a thread of its own; [`Message::Ended`] is the last word of it.
    pub fn start(&mut self, setup: Setup, seed: u64) {
        let (stopper, stop) = stop_pair();
        self.stopper = Some(stopper);
        let mut outbox = Outbox::new(self.channel.clone(), self.wake.clone());
        let order = run::Order {
            setup,
            seed,
            time_scale: self.time_scale,
        };
        // Where no thread can be had, the outbox is dropped, and that says that the update is over.
        let _ = thread::Builder::new()
            .name("update".to_owned())
            .spawn(move || run::run_update(&order, stop, &mut outbox));
    }

    /// Asks the running update to stop.
    pub fn stop(&self) {
        if let Some(stopper) = &self.stopper {
            stopper.stop();
        }
    }

    /// Lists the serial ports on a thread of its own; the answer is a [`Message::Ports`].
    pub fn list_ports(&self) {
        let (channel, wake) = (self.channel.clone(), self.wake.clone());
        let _ = thread::Builder::new()
            .name("ports".to_owned())
            .spawn(move || {
                let ports = available_ports().iter().map(port_choice).collect();
                if channel.send(Message::Ports(ports)).is_ok() {
                    wake();
                }
            });
    }

    /// The next message, if there is one now.
    #[must_use]
    pub fn poll(&self) -> Option<Message> {
        self.messages.try_recv().ok()
    }

    /// Waits for the next message. Never call it while drawing: it is for programs without a window.
    #[must_use]
    pub fn wait(&self) -> Option<Message> {
        self.messages.recv().ok()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop();
    }
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker")
            .field("time_scale", &self.time_scale)
            .finish_non_exhaustive()
    }
}

/// A port in the words of the panel.
fn port_choice(port: &PortRow) -> PortChoice {
    let known = [
        port.manufacturer.clone(),
        port.product.clone(),
        port.usb(),
        port.serial.clone(),
    ];
    let adapter: Vec<String> = known.into_iter().flatten().collect();
    PortChoice {
        path: port.path.clone(),
        adapter: adapter.join(" "),
    }
}
