//! `otarig sweep wire`: every byte and every frame, struck one at a time.

use std::path::PathBuf;

use serde_json::json;

use super::super::output::Output;
use super::super::runtime::stop_work_on_signals;
use super::report;
use super::save::Folder;
use super::subject::Subject;
use crate::replay_line;
use crate::sweep::{self, Tally, wire::WireSweep};
use crate::text::grouped;

/// Strike every byte (changed, lost, one too many) and every frame (lost, twice, late, cut, wrong
/// CRC) of a run, one at a time.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// A TOML file, or the name of a shipped scenario; one that expects a pass.
    scenario: String,
    /// Seed of every run, instead of the scenario's own.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Strike only every Nth byte and frame.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    stride: u64,
    /// Make at most N runs, by a longer stride.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(16..))]
    max_runs: Option<u64>,
    /// Save the first ten unsound runs, shrunk, as scenarios in this folder.
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn run(self) -> u8 {
        let stop = stop_work_on_signals();
        let output = Output::new("sweep wire", self.json);
        let name = &self.scenario;
        let Subject {
            scenario,
            work,
            seed,
            folder,
            stop,
        } = match Subject::load(&output, stop, (name, self.seed, self.save.as_deref())) {
            Ok(subject) => subject,
            Err(code) => return code,
        };
        let runs_max = self.max_runs.unwrap_or(u64::MAX);
        let title = scenario.title.clone();
        let sweep = WireSweep::new(scenario, seed, &work, self.stride, runs_max);
        output.text(&format!(
            "{name}: {title}\n  seed {seed}; {} bytes and frames, {} runs{}\n",
            grouped(sweep.operations()),
            grouped(sweep.runs()),
            match sweep.stride() {
                1 => String::new(),
                stride => format!(", one of {stride} bytes and frames each"),
            }
        ));
        let bar = report::bar(sweep.runs());
        let tally = sweep::run_all(sweep.runs(), &stop, &|index| sweep.run(index), &mut |_| {
            bar.inc(1);
        });
        bar.finish_and_clear();
        output.text(&report::table(&tally.rows(), report::TALLY));
        self.tell(&output, &sweep, (seed, &folder), &tally);
        let more = json!({
            "scenario": name,
            "seed": seed,
            "operations": sweep.operations(),
            "stride": sweep.stride(),
            "runs": sweep.runs(),
        });
        report::verdict(&output, &tally, more)
    }

    /// Tells the runs that are unsound; the first of them are shrunk and saved, if that is wanted.
    fn tell(
        &self,
        output: &Output,
        sweep: &WireSweep,
        (seed, folder): (u64, &Folder),
        tally: &Tally,
    ) {
        let name = &self.scenario;
        let told = tally.unsound.len();
        report::told(output, told, tally.bad(), "unsound runs, the first");
        for (number, (index, soundness)) in tally.unsound.iter().enumerate() {
            if folder.is_wanted()
                && number < sweep::SHRUNK_MAX
                && let Some(found) = sweep.shrink(*index, soundness)
            {
                report::tell_found(output, name, folder, ("wire", &found));
                continue;
            }
            let faults: Vec<_> = sweep.fault(*index).into_iter().collect();
            let replay = replay_line::with_faults(name, seed, &faults);
            report::unsound(output, *index, &soundness.to_string(), &replay);
        }
    }
}
