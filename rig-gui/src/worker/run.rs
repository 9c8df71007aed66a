//! One update from start to verdict, on a thread of its own.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

use bridge::bench::Bench;
use bridge::drive::StopSignal;
use bridge::event::{Event, Stamped};
use bridge::host_line::HostLine;
use bridge::link::wire::LineModel;
use bridge::trouble::Trouble;
use bridge::verdict::Verdict;
use fixtures::rng::Seed;
use fixtures::scenario::Scenario;
use protocol_spec::tick::Tick;

use super::Arming;
use super::flash_log::{FlashLog, parts};
use super::outbox::Outbox;
use super::port::run_port;
use super::prepare::{find_board, line_settings, make_host, make_job};
use super::scenario::run_scenario;
use crate::model::{Setup, Target};

/// Shorter waits are not worth going to sleep: the bench runs ahead by this much.
const WAIT_MIN: Duration = Duration::from_millis(1);
/// So often the panel hears the time, and a stop is seen, while nothing happens on the line.
const WAIT_MAX: Duration = Duration::from_millis(25);

/// Emulated time at which an update ends in any case.
const TIME_MAX: Tick = Tick::from_secs(3600);

/// Options of the command line in texts that both programs show, and what they are called here.
const OPTIONS: [(&str, &str); 5] = [
    ("--image", "the image file"),
    ("--patch", "the patch file"),
    ("--from", "the image that the host runs"),
    ("--version", "the version"),
    ("--port", "the port"),
];

/// An update to be done.
pub(super) struct Order {
    /// What was set up.
    pub(super) setup: Setup,
    /// Seed of all that is random in it.
    pub(super) seed: u64,
    /// Factor on emulated time; 0 = no waiting.
    pub(super) time_scale: f64,
    /// A run that a sweep has found, in place of what was set up.
    pub(super) replay: Option<Arc<Scenario>>,
    /// Faults that are armed from the start.
    pub(super) faults: Vec<Arming>,
    /// Faults that are armed on the way.
    pub(super) more_faults: Receiver<Arming>,
}

/// Does the update; every word of it goes to the outbox.
pub(super) fn run_update(mut order: Order, stop: StopSignal, outbox: &mut Outbox) {
    let done = match order.setup.target {
        _ if order.replay.is_some() => run_scenario(&mut order, &stop, outbox),
        Target::Emulated => run_emulated(&mut order, &stop, outbox),
        Target::Port => run_port(&mut order, stop, outbox),
        Target::Scenario => run_scenario(&mut order, &stop, outbox),
    };
    if let Err(trouble) = done {
        let event = Event::Verdict(Box::new(verdict_of(trouble)));
        outbox.event(Stamped {
            at: Tick::ZERO,
            event,
        });
    }
}

fn run_emulated(order: &mut Order, stop: &StopSignal, outbox: &mut Outbox) -> Result<(), Trouble> {
    let rate = line_settings(&order.setup).rate();
    let prepared = make_job(&order.setup, order.seed, rate)?;
    outbox.notes(prepared.notes);
    let mut host = make_host(&order.setup, order.seed)?;
    let board = find_board(&order.setup)?;
    let mut log = FlashLog::of(board, host.flash_mut());
    outbox.flash_parts(parts(board, order.setup.layout()));
    let line = LineModel::at(rate);
    let dialect = order.setup.dialect.into();
    let layout = *board.layout(order.setup.layout());
    let mut bench = Bench::new(HostLine::new(host, line, line), TIME_MAX).with_armoury(
        dialect,
        layout,
        Seed(order.seed).split("line"),
    );
    for arming in std::mem::take(&mut order.faults) {
        arm(&mut bench, arming, outbox);
    }
    bench.begin(prepared.job);
    let pace = Pace::new(order.time_scale);
    let mut stopping = false;
    loop {
        bench.tell(&mut |told| outbox.told(told));
        let Some(next) = bench.next_due().filter(|_| !outbox.closed()) else {
            break;
        };
        pace.wait_until(next, stop, outbox);
        while let Ok(arming) = order.more_faults.try_recv() {
            arm(&mut bench, arming, outbox);
        }
        if stop.is_set() && !stopping {
            // What is due next may be far away: the stop comes before it.
            bench.abort();
            stopping = true;
            continue;
        }
        bench.step(next);
        outbox.flash(log.take(next));
    }
    bench.tell(&mut |told| outbox.told(told));
    Ok(())
}

pub(super) fn arm(bench: &mut Bench, (id, when, fault): Arming, outbox: &mut Outbox) {
    match bench.arm(when, fault) {
        Ok(()) => outbox.armed(),
        Err(error) => outbox.refused(id, error.to_string()),
    }
}

/// A failure of this side as the verdict of a run.
fn verdict_of(trouble: Trouble) -> Verdict {
    let Trouble {
        headline,
        mut what,
        cause,
        mut next_step,
    } = trouble;
    for (option, here) in OPTIONS {
        what = what.replace(option, here);
        next_step = next_step.replace(option, here);
    }
    Verdict {
        what,
        ..Verdict::rig_error(headline, cause, next_step)
    }
}

/// Emulated time against real time.
pub(super) struct Pace {
    began: Instant,
    scale: f64,
}

impl Pace {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the driver that paces the bench"
    )]
    pub(super) fn new(scale: f64) -> Self {
        Self {
            began: Instant::now(),
            scale,
        }
    }

    /// Waits until it is `next`, or the update shall stop.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the driver that paces the bench"
    )]
    pub(super) fn wait_until(&self, next: Tick, stop: &StopSignal, outbox: &mut Outbox) {
        if self.scale <= 0.0 {
            return;
        }
        let due = next.since(Tick::ZERO).mul_f64(self.scale);
        loop {
            let left = due.saturating_sub(self.began.elapsed());
            if left < WAIT_MIN || stop.is_set() || outbox.closed() {
                return;
            }
            thread::sleep(left.min(WAIT_MAX));
            outbox.time((Tick::ZERO + self.began.elapsed().div_f64(self.scale)).min(next));
        }
    }
}
