//! Faults that are armed while an update runs.

use std::fmt;

use fixtures::rng::Seed;
use fixtures::scenario::{Counted, Dialect, End, Fault, LineFault, ModuleFault};
use host_agent::layout::Layout;

use crate::event::{Event, Phase, Piece, Stamped};
use crate::link::faulty::Sent;

/// When an armed fault is to strike.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// At the next thing on the line, or the next operation of flash.
    Now,
    /// When the module hands over this frame; index since the start, from 0.
    Frame(u64),
    /// When the module hands over the first frame that carries a byte at or behind this offset of
    /// the object.
    Offset(u32),
    /// When the module hands over the first frame of this phase.
    Phase(Phase),
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Now => f.write_str("now"),
            Self::Frame(index) => write!(f, "at frame {index}"),
            Self::Offset(offset) => write!(f, "at offset {offset}"),
            Self::Phase(phase) => write!(f, "in phase {phase}"),
        }
    }
}

/// Why a fault cannot be armed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ArmError {
    /// The image is made before an update begins.
    #[error("the image is on its way already; damage it before the update begins")]
    Image,
    /// A rate holds from the start.
    #[error("a fault at a rate holds for a whole run; put it into a scenario")]
    Rate,
    /// Nobody has said what the host is.
    #[error("nothing can be armed on this bench")]
    Closed,
}

/// The faults that wait for their moment.
#[derive(Clone, Debug)]
pub(super) struct Armoury {
    pub(super) dialect: Dialect,
    pub(super) layout: Layout,
    pub(super) seed: Seed,
    waiting: Vec<(When, Fault)>,
    phase: Option<Phase>,
    /// The piece in the frame that is about to go.
    piece: Option<Piece>,
}

impl Armoury {
    /// Faults for a host that speaks `dialect` and lays out its flash like this; `seed` feeds what
    /// is random in them.
    pub(super) fn new(dialect: Dialect, layout: Layout, seed: Seed) -> Self {
        Self {
            dialect,
            layout,
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
    pub(super) fn add(&mut self, when: When, fault: Fault) -> Result<(), ArmError> {
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
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// A frame is about to be looked at.
    pub(super) fn next_frame(&mut self) {
        self.piece = None;
    }

    /// Takes note of what the engine says of the frame that it hands over.
    pub(super) fn see(&mut self, stamped: &Stamped) {
        match &stamped.event {
            Event::Phase(phase) => self.phase = Some(*phase),
            Event::Frame(frame) => self.piece = frame.piece,
            _ => {}
        }
    }

    /// The faults whose moment this frame is, the `index`th to the host.
    pub(super) fn take_due(&mut self, index: u64) -> Vec<Fault> {
        let (phase, piece) = (self.phase, self.piece);
        let is_due = |when: &When| match *when {
            When::Now => true,
            When::Frame(at) => at <= index,
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

    /// A fault of the module, put where the next piece is.
    pub(super) fn of_module(&self, fault: ModuleFault) -> ModuleFault {
        let offset = self.piece.map_or(0, |piece| piece.offset);
        placed(fault, offset)
    }
}

/// A fault of the line, put behind what was `sent` in its direction.
pub(super) fn of_line(fault: LineFault, sent: impl Fn(End) -> Sent) -> LineFault {
    let sent = sent(fault.to);
    let at = match fault.what.counts() {
        Counted::Bytes => Some(sent.bytes),
        Counted::Frames => Some(sent.frames),
        Counted::Acks => Some(sent.acks),
        Counted::Whole => None,
    };
    LineFault {
        at: at.map(|at| u32::try_from(at).unwrap_or(u32::MAX)),
        ..fault
    }
}

fn placed(fault: ModuleFault, offset: u32) -> ModuleFault {
    let at_bytes = offset;
    match fault {
        ModuleFault::EarlyBoot { .. } => ModuleFault::EarlyBoot { at_bytes },
        ModuleFault::Gap { len, .. } => ModuleFault::Gap { at_bytes, len },
        ModuleFault::Overlap { len, .. } => ModuleFault::Overlap { at_bytes, len },
        ModuleFault::Oversize { .. } => ModuleFault::Oversize { at_bytes },
        ModuleFault::Reoffer { .. } => ModuleFault::Reoffer { at_bytes },
        ModuleFault::Restart { .. } => ModuleFault::Restart { at_bytes },
        whole @ (ModuleFault::WrongSize { .. } | ModuleFault::LateBlock { .. }) => whole,
    }
}

#[cfg(test)]
mod tests {
    use fixtures::scenario::{CutSince, LineTrouble, parse, shipped_text};
    use protocol_spec::tick::Tick;

    use super::*;
    use crate::bench::{Bench, Conclusion, Conductor, Struck, Told, run_conducted};

    /// Arms faults before the first step, and writes down what strikes.
    struct Armed {
        left: Vec<(When, Fault)>,
        refused: Vec<ArmError>,
        struck: Vec<(Tick, String)>,
        phases: Vec<(Tick, Phase)>,
        frames: u64,
        frames_at_strike: Vec<u64>,
    }

    impl Conductor for Armed {
        fn hear(&mut self, told: &Told<'_>) {
            match told {
                Told::Engine(stamped) => match &stamped.event {
                    Event::Phase(phase) => self.phases.push((stamped.at, *phase)),
                    Event::Frame(frame) if frame.direction == crate::event::Direction::ToHost => {
                        self.frames += 1;
                    }
                    _ => {}
                },
                Told::Struck(at, struck) => {
                    self.struck.push((*at, Struck::to_string(struck)));
                    self.frames_at_strike.push(self.frames);
                }
                _ => {}
            }
        }

        fn pace(&mut self, bench: &mut Bench, _due: Tick) {
            for (when, fault) in self.left.drain(..) {
                self.refused.extend(bench.arm(when, fault).err());
            }
        }
    }

    fn run(name: &str, left: Vec<(When, Fault)>) -> (Armed, Conclusion) {
        let scenario = parse(shipped_text(name).unwrap()).unwrap();
        let mut armed = Armed {
            left,
            refused: Vec::new(),
            struck: Vec::new(),
            phases: Vec::new(),
            frames: 0,
            frames_at_strike: Vec::new(),
        };
        let end = run_conducted(&scenario, None, &mut armed);
        (armed, end)
    }

    fn to_host(what: LineTrouble) -> Fault {
        Fault::Line(LineFault {
            to: End::Host,
            at: Some(0),
            per_million: None,
            what,
        })
    }

    fn begin_of(armed: &Armed, phase: Phase) -> Tick {
        let found = armed.phases.iter().find(|(_, other)| *other == phase);
        found.unwrap().0
    }

    #[test]
    fn a_fault_strikes_the_first_frame_of_its_phase() {
        for name in ["rig-nrf52840", "ayla-nrf52840"] {
            let fault = to_host(LineTrouble::DropFrame);
            let (armed, end) = run(name, vec![(When::Phase(Phase::Offer), fault)]);
            assert_eq!(armed.struck.len(), 1, "{name}");
            assert_eq!(armed.struck[0].0, begin_of(&armed, Phase::Offer), "{name}");
            assert!(end.verdict.passed() && end.updates[0].counts.retransmits > 0);
        }
    }

    #[test]
    fn a_fault_strikes_the_frame_of_its_index_and_the_piece_of_its_offset() {
        let frame = (When::Frame(9), to_host(LineTrouble::WrongCrc));
        let (armed, _) = run("rig-nrf52840", vec![frame]);
        assert_eq!(
            armed.struck[0].1,
            "spoil the content of frame 9 to the host"
        );
        let offset = (When::Offset(30_000), to_host(LineTrouble::WrongCrc));
        let (armed, end) = run("rig-nrf52840", vec![offset]);
        assert_eq!(armed.struck.len(), 1);
        assert!(armed.struck[0].0 > begin_of(&armed, Phase::Stream));
        assert!(end.verdict.passed());
    }

    #[test]
    fn a_host_is_cut_in_the_phase_that_was_chosen() {
        let cut = Fault::CutAfter {
            operations: 40,
            off_ms: 100,
            since: CutSince::Start,
        };
        let (armed, end) = run("rig-nrf52840", vec![(When::Phase(Phase::Boot), cut)]);
        assert_eq!(armed.struck.len(), 1);
        assert!(armed.struck[0].0 > begin_of(&armed, Phase::Boot));
        assert!(end.verdict.passed(), "{:?}", end.verdict);
    }

    #[test]
    fn a_mistake_of_the_module_is_made_at_the_piece_that_was_chosen() {
        let gap = ModuleFault::Gap {
            at_bytes: 0,
            len: 64,
        };
        let (armed, _) = run(
            "rig-nrf52840",
            vec![(When::Offset(20_000), Fault::Module(gap))],
        );
        let text = &armed.struck[0].1;
        let at: u32 = text.rsplit(' ').next().unwrap().parse().unwrap();
        assert!(
            text.starts_with("module gap at ") && (15_904..=20_000).contains(&at),
            "{text}"
        );
    }

    #[test]
    fn what_cannot_be_armed_is_refused() {
        let image = Fault::CorruptImage { at: 0, xor: 1 };
        let rate = Fault::Line(LineFault {
            to: End::Host,
            at: None,
            per_million: Some(10),
            what: LineTrouble::DropByte,
        });
        let (armed, end) = run("rig-nrf52840", vec![(When::Now, image), (When::Now, rate)]);
        assert_eq!(armed.refused, [ArmError::Image, ArmError::Rate]);
        assert!(end.verdict.passed());
    }
}
