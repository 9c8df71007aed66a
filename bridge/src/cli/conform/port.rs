//! Scripts on a real port.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use fixtures::board::Board;
use fixtures::scenario::{FormatName, LayoutName};
use fixtures::script::{Claims, Script, Vars};

use serde_json::json;

use super::super::host::ImageFormatArg;
use super::super::output::Output;
use super::super::runtime::{block_on, stop_on_signals};
use super::super::update::DialectName;
use super::Args;
use crate::conform::port::PortPlan;
use crate::conform::{MadeObject, Outcome, Runner, ScriptResult, Transcript};
use crate::drive::{StopSignal, drive_script, fresh_seed};
use crate::formats;
use crate::link::{self, BoxedPort};
use crate::text::add_field;
use crate::trouble::Trouble;
use crate::verdict::Class;

/// Reasons that are told when nothing can be played.
const REASONS_TOLD: usize = 3;

/// Claims that a host on a port cannot have: the rig does not switch its power or renew it.
const ONLY_EMULATED: [&str; 2] = ["fresh-host", "power-control"];

/// Where results go, with the script that each is of.
type Sink<'s> = dyn FnMut(ScriptResult, Option<&Script>) + 's;

/// Plays the scripts on the port of `args`, one after the other.
pub(super) fn run(
    args: &Args,
    board: &'static Board,
    claims: Option<Claims>,
    scripts: &[Arc<Script>],
    (output, sink): (&Output, &mut Sink<'_>),
) -> Result<(), Trouble> {
    block_on(run_all(args, board, claims, scripts, (output, sink)))?
}

async fn run_all(
    args: &Args,
    board: &'static Board,
    claims: Option<Claims>,
    scripts: &[Arc<Script>],
    (output, sink): (&Output, &mut Sink<'_>),
) -> Result<(), Trouble> {
    let dialect = dialect(args, claims.as_ref())?;
    let mut plan = plan(args, board, dialect, claims, output)?;
    something_is_played(&plan, scripts)?;
    let name = args.port.as_deref().unwrap_or_default();
    let address = link::resolve(name, &link::available_ports())?;
    plan.line = args.line.rate(dialect, &address);
    let (_stopper, mut stop) = stop_on_signals()?;
    let mut port = link::open(&address, &args.line.settings(dialect)).await?;
    let probe = plan.probe().map_err(|error| wrong_probe(&error))?;
    for (number, script) in (0..).zip(scripts) {
        if let Some(why) = plan.skips(script) {
            let skipped = ScriptResult::skipped(&script.name, &script.title, why);
            sink(skipped, Some(script));
            continue;
        }
        let mut line = PortLine {
            plan: &plan,
            port: &mut port,
            stop: &mut stop,
        };
        let (asked, known) = line.ask(&probe, number).await;
        let result = match asked.class {
            Class::Pass => line.play(script, number, known).await,
            _ => unheard(script, asked),
        };
        let over = matches!(result.outcome.class, Class::Aborted);
        sink(result, Some(script));
        if over {
            break;
        }
    }
    Ok(())
}

/// Refuses a suite of which the host's claims leave nothing.
fn something_is_played(plan: &PortPlan, scripts: &[Arc<Script>]) -> Result<(), Trouble> {
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for script in scripts {
        let Some(why) = plan.skips(script) else {
            return Ok(());
        };
        *reasons.entry(why).or_default() += 1;
    }
    Err(Trouble::new(
        "No script can be played on this host",
        format!("every script is skipped: {}", most_first(reasons)),
        "a suite without a script proves nothing",
        "say with --caps what the host can do; protocol-spec/SCRIPTS.md describes the file",
    ))
}

/// The reasons that skip most scripts, with their numbers.
fn most_first(reasons: BTreeMap<String, usize>) -> String {
    let mut reasons: Vec<(String, usize)> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let told = reasons.iter().take(REASONS_TOLD);
    let told: Vec<String> = told.map(|(why, count)| format!("{count}: {why}")).collect();
    told.join("; ")
}

/// The line while scripts are played.
struct PortLine<'l> {
    plan: &'l PortPlan,
    port: &'l mut BoxedPort,
    stop: &'l mut StopSignal,
}

impl PortLine<'_> {
    /// Asks the host what it runs.
    async fn ask(&mut self, probe: &Arc<Script>, number: u32) -> (Outcome, Vars) {
        let stage = match self.plan.stage(probe, number, Vars::new()) {
            Ok(stage) => stage,
            Err(error) => return (wrong(&error), Vars::new()),
        };
        let mut runner = Runner::new(Arc::clone(probe), stage);
        let outcome = drive_script(&mut runner, self.port, self.stop).await;
        (outcome, self.plan.known(&runner))
    }

    async fn play(&mut self, script: &Arc<Script>, number: u32, known: Vars) -> ScriptResult {
        let stage = match self.plan.stage(script, number, known) {
            Ok(stage) => stage,
            Err(error) => return unheard(script, wrong(&error)),
        };
        let mut runner = Runner::new(Arc::clone(script), stage);
        let outcome = drive_script(&mut runner, self.port, self.stop).await;
        ScriptResult {
            name: script.name.clone(),
            title: script.title.clone(),
            outcome,
            elapsed: runner.elapsed(),
            transcript: runner.into_transcript(),
        }
    }
}

/// A script that was not begun.
fn unheard(script: &Script, mut outcome: Outcome) -> ScriptResult {
    outcome.line = 0;
    if outcome.class != Class::Aborted {
        outcome.what = format!("before the script began: {}", outcome.what);
    }
    ScriptResult {
        name: script.name.clone(),
        title: script.title.clone(),
        outcome,
        elapsed: protocol_spec::tick::Tick::ZERO,
        transcript: Transcript::default(),
    }
}

fn wrong(error: &dyn std::error::Error) -> Outcome {
    Outcome {
        class: Class::RigError,
        line: 0,
        what: error.to_string(),
    }
}

fn dialect(args: &Args, claims: Option<&Claims>) -> Result<DialectName, Trouble> {
    use fixtures::scenario::Dialect;
    let claimed = claims.map(|claims| match claims.dialect {
        Dialect::Ayla => DialectName::Ayla,
        Dialect::Rig => DialectName::Rig,
    });
    if let (Some(named), Some(claimed)) = (args.dialect, claimed)
        && named != claimed
    {
        return Err(Trouble::new(
            "The host cannot speak both dialects",
            format!(
                "--dialect {} and the {} of the --caps file contradict each other",
                named.name(),
                claimed.name()
            ),
            "a real host speaks one dialect",
            "leave --dialect out, or name the file of this host",
        ));
    }
    args.dialect.or(claimed).ok_or_else(|| {
        Trouble::new(
            "The dialect of the host is not known",
            "neither --dialect nor --caps is given".to_owned(),
            "a real host speaks one dialect, and a port does not say which",
            "add --dialect ayla or --dialect rig",
        )
    })
}

fn plan(
    args: &Args,
    board: &'static Board,
    dialect: DialectName,
    claims: Option<Claims>,
    output: &Output,
) -> Result<PortPlan, Trouble> {
    let claimed = |name: &str| {
        let claims = claims.as_ref();
        claims.is_some_and(|claims| claims.claims.iter().any(|own| own == name))
    };
    let in_place = claimed("in-place").then_some(LayoutName::InPlace);
    let layout = args.layout.map(super::LayoutArg::layout_name);
    let layout = layout.or(in_place).unwrap_or(LayoutName::TwoSlot);
    let head = claimed("ayla-head").then_some(FormatName::AylaHead);
    let format = args.image_format.map(ImageFormatArg::format_name);
    let format = format.or(head).unwrap_or(FormatName::Raw);
    let mut claims = claims.unwrap_or_else(|| Claims::plain(dialect.scenario_name(), layout));
    drop_emulated(&mut claims, output);
    let images = claims.images.iter().map(|image| {
        let bytes = image_bytes(Path::new(&image.file))?;
        Ok(MadeObject::image(bytes, &image.version))
    });
    Ok(PortPlan {
        board,
        layout,
        format,
        images: images.collect::<Result<_, Trouble>>()?,
        line: crate::conform::port::usual_line(claims.dialect),
        claims,
        seed: fresh_seed(),
    })
}

/// Takes out what only an emulated host can have, and says so.
fn drop_emulated(claims: &mut Claims, output: &Output) {
    let (dropped, kept) = std::mem::take(&mut claims.claims)
        .into_iter()
        .partition(|name| ONLY_EMULATED.contains(&name.as_str()));
    claims.claims = kept;
    let dropped: Vec<String> = dropped;
    for name in dropped {
        let text = format!("the claim {name} is passed over: only an emulated host can have it");
        output.json(|| json!({ "event": "note", "text": text }));
        let mut line = String::new();
        add_field(&mut line, "note", 6, &text);
        output.text(&line);
    }
}

fn image_bytes(path: &Path) -> Result<Vec<u8>, Trouble> {
    let mut image = formats::open(path, None)?;
    let mut bytes = vec![0; image.source.len() as usize];
    image.source.read_at(0, &mut bytes).map_err(|error| {
        Trouble::new(
            "The image file cannot be read",
            format!("{}: {error}", path.display()),
            "the capability file names it",
            "name a file that you may read",
        )
    })?;
    Ok(bytes)
}

fn wrong_probe(error: &fixtures::script::ScriptError) -> Trouble {
    Trouble::new(
        "The script that asks what runs cannot be read",
        error.to_string(),
        "this is a fault of otarig itself",
        "report it",
    )
}
