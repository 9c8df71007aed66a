//! The rig dialect as scripts speak it: codecs and what a module would remember, no rules.

use core::time::Duration;

use fixtures::script::{Damage, Value};
use protocol_spec::crc::CRC32;
use protocol_spec::digest::Digest;
use protocol_spec::rig::frame::{
    DELIMITER, Deframer, FRAME_BYTES_MAX, Fed, decode_to_module, encode_to_host,
};
use protocol_spec::rig::kind::Kind;
use protocol_spec::rig::message::{
    Abort, Boot, Data, Finish, Hello, HelloAnswer, LayoutKind, ObjectKind, Offer, Query, ReportAck,
    Step, ToHost, ToModule, Unsupported, VERSION_MAX, VERSION_MIN,
};
use protocol_spec::tick::Tick;

use super::heard::Heard;
use super::speaker::{Flow, Order, SpeakError};

/// Object bytes in one frame before the host has said its limit.
const DATA_BYTES: i64 = 512;
/// Most object bytes that a script may put in one frame; fewer fit when there is a head.
pub(super) const DATA_BYTES_MAX: i64 = FRAME_BYTES_MAX as i64;

/// The line and what was said on it.
pub(super) struct RigLine {
    deframer: Deframer<Vec<u8>>,
    /// Number of the present transfer.
    transfer: u16,
    nonce: u32,
    report: u16,
    pub(super) data_max: i64,
    pub(super) flow: Flow,
}

impl RigLine {
    pub(super) fn new(seed: u32) -> Self {
        let [low, high, ..] = seed.to_le_bytes();
        Self {
            deframer: Deframer::new(vec![0; FRAME_BYTES_MAX]),
            transfer: u16::from_le_bytes([low, high]),
            nonce: seed,
            report: 0,
            data_max: DATA_BYTES,
            flow: Flow::default(),
        }
    }

    /// Forgets a half frame.
    pub(super) fn restart(&mut self) {
        self.deframer = Deframer::new(vec![0; FRAME_BYTES_MAX]);
    }

    pub(super) fn feed(&mut self, now: Tick, bytes: &[u8], heard: &mut Vec<Heard>) -> usize {
        let mut bad = 0;
        let mut rest = bytes;
        while !rest.is_empty() {
            let (fed, after) = self.deframer.feed(rest);
            rest = after;
            let message = match fed {
                Fed::More => continue,
                Fed::Bad { .. } => None,
                Fed::Packet(packet) => decode_to_module(packet).ok().map(|it| show(now, &it)),
            };
            bad += usize::from(message.is_none());
            heard.extend(message);
        }
        for message in heard.iter() {
            self.remember(message);
        }
        bad
    }

    fn remember(&mut self, heard: &Heard) {
        match heard.name.as_str() {
            "hello-answer" => {
                self.data_max = heard.number_of("data_max").unwrap_or(self.data_max);
            }
            "report" => {
                let id = heard.number_of("id").and_then(|id| u16::try_from(id).ok());
                self.report = id.unwrap_or(self.report);
            }
            "accept" | "ack" if heard.number_of("transfer") == Some(self.transfer.into()) => {
                let next = heard.number_of("offset").or(heard.number_of("next"));
                self.flow.next = next.unwrap_or(self.flow.next);
                self.flow.limit = heard.number_of("limit").unwrap_or(self.flow.limit);
                let busy = heard
                    .number_of("busy_ms")
                    .and_then(|ms| u64::try_from(ms).ok());
                self.flow.busy_until = heard.at + Duration::from_millis(busy.unwrap_or(0));
            }
            "busy" => {
                let busy = heard
                    .number_of("busy_ms")
                    .and_then(|ms| u64::try_from(ms).ok());
                self.flow.busy_until = heard.at + Duration::from_millis(busy.unwrap_or(0));
            }
            _ => {}
        }
    }

    /// The frame of an order, and what a transcript says of it.
    pub(super) fn encode(
        &mut self,
        now: Tick,
        order: &Order<'_>,
    ) -> Result<(Vec<u8>, Heard), SpeakError> {
        let (frame, shown) = if order.message == "packet" {
            self.packet(now, order)?
        } else {
            self.message(now, order)?
        };
        let frame = match order.damage {
            None => frame,
            Some(Damage::Twice) => [frame.as_slice(), frame.as_slice()].concat(),
            Some(Damage::Cut) => cut(&frame),
            Some(Damage::Crc) => spoilt(&frame).ok_or(SpeakError::Encode)?,
        };
        Ok((frame, shown))
    }

    fn packet(&self, now: Tick, order: &Order<'_>) -> Result<(Vec<u8>, Heard), SpeakError> {
        let kind = order.small("kind", 0)?;
        let body = order.bytes("body").unwrap_or_default();
        let shown = Heard::new(now, "packet")
            .number("kind", kind)
            .bytes("body", &body);
        let mut packet = vec![kind];
        packet.extend_from_slice(&body);
        Ok((framed(&packet), shown))
    }

    fn message(&mut self, now: Tick, order: &Order<'_>) -> Result<(Vec<u8>, Heard), SpeakError> {
        let named = Heard::new(now, order.message);
        match order.message {
            "hello" => self.hello(now, order),
            "offer" => self.offer(now, order),
            "data" => self.data(now, order),
            "query" => Ok((encode(&ToHost::Query(Query {}))?, named)),
            "report-ack" => {
                let id = order.small("id", self.report)?;
                let message = ToHost::ReportAck(ReportAck { id });
                Ok((encode(&message)?, named.number("id", id)))
            }
            "unsupported-by-module" => {
                let kind = order.small("kind", Kind::HELLO_ANSWER.0)?;
                let message = ToHost::Unsupported(Unsupported { kind });
                Ok((encode(&message)?, named.number("kind", kind)))
            }
            _ => {
                let transfer = order.small("transfer", self.transfer)?;
                let message = match order.message {
                    "finish" => ToHost::Finish(Finish { transfer }),
                    "boot" => ToHost::Boot(Boot { transfer }),
                    "abort" => ToHost::Abort(Abort { transfer }),
                    _ => return Err(SpeakError::Encode),
                };
                Ok((encode(&message)?, named.number("transfer", transfer)))
            }
        }
    }

    fn hello(&mut self, now: Tick, order: &Order<'_>) -> Result<(Vec<u8>, Heard), SpeakError> {
        self.nonce = self.nonce.wrapping_add(1);
        let hello = Hello {
            version_min: order.small("version_min", VERSION_MIN)?,
            version_max: order.small("version_max", VERSION_MAX)?,
            nonce: order.small("nonce", self.nonce)?,
        };
        let shown = Heard::new(now, "hello")
            .number("version_min", hello.version_min)
            .number("version_max", hello.version_max)
            .number("nonce", hello.nonce);
        Ok((encode(&ToHost::Hello(hello))?, shown))
    }

    fn offer(&mut self, now: Tick, order: &Order<'_>) -> Result<(Vec<u8>, Heard), SpeakError> {
        let object = order.object;
        let transfer = order.small("transfer", self.transfer.wrapping_add(1))?;
        let version = order.bytes("version");
        let version =
            version.unwrap_or_else(|| object.map_or(Vec::new(), |it| it.version.clone().into()));
        let digest = order.bytes("digest");
        let digest = digest.or_else(|| Some(object?.digest.0.to_vec()));
        let digest: [u8; 32] = digest
            .and_then(|bytes| bytes.try_into().ok())
            .unwrap_or([0; 32]);
        let kind = match order.bytes("kind").as_deref() {
            Some(b"patch") => ObjectKind::Patch,
            Some(_) => ObjectKind::Image,
            None => object.map_or(ObjectKind::Image, |it| it.kind),
        };
        let auth = order.bytes("auth").unwrap_or_default();
        let offer = Offer {
            transfer,
            kind,
            length: order.small("length", object.map_or(0, |it| it.length()))?,
            digest,
            version: &version,
            auth: &auth,
        };
        self.transfer = transfer;
        self.flow = Flow::default();
        let shown = Heard::new(now, "offer")
            .number("transfer", transfer)
            .text("kind", kind_word(kind))
            .number("length", offer.length)
            .bytes("digest", Digest(digest).0.get(..4).unwrap_or_default())
            .text("version", &version);
        Ok((encode(&ToHost::Offer(offer))?, shown))
    }

    fn data(&mut self, now: Tick, order: &Order<'_>) -> Result<(Vec<u8>, Heard), SpeakError> {
        let transfer = order.small("transfer", self.transfer)?;
        let offset: u32 = order.small("offset", 0_u32)?;
        let count = order.up_to("count", self.data_max.min(DATA_BYTES_MAX), DATA_BYTES_MAX)?;
        let bytes = order
            .object
            .ok_or(SpeakError::NoObject)?
            .piece(offset.into(), count);
        let message = ToHost::Data(Data {
            transfer,
            offset,
            bytes: &bytes,
        });
        let shown = Heard::new(now, "data")
            .number("transfer", transfer)
            .number("offset", offset)
            .number("count", count);
        Ok((encode(&message)?, shown))
    }
}

fn encode(message: &ToHost<'_>) -> Result<Vec<u8>, SpeakError> {
    let mut frame = vec![0; FRAME_BYTES_MAX];
    let len = encode_to_host(message, &mut frame).map_err(|_| SpeakError::Encode)?;
    frame.truncate(len);
    frame.insert(0, DELIMITER);
    Ok(frame)
}

/// A frame around any packet.
fn framed(packet: &[u8]) -> Vec<u8> {
    let mut plain = packet.to_vec();
    plain.extend_from_slice(&CRC32.checksum(packet).to_le_bytes());
    stuffed(&plain)
}

fn stuffed(plain: &[u8]) -> Vec<u8> {
    let mut frame = vec![0; cobs::max_encoding_length(plain.len()) + 2];
    let len = frame.get_mut(1..).map_or(0, |out| cobs::encode(plain, out));
    frame.truncate(len + 2);
    frame
}

/// The frame with another checksum; `None` when it is no frame.
fn spoilt(frame: &[u8]) -> Option<Vec<u8>> {
    let stuffed_bytes = frame.get(1..frame.len().checked_sub(1)?)?;
    let mut plain = vec![0; stuffed_bytes.len()];
    let report = cobs::decode(stuffed_bytes, &mut plain).ok()?;
    plain.truncate(report.frame_size());
    *plain.last_mut()? ^= 0xff;
    Some(stuffed(&plain))
}

/// The frame without its last bytes, but with its end.
fn cut(frame: &[u8]) -> Vec<u8> {
    let keep = frame.len().saturating_sub(4).max(1);
    let mut out = frame.get(..keep).unwrap_or_default().to_vec();
    out.push(DELIMITER);
    out
}

fn kind_word(kind: ObjectKind) -> &'static [u8] {
    match kind {
        ObjectKind::Image => b"image",
        ObjectKind::Patch => b"patch",
    }
}

fn show(now: Tick, message: &ToModule<'_>) -> Heard {
    let named = |name: &str| Heard::new(now, name);
    match message {
        ToModule::HelloAnswer(answer) => show_hello(now, answer),
        ToModule::Accept(it) => named("accept")
            .number("transfer", it.transfer)
            .number("offset", it.offset)
            .number("limit", it.limit)
            .number("busy_ms", it.busy_ms),
        ToModule::Ack(it) => {
            let heard = named("ack")
                .number("transfer", it.transfer)
                .number("next", it.next)
                .number("limit", it.limit)
                .number("stored", it.stored)
                .number("busy_ms", it.busy_ms);
            match it.sack.first().filter(|range| range.end > 0) {
                None => heard,
                Some(range) => heard
                    .number("sack_start", range.start)
                    .number("sack_end", range.end),
            }
        }
        ToModule::StepStatus(it) => named("step-status")
            .number("transfer", it.transfer)
            .text("step", step_word(it.step))
            .number("code", it.code)
            .number("detail", it.detail),
        ToModule::Busy(it) => named("busy").number("busy_ms", it.busy_ms),
        ToModule::BootAnswer(it) => named("boot-answer")
            .number("transfer", it.transfer)
            .number("report_ms_max", it.report_ms_max),
        ToModule::Report(it) => named("report")
            .number("id", it.id)
            .text("version", it.version)
            .number("length", it.length)
            .bytes("digest", &it.digest)
            .number("confirmed", it.confirmed)
            .number("code", it.code),
        ToModule::BlockStatus(it) => named("block-status")
            .number("block", it.block)
            .number("state", it.state)
            .number("code", it.code),
        ToModule::Unsupported(it) => named("unsupported-by-host").number("kind", it.kind),
    }
}

fn show_hello(now: Tick, answer: &HelloAnswer<'_>) -> Heard {
    let heard = Heard::new(now, "hello-answer")
        .number("version", answer.version)
        .number("version_min", answer.version_min)
        .number("version_max", answer.version_max)
        .number("nonce", answer.nonce);
    let Some(info) = &answer.info else {
        return heard;
    };
    let layout: &[u8] = match info.layout {
        LayoutKind::TwoSlot => b"two-slot",
        LayoutKind::InPlace => b"in-place",
    };
    let unit = info.flash.regions.iter().map(|region| region.unit).max();
    heard
        .text("board", info.board)
        .number("boot_id", info.boot_id)
        .text("layout", layout)
        .number("image_start", info.image_start)
        .number("image_max", info.image_max)
        .number("staging", info.staging)
        .number("scratch", info.scratch)
        .number("decode_ram", info.decode_ram)
        .number("window", info.window)
        .number("data_max", info.data_max)
        .number("unit", unit.unwrap_or(0))
        .number("program_unit", info.flash.program_unit)
        .number("erase_ms_max", info.flash.erase_ms_max)
        .text("runs", info.version)
        .number("image_len", info.image_len)
        .number("confirmed", info.confirmed)
        .number("code", info.code)
}

fn step_word(step: Step) -> &'static [u8] {
    match step {
        Step::Offer => b"offer",
        Step::Data => b"data",
        Step::Finish => b"finish",
        Step::Boot => b"boot",
        Step::Abort => b"abort",
    }
}

/// A number that was heard, as a variable.
pub(super) fn hello_vars(heard: &Heard) -> impl Iterator<Item = (String, Value)> {
    let known = fixtures::script::LIMITS;
    heard.fields.iter().filter_map(move |(name, value)| {
        let limit = known.iter().any(|row| row.0 == *name);
        limit.then(|| ((*name).to_owned(), value.clone()))
    })
}
