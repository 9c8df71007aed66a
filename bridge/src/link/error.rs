//! Why a link could not be opened.

use std::io;

use crate::trouble::{Describe, Trouble};

/// A link that could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// No file, device or known port has this name.
    #[error("no port {name}")]
    NotFound {
        /// The name that was asked for.
        name: String,
        /// Ports that are there.
        known: Vec<String>,
    },
    /// Several ports fit the name.
    #[error("{name} fits {} ports", .candidates.len())]
    Ambiguous {
        /// The name that was asked for.
        name: String,
        /// The ports that fit.
        candidates: Vec<String>,
    },
    /// Somebody else has the port open.
    #[error("{path} is in use")]
    Busy {
        /// Path of the port.
        path: String,
    },
    /// The user may not open the port.
    #[error("{path}: permission denied")]
    Permission {
        /// Path of the port.
        path: String,
    },
    /// The path is not a serial port.
    #[error("{path} is not a serial port")]
    NotAPort {
        /// Path of the file.
        path: String,
    },
    /// The port does not take the settings of the line.
    #[error("{path}: {detail}")]
    Settings {
        /// Path of the port.
        path: String,
        /// What the system said.
        detail: String,
    },
    /// The other end of a TCP connection cannot be reached.
    #[error("tcp:{address}: {source}")]
    Tcp {
        /// Host and port.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// No pty could be made.
    #[error("pty: {source}")]
    Pty {
        /// What the system said.
        source: io::Error,
    },
    /// The symbolic link to a pty could not be made.
    #[error("{path}: {detail}")]
    DeviceLink {
        /// Path of the symbolic link.
        path: String,
        /// What is in the way.
        detail: String,
    },
}

impl Describe for LinkError {
    fn trouble(&self) -> Trouble {
        match self {
            Self::NotFound { name, known } => Trouble::new(
                "The port is not there",
                format!("{name}: no such device, by-id name or USB pattern"),
                "nothing with that name is plugged in, or its host has stopped",
                &format!(
                    "plug it in or correct --port; {}",
                    list(known, "ports that are there")
                ),
            ),
            Self::Ambiguous { name, candidates } => Trouble::new(
                "More than one port fits",
                format!("{name} fits {} ports", candidates.len()),
                "the rig does not guess which board to update",
                &format!(
                    "name one of them with --port; {}",
                    list(candidates, "they are")
                ),
            ),
            Self::Busy { path } => Trouble::new(
                "The port is in use",
                format!("{path}: another program holds the exclusive lock"),
                "two programs on one line would take each other's bytes",
                &format!("close the other program (fuser {path} names it), then repeat"),
            ),
            Self::Permission { path } => Trouble::new(
                "The port may not be opened",
                format!("{path}: permission denied"),
                "your user may not read and write this device",
                "join the group that owns it (on Debian: sudo adduser $USER dialout), then \
                 log in again",
            ),
            Self::NotAPort { path } => Trouble::new(
                "That is not a serial port",
                format!("{path}: the file is there but takes no line settings"),
                "--port must name a serial device, a pty or a TCP address",
                "run 'otarig ports' to see the serial ports of this machine",
            ),
            Self::Settings { path, detail } => Trouble::new(
                "The port refuses the line settings",
                format!("{path}: {detail}"),
                "the adapter or its driver does not do this rate, parity or flow control",
                "try another --baud, --parity or --flow",
            ),
            Self::Tcp { address, source } => Trouble::new(
                "The TCP port cannot be reached",
                format!("tcp:{address}: {source}"),
                "nobody listens there, or a network is in the way",
                "start the listener or correct the address, then repeat",
            ),
            Self::Pty { source } => Trouble::new(
                "No pty can be made",
                format!("openpty: {source}"),
                "the system has no pseudo-terminal to give",
                "check that /dev/pts is mounted and that its limit is not reached",
            ),
            Self::DeviceLink { path, detail } => Trouble::new(
                "The --link path cannot be used",
                format!("{path}: {detail}"),
                "a --link replaces only an older link to a pty, never anything else",
                "choose another --link, or remove what is there yourself",
            ),
        }
    }
}

fn list(names: &[String], what: &str) -> String {
    match names {
        [] => "there is no serial port on this machine now".to_owned(),
        names => format!("{what}: {}", names.join(", ")),
    }
}
