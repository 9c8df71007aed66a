//! A small ayla host that behaves like the published host library, and whose mistakes are knobs.

use std::collections::VecDeque;

use core::time::Duration;

use protocol_spec::ayla::frame::{
    Deframer, Fed, Frame, FrameType, MESSAGE_BYTES_MAX, STUFFED_BYTES_MAX, next_seq,
};
use protocol_spec::ayla::message::{Message, MessageWriter, Protocol};
use protocol_spec::ayla::opcode::{ControlOp, DataOp};
use protocol_spec::ayla::tlv::TlvType;
use protocol_spec::codes::HostErr;
use protocol_spec::tick::Tick;

use super::line::TestHost;

/// What this host does differently from a good one.
#[derive(Clone, Debug)]
pub(super) struct Knobs {
    pub(super) features: u8,
    /// Answers the offer with this.
    pub(super) refusal: Option<HostErr>,
    /// Never answers the offer.
    pub(super) ignores_offer: bool,
    pub(super) erase_time: Duration,
    /// Status after the last block; `None`: no status at all.
    pub(super) outcome: Option<HostErr>,
    /// Sends this as its first status, before anything was offered.
    pub(super) stale: Option<HostErr>,
    /// Sends this between the offer and its go-ahead.
    pub(super) stale_after_offer: Option<HostErr>,
    /// Sends a status without its ERR before the real one.
    pub(super) malformed_status: bool,
    /// Acknowledges no block from this one on.
    pub(super) deaf_from_block: Option<u32>,
    /// Is reset by this block and comes back after so long.
    pub(super) reset_at_block: Option<(u32, Duration)>,
    /// Tells at once that it was reset, without being asked.
    pub(super) reset_speaks: bool,
    pub(super) boot_time: Duration,
    /// What happens on the boot order.
    pub(super) boots: Boots,
    /// Talks without end before the offer.
    pub(super) babbles: bool,
    pub(super) chat: Option<Chat>,
    /// So long after a message that is no step of the update its ACK goes out.
    pub(super) answer_ack_delay: Duration,
    pub(super) crash: Option<Crash>,
}

/// Posts that go out without waiting for one another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chat {
    /// Before which ACK they go out.
    pub(super) before: ChatBefore,
    pub(super) posts: u16,
    /// Before so many ACKs in a row, the first included.
    pub(super) rounds: u32,
    /// [`Knobs::answer_ack_delay`] from then on.
    pub(super) answer_ack_delay: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChatBefore {
    /// That of the block with this offset.
    Block(u32),
    /// That of the message after which the new program posts its version.
    Report,
}

/// The new program crashes, and speaks without being asked when it is back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crash {
    pub(super) when: CrashWhen,
    /// Whether the ACK of the message that it crashes by still leaves.
    pub(super) acknowledges: bool,
    /// How often; it runs well afterwards.
    pub(super) times: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CrashWhen {
    /// Before it says what it runs.
    Connected,
    /// When its version report is confirmed.
    Confirmed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Boots {
    New,
    FallsBack,
    As(Vec<u8>),
    Never,
    Ignores,
    WithoutReport,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            features: 0x0b,
            refusal: None,
            ignores_offer: false,
            erase_time: Duration::from_millis(300),
            outcome: Some(HostErr::NONE),
            stale: None,
            stale_after_offer: None,
            malformed_status: false,
            deaf_from_block: None,
            reset_at_block: None,
            reset_speaks: false,
            boot_time: Duration::from_secs(4),
            boots: Boots::New,
            babbles: false,
            chat: None,
            answer_ack_delay: Duration::ZERO,
            crash: None,
        }
    }
}

pub(super) struct AylaHost {
    pub(super) knobs: Knobs,
    pub(super) running: Vec<u8>,
    pub(super) image: Vec<u8>,
    pub(super) boot_orders: u32,
    /// Request numbers of CONFIRMs that came.
    pub(super) confirms: Vec<u16>,
    /// ERR of NAKs that came.
    pub(super) naks: Vec<(Protocol, HostErr)>,
    deframer: Deframer,
    wire: VecDeque<(Tick, Vec<u8>)>,
    queue: VecDeque<Vec<u8>>,
    in_flight: Option<(u8, Vec<u8>, Tick)>,
    seq: u8,
    last_received: Option<u8>,
    greeted: bool,
    confs_open: u32,
    held: Vec<HostErr>,
    erased_at: Option<Tick>,
    offered: Option<(Vec<u8>, u32)>,
    down_until: Option<Tick>,
    crash_at: Option<Tick>,
    chats: bool,
    now: Tick,
}

impl AylaHost {
    pub(super) fn new(knobs: Knobs) -> Self {
        Self {
            held: knobs.stale.into_iter().collect(),
            knobs,
            running: b"demo 1.0 Jan 01 2020".to_vec(),
            image: Vec::new(),
            boot_orders: 0,
            confirms: Vec::new(),
            naks: Vec::new(),
            deframer: Deframer::new(),
            wire: VecDeque::new(),
            queue: VecDeque::new(),
            in_flight: None,
            seq: 0,
            last_received: None,
            greeted: false,
            confs_open: 0,
            erased_at: None,
            offered: None,
            down_until: None,
            crash_at: None,
            chats: false,
            now: Tick::ZERO,
        }
    }

    fn reset(&mut self, time: Duration, status: HostErr) {
        let fresh = Self::new(Knobs {
            stale: None,
            ..self.knobs.clone()
        });
        let kept = std::mem::replace(self, fresh);
        self.running = kept.running;
        self.image = kept.image;
        self.boot_orders = kept.boot_orders;
        self.confirms = kept.confirms;
        self.naks = kept.naks;
        self.chats = kept.chats;
        self.held = vec![status];
        self.now = kept.now;
        self.down_until = Some(kept.now + time);
    }

    fn queue(&mut self, protocol: Protocol, op: u8, request: u16, tlvs: &[(TlvType, &[u8])]) {
        let mut space = [0; MESSAGE_BYTES_MAX];
        let mut writer = MessageWriter::new(&mut space, protocol, op, request);
        for (kind, value) in tlvs {
            writer.tlv(*kind, value);
        }
        self.queue
            .push_back(writer.finish().expect("fits").to_vec());
    }

    fn control(&mut self, op: ControlOp, request: u16, tlvs: &[(TlvType, &[u8])]) {
        self.queue(Protocol::CONTROL, op.0, request, tlvs);
    }

    fn data(&mut self, op: DataOp, request: u16, tlvs: &[(TlvType, &[u8])]) {
        self.queue(Protocol::DATA, op.0, request, tlvs);
    }

    fn frame(&mut self, kind: FrameType, seq: u8, payload: &[u8]) {
        let mut wire = vec![0; STUFFED_BYTES_MAX];
        let len = Frame { kind, seq, payload }
            .encode(&mut wire)
            .expect("fits");
        wire.truncate(len);
        self.wire.push_back((self.now, wire));
    }

    fn handle(&mut self, kind: FrameType, seq: u8, payload: &[u8]) {
        if kind == FrameType::ACK {
            self.in_flight = self
                .in_flight
                .take()
                .filter(|(waiting, ..)| *waiting != seq);
            return;
        }
        let message = Message::decode(payload).expect("the module sends good messages");
        let control = message.protocol == Protocol::CONTROL;
        let boots = control && ControlOp(message.opcode) == ControlOp::MCU_OTA_BOOT;
        if boots && self.knobs.boots != Boots::Ignores {
            // Resets before its ACK goes out.
            return self.boot();
        }
        if control && self.is_deaf_to(&message) {
            return;
        }
        let crashes = self.crashes(&message);
        if crashes.is_some_and(|crash| !crash.acknowledges) {
            return self.crash();
        }
        if crashes.is_some() {
            self.crash_at = Some(self.now + Duration::from_millis(1));
        }
        self.chat(&message);
        self.frame(FrameType::ACK, seq, &[]);
        if let Some((at, _)) = self.wire.back_mut().filter(|_| !control) {
            *at += self.knobs.answer_ack_delay;
        }
        if seq != 0 && self.last_received == Some(seq) {
            return;
        }
        self.last_received = Some(seq);
        match message.protocol {
            Protocol::CONTROL => self.handle_control(&message),
            _ => self.handle_data(&message),
        }
    }

    fn crashes(&self, message: &Message<'_>) -> Option<Crash> {
        let crash = self.knobs.crash.filter(|crash| crash.times > 0)?;
        let by_this = match crash.when {
            CrashWhen::Connected => DataOp(message.opcode) == DataOp::CONNECT,
            CrashWhen::Confirmed => {
                DataOp(message.opcode) == DataOp::CONFIRM && message.request == 0x25
            }
        };
        let by_this = by_this && message.protocol == Protocol::DATA && self.boot_orders > 0;
        by_this.then_some(crash)
    }

    /// Comes back soon, and speaks then without being asked.
    fn crash(&mut self) {
        if let Some(crash) = &mut self.knobs.crash {
            crash.times -= 1;
        }
        self.reset(Duration::from_secs(1), HostErr::NONE);
        self.data(DataOp::REQ_TLV, 2, &[]);
    }

    fn chat(&mut self, message: &Message<'_>) {
        let Some(chat) = self.knobs.chat.filter(|chat| chat.rounds > 0) else {
            return;
        };
        let offset = message.tlvs.find(TlvType::OFF).unwrap_or_default();
        let begins = match chat.before {
            ChatBefore::Block(block) => offset == block.to_be_bytes(),
            ChatBefore::Report => self.boot_orders > 0 && message.request == 10,
        };
        if !begins && !self.chats {
            return;
        }
        self.chats = true;
        self.knobs.answer_ack_delay = chat.answer_ack_delay;
        self.knobs.chat = Some(Chat {
            rounds: chat.rounds - 1,
            ..chat
        });
        for request in 0x100..0x100 + chat.posts {
            self.post(request, b"noise", b"more");
            let post = self.queue.pop_back().expect("just queued");
            let seq = self.take_seq();
            self.frame(FrameType::DATA, seq, &post);
        }
    }

    fn is_deaf_to(&self, message: &Message<'_>) -> bool {
        let block = u32::try_from(self.image.len() / 255).expect("small");
        ControlOp(message.opcode) == ControlOp::MCU_OTA_LOAD
            && self.knobs.deaf_from_block.is_some_and(|from| block >= from)
    }

    fn handle_data(&mut self, message: &Message<'_>) {
        let version = self.running.clone();
        match (DataOp(message.opcode), message.request) {
            (DataOp::SEND_PROP, request) => {
                self.greeted = true;
                let features = [self.knobs.features];
                let err = [HostErr::NAME.0];
                let tlvs: [(TlvType, &[u8]); 2] =
                    [(TlvType::ERR, &err), (TlvType::FEATURES, &features)];
                self.data(DataOp::SEND_PROP_RESP, request, &tlvs);
            }
            (DataOp::CONNECT, _) => {
                self.data(DataOp::LISTEN_ENB, 1, &[]);
                self.data(DataOp::REQ_TLV, 2, &[]);
            }
            (DataOp::RECV_TLV, _) => self.ask_conf(6, &[0x03, 0x1b]),
            (DataOp::CONFIRM, request) => {
                self.confirms.push(request);
                if request == 2 {
                    let text = version.get(..8).unwrap_or(&version);
                    self.post(10, b"oem_host_version", text);
                } else if request == 10 && self.knobs.boots != Boots::WithoutReport {
                    self.post(0x25, b"version", &version);
                } else if self.knobs.babbles {
                    self.post(request.wrapping_add(1), b"noise", b"more");
                }
            }
            (DataOp::NAK, _) => self.keep_nak(message),
            _ => {}
        }
        self.release();
    }

    fn ask_conf(&mut self, request: u16, path: &[u8]) {
        self.confs_open += 1;
        self.control(ControlOp::GET_CONF, request, &[(TlvType::CONF, path)]);
    }

    fn post(&mut self, request: u16, name: &[u8], text: &[u8]) {
        let tlvs = [(TlvType::NAME, name), (TlvType::UTF8, text)];
        self.data(DataOp::SEND_TLV, request, &tlvs);
    }

    fn keep_nak(&mut self, message: &Message<'_>) {
        let err = message
            .tlvs
            .find(TlvType::ERR)
            .and_then(|err| err.first().copied());
        self.naks
            .push((message.protocol, HostErr(err.expect("a NAK has an ERR"))));
    }

    /// What was held back until the module knows this host.
    fn release(&mut self) {
        if !self.greeted || self.confs_open > 0 {
            return;
        }
        for err in std::mem::take(&mut self.held) {
            self.control(ControlOp::MCU_OTA_STAT, 0x17, &[(TlvType::ERR, &[err.0])]);
        }
    }

    fn status(&mut self, err: HostErr) {
        self.held.push(err);
        self.release();
    }

    fn handle_control(&mut self, message: &Message<'_>) {
        match ControlOp(message.opcode) {
            ControlOp::RESP => {
                self.confs_open = self.confs_open.saturating_sub(1);
                if message.request == 6 {
                    self.ask_conf(0x16, &[0x03, 0x14]);
                }
                self.release();
            }
            ControlOp::NAK => self.keep_nak(message),
            ControlOp::MCU_OTA => self.take_offer(message),
            ControlOp::MCU_OTA_LOAD => self.take_block(message),
            _ => {}
        }
    }

    fn take_offer(&mut self, message: &Message<'_>) {
        if self.knobs.ignores_offer {
            return;
        }
        if let Some(err) = self.knobs.refusal {
            return self.status(err);
        }
        let version = message
            .tlvs
            .find(TlvType::UTF8)
            .expect("a version")
            .to_vec();
        let length = message.tlvs.find(TlvType::LEN).expect("a length");
        let length = u32::from_be_bytes(length.try_into().expect("four bytes"));
        self.offered = Some((version, length));
        self.image.clear();
        self.erased_at = Some(self.now + self.knobs.erase_time);
        if let Some(err) = self.knobs.stale_after_offer {
            self.status(err);
        }
    }

    fn go_ahead(&mut self) {
        let erased = self.erased_at.is_some_and(|at| at <= self.now);
        if erased && self.greeted && self.confs_open == 0 {
            self.erased_at = None;
            self.control(ControlOp::MCU_OTA, 0x25, &[]);
        }
    }

    fn take_block(&mut self, message: &Message<'_>) {
        let offset = message.tlvs.find(TlvType::OFF).expect("an offset");
        let offset = u32::from_be_bytes(offset.try_into().expect("four bytes"));
        let have = u32::try_from(self.image.len()).expect("small");
        if let Some((block, time)) = self.knobs.reset_at_block
            && offset / 255 >= block
        {
            self.knobs.reset_at_block = None;
            let speaks = self.knobs.reset_speaks;
            self.reset(time, HostErr::OFFSET);
            if speaks {
                self.data(DataOp::REQ_TLV, 2, &[]);
            }
            return;
        }
        let Some((_, length)) = self.offered.clone().filter(|_| offset == have) else {
            return self.status(HostErr::OFFSET);
        };
        self.image
            .extend_from_slice(message.tlvs.find(TlvType::BIN).expect("bytes"));
        if self.image.len() == length as usize {
            if self.knobs.malformed_status {
                self.control(ControlOp::MCU_OTA_STAT, 0x30, &[(TlvType::INT, &[0])]);
            }
            if let Some(err) = self.knobs.outcome {
                self.status(err);
            }
        }
    }

    fn boot(&mut self) {
        self.boot_orders += 1;
        let (wanted, _) = self
            .offered
            .clone()
            .expect("an offer before the boot order");
        let time = self.knobs.boot_time;
        match self.knobs.boots.clone() {
            Boots::New | Boots::WithoutReport => {
                self.running = [wanted.as_slice(), b" Feb 02 2021"].concat();
                self.reset(time, HostErr::NONE);
            }
            Boots::FallsBack => self.reset(time, HostErr::BOOT),
            Boots::As(version) => {
                self.running = version;
                self.reset(time, HostErr::NONE);
            }
            Boots::Never => self.down_until = Some(Tick::MAX),
            Boots::Ignores => {}
        }
    }

    fn take_seq(&mut self) -> u8 {
        let seq = self.seq;
        self.seq = next_seq(seq);
        seq
    }
}

impl TestHost for AylaHost {
    fn handle_input(&mut self, now: Tick, bytes: &[u8]) {
        self.now = now;
        if self.down_until.is_some_and(|until| now < until) {
            return;
        }
        self.down_until = None;
        let mut input = bytes;
        while !input.is_empty() {
            let (fed, rest) = self.deframer.feed(input);
            input = rest;
            if let Fed::Frame(frame) = fed {
                let (kind, seq, payload) = (frame.kind, frame.seq, frame.payload.to_vec());
                self.handle(kind, seq, &payload);
            }
        }
    }

    fn poll_transmit(&mut self, now: Tick) -> Option<Vec<u8>> {
        self.now = now;
        if self.down_until.is_some_and(|until| now < until) {
            return None;
        }
        if self.crash_at.is_some_and(|at| at <= now) {
            self.crash();
            return None;
        }
        let due = self.wire.iter().position(|(at, _)| *at <= now);
        if let Some(due) = due {
            return self.wire.remove(due).map(|(_, frame)| frame);
        }
        self.go_ahead();
        if let Some((seq, message, sent)) = self.in_flight.clone() {
            if now.since(sent) >= Duration::from_secs(5) {
                self.in_flight = Some((seq, message.clone(), now));
                self.frame(FrameType::DATA, seq, &message);
                return self.wire.pop_back().map(|(_, frame)| frame);
            }
            return None;
        }
        let message = self.queue.pop_front()?;
        let seq = self.take_seq();
        self.frame(FrameType::DATA, seq, &message);
        self.in_flight = Some((seq, message, now));
        self.wire.pop_back().map(|(_, frame)| frame)
    }

    fn poll_timeout(&self) -> Option<Tick> {
        if let Some(until) = self.down_until.filter(|until| *until > self.now) {
            let speaks = !self.queue.is_empty() && until < Tick::MAX;
            return speaks.then_some(until);
        }
        let resend = self
            .in_flight
            .as_ref()
            .map(|(.., sent)| *sent + Duration::from_secs(5));
        let erased = self.erased_at.filter(|at| *at > self.now);
        self.wire
            .iter()
            .map(|(at, _)| *at)
            .chain(resend)
            .chain(erased)
            .chain(self.crash_at)
            .min()
    }
}
