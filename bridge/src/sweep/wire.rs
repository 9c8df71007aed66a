//! Every byte and every frame of a run, struck one at a time.

use fixtures::scenario::{End, Fault, LineFault, LineTrouble, Scenario};

use super::found::{Found, find};
use super::{Outcome, run_one};
use crate::bench::{Soundness, Work};
use crate::link::faulty::Sent;

/// What strikes each byte.
pub const BYTE_TROUBLES: [LineTrouble; 3] = [
    LineTrouble::Flip { xor: 1 },
    LineTrouble::DropByte,
    LineTrouble::Insert { len: 1 },
];
/// What strikes each frame.
pub const FRAME_TROUBLES: [LineTrouble; 5] = [
    LineTrouble::DropFrame,
    LineTrouble::Duplicate,
    LineTrouble::Reorder,
    LineTrouble::Truncate { keep: None },
    LineTrouble::WrongCrc,
];

/// The runs of a sweep over the line.
#[derive(Clone, Debug)]
pub struct WireSweep {
    scenario: Scenario,
    seed: u64,
    parts: [Part; 4],
    stride: u64,
}

/// The bytes or the frames of one direction.
#[derive(Clone, Copy, Debug)]
struct Part {
    to: End,
    len: u64,
    troubles: &'static [LineTrouble],
}

impl Part {
    /// Bytes or frames that are struck with this stride.
    const fn struck(&self, stride: u64) -> u64 {
        self.len.div_ceil(stride)
    }

    const fn runs(&self, stride: u64) -> u64 {
        self.struck(stride) * self.troubles.len() as u64
    }
}

impl WireSweep {
    /// A sweep over all that `work` says, or over every so many: of `stride`, or of more where
    /// there would be more than `runs_max` runs. `scenario` and `work` are what
    /// [`super::prepare`] gives.
    #[must_use]
    pub fn new(scenario: Scenario, seed: u64, work: &Work, stride: u64, runs_max: u64) -> Self {
        let bytes = |to, sent: Sent| Part {
            to,
            len: sent.bytes,
            troubles: &BYTE_TROUBLES,
        };
        let frames = |to, sent: Sent| Part {
            to,
            len: sent.frames,
            troubles: &FRAME_TROUBLES,
        };
        let mut sweep = Self {
            scenario,
            seed,
            parts: [
                bytes(End::Host, work.to_host),
                frames(End::Host, work.to_host),
                bytes(End::Module, work.to_module),
                frames(End::Module, work.to_module),
            ],
            stride: stride.max(1),
        };
        let all = sweep.runs_with(1);
        sweep.stride = sweep.stride.max(all / runs_max.max(1));
        while sweep.runs() > runs_max && sweep.stride < all {
            sweep.stride += 1;
        }
        sweep
    }

    /// Every so many bytes and frames are struck.
    #[must_use]
    pub const fn stride(&self) -> u64 {
        self.stride
    }

    /// Bytes and frames of the run.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.parts.iter().map(|part| part.len).sum()
    }

    /// Runs of this sweep.
    #[must_use]
    pub fn runs(&self) -> u64 {
        self.runs_with(self.stride)
    }

    fn runs_with(&self, stride: u64) -> u64 {
        self.parts.iter().map(|part| part.runs(stride)).sum()
    }

    /// The fault of the run with this number.
    #[must_use]
    pub fn fault(&self, index: u64) -> Option<Fault> {
        let mut left = index;
        for part in &self.parts {
            if left < part.runs(self.stride) {
                let kinds = part.troubles.len() as u64;
                let what = *part.troubles.get(usize::try_from(left % kinds).ok()?)?;
                let at = u32::try_from(left / kinds * self.stride).ok()?;
                return Some(Fault::Line(LineFault {
                    to: part.to,
                    at: Some(at),
                    per_million: None,
                    what,
                }));
            }
            left -= part.runs(self.stride);
        }
        None
    }

    /// Makes the run with this number.
    #[must_use]
    pub fn run(&self, index: u64) -> Option<Outcome> {
        let fault = self.fault(index)?;
        run_one(&self.scenario, &[fault], self.seed).map(|(outcome, _)| outcome)
    }

    /// Shrinks the run with this number, which is known to end as `soundness`.
    #[must_use]
    pub fn shrink(&self, index: u64, soundness: &Soundness) -> Option<Found> {
        let faults = vec![self.fault(index)?];
        find(
            &self.scenario,
            (index, self.seed),
            faults,
            soundness,
            "wire",
        )
    }
}
