//! Fields of a rig frame: kind, body, CRC; the forms of the bodies as tables.

use bridge::event::Direction;
use protocol_spec::codes::Status;
use protocol_spec::crc::CRC32;
use protocol_spec::rig::kind::Kind;
use protocol_spec::rig::message::{REGIONS_MAX, SACK_RANGES_MAX};
use protocol_spec::text::Escaped;

use super::plain::unstuff_rig;
use super::{Node, Tree, hex, senseless};

/// Bytes of the CRC.
const CRC_BYTES: usize = 4;
/// Most bytes of a number of variable length.
const NUMBER_BYTES_MAX: usize = 5;

/// How a field looks.
#[derive(Clone, Copy)]
enum Form {
    /// One byte.
    Byte,
    /// A kind byte.
    Kind,
    /// One byte: a code.
    Code,
    /// One byte: no or yes.
    Flag,
    /// A number of variable length.
    Number,
    /// The same, an address.
    Address,
    /// The index of a name.
    Choice(&'static [&'static str]),
    /// Four bytes, low first.
    Word,
    /// Four characters.
    Magic,
    /// Length and characters.
    Text,
    /// Length and bytes.
    Bytes,
    /// 32 bytes.
    Digest,
    /// So many groups of fields.
    Groups(usize, &'static [Field]),
    /// Fields that are there when bytes are left.
    Rest(&'static [Field]),
}

/// A field: its name and how it looks.
type Field = (&'static str, Form);

const TRANSFER: Field = ("transfer", Form::Number);
const BUSY: Field = ("busy, ms", Form::Number);
const REGION: &[Field] = &[
    ("start", Form::Address),
    ("unit", Form::Number),
    ("count", Form::Number),
];
const SACK: &[Field] = &[("start", Form::Number), ("end", Form::Number)];
const FLASH: &[Field] = &[
    ("region", Form::Groups(REGIONS_MAX, REGION)),
    ("program unit", Form::Number),
    ("erased value", Form::Byte),
    ("erase at most, ms", Form::Number),
    ("program at most, us", Form::Number),
];
const INFO: &[Field] = &[
    ("board", Form::Text),
    ("boot", Form::Address),
    ("layout", Form::Choice(&["two-slot", "in-place"])),
    ("image start", Form::Address),
    ("image at most", Form::Number),
    ("staging", Form::Number),
    ("scratch", Form::Number),
    ("decode RAM", Form::Number),
    ("window", Form::Number),
    ("data at most", Form::Number),
    ("flash", Form::Groups(1, FLASH)),
    ("version", Form::Text),
    ("image length", Form::Number),
    ("confirmed", Form::Flag),
    ("code", Form::Code),
];

/// The fields of a body.
fn fields(kind: Kind) -> &'static [Field] {
    const STEPS: &[&str] = &["offer", "data", "finish", "boot", "abort"];
    match kind {
        Kind::HELLO => &[
            ("magic", Form::Magic),
            ("lowest version", Form::Byte),
            ("highest version", Form::Byte),
            ("nonce", Form::Word),
        ],
        Kind::HELLO_ANSWER => &[
            ("magic", Form::Magic),
            ("version", Form::Byte),
            ("lowest version", Form::Byte),
            ("highest version", Form::Byte),
            ("nonce", Form::Word),
            ("host", Form::Rest(INFO)),
        ],
        Kind::OFFER => &[
            TRANSFER,
            ("object", Form::Choice(&["image", "patch"])),
            ("length", Form::Number),
            ("digest", Form::Digest),
            ("version", Form::Text),
            ("authenticator", Form::Bytes),
        ],
        Kind::DATA => &[TRANSFER, ("offset", Form::Number), ("bytes", Form::Bytes)],
        Kind::FINISH | Kind::BOOT | Kind::ABORT => &[TRANSFER],
        Kind::REPORT_ACK => &[("report", Form::Number)],
        Kind::ACCEPT => &[
            TRANSFER,
            ("offset", Form::Number),
            ("limit", Form::Number),
            BUSY,
        ],
        Kind::ACK => &[
            TRANSFER,
            ("next", Form::Number),
            ("limit", Form::Number),
            ("stored", Form::Number),
            BUSY,
            ("beyond", Form::Groups(SACK_RANGES_MAX, SACK)),
        ],
        Kind::STEP_STATUS => &[
            TRANSFER,
            ("step", Form::Choice(STEPS)),
            ("code", Form::Code),
            ("detail", Form::Number),
        ],
        Kind::BUSY => &[BUSY],
        Kind::BOOT_ANSWER => &[TRANSFER, ("report within, ms", Form::Number)],
        Kind::REPORT => &[
            ("report", Form::Number),
            ("version", Form::Text),
            ("length", Form::Number),
            ("digest", Form::Digest),
            ("confirmed", Form::Flag),
            ("code", Form::Code),
        ],
        Kind::BLOCK_STATUS => &[
            ("block", Form::Number),
            ("state", Form::Code),
            ("code", Form::Code),
        ],
        Kind::UNSUPPORTED_BY_MODULE | Kind::UNSUPPORTED_BY_HOST => &[("kind", Form::Kind)],
        _ => &[],
    }
}

/// The fields of a frame.
pub(super) fn of_frame(direction: Direction, wire: &[u8]) -> Vec<Node> {
    let (plain, body) = match unstuff_rig(wire) {
        Ok(unstuffed) => unstuffed,
        Err(why) => return senseless(wire, why),
    };
    // The first code byte stands for nothing; a frame of one block is no frame.
    let first = usize::try_from(plain.place(0)).unwrap_or_default();
    let before = [
        ("delimiter", 0..body.start),
        ("stuffing", body.start..first),
    ];
    let mut tree = Tree::new(&plain, &before);
    let crc_at = plain.bytes.len().saturating_sub(CRC_BYTES);
    if crc_at == 0 {
        return senseless(wire, "too short for kind and CRC");
    }
    kind_leaf(&mut tree, direction);
    let kind = Kind(plain.bytes.first().copied().unwrap_or_default());
    tree.group("body", String::new(), |tree| {
        let end = crc_at;
        for field in fields(kind) {
            take(tree, field, end);
        }
        let rest = end.saturating_sub(tree.at);
        let shown = hex(tree.rest().get(..rest).unwrap_or_default());
        if let Some(node) = tree.leaf("rest", rest, shown) {
            node.good = Some(false);
        }
    });
    crc_leaf(&mut tree, crc_at);
    tree.wire_leaf("delimiter", body.end..wire.len());
    tree.nodes
}

fn kind_leaf(tree: &mut Tree<'_>, direction: Direction) {
    let Some(number) = tree.rest().first().copied() else {
        return;
    };
    let kind = Kind(number);
    let to_host = number < Kind::HELLO_ANSWER.0;
    let here = to_host == (direction == Direction::ToHost) && kind.row().is_some();
    let value = if here {
        kind.to_string()
    } else {
        format!("{kind}, not known in this direction")
    };
    if let Some(node) = tree.leaf("kind", 1, value)
        && !here
    {
        node.good = Some(false);
    }
}

fn crc_leaf(tree: &mut Tree<'_>, at: usize) {
    let (packet, crc) = tree.plain.bytes.split_at_checked(at).unwrap_or_default();
    let found = crc.first_chunk().map_or(0, |crc| u32::from_le_bytes(*crc));
    let computed = CRC32.checksum(packet);
    let value = if computed == found {
        format!("{found:08x}, good")
    } else {
        format!("{found:08x}, BAD: computed {computed:08x}")
    };
    if let Some(node) = tree.leaf("crc", CRC_BYTES, value) {
        node.good = Some(computed == found);
    }
}

/// Takes a field, but nothing from `end` on; what does not fit is left as it is.
fn take(tree: &mut Tree<'_>, (name, form): &Field, end: usize) {
    let left = end.saturating_sub(tree.at);
    let bytes = tree.rest().get(..left).unwrap_or_default();
    let one = bytes.first().copied().unwrap_or_default();
    let (len, value) = match *form {
        Form::Byte => (1, one.to_string()),
        Form::Kind => (1, Kind(one).to_string()),
        Form::Code => (1, Status(one).to_string()),
        Form::Flag => (1, if one == 0 { "no" } else { "yes" }.to_owned()),
        Form::Number | Form::Address | Form::Choice(_) => {
            let (number, len) = number(bytes);
            (len, number_text(*form, number))
        }
        Form::Word => {
            let word = bytes
                .first_chunk()
                .map_or(0, |word| u32::from_le_bytes(*word));
            (4, format!("{word:08x}"))
        }
        Form::Magic => (4, quoted(bytes.get(..4).unwrap_or_default())),
        Form::Digest => (32, hex(bytes.get(..32).unwrap_or_default())),
        Form::Text | Form::Bytes => return counted(tree, name, *form, bytes),
        Form::Groups(count, fields) => return groups(tree, name, count, fields, end),
        Form::Rest(fields) => {
            return tree.group(name, String::new(), |tree| {
                fields.iter().for_each(|field| take(tree, field, end));
            });
        }
    };
    if len <= left {
        tree.leaf(name, len, value);
    }
}

/// Length and bytes, as two fields of a group.
fn counted(tree: &mut Tree<'_>, name: &str, form: Form, bytes: &[u8]) {
    let (count, len) = number(bytes);
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let content = bytes.get(len..).and_then(|rest| rest.get(..count));
    let Some(content) = content.filter(|_| len > 0) else {
        return;
    };
    let value = match form {
        Form::Text => quoted(content),
        _ if content.is_empty() => "none".to_owned(),
        _ => format!("{count} bytes"),
    };
    tree.group(name, value, |tree| {
        tree.leaf("length", len, count.to_string());
        let shown = match form {
            Form::Text => quoted(content),
            _ => hex(content),
        };
        tree.leaf("content", count, shown);
    });
}

fn groups(tree: &mut Tree<'_>, name: &str, count: usize, fields: &[Field], end: usize) {
    for index in 0..count {
        let name = match count {
            1 => name.to_owned(),
            _ => format!("{name} {index}"),
        };
        tree.group(&name, String::new(), |tree| {
            fields.iter().for_each(|field| take(tree, field, end));
        });
    }
}

/// A number of variable length, seven bits a byte, low first; and its length, 0 when it does not end.
fn number(bytes: &[u8]) -> (u64, usize) {
    let mut number = 0;
    for (index, byte) in (0_u32..).zip(bytes.iter().take(NUMBER_BYTES_MAX)) {
        number |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return (number, usize::try_from(index).unwrap_or_default() + 1);
        }
    }
    (0, 0)
}

fn number_text(form: Form, number: u64) -> String {
    match form {
        Form::Address => format!("{number:#010x}"),
        Form::Choice(names) => {
            let index = usize::try_from(number).unwrap_or(usize::MAX);
            names
                .get(index)
                .map_or_else(|| format!("unknown {number}"), ToString::to_string)
        }
        _ => number.to_string(),
    }
}

fn quoted(bytes: &[u8]) -> String {
    format!("\"{}\"", Escaped(bytes))
}
