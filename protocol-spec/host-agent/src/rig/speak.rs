//! What the rig host says: one frame per call, the most urgent first.

use protocol_spec::Tick;
use protocol_spec::rig::frame::{EncodeError, encode_to_module};
use protocol_spec::rig::hello::choose_version;
use protocol_spec::rig::message::{
    Accept, Ack, BootAnswer, Busy, FlashInfo, Hello, HelloAnswer, HostInfo, RegionInfo, Report,
    ToModule, Unsupported, VERSION_MAX, VERSION_MIN,
};

use super::Host;
use super::transfer::Transfer;
use crate::door::Door;
use crate::door::Io;
use crate::flash::Geometry;
use crate::timer::Timer;

impl<B: AsRef<[u8]> + AsMut<[u8]>> Host<B> {
    pub(super) fn transmit(&mut self, io: &mut Io<'_>, core: &impl Door, out: &mut [u8]) -> usize {
        self.next_frame(io, core, out)
            .and_then(Result::ok)
            .unwrap_or(0)
    }

    fn next_frame(
        &mut self,
        io: &mut Io<'_>,
        core: &impl Door,
        out: &mut [u8],
    ) -> Option<Result<usize, EncodeError>> {
        if let Some(hello) = self.pending.hello.take() {
            return Some(self.hello_answer(core, &hello, out));
        }
        if let Some(block) = self.next_block(out) {
            return Some(block);
        }
        if let Some(step) = self.pending.steps.pop_front() {
            return Some(encode_to_module(&ToModule::StepStatus(step), out));
        }
        let message = self.transfer_message(io, core);
        if let Some(message) = message {
            return Some(encode_to_module(&message, out));
        }
        if core::mem::take(&mut self.pending.report) {
            return Some(self.report(core, out));
        }
        if core::mem::take(&mut self.pending.busy) {
            let busy_ms = self.busy_ms(io.now);
            return Some(encode_to_module(&ToModule::Busy(Busy { busy_ms }), out));
        }
        let kind = self.pending.unsupported.take()?;
        Some(encode_to_module(
            &ToModule::Unsupported(Unsupported { kind }),
            out,
        ))
    }

    pub(super) fn next_block(&mut self, out: &mut [u8]) -> Option<Result<usize, EncodeError>> {
        let block = self.pending.blocks.pop_front()?;
        Some(encode_to_module(&ToModule::BlockStatus(block), out))
    }

    /// The next message about the transfer; what was asked for without one is forgotten.
    fn transfer_message(&mut self, io: &mut Io<'_>, core: &impl Door) -> Option<ToModule<'static>> {
        if core::mem::take(&mut self.pending.accept) {
            return self.accept(io, core);
        }
        if core::mem::take(&mut self.pending.ack) {
            return self.ack(io, core);
        }
        if core::mem::take(&mut self.pending.boot_answer) {
            let transfer = self.transfer.as_ref()?;
            let report_ms_max = core.report_ms_max();
            return Some(ToModule::BootAnswer(BootAnswer {
                transfer: transfer.number(),
                report_ms_max,
            }));
        }
        None
    }

    fn accept(&mut self, io: &mut Io<'_>, core: &impl Door) -> Option<ToModule<'static>> {
        let (capacity, busy_ms) = (self.capacity, self.busy_ms(io.now));
        let transfer = self.transfer.as_mut()?;
        let limit = raise_limit(transfer, core, capacity);
        let (transfer, offset) = (transfer.number(), transfer.window().next());
        Some(ToModule::Accept(Accept {
            transfer,
            offset,
            limit,
            busy_ms,
        }))
    }

    fn ack(&mut self, io: &mut Io<'_>, core: &impl Door) -> Option<ToModule<'static>> {
        io.timers.clear(Timer::AckDelay);
        self.unacked = 0;
        let (capacity, busy_ms) = (self.capacity, self.busy_ms(io.now));
        let transfer = self.transfer.as_mut()?;
        let limit = raise_limit(transfer, core, capacity);
        let window = transfer.window();
        Some(ToModule::Ack(Ack {
            transfer: transfer.number(),
            next: window.next(),
            limit,
            stored: core.stored(),
            busy_ms,
            sack: window.sack(),
        }))
    }

    fn report(&mut self, core: &impl Door, out: &mut [u8]) -> Result<usize, EncodeError> {
        self.reported = true;
        let running = core.running();
        let report = Report {
            id: self.report_id,
            version: running.version.as_bytes(),
            length: running.length,
            digest: running.digest.map_or([0; 32], |digest| digest.0),
            confirmed: running.confirmed,
            code: self.fault.unwrap_or(core.last_code()).0,
        };
        encode_to_module(&ToModule::Report(report), out)
    }

    fn hello_answer(
        &self,
        core: &impl Door,
        hello: &Hello,
        out: &mut [u8],
    ) -> Result<usize, EncodeError> {
        let version = choose_version(hello.version_min, hello.version_max);
        let answer = HelloAnswer {
            version,
            version_min: VERSION_MIN,
            version_max: VERSION_MAX,
            nonce: hello.nonce,
            info: (version != 0).then(|| self.info(core)),
        };
        encode_to_module(&ToModule::HelloAnswer(answer), out)
    }

    fn info<'c>(&'c self, core: &'c impl Door) -> HostInfo<'c> {
        let (config, running) = (&self.config, core.running());
        HostInfo {
            board: &config.board,
            boot_id: config.boot_id,
            layout: config.layout.kind,
            image_start: config.layout.primary.start,
            image_max: config.layout.primary.len,
            staging: config.layout.secondary.len,
            scratch: config.layout.scratch.len,
            decode_ram: config.decode_ram,
            window: self.capacity,
            data_max: self.data_max,
            flash: flash_info(core.geometry()),
            version: running.version.as_bytes(),
            image_len: running.length,
            confirmed: running.confirmed,
            code: core.last_code().0,
        }
    }

    /// What is left of the promise to be patient for, milliseconds.
    fn busy_ms(&self, now: Tick) -> u32 {
        let left = self.promised.since(now).as_nanos().div_ceil(1_000_000);
        u32::try_from(left).unwrap_or(u32::MAX)
    }
}

fn raise_limit(transfer: &mut Transfer, core: &impl Door, capacity: u32) -> u32 {
    if transfer.is_receiving() {
        let limit = transfer.window().limit_for(core.written(), capacity);
        transfer.window_mut().raise_limit(limit);
    }
    transfer.window().limit()
}

fn flash_info(geometry: &Geometry) -> FlashInfo {
    let mut regions = [RegionInfo::default(); 4];
    for (info, region) in regions.iter_mut().zip(&geometry.regions) {
        *info = RegionInfo {
            start: region.start,
            unit: region.unit,
            count: region.count,
        };
    }
    FlashInfo {
        regions,
        program_unit: geometry.program_unit,
        erased: geometry.erased,
        erase_ms_max: geometry.erase_ms_max,
        program_us_max: geometry.program_us_max,
    }
}
