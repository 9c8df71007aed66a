//! Host session of the ayla dialect, as the published host library behaves.
//!
//! Link rules live in [`link`], the update in [`update`], everything else that is said in
//! [`chatter`]. Order of what goes out: ACKs, answers, update messages, questions, posts.

mod chatter;
mod link;
mod update;

use core::time::Duration;

use protocol_spec::HostErr;
use protocol_spec::ayla::feature::{Feature, Features};
use protocol_spec::ayla::frame::{Deframer, Fed, Frame, FrameType, MESSAGE_BYTES_MAX};
use protocol_spec::ayla::message::{Message, MessageWriter, Protocol};
use protocol_spec::ayla::opcode::{ControlOp, DataOp};
use protocol_spec::ayla::tlv::TlvType;

use self::chatter::{Chatter, Property, Say};
use self::link::{Admission, Expired, Link, Payload};
use self::update::{Settle, Update};
use crate::config::AgentConfig;
use crate::core_event::CoreEvent;
use crate::door::Door;
use crate::door::Io;
use crate::event::HostEvent;
use crate::image_format::ImageChecks;
use crate::timer::Timer;

/// Bit of a NODES value that stands for the cloud.
const NODES_CLOUD: u8 = 1;

/// The session.
#[derive(Clone, Debug)]
pub(crate) struct AylaSession {
    deframer: Deframer,
    host: Host,
}

/// Everything of the session but the bytes of a half frame.
#[derive(Clone, Debug)]
struct Host {
    features: Features,
    link_ack: Duration,
    link: Link,
    chatter: Chatter,
    update: Update,
    /// Request id of the next message of our own.
    next_request: u16,
    /// Request id of the post that waits for its link ACK.
    post_in_flight: Option<u16>,
}

impl AylaSession {
    pub(crate) const fn new(config: &AgentConfig) -> Self {
        let image_max = config.layout.primary.len;
        Self {
            deframer: Deframer::new(),
            host: Host {
                features: config.features,
                link_ack: config.link_ack,
                link: Link::new(),
                chatter: Chatter::new(),
                update: Update::new(ImageChecks {
                    format: config.image_format,
                    image_max,
                }),
                next_request: 1,
                post_in_flight: None,
            },
        }
    }

    pub(crate) fn handle_input(&mut self, io: &mut Io<'_>, core: &mut impl Door, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (fed, tail) = self.deframer.feed(rest);
            rest = tail;
            match fed {
                Fed::More => {}
                Fed::Frame(frame) => self.host.frame(io, core, &frame),
                Fed::Bad { len, .. } | Fed::Noise { len } => {
                    io.events.push(HostEvent::BadFrame { len });
                }
            }
        }
    }

    pub(crate) fn handle_timeout(&mut self, io: &mut Io<'_>) {
        if !io.timers.take_expired(Timer::LinkAck, io.now) {
            return;
        }
        if self.host.link.expired() == Some(Expired::Dropped) {
            self.host.post_in_flight = None;
        }
    }

    pub(crate) fn entered(&mut self, core: &impl Door) {
        self.host.chatter.entered(core.running().known);
        self.host.update.entered(core);
    }

    pub(crate) fn core_event(&mut self, event: &CoreEvent) {
        if self.host.update.core_event(event) {
            self.host.link.release();
        }
    }

    /// Lets the core have what it has room for now.
    pub(crate) fn feed(&mut self, core: &mut impl Door) {
        self.host.feed(core);
    }

    pub(crate) fn has_transmit(&self) -> bool {
        self.host.link.has_frame() || self.host.next_message().is_some()
    }

    pub(crate) fn poll_transmit(
        &mut self,
        io: &mut Io<'_>,
        core: &impl Door,
        out: &mut [u8],
    ) -> usize {
        self.host.transmit(io, core, out)
    }
}

/// A message that is about to go out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outgoing {
    GoAhead,
    Status(HostErr),
    Say(Say),
}

impl Host {
    fn frame(&mut self, io: &mut Io<'_>, core: &mut impl Door, frame: &Frame<'_>) {
        match frame.kind {
            FrameType::ACK => self.acked(io, core, frame.seq),
            FrameType::DATA => self.data(core, frame),
            _ => {}
        }
    }

    fn acked(&mut self, io: &mut Io<'_>, core: &mut impl Door, seq: u8) {
        if !self.link.acked(seq) {
            return;
        }
        io.timers.clear(Timer::LinkAck);
        let post = self.post_in_flight.take();
        if let Some(request) = post.filter(|_| !self.features.has(Feature::CONFIRM)) {
            self.confirmed(core, request);
        }
    }

    fn data(&mut self, core: &mut impl Door, frame: &Frame<'_>) {
        if self.link.admit(frame.seq) == Admission::Drop {
            return;
        }
        let settle = match Message::decode(frame.payload) {
            Ok(message) => self.message(core, &message, frame.seq == 0),
            Err(_) => Settle::Ack,
        };
        match settle {
            Settle::Ack => self.link.acknowledge(frame.seq),
            Settle::Hold => self.link.hold(frame.seq),
            Settle::Drop => {}
        }
    }

    fn message(&mut self, core: &mut impl Door, message: &Message<'_>, restarted: bool) -> Settle {
        match message.protocol {
            Protocol::CONTROL => self.control(core, message),
            Protocol::DATA => {
                self.property(core, message, restarted);
                Settle::Ack
            }
            _ => Settle::Ack,
        }
    }

    fn control(&mut self, core: &mut impl Door, message: &Message<'_>) -> Settle {
        match ControlOp(message.opcode) {
            ControlOp::MCU_OTA => self.update.offer(core, message.tlvs),
            ControlOp::MCU_OTA_LOAD => self.update.block(core, message.tlvs),
            ControlOp::MCU_OTA_BOOT => self.update.boot(core, message.tlvs),
            ControlOp::RESP | ControlOp::NAK => {
                self.chatter.conf_answered(message.request);
                Settle::Ack
            }
            _ => Settle::Ack,
        }
    }

    fn property(&mut self, core: &mut impl Door, message: &Message<'_>, restarted: bool) {
        let name = message.tlvs.find(TlvType::NAME);
        let request = message.request;
        match DataOp(message.opcode) {
            DataOp::SEND_PROP => match name {
                None => self.chatter.feature_request(request, restarted),
                Some(name) => self.chatter.answer(request, Property::by_name(name)),
            },
            DataOp::CONNECT => {
                let nodes = message.tlvs.find(TlvType::NODES).and_then(<[u8]>::first);
                self.chatter
                    .connect(nodes.is_some_and(|nodes| nodes & NODES_CLOUD != 0));
            }
            DataOp::CONFIRM => self.confirmed(core, request),
            DataOp::NAK => self.chatter.refused(request),
            DataOp::ERROR => self.chatter.ask_all_again(),
            DataOp::ECHO_FAIL => {
                name.and_then(Property::by_name)
                    .into_iter()
                    .for_each(|of| self.chatter.repeat(of));
            }
            // The host has no property that a cloud can set; the end of a list carries no name.
            DataOp::RECV_TLV if name.is_some() => self.chatter.refuse(request, HostErr::PROPERTY),
            DataOp::RECV_TLV
            | DataOp::PROP_NOTIFY
            | DataOp::EVENT
            | DataOp::DP_RESP
            | DataOp::BATCH_STATUS => {}
            // The published library answers with the id's bytes in the order of its processor.
            _ => self.chatter.refuse(request.swap_bytes(), HostErr::OPCODE),
        }
    }

    fn confirmed(&mut self, core: &mut impl Door, request: u16) {
        // The template version says nothing of the image: only its full version text is the report.
        let report = self.chatter.confirmed(request) == Some(Property::Version);
        if report && !core.running().confirmed {
            core.report_acknowledged();
        }
    }

    fn feed(&mut self, core: &mut impl Door) {
        if self.update.feed(core) && !self.update.is_booting() {
            self.link.release();
        }
    }

    fn next_message(&self) -> Option<Outgoing> {
        if !self.link.is_free() || self.update.is_booting() {
            return None;
        }
        let urgent = self.chatter.urgent().map(Outgoing::Say);
        let update = || {
            self.update_message()
                .filter(|_| self.chatter.lets_updates_speak())
        };
        urgent
            .or_else(update)
            .or_else(|| self.chatter.idle().map(Outgoing::Say))
    }

    fn update_message(&self) -> Option<Outgoing> {
        let go_ahead = self.update.go_ahead().then_some(Outgoing::GoAhead);
        self.update.status().map(Outgoing::Status).or(go_ahead)
    }

    fn transmit(&mut self, io: &mut Io<'_>, core: &impl Door, out: &mut [u8]) -> usize {
        if !self.link.has_frame()
            && let Some(outgoing) = self.next_message()
        {
            self.queue(core, outgoing);
        }
        let Some((len, awaits_ack)) = self.link.transmit(out) else {
            return 0;
        };
        if awaits_ack {
            io.timers.set(Timer::LinkAck, io.now + self.link_ack);
        }
        len
    }

    fn queue(&mut self, core: &impl Door, outgoing: Outgoing) {
        let request = self.request_of(outgoing);
        let mut message = [0; MESSAGE_BYTES_MAX];
        let payload = self.encode(core, outgoing, request, &mut message);
        self.link.queue(payload.unwrap_or_default());
        self.post_in_flight = None;
        match outgoing {
            Outgoing::GoAhead => self.update.said_go_ahead(),
            Outgoing::Status(_) => self.update.said_status(),
            Outgoing::Say(say) => {
                self.chatter.said(say, request);
                self.post_in_flight = Some(request);
            }
        }
    }

    /// The module's id for an answer, the next of our own for everything else.
    fn request_of(&mut self, outgoing: Outgoing) -> u16 {
        match outgoing {
            Outgoing::Say(
                Say::Features { request } | Say::Nak { request, .. } | Say::Value { request, .. },
            ) => request,
            _ => {
                let request = self.next_request;
                self.next_request = request.wrapping_add(1);
                request
            }
        }
    }

    fn encode(
        &self,
        core: &impl Door,
        outgoing: Outgoing,
        request: u16,
        out: &mut [u8],
    ) -> Option<Payload> {
        let (protocol, opcode) = opcode_of(outgoing);
        let mut writer = MessageWriter::new(out, protocol, opcode, request);
        match outgoing {
            Outgoing::GoAhead | Outgoing::Say(Say::ListenEnable | Say::RequestAll) => {}
            Outgoing::Status(err) | Outgoing::Say(Say::Nak { err, .. }) => {
                writer.tlv_u8(TlvType::ERR, err.0);
            }
            Outgoing::Say(Say::Features { .. }) => {
                // An empty name is no property: that is how the library says that it lists features.
                writer
                    .tlv_u8(TlvType::ERR, HostErr::NAME.0)
                    .tlv_u8(TlvType::FEATURES, self.features.0);
            }
            Outgoing::Say(Say::Value { property: None, .. }) => {
                writer.tlv_u8(TlvType::ERR, HostErr::PROPERTY.0);
            }
            Outgoing::Say(Say::GetConf(path)) => {
                writer.tlv(TlvType::CONF, path.0);
            }
            Outgoing::Say(
                Say::Post(property)
                | Say::Value {
                    property: Some(property),
                    ..
                },
            ) => {
                let value = property.value(&core.running().version);
                writer
                    .tlv(TlvType::NAME, property.name())
                    .tlv(TlvType::UTF8, value);
            }
        }
        Payload::from_slice(writer.finish().ok()?).ok()
    }
}

const fn opcode_of(outgoing: Outgoing) -> (Protocol, u8) {
    match outgoing {
        Outgoing::GoAhead => (Protocol::CONTROL, ControlOp::MCU_OTA.0),
        Outgoing::Status(_) => (Protocol::CONTROL, ControlOp::MCU_OTA_STAT.0),
        Outgoing::Say(Say::GetConf(_)) => (Protocol::CONTROL, ControlOp::GET_CONF.0),
        Outgoing::Say(Say::Features { .. } | Say::Value { .. }) => {
            (Protocol::DATA, DataOp::SEND_PROP_RESP.0)
        }
        Outgoing::Say(Say::Nak { .. }) => (Protocol::DATA, DataOp::NAK.0),
        Outgoing::Say(Say::ListenEnable) => (Protocol::DATA, DataOp::LISTEN_ENB.0),
        Outgoing::Say(Say::RequestAll) => (Protocol::DATA, DataOp::REQ_TLV.0),
        Outgoing::Say(Say::Post(_)) => (Protocol::DATA, DataOp::SEND_TLV.0),
    }
}
