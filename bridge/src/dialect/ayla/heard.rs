//! What a message from the host means to the module.

use protocol_spec::ayla::feature::Features;
use protocol_spec::ayla::message::{Message, Protocol};
use protocol_spec::ayla::opcode::{ControlOp, DataOp};
use protocol_spec::ayla::tlv::TlvType;
use protocol_spec::codes::HostErr;

/// A message from the host, reduced to what the module acts on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Heard<'a> {
    /// Answer to the feature request.
    Features(Features),
    /// The host wants the image.
    GoAhead,
    /// The host's status; `None` when the ERR is missing or malformed.
    Status(Option<HostErr>),
    /// A property is posted, or sent as an answer: it waits for a CONFIRM.
    Post {
        /// Name of the property.
        name: &'a [u8],
        /// Its text value, when it has one.
        text: Option<&'a [u8]>,
        /// Whether more of the value follows under the same request number.
        more: bool,
    },
    /// The host asks for its to-device properties: all of them, or one.
    Refresh(Option<&'a [u8]>),
    /// The host asks for configuration items.
    GetConf,
    /// The host refuses something of ours.
    Refused(Option<HostErr>),
    /// The host says something for its log.
    Log(&'a [u8]),
    /// Nothing that needs an answer.
    Silent,
    /// A message that a module must refuse: which protocol's refusal, and with what.
    Unwanted(HostErr),
}

/// Reads a message.
pub(super) fn hear<'a>(message: &Message<'a>) -> Heard<'a> {
    match message.protocol {
        Protocol::CONTROL => hear_control(message),
        Protocol::DATA => hear_data(message),
        _ => Heard::Silent,
    }
}

fn hear_control<'a>(message: &Message<'a>) -> Heard<'a> {
    match ControlOp(message.opcode) {
        ControlOp::MCU_OTA => Heard::GoAhead,
        ControlOp::MCU_OTA_STAT => Heard::Status(err(message)),
        ControlOp::GET_CONF | ControlOp::GET_STAT => Heard::GetConf,
        ControlOp::NAK => Heard::Refused(err(message)),
        ControlOp::LOG => Heard::Log(message.tlvs.find(TlvType::UTF8).unwrap_or_default()),
        ControlOp::NOP
        | ControlOp::SET_CONF
        | ControlOp::SAVE_CONF
        | ControlOp::LOAD_STARTUP
        | ControlOp::LOAD_FACTORY
        | ControlOp::OTA_CMD
        | ControlOp::COMMIT
        | ControlOp::WIFI_JOIN
        | ControlOp::WIFI_DELETE
        | ControlOp::WIFI_ONBOARD => Heard::Silent,
        _ => Heard::Unwanted(HostErr::OPCODE),
    }
}

fn hear_data<'a>(message: &Message<'a>) -> Heard<'a> {
    let name = message.tlvs.find(TlvType::NAME);
    match (DataOp(message.opcode), name) {
        (DataOp::SEND_PROP_RESP, None) => Heard::Features(features(message)),
        (DataOp::SEND_PROP_RESP | DataOp::SEND_TLV, Some(name)) => post(message, name),
        (DataOp::SEND_TLV, None) => Heard::Unwanted(HostErr::TLV_MISSING),
        (DataOp::REQ_TLV, name) => Heard::Refresh(name),
        (DataOp::NAK, _) => Heard::Refused(err(message)),
        (DataOp::LISTEN_ENB | DataOp::ACK_V1, _) => Heard::Silent,
        _ => Heard::Unwanted(HostErr::OPCODE),
    }
}

fn post<'a>(message: &Message<'a>, name: &'a [u8]) -> Heard<'a> {
    let long = [TlvType::LEN, TlvType::OFF]
        .into_iter()
        .any(|kind| message.tlvs.find(kind).is_some());
    Heard::Post {
        name,
        text: message.tlvs.find(TlvType::UTF8),
        more: long && message.tlvs.find(TlvType::EOF).is_none(),
    }
}

fn features(message: &Message<'_>) -> Features {
    match message.tlvs.find(TlvType::FEATURES) {
        Some([bits, ..]) => Features(*bits),
        _ => Features::default(),
    }
}

fn err(message: &Message<'_>) -> Option<HostErr> {
    match message.tlvs.find(TlvType::ERR) {
        Some([err]) => Some(HostErr(*err)),
        _ => None,
    }
}
