//! A sweep on a thread of its own, and the cores that it takes.
//!
//! The runs never wait for the panel: how far they are is told where there is room, what was found waits
//! until there is.

mod line;
mod power;
mod teller;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::thread;

use bridge::sweep::mixed::MixedSweep;
use bridge::sweep::wire::WireSweep;
use bridge::trouble::Trouble;
use bridge::verdict::Class;
use fixtures::cores::Stop;

use super::Worker;
use crate::sweep::{Ending, News, Plan, Subject};
use line::Runs;
use teller::Teller;

/// Most news between the sweep's thread and the panel.
pub const NEWS_MAX: usize = 256;

/// The thread of one sweep, seen from the panel.
pub struct Sweeper {
    news: Receiver<News>,
    stops: Stops,
}

/// The wishes to make no more runs, and to leave what was found as it is.
#[derive(Clone, Debug, Default)]
struct Stops {
    runs: Arc<Stop>,
    shrinking: Arc<Stop>,
}

impl Worker {
    /// Starts a sweep; [`News::Ended`] is its last word.
    #[must_use]
    pub fn sweep(&self, subject: Subject, plan: Plan) -> Sweeper {
        let (channel, news) = sync_channel(NEWS_MAX);
        let stops = Stops::default();
        let mut teller = Teller::new(channel, self.update.wake.clone(), stops.clone());
        // Where no thread can be had, the teller is dropped, and the panel sees that nobody is there.
        let _ = thread::Builder::new()
            .name("sweep".to_owned())
            .spawn(move || sweep(&subject, plan, &mut teller));
        Sweeper { news, stops }
    }
}

impl Sweeper {
    /// Asks for no more runs.
    pub fn stop_runs(&self) {
        self.stops.runs.set();
    }

    /// Asks to leave what was found as it is, too.
    pub fn stop(&self) {
        self.stops.runs.set();
        self.stops.shrinking.set();
    }

    /// The next news, if there is some now.
    ///
    /// # Errors
    /// When there is none now; or never again.
    pub fn poll(&self) -> Result<News, TryRecvError> {
        self.news.try_recv()
    }

    /// Waits for the next news; `None` when there is no more. Never call it while drawing: it is for
    /// programs without a window.
    #[must_use]
    pub fn wait(&self) -> Option<News> {
        self.news.recv().ok()
    }
}

impl Drop for Sweeper {
    fn drop(&mut self) {
        self.stop();
    }
}

impl std::fmt::Debug for Sweeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sweeper").finish_non_exhaustive()
    }
}

fn sweep(subject: &Subject, plan: Plan, teller: &mut Teller) {
    let done = match plan {
        Plan::Power { depth, tears } => power::sweep(subject, (depth, tears), teller),
        Plan::Wire {
            stride,
            runs_max,
            seed,
        } => {
            let runs_max = runs_max.unwrap_or(u64::MAX);
            let runs = |scenario, work, seed| {
                Runs::Wire(WireSweep::new(scenario, seed, &work, stride, runs_max))
            };
            line::sweep(subject, seed, runs, teller)
        }
        Plan::Mixed { runs, seed } => {
            let runs =
                |scenario, work, seed| Runs::Mixed(MixedSweep::new(scenario, work, seed), runs);
            line::sweep(subject, seed, runs, teller)
        }
    };
    teller.end(done.unwrap_or_else(refused));
}

/// A sweep that did not begin.
fn refused(trouble: Trouble) -> Ending {
    let said = [trouble.what, trouble.cause];
    let said = said.iter().filter(|text| !text.is_empty());
    let meaning: Vec<String> = said.map(|text| crate::units::sentence(text)).collect();
    Ending {
        class: Class::RigError,
        headline: trouble.headline,
        meaning: meaning.join(". "),
        next_step: trouble.next_step,
    }
}

/// A sweep that came to `class`; `meaning` of one that found something.
fn ended(class: Class, headline: String, meaning: &str) -> Ending {
    let (meaning, next_step) = match class {
        Class::Pass => ("", ""),
        Class::HostFailed => (
            meaning,
            "Press what was found: it is played again on the first screen.",
        ),
        Class::Aborted => (
            "You stopped it. What was not run proves nothing.",
            "Start it again: the same seed makes the same runs.",
        ),
        _ => ("", ""),
    };
    Ending {
        class,
        headline,
        meaning: meaning.to_owned(),
        next_step: next_step.to_owned(),
    }
}
