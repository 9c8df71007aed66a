//! A host's update core on the strict flash of a board, and the module's part of an update.

use fixtures::board::{Board, board};
use fixtures::flash::{Reading, StrictFlash};
use host_agent::config::{BoardName, Decode};
use host_agent::flash::READ_BYTES_MAX;
use host_agent::image_format::{ImageChecks, ImageFormat};
use host_agent::layout::Layout;
use host_agent::planner::Planner;
use host_agent::policy::Production;
use host_agent::update_core::{
    CoreEvent, EraseWhen, Object, Refusal, UpdateCore, initial_record, provision,
};
use protocol_spec::Status;
use protocol_spec::rig::message::ObjectKind;
use protocol_spec::text::Version;

use crate::worn::Wear;

pub(crate) type Core = UpdateCore<StrictFlash, Production, Planner, Vec<u8>>;

/// Steps of one boot without end are a fault of the core.
const STEPS_MAX: usize = 1_000_000;
const RAW: ImageChecks = ImageChecks {
    format: ImageFormat::Raw,
    image_max: u32::MAX,
};

/// An update of one board.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) board: &'static Board,
    pub(crate) layout: Layout,
    pub(crate) decode_ram: usize,
    pub(crate) old: Vec<u8>,
    pub(crate) new: Vec<u8>,
    pub(crate) block_len: u32,
    /// What is sent: a patch from `old` to `new`, or `new`.
    pub(crate) sent: Vec<u8>,
    pub(crate) kind: ObjectKind,
}

/// How a boot ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BootEnd {
    PowerCut,
    /// A boot order is stored: the host is to be reset.
    Ordered,
    /// The new image is confirmed: the host is to be reset, to see whether it stays so.
    Confirmed,
    /// The new image runs and is confirmed.
    Updated,
}

/// Content that differs from byte to byte and from seed to seed.
pub(crate) fn content(len: usize, seed: u32) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[1]
    };
    (0..len).map(|_| next()).collect()
}

pub(crate) fn version(text: &str) -> Version {
    Version::from_bytes(text.as_bytes()).expect("short")
}

impl Case {
    /// An update by patch, in blocks of `block_len` bytes.
    pub(crate) fn patch(name: &str, block_len: u32, old: Vec<u8>, new: Vec<u8>) -> Self {
        let mut case = Self::image(name, old, new);
        case.block_len = block_len;
        case.sent = case.make();
        case.kind = ObjectKind::Patch;
        case
    }

    /// An update by full image.
    pub(crate) fn image(name: &str, old: Vec<u8>, new: Vec<u8>) -> Self {
        let board = board(name).expect("known");
        Self {
            board,
            layout: board.in_place,
            decode_ram: 8192,
            old,
            sent: new.clone(),
            new,
            block_len: 4096,
            kind: ObjectKind::Image,
        }
    }

    /// The patch file from old to new.
    pub(crate) fn make(&self) -> Vec<u8> {
        let options = bridge::patch::Options {
            block_len: self.block_len,
            ..bridge::patch::Options::default()
        };
        bridge::patch::make(&self.old, &self.new, &options)
            .expect("in range")
            .file
    }

    pub(crate) fn object(&self) -> Object {
        object(self.kind, &self.sent)
    }

    /// A device that runs the old image.
    pub(crate) fn device(&self) -> StrictFlash {
        let mut flash = StrictFlash::new(self.board);
        provision(&mut flash, &self.layout, &self.old, version("old")).expect("fits");
        flash
    }

    pub(crate) fn core(&self, mut flash: StrictFlash) -> Core {
        flash.power_on();
        self.core_as_it_is(flash)
    }

    /// As `core`, on a flash that may be dead already.
    pub(crate) fn core_as_it_is(&self, flash: StrictFlash) -> Core {
        let planner = Planner::new(&self.layout, &self.board.geometry);
        let name = BoardName::from_slice(self.board.name.as_bytes()).expect("short");
        let decode = Decode::new(name, vec![0; self.decode_ram]);
        Core::with_decode(flash, self.layout, planner, decode)
    }

    /// One boot, in which the module does all it can for the update.
    pub(crate) fn boot(&self, core: &mut Core) -> Result<BootEnd, String> {
        let mut sent = 0;
        for _ in 0..STEPS_MAX {
            let event = step(core);
            if core.is_dead() {
                return Ok(BootEnd::PowerCut);
            }
            match event {
                Some(CoreEvent::Entered { tried }) => {
                    self.check_entered(core)?;
                    match (tried, core.running().version == version("new")) {
                        (true, _) => core.report_acknowledged(),
                        (false, true) => return Ok(BootEnd::Updated),
                        (false, false) => self.offer(core),
                    }
                }
                // Cut after cut, each try may go before it is confirmed.
                Some(CoreEvent::Stopped(Status::BOOT)) => core.boot(),
                Some(CoreEvent::Stopped(_)) => self.offer(core),
                Some(CoreEvent::Accepted { offset }) => {
                    sent = offset as usize;
                    if sent == self.sent.len() {
                        core.finish();
                    }
                }
                Some(CoreEvent::Finished(Ok(()))) => core.boot(),
                Some(CoreEvent::BootStored) => return Ok(BootEnd::Ordered),
                Some(CoreEvent::Confirmed) => return Ok(BootEnd::Confirmed),
                Some(
                    event @ (CoreEvent::Finished(Err(_))
                    | CoreEvent::Refused(_)
                    | CoreEvent::Failed(_)
                    | CoreEvent::ConfirmFailed(_)
                    | CoreEvent::Retried(_)
                    | CoreEvent::HashFailed(_)),
                ) => return Err(format!("{event:?}")),
                _ => {}
            }
            if core.room() > 0 && sent < self.sent.len() {
                sent += core.write(&self.sent[sent..]);
                if sent == self.sent.len() {
                    core.finish();
                }
            }
        }
        Err("the core does not come to rest".into())
    }

    fn offer(&self, core: &mut Core) {
        core.offer(&self.object(), RAW, EraseWhen::Ahead);
    }

    /// What is entered is one of the two images, whole, and the one that the record names.
    pub(crate) fn check_entered(&self, core: &Core) -> Result<(), String> {
        let running = core.running();
        let image = if running.version == version("new") {
            &self.new
        } else {
            &self.old
        };
        let len = u32::try_from(image.len()).expect("small");
        let held = core.flash().peek(self.layout.primary.start, len);
        if running.length == len && held.as_ref() == Some(image) {
            Ok(())
        } else {
            Err(format!("entered a mix as {running:?}"))
        }
    }

    /// Runs until the update ends, with one cut in each of the first boots.
    pub(crate) fn run_cut(
        &self,
        mut flash: StrictFlash,
        cuts: &[(u32, Reading)],
    ) -> Result<(), String> {
        let mut reading = Reading::Old;
        for boot in 0..cuts.len() + BOOTS_MAX {
            let cut = cuts.get(boot);
            flash.power_on_as(reading, cut.map(|(after, _)| *after));
            reading = cut.map_or(Reading::Bits(1), |(_, reading)| *reading);
            let mut core = self.core_as_it_is(flash);
            let end = self.boot(&mut core)?;
            flash = core.into_flash();
            if end == BootEnd::Updated {
                return Ok(());
            }
        }
        Err("no end".into())
    }

    /// Boots until the update ends: the flash, and the number of boots.
    pub(crate) fn run(&self, mut flash: StrictFlash) -> Result<(StrictFlash, usize), String> {
        let mut orders = 0;
        for boots in 1..=BOOTS_MAX {
            let mut core = self.core(flash);
            let end = self.boot(&mut core)?;
            orders += usize::from(end == BootEnd::Ordered);
            flash = core.into_flash();
            if end == BootEnd::Updated {
                return Ok((flash, boots));
            }
            if orders > ORDERS_MAX {
                break;
            }
        }
        Err(format!("no end after {orders} orders, {BOOTS_MAX} boots"))
    }

    /// Boots and offers; what happened until the core came to rest.
    pub(crate) fn offered(&self, flash: StrictFlash, object: &Object) -> (Core, Vec<CoreEvent>) {
        let mut core = self.core(flash);
        let mut events = rest(&mut core);
        core.offer(object, RAW, EraseWhen::Ahead);
        events.extend(rest(&mut core));
        (core, events)
    }

    /// Boots, and sends what is to be sent; the outcome of the verification, or the refusal.
    pub(crate) fn staged(&self, flash: StrictFlash) -> (Core, Result<(), Status>) {
        let (mut core, events) = self.offered(flash, &self.object());
        if let Some(refusal) = events.iter().find_map(refusal) {
            return (core, Err(refusal.status()));
        }
        let mut sent = 0;
        while sent < self.sent.len() {
            sent += core.write(&self.sent[sent..]);
            rest(&mut core);
        }
        core.finish();
        let events = rest(&mut core);
        let outcome = events.iter().find_map(|event| match event {
            CoreEvent::Finished(outcome) => Some(outcome.map_err(|fault| fault.status())),
            _ => None,
        });
        (core, outcome.expect("an answer"))
    }

    /// A device with a stored boot order.
    pub(crate) fn ordered(&self, flash: StrictFlash) -> StrictFlash {
        let (mut core, outcome) = self.staged(flash);
        assert_eq!(outcome, Ok(()));
        core.boot();
        assert_eq!(rest(&mut core), [CoreEvent::BootStored]);
        core.into_flash()
    }
}

/// How often an update is repeated after a cut, at most.
const ORDERS_MAX: usize = 3;
/// More boots than any run needs: three updates, each with an order, a first run and a last look.
const BOOTS_MAX: usize = 9;

fn refusal(event: &CoreEvent) -> Option<Refusal> {
    match event {
        CoreEvent::Refused(refusal) => Some(*refusal),
        _ => None,
    }
}

pub(crate) fn object(kind: ObjectKind, bytes: &[u8]) -> Object {
    let image = initial_record(bytes, version("new")).running;
    Object {
        kind,
        ..image.expect("given")
    }
}

pub(crate) fn rest(core: &mut Core) -> Vec<CoreEvent> {
    let mut events = Vec::new();
    while core.pending() {
        events.extend(step(core));
    }
    events
}

/// One step, which keeps nobody waiting: it reads no more than it may.
fn step(core: &mut Core) -> Option<CoreEvent> {
    let (effect, before) = (core.upcoming(), core.flash().bytes_read());
    let event = core.step();
    let read = core.flash().bytes_read() - before;
    assert!(
        read <= READ_BYTES_MAX as u64,
        "{effect:?} reads {read} bytes"
    );
    event
}
