//! `otarig conform`: the conformance suite.

mod everybody;
mod files;
mod port;
mod replay;
mod review;
mod show;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Subcommand;
use fixtures::board::{Board, board, boards};
use fixtures::cores::Stop;
use fixtures::personality::{REFERENCE, personality};
use fixtures::script::{Claims, Script};

use super::host::{ImageFormatArg, LayoutArg};
use super::output::{Output, verdict_of};
use super::runtime::stop_work_on_signals;
use super::update::{DialectName, LineArgs};
use crate::conform::ScriptResult;
use crate::conform::suite::{self, BenchPlan, name_matches};
use crate::trouble::Trouble;
use crate::verdict::Class;
use files::Snapshots;
use show::Show;

/// Folder of accepted transcripts where none is named.
const SNAPSHOTS: &str = "conform-snapshots";

/// Play conformance scripts against a host, and say what it does wrong.
#[derive(clap::Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    override_usage = "otarig conform [--personality X] [--board B] [--layout L] [...]\n       \
                      otarig conform --port P --dialect D [--caps FILE] [...]\n       \
                      otarig conform --all-personalities [--board B]\n       \
                      otarig conform review DIR [--accept-all | --reject-all]"
)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// Serial port of a real host, named as in `update`.
    #[arg(long, conflicts_with_all = ["personality", "all_personalities"])]
    port: Option<String>,
    /// An emulated host by its personality; reference when neither it nor a port is named.
    #[arg(long, value_name = "NAME")]
    personality: Option<String>,
    /// Every personality: the good ones must pass, the broken ones must be caught.
    #[arg(
        long,
        conflicts_with_all = [
            "personality", "layout", "dialect", "image_format", "caps", "junit", "snapshots", "accept",
            "transcripts", "seed", "baud", "parity", "flow",
        ]
    )]
    all_personalities: bool,
    /// Board of the emulated host, and the one that patches are made for.
    #[arg(long, value_name = "NAME", default_value = "nrf52840")]
    board: String,
    /// Layout of the host; for an emulated one that which each script needs when left out.
    #[arg(long)]
    layout: Option<LayoutArg>,
    /// What the host speaks; for an emulated one what each script speaks when left out.
    #[arg(long)]
    dialect: Option<DialectName>,
    /// What the host's images carry.
    #[arg(long)]
    image_format: Option<ImageFormatArg>,
    /// What the host claims: a TOML file, described in protocol-spec/SCRIPTS.md.
    #[arg(long, value_name = "FILE")]
    caps: Option<PathBuf>,
    /// Only scripts of this name; * stands for any text.
    #[arg(long, value_name = "GLOB")]
    only: Option<String>,
    /// A file of scripts, instead of those that are shipped.
    #[arg(long, value_name = "FILE")]
    scripts: Option<PathBuf>,
    /// Print the scripts, one a line, and stop.
    #[arg(long)]
    list: bool,
    /// Write the results as JUnit XML.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Folder of accepted transcripts, one a script, to compare with.
    #[arg(long, value_name = "DIR")]
    snapshots: Option<PathBuf>,
    /// Accept every transcript as it is now; in the folder conform-snapshots when --snapshots is
    /// left out.
    #[arg(long)]
    accept: bool,
    /// Print what was said in every script that fails.
    #[arg(long)]
    transcripts: bool,
    /// Seed of everything random in an emulated host.
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "port")]
    seed: u64,
    #[command(flatten)]
    line: LineArgs,
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand, Debug)]
enum Command {
    Review(review::Args),
}

impl Args {
    pub(super) fn run(self) -> u8 {
        if let Some(Command::Review(args)) = self.command {
            return args.run();
        }
        let stop = match self.port {
            None => stop_work_on_signals(),
            // It has a runtime of its own, which listens.
            Some(_) => Ok(Arc::default()),
        };
        let output = Output::new("conform", self.json);
        let mut show = Show::new(&output, self.replay());
        show.transcripts = self.transcripts;
        show.file = self.scripts.as_ref().map(|it| it.display().to_string());
        let stop = stop.map_err(Trouble::from);
        match stop.and_then(|stop| self.play(&mut show, &stop)) {
            Ok(code) => code,
            Err(trouble) => output.verdict(&verdict_of(trouble)),
        }
    }

    fn play(&self, show: &mut Show<'_>, stop: &Stop) -> Result<u8, Trouble> {
        let scripts = self.select()?;
        if self.list {
            return Ok(show.list(&scripts));
        }
        let board = self.find_board()?;
        if self.all_personalities {
            return Ok(everybody::run(board, scripts, stop, show.output));
        }
        let claims = self.caps.as_deref().map(files::read_claims).transpose()?;
        let usual = self.accept.then_some(Path::new(SNAPSHOTS));
        let snapshots = self.snapshots.as_deref().or(usual);
        let snapshots = snapshots.map(|dir| Snapshots::open(dir, self.accept));
        let snapshots = snapshots.transpose()?;
        let output = show.output;
        let junit = self.junit.as_deref().map(files::NewFile::create);
        let junit = junit.transpose()?;
        let mut results = Vec::new();
        let mut failed = None;
        let mut sink = |mut result: ScriptResult, script: Option<&Script>| {
            if let (Some(snapshots), Some(script)) = (&snapshots, script)
                && let Err(trouble) = snapshots.compare(&mut result, script)
            {
                failed.get_or_insert(trouble);
            }
            show.result(&result);
            results.push(result);
        };
        if self.port.is_some() {
            port::run(self, board, claims, &scripts, (output, &mut sink))?;
        } else {
            let plan = self.bench_plan(board, claims)?;
            let mut at = 0;
            plan.run(&scripts, stop, &mut |result| {
                sink(result, scripts.get(at).map(Arc::as_ref));
                at += 1;
            });
            if let Some(next) = scripts.get(at) {
                sink(ScriptResult::stopped(&next.name, &next.title), Some(next));
            }
        }
        if let Some(file) = junit {
            file.write(&crate::conform::junit::junit_xml(
                "otarig conform",
                &results,
            ))?;
        }
        if let Some(trouble) = failed {
            return Err(trouble);
        }
        if let Some(snapshots) = snapshots {
            snapshots.tell(output);
        }
        Ok(show.end(&results, scripts.len()))
    }

    fn bench_plan(
        &self,
        board: &'static Board,
        claims: Option<Claims>,
    ) -> Result<BenchPlan, Trouble> {
        let name = self.personality.as_deref().unwrap_or(REFERENCE);
        if personality(name).is_none() {
            return Err(unknown_personality(name));
        }
        Ok(BenchPlan {
            seed: self.seed,
            dialect: self.dialect.map(DialectName::scenario_name),
            layout: self.layout.map(LayoutArg::layout_name),
            format: self.image_format.map(ImageFormatArg::format_name),
            claims,
            ..BenchPlan::new(board, name)
        })
    }

    fn select(&self) -> Result<Vec<Arc<Script>>, Trouble> {
        let all = match &self.scripts {
            Some(path) => files::read_scripts(path)?,
            None => suite::shipped().map_err(|(name, error)| files::shipped_wrong(name, &error))?,
        };
        let only = self.only.as_deref().unwrap_or("*");
        let scripts: Vec<Arc<Script>> = all
            .into_iter()
            .filter(|script| name_matches(only, &script.name))
            .collect();
        if scripts.is_empty() {
            return Err(nothing_selected(only));
        }
        Ok(scripts)
    }

    fn find_board(&self) -> Result<&'static Board, Trouble> {
        board(&self.board).ok_or_else(|| {
            let names: Vec<&str> = boards().iter().map(|board| board.name).collect();
            Trouble::new(
                "There is no such board",
                format!("--board {}: no such board", self.board.escape_default()),
                "only these boards are emulated",
                &format!("use one of {}", names.join(", ")),
            )
        })
    }
}

fn unknown_personality(name: &str) -> Trouble {
    Trouble::new(
        "There is no such personality",
        format!("--personality {}: no such host", name.escape_default()),
        "emulated hosts have names",
        "take one of those that 'otarig host --list' shows",
    )
}

fn nothing_selected(only: &str) -> Trouble {
    Trouble::new(
        "No script is selected",
        format!(
            "--only {}: no script has such a name",
            only.escape_default()
        ),
        "a suite without a script proves nothing",
        "take a name that 'otarig conform --list' shows; * stands for any text",
    )
}

/// The class of a suite, and one that was stopped.
fn class_of(results: &[ScriptResult]) -> Class {
    suite::class_of(results)
}
