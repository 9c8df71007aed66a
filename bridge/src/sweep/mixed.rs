//! Faults of every kind, a few at a time, drawn from a seed.

use fixtures::rng::{Rng, Seed};
use fixtures::scenario::{
    BreakFlash, Counted, CutSince, Dialect, End, Fault, FlashArea, FlashOperation, LateAfter,
    LineFault, LineTrouble, ModuleFault, Ram, Scenario,
};

use super::found::{Found, find};
use super::{Outcome, run_one};
use crate::bench::{Soundness, Work};

/// Most faults of one run.
pub const FAULTS_MAX: u32 = 4;

/// The runs of a mixed sweep.
#[derive(Clone, Debug)]
pub struct MixedSweep {
    scenario: Scenario,
    work: Work,
    seed: Seed,
}

impl MixedSweep {
    /// A sweep of `scenario`, whose run takes `work`: both as [`super::prepare`] gives them.
    #[must_use]
    pub fn new(scenario: Scenario, work: Work, seed: u64) -> Self {
        let seed = Seed(seed).split("mixed");
        Self {
            scenario,
            work,
            seed,
        }
    }

    /// The seed of the run with this number: one that a scenario can hold.
    #[must_use]
    pub fn seed(&self, index: u64) -> u64 {
        self.seed.split_index(index).split("run").0 >> 1
    }

    /// The faults of the run with this number.
    #[must_use]
    pub fn faults(&self, index: u64) -> Vec<Fault> {
        let mut rng = self.seed.split_index(index).split("faults").rng();
        let count = 1 + rng.below(FAULTS_MAX);
        (0..count).map(|_| self.fault(&mut rng)).collect()
    }

    /// Makes the run with this number.
    #[must_use]
    pub fn run(&self, index: u64) -> Option<Outcome> {
        let faults = self.faults(index);
        run_one(&self.scenario, &faults, self.seed(index)).map(|(outcome, _)| outcome)
    }

    /// Shrinks the run with this number, which is known to end as `soundness`.
    #[must_use]
    pub fn shrink(&self, index: u64, soundness: &Soundness) -> Option<Found> {
        let (seed, drawn) = (self.seed(index), self.faults(index));
        find(&self.scenario, (index, seed), drawn, soundness, "mixed")
    }

    fn fault(&self, rng: &mut Rng) -> Fault {
        let size = self.scenario.image.size;
        match rng.below(10) {
            0..=4 => Fault::Line(self.line_fault(rng)),
            5 => Fault::CutAfter {
                operations: below(rng, self.work.operations),
                off_ms: 100,
                since: CutSince::Start,
            },
            6 => Fault::HostReset {
                at_bytes: rng.below(size),
                ram: pick(rng, [Ram::Lost, Ram::Kept]),
            },
            7 => Fault::ResetUnconfirmed {
                after_ms: rng.below(2000),
                times: 1,
            },
            8 => self.broken_flash(rng),
            _ => Fault::Module(module_fault(rng, size)),
        }
    }

    fn broken_flash(&self, rng: &mut Rng) -> Fault {
        let mut fault = broken_flash(rng, self.scenario.dialect);
        if !self.scenario.has_area(fault.area) {
            fault.area = FlashArea::Slot;
        }
        Fault::BreakFlash(fault)
    }

    fn line_fault(&self, rng: &mut Rng) -> LineFault {
        let to = pick(rng, [End::Host, End::Module]);
        let sent = match to {
            End::Host => self.work.to_host,
            End::Module => self.work.to_module,
        };
        let what = trouble(rng);
        let of = match what.counts() {
            Counted::Bytes => sent.bytes,
            Counted::Acks => sent.acks,
            Counted::Frames | Counted::Whole => sent.frames,
        };
        let whole = what.counts() == Counted::Whole;
        let rated = !whole && rng.below(4) == 0;
        let at = u32::try_from(below(rng, of)).unwrap_or(u32::MAX);
        let rate = match what.counts() {
            Counted::Bytes => 1 + rng.below(500),
            _ => 1 + rng.below(100_000),
        };
        LineFault {
            to,
            at: (!whole && !rated).then_some(at),
            per_million: rated.then_some(rate),
            what,
        }
    }
}

fn trouble(rng: &mut Rng) -> LineTrouble {
    match rng.below(15) {
        0 => LineTrouble::Flip {
            xor: 1 << rng.below(8),
        },
        1 => LineTrouble::DropByte,
        2 => LineTrouble::Insert {
            len: 1 + rng.below(16),
        },
        3 => LineTrouble::Stall {
            ms: 1 + rng.below(10_000),
        },
        4 => LineTrouble::Break {
            ms: 1 + rng.below(1000),
        },
        5 => LineTrouble::Disconnect {
            back_ms: (rng.below(4) > 0).then_some(1 + rng.below(10_000)),
        },
        6 => LineTrouble::Duplicate,
        7 => LineTrouble::Reorder,
        8 => LineTrouble::Truncate { keep: None },
        9 => LineTrouble::WrongCrc,
        10 => LineTrouble::WrongSequence,
        11 => LineTrouble::LostAck,
        12 => LineTrouble::Jitter {
            us: rng.below(100_000),
        },
        13 => LineTrouble::Skew {
            ppm: pick(rng, [-60_000, -40_000, 40_000, 60_000]),
        },
        _ => LineTrouble::DropFrame,
    }
}

/// A defect. It is told in ayla, which has no digest: a host has nothing there to see one by that is
/// hidden.
fn broken_flash(rng: &mut Rng, dialect: Dialect) -> BreakFlash {
    BreakFlash {
        area: pick(
            rng,
            [
                FlashArea::Slot,
                FlashArea::Staging,
                FlashArea::Scratch,
                FlashArea::Records,
            ],
        ),
        operation: pick(
            rng,
            [
                FlashOperation::Read,
                FlashOperation::Program,
                FlashOperation::Erase,
            ],
        ),
        since: pick(rng, [CutSince::Start, CutSince::Boot]),
        after: rng.below(16),
        times: (rng.below(2) == 0).then_some(1 + rng.below(4)),
        hidden: dialect == Dialect::Rig && rng.below(4) == 0,
    }
}

fn module_fault(rng: &mut Rng, size: u32) -> ModuleFault {
    let at_bytes = rng.below(size);
    let len = 1 + rng.below(64);
    match rng.below(8) {
        0 => ModuleFault::WrongSize {
            add: pick(rng, [-100, -1, 1, 100]),
        },
        1 => ModuleFault::EarlyBoot { at_bytes },
        2 => ModuleFault::Gap { at_bytes, len },
        3 => ModuleFault::Overlap { at_bytes, len },
        4 => ModuleFault::Oversize { at_bytes },
        5 => ModuleFault::LateBlock {
            after: pick(rng, [LateAfter::Finish, LateAfter::Boot]),
        },
        6 => ModuleFault::Reoffer { at_bytes },
        _ => ModuleFault::Restart { at_bytes },
    }
}

fn below(rng: &mut Rng, bound: u64) -> u64 {
    rng.below(u32::try_from(bound).unwrap_or(u32::MAX)).into()
}

fn pick<T: Copy, const N: usize>(rng: &mut Rng, of: [T; N]) -> T {
    let at = rng.below(u32::try_from(N).unwrap_or(1)) as usize;
    of[at]
}
