//! A small rig host whose mistakes are knobs.

use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};

use protocol_spec::codes::Status;
use protocol_spec::digest::Digest;
use protocol_spec::rig::frame::{Deframer, FRAME_BYTES_MAX, Fed, decode_to_host, encode_to_module};
use protocol_spec::rig::kind::Kind;
use protocol_spec::rig::message::{
    Accept, Ack, BlockStatus, BootAnswer, Busy, Data, FlashInfo, HelloAnswer, HostInfo, LayoutKind,
    ObjectKind, Offer, RegionInfo, Report, SACK_RANGES_MAX, SackRange, Step, StepStatus, ToHost,
    ToModule,
};
use protocol_spec::tick::Tick;

use super::digest;
use super::line::TestHost;
use crate::patch::apply;

/// What this host does differently from a good one.
#[derive(Clone, Debug)]
pub(super) struct Knobs {
    pub(super) image_max: u32,
    pub(super) window: u32,
    pub(super) data_max: u16,
    pub(super) versions: (u8, u8),
    /// Bytes that an earlier run has left.
    pub(super) resume_at: u32,
    /// Every answer waits this long.
    pub(super) delay: Duration,
    pub(super) boot_time: Duration,
    /// The first so many frames of a kind are never sent.
    pub(super) swallow: BTreeMap<u8, u32>,
    pub(super) refuse_offer: Option<Status>,
    pub(super) verify: Status,
    pub(super) runs_version: Option<Vec<u8>>,
    pub(super) runs_digest: Option<Digest>,
    pub(super) report_code: Status,
    pub(super) never_confirms: bool,
    pub(super) never_boots: bool,
    /// Loses its RAM when this offset arrives.
    pub(super) reset_at: Option<u32>,
    /// Gives no credit beyond this offset for so long.
    pub(super) starve: Option<(u32, Duration)>,
    /// Says busy for so long on FINISH before it answers.
    pub(super) busy_finish: Duration,
    /// Reads its image for so long after a restart before it can report.
    pub(super) hash_time: Duration,
    /// States this in its answer to the boot order, ms.
    pub(super) report_ms_max: u32,
    /// Takes patches, with this much of everything.
    pub(super) in_place: Option<InPlace>,
    /// Reports this digest once it has restarted.
    pub(super) lies_after_boot: Option<Digest>,
    /// Boots what ran before.
    pub(super) never_applies: bool,
    /// Says this of a block so long after the boot order: block, state, code.
    pub(super) blocks: Vec<(Duration, u32, Status, Status)>,
}

/// What an in-place host says of itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct InPlace {
    pub(super) scratch: u32,
    pub(super) staging: u32,
    pub(super) decode_ram: u32,
}

impl Default for InPlace {
    fn default() -> Self {
        Self {
            scratch: 16 * 1024,
            staging: 1 << 18,
            decode_ram: 8192,
        }
    }
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            image_max: 1 << 20,
            window: 32 * 1024,
            data_max: 2048,
            versions: (1, 1),
            resume_at: 0,
            delay: Duration::ZERO,
            boot_time: Duration::from_secs(2),
            swallow: BTreeMap::new(),
            refuse_offer: None,
            verify: Status::DONE,
            runs_version: None,
            runs_digest: None,
            report_code: Status::DONE,
            never_confirms: false,
            never_boots: false,
            reset_at: None,
            starve: None,
            busy_finish: Duration::ZERO,
            hash_time: Duration::ZERO,
            report_ms_max: 5_000,
            in_place: None,
            lies_after_boot: None,
            never_applies: false,
            blocks: Vec::new(),
        }
    }
}

/// What runs.
#[derive(Clone, Debug)]
pub(super) struct Running {
    pub(super) version: Vec<u8>,
    pub(super) image: Vec<u8>,
    pub(super) confirmed: bool,
}

#[derive(Clone, Debug)]
struct Transfer {
    number: u16,
    kind: ObjectKind,
    version: Vec<u8>,
    bytes: Vec<u8>,
    there: Vec<bool>,
    limit: u32,
}

pub(super) struct RigHost {
    pub(super) knobs: Knobs,
    pub(super) running: Running,
    pub(super) boots: u32,
    /// Bytes of the object that arrived more than once.
    pub(super) repeated: u64,
    /// What was offered, repeats left out.
    pub(super) offered: Vec<ObjectKind>,
    deframer: Deframer<Vec<u8>>,
    transfer: Option<Transfer>,
    staged: Option<Running>,
    kept: Vec<u8>,
    out: VecDeque<(Tick, Vec<u8>)>,
    down_until: Option<Tick>,
    hashed_at: Tick,
    starved_until: Option<Tick>,
    reports: u16,
    now: Tick,
}

impl RigHost {
    pub(super) fn new(knobs: Knobs) -> Self {
        let running = Running {
            version: b"0.0.0".to_vec(),
            image: vec![1; 100],
            confirmed: true,
        };
        Self {
            knobs,
            running,
            boots: 7,
            repeated: 0,
            offered: Vec::new(),
            deframer: Deframer::new(vec![0; FRAME_BYTES_MAX]),
            transfer: None,
            staged: None,
            kept: Vec::new(),
            out: VecDeque::new(),
            down_until: None,
            hashed_at: Tick::ZERO,
            starved_until: None,
            reports: 0,
            now: Tick::ZERO,
        }
    }

    /// A host that has the first bytes of `image` from an earlier run.
    pub(super) fn with_part_of(image: &[u8], knobs: Knobs) -> Self {
        Self {
            kept: image[..knobs.resume_at as usize].to_vec(),
            ..Self::new(knobs)
        }
    }

    fn say_after(&mut self, message: &ToModule<'_>, wait: Duration) {
        let mut wire = vec![0; FRAME_BYTES_MAX];
        let len = encode_to_module(message, &mut wire).expect("a message within its limits");
        wire.truncate(len);
        let kind = kind_of(message).0;
        if let Some(left) = self.knobs.swallow.get_mut(&kind).filter(|left| **left > 0) {
            *left -= 1;
            return;
        }
        self.out
            .push_back((self.now + self.knobs.delay + wait, wire));
    }

    pub(super) fn say(&mut self, message: &ToModule<'_>) {
        self.say_after(message, Duration::ZERO);
    }

    fn handle(&mut self, packet: &[u8]) {
        match decode_to_host(packet).expect("the module sends good messages") {
            ToHost::Hello(hello) => self.answer_hello(hello.nonce),
            ToHost::Offer(offer) => self.take_offer(&offer),
            ToHost::Data(data) => self.take_data(&data),
            ToHost::Finish(finish) => self.finish(finish.transfer),
            ToHost::Boot(boot) => self.boot(boot.transfer),
            ToHost::Query(_) => self.report(),
            ToHost::ReportAck(_) => self.confirm(),
            ToHost::Abort(abort) => {
                self.transfer = None;
                self.status(abort.transfer, Step::Abort, Status::DONE);
            }
            ToHost::Unsupported(_) => {}
        }
    }

    fn answer_hello(&mut self, nonce: u32) {
        let (version_min, version_max) = self.knobs.versions;
        let version = u8::from(version_min <= 1 && version_max >= 1);
        let running = self.running.clone();
        let in_place = self.knobs.in_place;
        let info = HostInfo {
            board: b"test",
            boot_id: self.boots,
            layout: match self.knobs.in_place {
                None => LayoutKind::TwoSlot,
                Some(_) => LayoutKind::InPlace,
            },
            image_start: 0,
            image_max: self.knobs.image_max,
            staging: in_place.map_or(self.knobs.image_max, |own| own.staging),
            scratch: in_place.map_or(4096, |own| own.scratch),
            decode_ram: in_place.map_or(0, |own| own.decode_ram),
            window: self.knobs.window,
            data_max: self.knobs.data_max,
            flash: FlashInfo {
                regions: [RegionInfo {
                    start: 0,
                    unit: 4096,
                    count: 256,
                }; 4],
                program_unit: 4,
                erased: 0xff,
                erase_ms_max: 100,
                program_us_max: 100,
            },
            version: &running.version,
            image_len: u32::try_from(running.image.len()).expect("small"),
            confirmed: running.confirmed,
            code: 0,
        };
        let info = (version != 0).then_some(info);
        self.say(&ToModule::HelloAnswer(HelloAnswer {
            version,
            version_min,
            version_max,
            nonce,
            info,
        }));
    }

    fn status(&mut self, transfer: u16, step: Step, code: Status) {
        self.say(&ToModule::StepStatus(StepStatus {
            transfer,
            step,
            code: code.0,
            detail: 0,
        }));
    }

    fn take_offer(&mut self, offer: &Offer<'_>) {
        if let Some(code) = self.knobs.refuse_offer {
            return self.status(offer.transfer, Step::Offer, code);
        }
        if !self.running.confirmed && !self.running.version.is_empty() {
            return self.status(offer.transfer, Step::Offer, Status::STATE);
        }
        let known = self
            .transfer
            .as_ref()
            .is_some_and(|known| known.number == offer.transfer);
        if !known {
            self.offered.push(offer.kind);
            let mut bytes = self.kept.clone();
            let mut there = vec![true; bytes.len()];
            bytes.resize(offer.length as usize, 0);
            there.resize(offer.length as usize, false);
            let limit = self.knobs.resume_at;
            self.transfer = Some(Transfer {
                number: offer.transfer,
                kind: offer.kind,
                version: offer.version.to_vec(),
                bytes,
                there,
                limit,
            });
        }
        let (next, limit) = self.grant();
        self.say(&ToModule::Accept(Accept {
            transfer: offer.transfer,
            offset: next,
            limit,
            busy_ms: 0,
        }));
    }

    /// First missing offset and the credit, raised as far as the knobs allow.
    fn grant(&mut self) -> (u32, u32) {
        let Some(transfer) = &mut self.transfer else {
            return (0, 0);
        };
        let missing = transfer.there.iter().position(|there| !there);
        let next = u32::try_from(missing.unwrap_or(transfer.there.len())).expect("small");
        let mut limit = next + self.knobs.window;
        if let Some((at, wait)) = self.knobs.starve {
            let until = *self.starved_until.get_or_insert(self.now + wait);
            if self.now < until {
                limit = limit.min(at);
            }
        }
        transfer.limit = transfer.limit.max(limit);
        (next, transfer.limit)
    }

    fn take_data(&mut self, data: &Data<'_>) {
        let end = data.offset + u32::try_from(data.bytes.len()).expect("small");
        let Some(transfer) = self.transfer.as_mut().filter(|t| t.number == data.transfer) else {
            return self.status(data.transfer, Step::Data, Status::STATE);
        };
        assert!(end <= transfer.limit, "the module sent beyond its credit");
        for (offset, byte) in (data.offset as usize..).zip(data.bytes) {
            self.repeated += u64::from(transfer.there[offset]);
            transfer.bytes[offset] = *byte;
            transfer.there[offset] = true;
        }
        if self.knobs.reset_at.is_some_and(|at| end >= at) {
            self.knobs.reset_at = None;
            return self.restart();
        }
        self.acknowledge();
    }

    fn acknowledge(&mut self) {
        let (next, limit) = self.grant();
        let Some(transfer) = &self.transfer else {
            return;
        };
        let mut sack = [SackRange::default(); SACK_RANGES_MAX];
        let mut at = next as usize;
        for range in &mut sack {
            let Some(start) = transfer.there[at..].iter().position(|there| *there) else {
                break;
            };
            let start = at + start;
            let len = transfer.there[start..].iter().position(|there| !there);
            at = len.map_or(transfer.there.len(), |len| start + len);
            range.start = u32::try_from(start).expect("small");
            range.end = u32::try_from(at).expect("small");
        }
        let transfer = transfer.number;
        self.say(&ToModule::Ack(Ack {
            transfer,
            next,
            limit,
            stored: next,
            busy_ms: 0,
            sack,
        }));
    }

    fn finish(&mut self, number: u16) {
        let Some(transfer) = self.transfer.clone().filter(|t| t.number == number) else {
            return self.status(number, Step::Finish, Status::STATE);
        };
        assert!(
            transfer.there.iter().all(|there| *there),
            "finish before the end"
        );
        if self.knobs.verify.is_done() {
            let image = match transfer.kind {
                ObjectKind::Image => transfer.bytes,
                ObjectKind::Patch => {
                    apply(&self.running.image, &transfer.bytes, "test", 8192).expect("a good patch")
                }
            };
            self.staged = Some(Running {
                version: transfer.version,
                image,
                confirmed: false,
            });
        }
        let wait = core::mem::take(&mut self.knobs.busy_finish);
        let code = self.knobs.verify.0;
        if wait > Duration::ZERO {
            let busy_ms = u32::try_from(wait.as_millis()).expect("small");
            self.say(&ToModule::Busy(Busy { busy_ms }));
        }
        let status = StepStatus {
            transfer: number,
            step: Step::Finish,
            code,
            detail: 0,
        };
        self.say_after(&ToModule::StepStatus(status), wait);
    }

    fn boot(&mut self, transfer: u16) {
        if self.staged.is_none() {
            return self.status(transfer, Step::Boot, Status::STATE);
        }
        let report_ms_max = self.knobs.report_ms_max;
        self.say(&ToModule::BootAnswer(BootAnswer {
            transfer,
            report_ms_max,
        }));
        if self.knobs.never_boots {
            return;
        }
        let staged = self.staged.take().expect("staged");
        if !self.knobs.never_applies {
            self.running = staged;
        }
        self.knobs.runs_digest = self.knobs.lies_after_boot.or(self.knobs.runs_digest);
        self.restart();
        for (at, block, state, code) in self.knobs.blocks.clone() {
            let (state, code) = (state.0, code.0);
            let status = BlockStatus { block, state, code };
            self.say_after(&ToModule::BlockStatus(status), at);
        }
    }

    fn restart(&mut self) {
        self.boots += 1;
        self.transfer = None;
        self.down_until = Some(self.now + self.knobs.boot_time);
        self.hashed_at = self.now + self.knobs.boot_time + self.knobs.hash_time;
    }

    fn report(&mut self) {
        if self.now < self.hashed_at {
            return self.say(&ToModule::Busy(Busy { busy_ms: 500 }));
        }
        self.reports += 1;
        let running = self.running.clone();
        let version = self.knobs.runs_version.clone().unwrap_or(running.version);
        let digest = self
            .knobs
            .runs_digest
            .unwrap_or_else(|| digest(&running.image));
        self.say(&ToModule::Report(Report {
            id: self.reports,
            version: &version,
            length: u32::try_from(running.image.len()).expect("small"),
            digest: digest.0,
            confirmed: running.confirmed,
            code: self.knobs.report_code.0,
        }));
    }

    fn confirm(&mut self) {
        let confirms = !self.running.confirmed && !self.knobs.never_confirms;
        if confirms {
            self.running.confirmed = true;
            self.report();
        }
    }
}

impl TestHost for RigHost {
    fn handle_input(&mut self, now: Tick, bytes: &[u8]) {
        self.now = now;
        if self.down_until.is_some_and(|until| now < until) {
            return;
        }
        self.down_until = None;
        let mut deframer = std::mem::replace(&mut self.deframer, Deframer::new(Vec::new()));
        let mut input = bytes;
        while !input.is_empty() {
            let (fed, rest) = deframer.feed(input);
            input = rest;
            if let Fed::Packet(packet) = fed
                && self.down_until.is_none()
            {
                self.handle(packet);
            }
        }
        self.deframer = deframer;
    }

    fn poll_transmit(&mut self, now: Tick) -> Option<Vec<u8>> {
        self.now = now;
        if self.starved_until.is_some_and(|until| until <= now) && self.knobs.starve.is_some() {
            self.knobs.starve = None;
            self.acknowledge();
        }
        let due = self.out.iter().position(|(at, _)| *at <= now)?;
        self.out.remove(due).map(|(_, frame)| frame)
    }

    fn poll_timeout(&self) -> Option<Tick> {
        let starved = self.starved_until.filter(|_| self.knobs.starve.is_some());
        self.out.iter().map(|(at, _)| *at).chain(starved).min()
    }
}

fn kind_of(message: &ToModule<'_>) -> Kind {
    match message {
        ToModule::HelloAnswer(_) => Kind::HELLO_ANSWER,
        ToModule::Accept(_) => Kind::ACCEPT,
        ToModule::Ack(_) => Kind::ACK,
        ToModule::StepStatus(_) => Kind::STEP_STATUS,
        ToModule::Busy(_) => Kind::BUSY,
        ToModule::BootAnswer(_) => Kind::BOOT_ANSWER,
        ToModule::Report(_) => Kind::REPORT,
        ToModule::BlockStatus(_) => Kind::BLOCK_STATUS,
        ToModule::Unsupported(_) => Kind::UNSUPPORTED_BY_HOST,
    }
}
