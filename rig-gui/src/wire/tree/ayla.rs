//! Fields of an ayla frame: type, seq, message with its TLVs, CRC.

use protocol_spec::ayla::conf::ConfPath;
use protocol_spec::ayla::feature::Features;
use protocol_spec::ayla::frame::FrameType;
use protocol_spec::ayla::message::{Message, Protocol};
use protocol_spec::ayla::opcode::{ControlOp, DataOp};
use protocol_spec::ayla::tlv::{Tlv, TlvType};
use protocol_spec::codes::HostErr;
use protocol_spec::crc::CRC16;
use protocol_spec::text::Escaped;

use super::plain::unstuff_ayla;
use super::{Node, Tree, hex, senseless};

/// Bytes of the CRC.
const CRC_BYTES: usize = 2;
/// Bytes of type and seq.
const HEAD_BYTES: usize = 2;
/// Bytes of a TLV before its value.
const TLV_HEAD_BYTES: usize = 2;

/// The fields of a frame.
pub(super) fn of_frame(wire: &[u8]) -> Vec<Node> {
    let (plain, body) = match unstuff_ayla(wire) {
        Ok(unstuffed) => unstuffed,
        Err(why) => return senseless(wire, why),
    };
    let [kind, seq, payload @ .., _, _] = plain.bytes.as_slice() else {
        return senseless(wire, "too short for type, seq and CRC");
    };
    let mut tree = Tree::new(&plain, &[("flag", 0..body.start)]);
    tree.leaf("type", 1, FrameType(*kind).to_string());
    tree.leaf("seq", 1, seq.to_string());
    if FrameType(*kind) == FrameType::DATA {
        message(&mut tree, payload);
    } else {
        tree.leaf("payload", payload.len(), hex(payload));
    }
    crc_leaf(&mut tree, HEAD_BYTES + payload.len());
    tree.wire_leaf("flag", body.end..wire.len());
    tree.nodes
}

fn message(tree: &mut Tree<'_>, payload: &[u8]) {
    let Ok(message) = Message::decode(payload) else {
        if let Some(node) = tree.leaf("payload", payload.len(), hex(payload)) {
            node.good = Some(false);
        }
        return;
    };
    let op = match message.protocol {
        Protocol::CONTROL => ControlOp(message.opcode).to_string(),
        Protocol::DATA => DataOp(message.opcode).to_string(),
        _ => format!("{:02x}", message.opcode),
    };
    let end = tree.at + payload.len();
    tree.group("message", op.clone(), |tree| {
        tree.leaf("protocol", 1, message.protocol.to_string());
        tree.leaf("opcode", 1, op);
        tree.leaf("request", 2, format!("{:04x}", message.request));
        for tlv in message.tlvs {
            match tlv {
                Ok(tlv) => tlv_group(tree, &tlv),
                Err(error) => {
                    let left = end.saturating_sub(tree.at);
                    if let Some(node) = tree.leaf("rest", left, error.to_string()) {
                        node.good = Some(false);
                    }
                }
            }
        }
    });
}

fn tlv_group(tree: &mut Tree<'_>, tlv: &Tlv<'_>) {
    let value = meaning(tlv);
    tree.group(&tlv.kind.to_string(), value.clone(), |tree| {
        let first = tree.rest().first().copied().unwrap_or_default();
        tree.leaf("type", 1, format!("{first:02x} {}", tlv.kind));
        tree.leaf("length", TLV_HEAD_BYTES - 1, tlv.value.len().to_string());
        tree.leaf("value", tlv.value.len(), value);
    });
}

/// The value of a TLV in words.
fn meaning(tlv: &Tlv<'_>) -> String {
    match (tlv.kind, tlv.value) {
        (_, []) => String::new(),
        (TlvType::NAME | TlvType::UTF8, text) => format!("\"{}\"", Escaped(text)),
        (TlvType::CONF, path) => ConfPath(path).to_string(),
        (TlvType::ERR, [err]) => HostErr(*err).to_string(),
        (TlvType::FEATURES, [bits]) => Features(*bits).to_string(),
        (TlvType::BIN, bytes) => format!("{} bytes: {}", bytes.len(), hex(bytes)),
        (_, bytes) => tlv.uint().map_or_else(|| hex(bytes), |it| it.to_string()),
    }
}

fn crc_leaf(tree: &mut Tree<'_>, at: usize) {
    let (content, crc) = tree.plain.bytes.split_at_checked(at).unwrap_or_default();
    let found = crc.first_chunk().map_or(0, |crc| u16::from_be_bytes(*crc));
    let computed = CRC16.checksum(content);
    let value = if computed == found {
        format!("{found:04x}, good")
    } else {
        format!("{found:04x}, BAD: computed {computed:04x}")
    };
    if let Some(node) = tree.leaf("crc", CRC_BYTES, value) {
        node.good = Some(computed == found);
    }
}
