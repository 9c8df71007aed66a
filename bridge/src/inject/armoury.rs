//! The faults that wait for their moment.

use fixtures::rng::Seed;
use fixtures::scenario::{Counted, Dialect, End, Fault, LineFault, ModuleFault};

use super::When;
use crate::event::{Event, Phase, Piece, Stamped};
use crate::link::faulty::Sent;

/// Why a fault cannot be armed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ArmError {
    /// The image is made before an update begins.
    #[error("the image is on its way already; damage it before the update begins")]
    Image,
    /// A rate holds from the start.
    #[error("a fault at a rate holds for a whole run; it cannot begin at a moment")]
    Rate,
    /// The host is behind a port.
    #[error("the flash, the power and the CPU of a host behind a port are out of reach")]
    OutOfReach,
    /// Nobody has said what the host is.
    #[error("nothing can be armed on this bench")]
    Closed,
}

/// The faults that wait for their moment.
#[derive(Clone, Debug)]
pub(crate) struct Armoury {
    pub(crate) dialect: Dialect,
    pub(crate) seed: Seed,
    waiting: Vec<(When, Fault)>,
    phase: Option<Phase>,
    /// The piece in the frame that is about to go.
    piece: Option<Piece>,
}

impl Armoury {
    /// Faults of an update in `dialect`; `seed` feeds what is random in them.
    pub(crate) fn new(dialect: Dialect, seed: Seed) -> Self {
        Self {
            dialect,
            seed,
            waiting: Vec::new(),
            phase: None,
            piece: None,
        }
    }

    /// Adds a fault.
    ///
    /// # Errors
    /// Why it cannot be armed.
    pub(crate) fn add(&mut self, when: When, fault: Fault) -> Result<(), ArmError> {
        match fault {
            Fault::CorruptImage { .. } => return Err(ArmError::Image),
            Fault::Line(LineFault {
                per_million: Some(_),
                ..
            }) => return Err(ArmError::Rate),
            _ => self.waiting.push((when, fault)),
        }
        Ok(())
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The faults that still wait, in the order in which they were armed.
    pub(crate) fn waiting(&self) -> &[(When, Fault)] {
        &self.waiting
    }

    /// A frame is about to be looked at.
    pub(crate) fn next_frame(&mut self) {
        self.piece = None;
    }

    /// Takes note of what the engine says of the frame that it hands over.
    pub(crate) fn see(&mut self, stamped: &Stamped) {
        match &stamped.event {
            Event::Phase(phase) => self.phase = Some(*phase),
            Event::Frame(frame) => self.piece = frame.piece,
            _ => {}
        }
    }

    /// The faults whose moment has come, at the `frame`th frame to the host or between two of them.
    pub(crate) fn take_due(&mut self, frame: Option<u64>) -> Vec<Fault> {
        let phase = self.phase;
        let piece = self.piece.filter(|_| frame.is_some());
        let is_due = |when: &When| match *when {
            When::Now => true,
            When::Frame(at) => frame.is_some_and(|index| at <= index),
            When::Offset(at) => {
                piece.is_some_and(|piece| piece.offset.saturating_add(piece.len) > at)
            }
            When::Phase(at) => phase >= Some(at),
        };
        let (due, waiting) = self.waiting.drain(..).partition(|(when, _)| is_due(when));
        self.waiting = waiting;
        let due: Vec<(When, Fault)> = due;
        due.into_iter().map(|(_, fault)| fault).collect()
    }

    /// A fault of the module, counted from where the next piece is.
    pub(crate) fn of_module(&self, fault: ModuleFault) -> ModuleFault {
        let offset = self.piece.map_or(0, |piece| piece.offset);
        placed(fault, offset)
    }
}

/// A fault of the line, counted from what was `sent` in its direction.
pub(crate) fn of_line(fault: LineFault, sent: impl Fn(End) -> Sent) -> LineFault {
    let sent = sent(fault.to);
    let before = match fault.what.counts() {
        Counted::Bytes => sent.bytes,
        Counted::Frames => sent.frames,
        Counted::Acks => sent.acks,
        Counted::Whole => return fault,
    };
    let at = before.saturating_add(fault.at.unwrap_or(0).into());
    LineFault {
        at: Some(u32::try_from(at).unwrap_or(u32::MAX)),
        ..fault
    }
}

fn placed(fault: ModuleFault, offset: u32) -> ModuleFault {
    let at = |at_bytes: u32| offset.saturating_add(at_bytes);
    match fault {
        ModuleFault::EarlyBoot { at_bytes } => ModuleFault::EarlyBoot {
            at_bytes: at(at_bytes),
        },
        ModuleFault::Gap { at_bytes, len } => ModuleFault::Gap {
            at_bytes: at(at_bytes),
            len,
        },
        ModuleFault::Overlap { at_bytes, len } => ModuleFault::Overlap {
            at_bytes: at(at_bytes),
            len,
        },
        ModuleFault::Oversize { at_bytes } => ModuleFault::Oversize {
            at_bytes: at(at_bytes),
        },
        ModuleFault::Reoffer { at_bytes } => ModuleFault::Reoffer {
            at_bytes: at(at_bytes),
        },
        ModuleFault::Restart { at_bytes } => ModuleFault::Restart {
            at_bytes: at(at_bytes),
        },
        whole @ (ModuleFault::WrongSize { .. } | ModuleFault::LateBlock { .. }) => whole,
    }
}
