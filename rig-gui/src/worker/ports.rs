//! Looks for serial ports again and again, and tells when there are others.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel};
use std::thread;
use std::time::Duration;

use bridge::link::{PortRow, available_ports};

use super::outbox::{Message, Wake};
use crate::model::PortChoice;

/// Time between two looks: what is plugged in is there when its user looks up.
const LOOK_EVERY: Duration = Duration::from_millis(1000);

/// The thread that looks; it ends with this value.
pub(super) struct PortWatch(Sender<()>);

impl PortWatch {
    /// Looks at once, and then every second.
    pub(super) fn start(channel_to_panel: SyncSender<Message>, wake: Wake) -> Self {
        let (ask, asked) = channel();
        let _ = thread::Builder::new()
            .name("ports".to_owned())
            .spawn(move || watch(&asked, &channel_to_panel, &wake));
        Self(ask)
    }

    /// Looks now, and tells what is there even when nothing has changed.
    pub(super) fn look_now(&self) {
        // Where there is no such thread, there is no list either.
        let _ = self.0.send(());
    }
}

fn watch(asked: &Receiver<()>, panel: &SyncSender<Message>, wake: &Wake) {
    let mut told = None;
    loop {
        let ports: Vec<PortChoice> = available_ports().iter().map(port_choice).collect();
        if told.as_ref() != Some(&ports) {
            told = Some(ports.clone());
            if panel.send(Message::Ports(ports)).is_err() {
                return;
            }
            wake();
        }
        match asked.recv_timeout(LOOK_EVERY) {
            Ok(()) => told = None,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
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
