//! The messages that the module sends.

use protocol_spec::ayla::conf::{self, ConfPath};
use protocol_spec::ayla::frame::MESSAGE_BYTES_MAX;
use protocol_spec::ayla::message::{Message, MessageWriter, Protocol};
use protocol_spec::ayla::opcode::{ControlOp, DataOp};
use protocol_spec::ayla::tlv::TlvType;
use protocol_spec::codes::HostErr;

use super::config::AylaConfig;

/// Bit of the node mask that stands for the cloud.
const NODE_CLOUD: u8 = 0x01;
/// Request number of every feature request.
const FEATURE_REQUEST: u16 = 0;
/// Request number of the word that the cloud can be reached.
const CONNECT_REQUEST: u16 = 1;

/// "I have started; what can you do?"
pub(super) fn feature_request() -> Vec<u8> {
    data(DataOp::SEND_PROP, FEATURE_REQUEST, |_| {})
}

/// The cloud can be reached: property posts may flow.
pub(super) fn connect() -> Vec<u8> {
    data(DataOp::CONNECT, CONNECT_REQUEST, |tlvs| {
        tlvs.tlv_u8(TlvType::NODES, NODE_CLOUD);
    })
}

/// An image is there for the host.
pub(super) fn offer(request: u16, version: &[u8], length: u32) -> Vec<u8> {
    control(ControlOp::MCU_OTA, request, |tlvs| {
        tlvs.tlv(TlvType::UTF8, version)
            .tlv_u32(TlvType::LEN, length);
    })
}

/// A block of the image.
pub(super) fn block(request: u16, offset: u32, bytes: &[u8]) -> Vec<u8> {
    control(ControlOp::MCU_OTA_LOAD, request, |tlvs| {
        tlvs.tlv_u32(TlvType::OFF, offset).tlv(TlvType::BIN, bytes);
    })
}

/// Boot the image: this version, or the newest.
pub(super) fn boot(request: u16, version: Option<&[u8]>) -> Vec<u8> {
    control(ControlOp::MCU_OTA_BOOT, request, |tlvs| {
        if let Some(version) = version {
            tlvs.tlv(TlvType::UTF8, version);
        }
    })
}

/// The post with this request number has arrived.
pub(super) fn confirm(request: u16) -> Vec<u8> {
    data(DataOp::CONFIRM, request, |_| {})
}

/// There are no more to-device properties.
pub(super) fn end_of_properties(request: u16) -> Vec<u8> {
    data(DataOp::RECV_TLV, request, |tlvs| {
        tlvs.tlv(TlvType::EOF, &[]);
    })
}

/// Answer to a question for configuration items: a value for each, or a refusal.
pub(super) fn conf_answer(question: &Message<'_>, config: &AylaConfig) -> Vec<u8> {
    let paths = || {
        let tlvs = question.tlvs.iter().map_while(Result::ok);
        tlvs.filter(|tlv| tlv.kind == TlvType::CONF)
            .map(|tlv| tlv.value)
    };
    if paths().next().is_none() {
        return nak(Protocol::CONTROL, question.request, HostErr::TLV_MISSING);
    }
    if paths().any(|path| conf_value(path, config).is_none()) {
        return nak(Protocol::CONTROL, question.request, HostErr::PROPERTY);
    }
    control(ControlOp::RESP, question.request, |tlvs| {
        for path in paths() {
            tlvs.tlv(TlvType::CONF, path);
            tlvs.tlv(TlvType::UTF8, conf_value(path, config).unwrap_or_default());
        }
    })
}

fn conf_value<'a>(path: &[u8], config: &'a AylaConfig) -> Option<&'a [u8]> {
    match ConfPath(path) {
        conf::SYS_DEV_ID => Some(&config.dev_id),
        conf::SYS_MODEL => Some(&config.model),
        _ => None,
    }
}

/// The message with this request number is refused.
pub(super) fn nak(protocol: Protocol, request: u16, err: HostErr) -> Vec<u8> {
    match protocol {
        Protocol::CONTROL => control(ControlOp::NAK, request, |tlvs| {
            tlvs.tlv_u8(TlvType::ERR, err.0);
        }),
        _ => data(DataOp::NAK, request, |tlvs| {
            tlvs.tlv_u8(TlvType::ERR, err.0);
        }),
    }
}

fn control(op: ControlOp, request: u16, tlvs: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
    message(Protocol::CONTROL, op.0, request, tlvs)
}

fn data(op: DataOp, request: u16, tlvs: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
    message(Protocol::DATA, op.0, request, tlvs)
}

/// A message that fits, or its bare header when the TLVs do not.
fn message(
    protocol: Protocol,
    opcode: u8,
    request: u16,
    tlvs: impl FnOnce(&mut MessageWriter<'_>),
) -> Vec<u8> {
    let mut space = [0; MESSAGE_BYTES_MAX];
    let mut writer = MessageWriter::new(&mut space, protocol, opcode, request);
    tlvs(&mut writer);
    writer.finish().map(<[u8]>::to_vec).unwrap_or_else(|_| {
        let [high, low] = request.to_be_bytes();
        vec![protocol.0, opcode, high, low]
    })
}
