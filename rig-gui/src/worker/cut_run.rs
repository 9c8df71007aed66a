//! A run with given power cuts, on flash alone: at the pace of its flash.

use std::time::Duration;

use bridge::drive::StopSignal;
use bridge::event::{Event, Phase, Progress, Stamped};
use bridge::sweep::cut_run::CutEnd;
use bridge::sweep::power::bed_to_cut;
use bridge::trouble::Trouble;
use bridge::verdict::{Class, Confirmed, Verdict};
use fixtures::board::{Board, board};
use fixtures::flash::StrictFlash;
use fixtures::scenario::Scenario;
use fixtures::sweep::{BootEnd, Onlooker, Replay};
use host_agent::layout::Area;
use protocol_spec::tick::Tick;

use super::flash_log::{FlashLog, parts};
use super::outbox::Outbox;
use super::run::Pace;
use crate::block_map::FlashDeed;

/// Said with every such run.
const NO_LINE: &str = "The host runs on its flash alone, without a line: there are no frames, and \
                       times are those of its flash.";

/// Runs the update of `scenario` with its power cuts; every word of it goes to the outbox.
///
/// # Errors
/// What kept it from beginning, or a cut that never came.
pub(super) fn run_cuts(
    scenario: &Scenario,
    pace: Pace,
    stop: &StopSignal,
    outbox: &mut Outbox,
) -> Result<(), Trouble> {
    let bed = bed_to_cut(scenario)?;
    let mut watched = Watched {
        pace,
        board: board(&scenario.board),
        scenario,
        stop,
        outbox,
        log: None,
        staging: bed.update.layout.secondary,
        nothing: Progress {
            total: bed.update.object.length,
            ..Progress::default()
        },
        now: Tick::ZERO,
        ordered: false,
    };
    watched.tell(Event::Note(NO_LINE.to_owned()));
    watched.tell(Event::Phase(Phase::Stream));
    let run = bed.replay_before(&scenario.cuts, &mut watched);
    let elapsed = watched.now.since(Tick::ZERO);
    let verdict = if stop.is_set() {
        stopped(elapsed)
    } else {
        let end = CutEnd::of(&scenario.expect, &run)?;
        verdict(scenario, &run, end, elapsed)
    };
    watched.tell(Event::Verdict(Box::new(verdict)));
    Ok(())
}

/// Follows the run, and waits until its time has come.
struct Watched<'a> {
    pace: Pace,
    board: Option<&'static Board>,
    scenario: &'a Scenario,
    stop: &'a StopSignal,
    outbox: &'a mut Outbox,
    log: Option<FlashLog>,
    /// Where the object goes.
    staging: Area,
    /// Nothing of it is there.
    nothing: Progress,
    /// Time that its flash took.
    now: Tick,
    /// The boot order is stored.
    ordered: bool,
}

impl Watched<'_> {
    fn tell(&mut self, event: Event) {
        self.outbox.event(Stamped {
            at: self.now,
            event,
        });
    }
}

impl Onlooker for Watched<'_> {
    fn meet(&mut self, flash: &mut StrictFlash) {
        if let Some(board) = self.board {
            self.log = Some(FlashLog::of(board, flash));
            self.outbox.flash_parts(parts(board, self.scenario.layout));
        }
    }

    fn hear(&mut self, line: &str) {
        self.tell(Event::Note(line.to_owned()));
    }

    fn stepped(&mut self) {
        let Some(log) = &mut self.log else { return };
        let deeds = log.take(self.now);
        if deeds.is_empty() {
            return;
        }
        self.now += deeds.iter().map(|deed| deed.time).sum::<Duration>();
        let mut last_first = deeds.iter().rev();
        let stored = last_first.find_map(|deed| stored(deed, self.staging));
        self.outbox.flash(deeds);
        // Later it is the boot step that writes there.
        if let Some(stored) = stored.filter(|_| !self.ordered) {
            let acked = stored.min(self.nothing.total);
            self.tell(Event::Progress(Progress {
                acked,
                stored: acked,
                ..self.nothing
            }));
        }
        self.pace.wait_until(self.now, self.stop, self.outbox);
    }

    fn ended(&mut self, end: &Result<BootEnd, String>) {
        match end {
            Ok(BootEnd::PowerCut) => {
                let (name, text) = ("power-cut".to_owned(), "the power went".to_owned());
                self.outbox.struck(self.now, name, text);
            }
            Ok(BootEnd::Ordered) if !self.ordered => {
                self.ordered = true;
                self.tell(Event::Phase(Phase::Boot));
            }
            Ok(BootEnd::Confirmed) => self.tell(Event::Phase(Phase::Report)),
            _ => {}
        }
    }
}

/// The end of what is stored, where an operation has stored something.
fn stored(deed: &FlashDeed, staging: Area) -> Option<u32> {
    let offset = deed.address.checked_sub(staging.start)?;
    let inside = !deed.erased && offset < staging.len;
    inside.then(|| offset.saturating_add(deed.len))
}

fn verdict(scenario: &Scenario, run: &Replay, end: CutEnd, elapsed: Duration) -> Verdict {
    let cuts: Vec<String> = scenario.cuts.iter().map(ToString::to_string).collect();
    let (cause, next_step) = match end.class {
        Class::Pass => ("", ""),
        _ => (
            "The host does not get over the power cut as it must.",
            "The log tells the operations around the cut; look at what the host does with what is left.",
        ),
    };
    let what = format!(
        "Power cut {}, in a run of {} flash operations and {} boots.",
        cuts.join(" and "),
        run.operations,
        run.boots
    );
    Verdict {
        class: end.class,
        what,
        confirmed: if run.wrong.is_none() {
            Confirmed::Yes
        } else {
            Confirmed::No
        },
        elapsed,
        notes: vec![NO_LINE.to_owned()],
        ..Verdict::rig_error(end.text, cause.to_owned(), next_step.to_owned())
    }
}

fn stopped(elapsed: Duration) -> Verdict {
    let headline = "stopped before the end of the run".to_owned();
    Verdict {
        class: Class::Aborted,
        elapsed,
        ..Verdict::rig_error(headline, String::new(), "Start it again.".to_owned())
    }
}
