//! Faults on the bench: arming them, and telling which have struck.

use fixtures::rng::Seed;
use fixtures::scenario::{Dialect, End, Fault};
use host_agent::layout::Layout;

use super::Bench;
use crate::bench::{ArmError, Struck, Told, When};
use crate::engine::Engine;
use crate::inject::{Armoury, of_line};
use crate::mischief::Mischief;

impl Bench {
    /// Lets faults be armed while updates run, for a host that speaks `dialect` and lays out its flash
    /// like this; `seed` feeds what is random in them.
    #[must_use]
    pub fn with_armoury(mut self, dialect: Dialect, layout: Layout, seed: Seed) -> Self {
        self.armoury = Some((Armoury::new(dialect, seed), layout));
        self
    }

    /// Arms a fault. Where it counts something, it counts from the moment that it is to strike.
    ///
    /// # Errors
    /// Why it cannot be armed.
    pub fn arm(&mut self, when: When, fault: Fault) -> Result<(), ArmError> {
        let (armoury, _) = self.armoury.as_mut().ok_or(ArmError::Closed)?;
        armoury.add(when, fault)?;
        if matches!(fault, Fault::Module(_)) {
            let dialect = armoury.dialect;
            self.mischief.get_or_insert_with(|| Mischief::idle(dialect));
        }
        Ok(())
    }

    /// Tells which faults have struck since the last call.
    pub(super) fn tell_struck(&mut self, sink: &mut dyn FnMut(&Told<'_>)) {
        let mut tell = |struck| sink(&Told::Struck(self.now, &struck));
        if let Some(mischief) = &mut self.mischief {
            let made = mischief.take_made().into_iter();
            made.for_each(|fault| tell(Struck::Module(fault)));
        }
        while let Some(hit) = self.line.poll_hit() {
            tell(Struck::Line(hit));
        }
        if self.host_faults.any() {
            let left = self.line.host().faults_left();
            let struck = self.host_faults.take_struck(left).into_iter();
            struck.for_each(|fault| tell(Struck::Host(fault)));
        }
    }

    /// Puts the armed faults in place whose moment has come: at the next frame, if `frame`, else
    /// between two frames.
    pub(super) fn strike_armed(&mut self, engine: &mut Engine, frame: bool) {
        let Some((armoury, _)) = self.armoury.as_mut().filter(|(it, _)| !it.is_empty()) else {
            return;
        };
        armoury.next_frame();
        while let Some(event) = engine.poll_event() {
            armoury.see(&event);
            self.said.push_back(event);
        }
        let due = armoury.take_due(frame.then(|| self.line.sent(End::Host).frames));
        due.into_iter().for_each(|fault| self.strike(fault));
    }

    fn strike(&mut self, fault: Fault) {
        let Some((armoury, layout)) = &self.armoury else {
            return;
        };
        let (dialect, seed) = (armoury.dialect, armoury.seed);
        match fault {
            Fault::Line(fault) => {
                let fault = of_line(fault, |to| self.line.sent(to));
                self.line.add_faults(dialect, &[fault], seed);
            }
            Fault::Module(fault) => {
                let fault = armoury.of_module(fault);
                if let Some(mischief) = &mut self.mischief {
                    mischief.add(fault);
                }
            }
            fault => {
                self.line.arm_host(dialect, layout, fault);
                self.host_faults.add(fault);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use fixtures::scenario::{CutSince, LineFault, LineTrouble, ModuleFault, parse, shipped_text};
    use protocol_spec::tick::Tick;

    use super::*;
    use crate::bench::{Conclusion, Conductor, run_conducted};
    use crate::event::{Event, Phase};

    /// Arms faults before the first step, or when a phase begins, and writes down what strikes.
    struct Armed {
        from: Option<Phase>,
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
            let begun = |from: Phase| self.phases.iter().any(|(_, phase)| *phase == from);
            if !self.from.is_none_or(begun) {
                return;
            }
            for (when, fault) in self.left.drain(..) {
                self.refused.extend(bench.arm(when, fault).err());
            }
        }
    }

    fn run(name: &str, left: Vec<(When, Fault)>) -> (Armed, Conclusion) {
        run_from(name, None, left)
    }

    fn run_from(name: &str, from: Option<Phase>, left: Vec<(When, Fault)>) -> (Armed, Conclusion) {
        let scenario = parse(shipped_text(name).unwrap()).unwrap();
        let mut armed = Armed {
            from,
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
    fn a_mistake_of_the_module_can_be_armed_in_mid_update() {
        let early = Fault::Module(ModuleFault::EarlyBoot { at_bytes: 0 });
        for name in ["rig-nrf52840", "ayla-nrf52840"] {
            let stream = Some(Phase::Stream);
            let (armed, end) = run_from(name, stream, vec![(When::Offset(8_000), early)]);
            assert_eq!(armed.struck.len(), 1, "{name}");
            assert!(end.verdict.passed(), "{name}: {:?}", end.verdict);
        }
    }

    #[test]
    fn a_fault_strikes_what_the_host_says_while_it_makes_room() {
        let dropped = Fault::Line(LineFault {
            to: End::Module,
            at: Some(0),
            per_million: None,
            what: LineTrouble::DropFrame,
        });
        for name in ["rig-nrf52840", "ayla-nrf52840"] {
            let when = When::Phase(Phase::Erase);
            let (armed, end) = run(name, vec![(when, dropped)]);
            let begins = begin_of(&armed, Phase::Erase)..begin_of(&armed, Phase::Stream);
            assert!(begins.contains(&armed.struck[0].0), "{name}: {begins:?}");
            assert!(end.verdict.passed(), "{name}: {:?}", end.verdict);
        }
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
