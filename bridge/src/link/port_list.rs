//! The serial ports of this machine, and which of them a name means.

use std::path::Path;

use serialport::SerialPortType;

use super::{LinkError, PortAddress};

/// Where Linux keeps names of ports that stay the same wherever the adapter is plugged in.
const BY_ID: &str = "/dev/serial/by-id";
/// Where Linux lists terminals; without it there is no serial port to list.
const TTY_CLASS: &str = "/sys/class/tty";

/// A serial port and what is known of the adapter behind it.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct PortRow {
    /// Device path.
    pub path: String,
    /// Name in `/dev/serial/by-id`.
    pub by_id: Option<String>,
    /// USB vendor number.
    pub vid: Option<u16>,
    /// USB product number.
    pub pid: Option<u16>,
    /// USB serial number.
    pub serial: Option<String>,
    /// Manufacturer's name.
    pub manufacturer: Option<String>,
    /// Product name.
    pub product: Option<String>,
}

impl PortRow {
    /// `VID:PID` in hex, if the port is on USB.
    #[must_use]
    pub fn usb(&self) -> Option<String> {
        Some(format!("{:04x}:{:04x}", self.vid?, self.pid?))
    }
}

/// The serial ports of this machine, by path.
#[must_use]
pub fn available_ports() -> Vec<PortRow> {
    if cfg!(target_os = "linux") && !Path::new(TTY_CLASS).is_dir() {
        return Vec::new();
    }
    let mut rows: Vec<PortRow> = serialport::available_ports()
        .unwrap_or_default()
        .into_iter()
        .map(row)
        .collect();
    add_by_id(&mut rows, Path::new(BY_ID));
    rows.sort_by(|a, b| a.path.cmp(&b.path));
    rows
}

/// What a `--port` means: a path, a by-id name, a `VID:PID[:SERIAL]` pattern (`*` fits anything),
/// or the address of a TCP listener (`host:port`, or `tcp:host:port` when in doubt).
///
/// # Errors
/// [`LinkError::NotFound`] and [`LinkError::Ambiguous`], with the ports that are there.
#[expect(clippy::disallowed_methods, reason = "a path that is there is a port")]
pub fn resolve(name: &str, ports: &[PortRow]) -> Result<PortAddress, LinkError> {
    if let Some(address) = name.strip_prefix("tcp:") {
        return Ok(PortAddress::Tcp(address.to_owned()));
    }
    let device = |path: &str| Ok(PortAddress::Device(path.to_owned()));
    if Path::new(name).exists() || ports.iter().any(|port| port.path == name) {
        return device(name);
    }
    let fits: Vec<&PortRow> = ports.iter().filter(|port| port_fits(port, name)).collect();
    match fits.as_slice() {
        [port] => return device(&port.path),
        [] => {}
        _ => {
            return Err(LinkError::Ambiguous {
                name: name.to_owned(),
                candidates: texts(fits),
            });
        }
    }
    if !is_usb_pattern(name) && is_tcp(name) {
        return Ok(PortAddress::Tcp(name.to_owned()));
    }
    Err(LinkError::NotFound {
        name: name.to_owned(),
        known: texts(ports.iter().collect()),
    })
}

fn row(port: serialport::SerialPortInfo) -> PortRow {
    let mut row = PortRow {
        path: port.port_name,
        ..PortRow::default()
    };
    if let SerialPortType::UsbPort(usb) = port.port_type {
        row.vid = Some(usb.vid);
        row.pid = Some(usb.pid);
        row.serial = usb.serial_number;
        row.manufacturer = usb.manufacturer;
        row.product = usb.product;
    }
    row
}

fn add_by_id(rows: &mut [PortRow], folder: &Path) {
    let Ok(entries) = folder.read_dir() else {
        return;
    };
    for entry in entries.flatten() {
        let Ok(target) = entry.path().canonicalize() else {
            continue;
        };
        let found = rows.iter_mut().find(|row| Path::new(&row.path) == target);
        if let Some(row) = found {
            row.by_id = Some(entry.file_name().to_string_lossy().into_owned());
        }
    }
}

fn port_fits(port: &PortRow, name: &str) -> bool {
    let by_id = port.by_id.as_deref().is_some_and(|by_id| by_id == name);
    let mut parts = name.splitn(3, ':');
    let (Some(vid), Some(pid), serial) = (parts.next(), parts.next(), parts.next()) else {
        return by_id;
    };
    let usb = match (port.vid, port.pid) {
        (Some(port_vid), Some(port_pid)) => {
            number_fits(vid, port_vid) && number_fits(pid, port_pid)
        }
        _ => false,
    };
    let serial =
        serial.is_none_or(|wanted| text_fits(wanted, port.serial.as_deref().unwrap_or("")));
    by_id || usb && serial
}

fn number_fits(pattern: &str, number: u16) -> bool {
    pattern == "*" || pattern.len() <= 4 && u16::from_str_radix(pattern, 16) == Ok(number)
}

/// Whether a text fits a pattern in which each `*` stands for any run of characters.
fn text_fits(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(text) = text.strip_prefix(head) else {
        return false;
    };
    text.char_indices()
        .map(|(at, _)| at)
        .chain([text.len()])
        .any(|at| text.get(at..).is_some_and(|text| text_fits(rest, text)))
}

fn is_usb_pattern(name: &str) -> bool {
    let mut parts = name.splitn(3, ':');
    let number = |part: Option<&str>| {
        part.is_some_and(|part| {
            part == "*" || part.len() == 4 && part.chars().all(|c| c.is_ascii_hexdigit())
        })
    };
    number(parts.next()) && number(parts.next())
}

fn is_tcp(name: &str) -> bool {
    name.rsplit_once(':').is_some_and(|(host, port)| {
        !host.is_empty() && !host.contains('/') && port.parse::<u16>().is_ok()
    })
}

fn texts(ports: Vec<&PortRow>) -> Vec<String> {
    ports
        .into_iter()
        .map(|port| match (&port.by_id, port.usb(), &port.serial) {
            (Some(by_id), _, _) => format!("{} ({by_id})", port.path),
            (None, Some(usb), Some(serial)) => format!("{} ({usb}:{serial})", port.path),
            (None, Some(usb), None) => format!("{} ({usb})", port.path),
            (None, None, _) => port.path.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usb(path: &str, pid: u16, serial: &str) -> PortRow {
        PortRow {
            path: path.to_owned(),
            by_id: Some(format!("usb-ACME_Probe_{serial}-if00")),
            vid: Some(0x1366),
            pid: Some(pid),
            serial: Some(serial.to_owned()),
            ..PortRow::default()
        }
    }

    fn bench() -> Vec<PortRow> {
        vec![
            usb("/dev/ttyX0", 0x1015, "000683001"),
            usb("/dev/ttyX1", 0x1015, "000683002"),
            usb("/dev/ttyX2", 0x0105, "000683003"),
            PortRow {
                path: "/dev/ttyS90".to_owned(),
                ..PortRow::default()
            },
        ]
    }

    fn device(path: &str) -> PortAddress {
        PortAddress::Device(path.to_owned())
    }

    #[test]
    fn a_port_is_found_by_each_kind_of_name() {
        let ports = bench();
        let by = |name: &str| resolve(name, &ports).unwrap();
        assert_eq!(by("/dev/ttyS90"), device("/dev/ttyS90"));
        assert_eq!(by("usb-ACME_Probe_000683002-if00"), device("/dev/ttyX1"));
        assert_eq!(by("1366:0105"), device("/dev/ttyX2"));
        assert_eq!(by("1366:1015:000683001"), device("/dev/ttyX0"));
        assert_eq!(by("*:*:*3003"), device("/dev/ttyX2"));
        assert_eq!(
            by("localhost:4000"),
            PortAddress::Tcp("localhost:4000".to_owned())
        );
        assert_eq!(
            by("tcp:1366:1015"),
            PortAddress::Tcp("1366:1015".to_owned())
        );
    }

    #[test]
    fn a_name_that_fits_two_ports_lists_them() {
        let Err(LinkError::Ambiguous { candidates, .. }) = resolve("1366:1015", &bench()) else {
            panic!("not ambiguous");
        };
        assert_eq!(
            candidates,
            [
                "/dev/ttyX0 (usb-ACME_Probe_000683001-if00)",
                "/dev/ttyX1 (usb-ACME_Probe_000683002-if00)"
            ]
        );
    }

    #[test]
    fn a_name_that_fits_nothing_lists_what_is_there() {
        let Err(LinkError::NotFound { known, .. }) = resolve("1366:9999", &bench()) else {
            panic!("found");
        };
        assert_eq!(known.len(), 4);
        assert!(matches!(
            resolve("/dev/none", &[]),
            Err(LinkError::NotFound { .. })
        ));
    }

    #[cfg(unix)]
    #[test]
    fn by_id_names_are_read_from_their_folder() {
        let folder = tempfile::tempdir().unwrap();
        let node = folder.path().canonicalize().unwrap().join("ttyX7");
        std::os::unix::fs::symlink("/dev/null", folder.path().join("usb-other")).unwrap();
        std::fs::File::create_new(&node).unwrap();
        std::os::unix::fs::symlink(&node, folder.path().join("usb-ACME-if00")).unwrap();
        let mut rows = vec![PortRow {
            path: node.to_string_lossy().into_owned(),
            ..PortRow::default()
        }];
        add_by_id(&mut rows, folder.path());
        assert_eq!(rows[0].by_id.as_deref(), Some("usb-ACME-if00"));
    }
}
