//! A scenario from start to verdict, at the pace of its own time.

use bridge::bench::{Bench, Conductor, Told, run_conducted};
use bridge::drive::StopSignal;
use bridge::scenario_file;
use bridge::trouble::Trouble;
use fixtures::board::{Board, board};
use fixtures::host::Host;
use fixtures::scenario::Scenario;
use protocol_spec::tick::Tick;

use super::cut_run::run_cuts;
use super::flash_log::{FlashLog, parts};
use super::outbox::Outbox;
use super::run::{Order, Pace, arm};

/// Why no fault can be armed in a run with power cuts.
const NO_LINE: &str = "a run with power cuts has no line, and takes no other fault";

/// Runs the scenario of the setup; every word of it goes to the outbox.
///
/// # Errors
/// What kept it from beginning.
pub(super) fn run_scenario(
    order: &mut Order,
    stop: &StopSignal,
    outbox: &mut Outbox,
) -> Result<(), Trouble> {
    let scenario = match &order.replay {
        Some(scenario) => Scenario::clone(scenario),
        None => scenario_file::open(order.setup.scenario.trim())?,
    };
    if !scenario.cuts.is_empty() {
        for (id, ..) in std::mem::take(&mut order.faults) {
            outbox.refused(id, NO_LINE.to_owned());
        }
        let pace = Pace::new(order.time_scale);
        run_cuts(&scenario, pace, stop, outbox)?;
        while let Ok((id, ..)) = order.more_faults.try_recv() {
            outbox.refused(id, NO_LINE.to_owned());
        }
        return Ok(());
    }
    let seed = order.seed;
    let mut paced = Paced {
        pace: Pace::new(order.time_scale),
        board: board(&scenario.board),
        scenario: &scenario,
        order,
        stop,
        outbox,
        log: None,
        stopping: false,
        begun: false,
    };
    let end = run_conducted(&scenario, Some(seed), &mut paced);
    outbox.concluded(end.verdict_of(&scenario));
    Ok(())
}

/// Runs at the pace of the scenario's own time.
struct Paced<'a> {
    pace: Pace,
    board: Option<&'static Board>,
    scenario: &'a Scenario,
    order: &'a mut Order,
    stop: &'a StopSignal,
    outbox: &'a mut Outbox,
    log: Option<FlashLog>,
    stopping: bool,
    begun: bool,
}

impl Paced<'_> {
    fn tell_flash(&mut self, now: Tick) {
        if let Some(log) = &mut self.log {
            self.outbox.flash(log.take(now));
        }
    }

    fn arm_all(&mut self, bench: &mut Bench) {
        if !std::mem::replace(&mut self.begun, true) {
            for arming in std::mem::take(&mut self.order.faults) {
                arm(bench, arming, self.outbox);
            }
        }
        while let Ok(arming) = self.order.more_faults.try_recv() {
            arm(bench, arming, self.outbox);
        }
    }
}

impl Conductor for Paced<'_> {
    fn meet(&mut self, host: &mut (dyn Host + Send)) {
        if let Some(board) = self.board {
            self.log = Some(FlashLog::of(board, host.flash_mut()));
            self.outbox.flash_parts(parts(board, self.scenario.layout));
        }
    }

    fn hear(&mut self, told: &Told<'_>) {
        self.outbox.told(told);
    }

    fn pace(&mut self, bench: &mut Bench, due: Tick) {
        self.tell_flash(due);
        self.arm_all(bench);
        self.pace.wait_until(due, self.stop, self.outbox);
        if (self.stop.is_set() || self.outbox.closed()) && !self.stopping {
            self.stopping = true;
            bench.abort();
        }
    }
}
