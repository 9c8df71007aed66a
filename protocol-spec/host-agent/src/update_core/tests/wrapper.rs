//! A planner with one safety step left out: each must be noticed, or the step is needless.

use super::bench::Bench;
use super::ram_flash::{Cut, RamFlash};
use super::{NO_CUT, TEARS, cuts_of};
use crate::effect::{Effect, Leg, Mark, Outcome, SealPart};
use crate::planner::{Plan, Planner, Request, View};
use crate::policy::{Policy, Production};

/// Answers "done" for the effects that `which` names, without doing them.
#[derive(Clone)]
struct Omit {
    inner: Planner,
    which: fn(&Effect) -> bool,
}

impl Plan for Omit {
    fn next<P: Policy>(&mut self, last: Outcome) -> Effect {
        let mut effect = self.inner.next::<P>(last);
        while (self.which)(&effect) {
            effect = self.inner.next::<P>(Outcome::Done);
        }
        effect
    }

    fn request(&mut self, request: Request) {
        self.inner.request(request);
    }

    fn view(&self) -> View {
        self.inner.view()
    }
}

type Step = (&'static str, fn(&Effect) -> bool);

/// Noticed without any fault.
const PLAIN: [Step; 8] = [
    ("program the record", |e| {
        matches!(e, Effect::ProgramRecord { .. })
    }),
    ("seal", |e| {
        matches!(
            e,
            Effect::Mark {
                mark: Mark::Seal(SealPart::Set),
                ..
            }
        )
    }),
    ("erase the secondary", |e| {
        matches!(
            e,
            Effect::EraseBlock {
                leg: Leg::Retire,
                ..
            }
        )
    }),
    ("erase the primary", |e| {
        matches!(
            e,
            Effect::EraseBlock {
                leg: Leg::Install,
                ..
            }
        )
    }),
    ("save", |e| {
        matches!(e, Effect::CopyBlock { leg: Leg::Save, .. })
    }),
    ("install", |e| {
        matches!(
            e,
            Effect::CopyBlock {
                leg: Leg::Install,
                ..
            }
        )
    }),
    ("program staging", |e| {
        matches!(e, Effect::ProgramStaging { .. })
    }),
    ("hash staging", |e| matches!(e, Effect::HashStaging { .. })),
];

/// Noticed with one power cut, or two.
const CUT: [Step; 3] = [
    ("mark", |e| {
        matches!(
            e,
            Effect::Mark {
                mark: Mark::Progress(_),
                ..
            }
        )
    }),
    ("erase the scratch", |e| {
        matches!(e, Effect::EraseBlock { leg: Leg::Save, .. })
    }),
    ("erase staging", |e| {
        matches!(e, Effect::EraseStaging { .. })
    }),
];

/// Noticed when flash says that it did what it did not.
const HIDDEN: [Step; 2] = [
    ("verify the scratch", |e| {
        matches!(e, Effect::VerifyBlock { leg: Leg::Save, .. })
    }),
    ("verify the primary", |e| {
        matches!(
            e,
            Effect::VerifyBlock {
                leg: Leg::Install,
                ..
            }
        )
    }),
];

fn without(bench: &Bench, step: &Step, cuts: &[Cut]) -> bool {
    let run = bench.run_as::<Production, Omit>(cuts, |inner| Omit {
        inner,
        which: step.1,
    });
    !run.is_ok_and(|end| end.updated)
}

#[test]
fn a_step_left_out_is_noticed() {
    let bench = Bench::new(300, 500);
    for step in &PLAIN {
        // The second update finds nothing erased any more.
        let again = again(&bench, step);
        assert!(without(&bench, step, &[]) || again, "{}", step.0);
    }
}

/// Whether an update after an update, with `step` left out, fails.
fn again(bench: &Bench, step: &Step) -> bool {
    let mut used = bench.clone();
    for unit in 4..18 {
        // As an earlier update would leave it.
        used.device.fill_erased(unit, 0x5a);
    }
    without(&used, step, &[])
}

#[test]
fn a_step_left_out_is_noticed_with_cuts() {
    let bench = Bench::new(300, 500);
    let clean = bench.run(&[]).unwrap();
    for step in &CUT {
        let noticed = || {
            let boots = clean.ops.iter().enumerate();
            let mut firsts = boots.flat_map(|(boot, ops)| {
                cuts_of(*ops).into_iter().map(move |cut| {
                    let mut cuts = [NO_CUT].repeat(boot);
                    cuts.push(cut);
                    cuts
                })
            });
            firsts.any(|cuts| {
                without(&bench, step, &cuts)
                    || (0..30).any(|after| {
                        TEARS[4..6]
                            .iter()
                            .chain(&TEARS[9..])
                            .any(|(tear, reading)| {
                                let cut = Cut {
                                    after,
                                    tear: *tear,
                                    reading: *reading,
                                };
                                without(&bench, step, &[cuts.clone(), [cut].into()].concat())
                            })
                    })
            })
        };
        assert!(noticed(), "{}", step.0);
    }
}

#[test]
fn a_verification_left_out_is_noticed_with_a_hidden_failure() {
    for step in &HIDDEN {
        let noticed = (1..200).any(|op| {
            let mut bench = Bench::new(300, 500);
            bench.strict = false;
            bench.device.hide_at = Some(bench.device.total + op);
            without(&bench, step, &[])
        });
        assert!(noticed, "{}", step.0);
    }
}

impl RamFlash {
    /// Fills the erased cells of a unit, as programmed once.
    fn fill_erased(&mut self, unit: u32, byte: u8) {
        let start = self.geometry_of().start() + unit * super::ram_flash::UNIT;
        for address in start..start + super::ram_flash::UNIT {
            self.fill(address, byte);
        }
    }
}
