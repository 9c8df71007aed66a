//! Serial ports, real ones and the far ends of ptys.

use std::io;
use std::path::Path;

use tokio_serial::{ClearBuffer, ErrorKind, FlowControl, SerialPort, SerialStream};

use super::{BoxedPort, LineSettings, LinkError, Parity};

/// Opens a serial port for this process alone and drops what its driver had received before.
///
/// A pty takes every setting and paces nothing; it has no modem lines, which is no error.
pub(super) fn open(path: &str, line: &LineSettings) -> Result<BoxedPort, LinkError> {
    let builder = tokio_serial::new(path, line.baud)
        .parity(match line.parity {
            Parity::None => tokio_serial::Parity::None,
            Parity::Odd => tokio_serial::Parity::Odd,
            Parity::Even => tokio_serial::Parity::Even,
        })
        .flow_control(if line.rts_cts {
            FlowControl::Hardware
        } else {
            FlowControl::None
        });
    let stream = SerialStream::open(&builder).map_err(|error| explain(path, &error))?;
    // A pty may refuse; then there is nothing to drop.
    let _ = stream.clear(ClearBuffer::All);
    Ok(Box::new(stream))
}

fn explain(path: &str, error: &tokio_serial::Error) -> LinkError {
    let path = path.to_owned();
    let detail = error.description.to_lowercase();
    match error.kind() {
        _ if detail.contains("exclusive lock") || detail.contains("busy") => {
            LinkError::Busy { path }
        }
        ErrorKind::Io(io::ErrorKind::PermissionDenied) => LinkError::Permission { path },
        ErrorKind::Io(io::ErrorKind::NotFound) => LinkError::NotFound {
            name: path,
            known: vec![],
        },
        _ if !is_character_device(&path) || detail.contains("not a typewriter") => {
            LinkError::NotAPort { path }
        }
        _ => LinkError::Settings {
            path,
            detail: error.description.clone(),
        },
    }
}

#[cfg(unix)]
fn is_character_device(path: &str) -> bool {
    use std::os::unix::fs::FileTypeExt;
    Path::new(path)
        .metadata()
        .is_ok_and(|file| file.file_type().is_char_device())
}

#[cfg(not(unix))]
fn is_character_device(_path: &str) -> bool {
    true
}
