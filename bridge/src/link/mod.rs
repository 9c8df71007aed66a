//! Links: what carries bytes between the module and a host.
//!
//! A real link is an asynchronous byte stream ([`Port`]): a serial port, one end of a pty, a TCP
//! connection, or a pipe in memory. [`wire`] is the line itself, true to its baud rate.

mod error;
pub mod faulty;
mod memory;
mod port_list;
#[cfg(unix)]
mod pty;
mod serial;
mod tcp;
pub mod wire;

use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::job::LineConfig;

pub use crate::job::{LineSettings, Parity};
pub use error::LinkError;
pub use memory::duplex;
pub use port_list::{PortRow, available_ports, resolve};
#[cfg(unix)]
pub use pty::{DeviceLink, PtyMaster};

/// Most time that opening a TCP connection may take.
pub const CONNECT_TIME_MAX: Duration = Duration::from_secs(10);

/// Anything that carries bytes both ways.
pub trait Port: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Port for T {}

/// A link of any kind.
pub type BoxedPort = Box<dyn Port>;

/// Where a link leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PortAddress {
    /// A device path, or the name of a port on systems that have no paths for them.
    Device(String),
    /// `host:port` of a TCP listener.
    Tcp(String),
}

impl PortAddress {
    /// The rate that an engine counts with: a pty and a network pace nothing by themselves, unless
    /// somebody has `stated` the rate.
    #[must_use]
    pub fn rate(&self, line: &LineSettings, stated: bool) -> LineConfig {
        let rate = line.rate();
        if stated || self.has_rate() {
            rate
        } else {
            LineConfig { baud: 0, ..rate }
        }
    }

    fn has_rate(&self) -> bool {
        match self {
            Self::Tcp(_) => false,
            Self::Device(path) => !Path::new(path)
                .canonicalize()
                .is_ok_and(|path| path.starts_with("/dev/pts")),
        }
    }
}

impl std::fmt::Display for PortAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Device(path) => f.write_str(path),
            Self::Tcp(address) => write!(f, "tcp:{address}"),
        }
    }
}

/// Opens a link; call it inside a tokio runtime.
///
/// # Errors
/// [`LinkError`] with the address and the reason.
pub async fn open(address: &PortAddress, line: &LineSettings) -> Result<BoxedPort, LinkError> {
    match address {
        PortAddress::Device(path) => serial::open(path, line),
        PortAddress::Tcp(address) => tcp::connect(address).await,
    }
}
