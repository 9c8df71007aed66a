//! Links: what carries bytes between the module and a host.
//!
//! A real link is an asynchronous byte stream ([`Port`]): a serial port, one end of a pty, a TCP
//! connection, or a pipe in memory. [`wire`] is the line itself, true to its baud rate.

mod error;
mod memory;
mod port_list;
#[cfg(unix)]
mod pty;
mod serial;
mod tcp;
pub mod wire;

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};

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

/// Parity bit of a serial line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parity {
    /// No parity bit: 10 bit times a byte.
    None,
    /// Odd parity: 11 bit times a byte.
    Odd,
    /// Even parity: 11 bit times a byte.
    Even,
}

/// Settings of a serial line: 8 data bits, 1 stop bit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineSettings {
    /// Bits per second.
    pub baud: u32,
    /// Parity bit.
    pub parity: Parity,
    /// Whether RTS and CTS hold the senders back.
    pub rts_cts: bool,
}

impl LineSettings {
    /// Bit times of one byte: start, 8 data bits, parity, stop.
    #[must_use]
    pub const fn bits_per_byte(&self) -> u8 {
        match self.parity {
            Parity::None => 10,
            Parity::Odd | Parity::Even => 11,
        }
    }
}

impl std::fmt::Display for LineSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parity = match self.parity {
            Parity::None => 'N',
            Parity::Odd => 'O',
            Parity::Even => 'E',
        };
        write!(f, "{} 8{parity}1", self.baud)?;
        if self.rts_cts {
            f.write_str(" RTS/CTS")
        } else {
            Ok(())
        }
    }
}

/// Where a link leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PortAddress {
    /// A device path, or the name of a port on systems that have no paths for them.
    Device(String),
    /// `host:port` of a TCP listener.
    Tcp(String),
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
