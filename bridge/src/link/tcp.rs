//! TCP connections, for serial ports behind a network.

use std::io;

use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{BoxedPort, CONNECT_TIME_MAX, LinkError};

/// Connects to `host:port`, with small writes sent at once.
pub(super) async fn connect(address: &str) -> Result<BoxedPort, LinkError> {
    let failed = |source| LinkError::Tcp {
        address: address.to_owned(),
        source,
    };
    let stream = timeout(CONNECT_TIME_MAX, TcpStream::connect(address))
        .await
        .map_err(|_| failed(io::Error::from(io::ErrorKind::TimedOut)))?
        .map_err(failed)?;
    stream.set_nodelay(true).map_err(failed)?;
    Ok(Box::new(stream))
}
