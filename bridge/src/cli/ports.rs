//! `otarig ports`: the serial ports of this machine.

use serde_json::{Value, json};

use super::output::Output;
use crate::link::{PortRow, available_ports};
use crate::text::add_field;

/// List the serial ports of this machine.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn run(self) -> u8 {
        let output = Output::new("ports", self.json);
        let ports = available_ports();
        if ports.is_empty() {
            output.text(
                "no serial port found; 'otarig host' makes an emulated one, 'otarig demo' uses \
                 it\n",
            );
        }
        for port in &ports {
            output.text(&text(port));
            output.json(|| json_row(port));
        }
        output.done("the ports are told")
    }
}

fn text(port: &PortRow) -> String {
    let mut out = format!("{}\n", port.path);
    let mut field = |label: &str, value: Option<&str>| {
        if let Some(value) = value {
            let value = protocol_spec::text::Escaped(value.as_bytes()).to_string();
            add_field(&mut out, label, 16, &value);
        }
    };
    field("  by-id", port.by_id.as_deref());
    field("  USB", port.usb().as_deref());
    field("  serial", port.serial.as_deref());
    field("  manufacturer", port.manufacturer.as_deref());
    field("  product", port.product.as_deref());
    out
}

fn json_row(port: &PortRow) -> Value {
    json!({
        "event": "port",
        "path": port.path,
        "by_id": port.by_id,
        "vid": port.vid,
        "pid": port.pid,
        "serial": port.serial,
        "manufacturer": port.manufacturer,
        "product": port.product,
    })
}
