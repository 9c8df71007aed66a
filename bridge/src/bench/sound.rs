//! What must hold in every run, whatever befalls it.
//!
//! The verdict is honest: it is a pass only if the host runs the image, and still does so after
//! a power cycle. No mix of images is ever entered. The update ends within its time. And afterwards,
//! when nothing fails any more, one update passes: the old image after a pass, else the same again.

use std::time::Duration;

use fixtures::board::board;
use fixtures::host::Host;
use fixtures::rng::Seed;
use fixtures::scenario::{Fault, Scenario};
use protocol_spec::digest::Digest;
use protocol_spec::text::Version;
use protocol_spec::tick::Tick;
use sha2::{Digest as _, Sha256};

use super::conduct::Listener;
use super::driver::Bench;
use super::look::{Holds, Watch};
use super::setup::{self, Parts};
use crate::image_head::content_check;
use crate::job::{ModuleFaults, UpdateJob};
use crate::object::Object;
use crate::verdict::{Confirmed, Verdict};

/// Whether a run kept what must hold in every run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Soundness {
    /// It did.
    Sound,
    /// The verdict is a pass, and the host does not run the image.
    Lie(String),
    /// The update had no end of its own.
    Hang(String),
    /// The host entered something that is neither image.
    Mix,
    /// The host takes no image afterwards.
    Stuck(String),
    /// The verdict is a pass that says "confirm not observable"; a reset or a failure of flash came before
    /// the host had confirmed, and it took the old image back, as it should. Nobody could have seen it.
    Unseen,
}

impl Soundness {
    /// Whether nothing was broken that must hold.
    #[must_use]
    pub const fn holds(&self) -> bool {
        matches!(self, Self::Sound | Self::Unseen)
    }

    /// Name of the kind, as it is counted.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sound => "sound",
            Self::Lie(_) => "lie",
            Self::Hang(_) => "hang",
            Self::Mix => "mix",
            Self::Stuck(_) => "stuck",
            Self::Unseen => "unseen",
        }
    }
}

impl std::fmt::Display for Soundness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sound => f.write_str("sound"),
            Self::Lie(what) => write!(f, "lie: {what}"),
            Self::Hang(what) => write!(f, "hang: {what}"),
            Self::Mix => f.write_str("mix: the host entered something that is neither image"),
            Self::Stuck(what) => write!(f, "stuck: {what}"),
            Self::Unseen => f.write_str("unseen: the old image came back before it was confirmed"),
        }
    }
}

/// Judges a run whose last update ended as `verdict`; the host has had time to finish.
pub(super) fn judge(
    scenario: &Scenario,
    parts: &Parts,
    bench: &mut Bench,
    verdict: &Verdict,
    seed: Seed,
) -> Soundness {
    if bench.has_stopped() {
        return Soundness::Hang(verdict.headline.clone());
    }
    let Some(watch) = bench.watched().cloned() else {
        return Soundness::Sound;
    };
    let struck = bench.was_struck();
    if let Some(what) = lie(bench, &watch, verdict) {
        let back = watch.holds(bench.host()) == Holds::Old;
        return match verdict.confirmed {
            Confirmed::NotObservable if back && struck => Soundness::Unseen,
            _ => Soundness::Lie(format!("the verdict is a pass, {what}")),
        };
    }
    if bench.has_mixed() {
        return Soundness::Mix;
    }
    let target = if verdict.passed() {
        Holds::Old
    } else {
        Holds::New
    };
    let end = clean_update(scenario, parts, bench, &watch, target, seed);
    if bench.has_mixed() {
        return Soundness::Mix;
    }
    end
}

/// What is not true of a pass.
fn lie(bench: &mut Bench, watch: &Watch, verdict: &Verdict) -> Option<&'static str> {
    if !verdict.passed() {
        return None;
    }
    if watch.holds(bench.host()) != Holds::New {
        return Some("the host does not run the image");
    }
    bench.power_cycle();
    bench.settle(&mut |_| ());
    let other = watch.holds(bench.host()) != Holds::New;
    other.then_some("after a power cycle the host does not run the image")
}

/// Whether faults of the scenario strike the host itself.
fn strikes_host(scenario: &Scenario) -> bool {
    scenario.faults.iter().any(|fault| {
        !matches!(
            fault,
            Fault::Line(_) | Fault::Module(_) | Fault::CorruptImage { .. }
        )
    })
}

/// One more update, with nothing that fails.
///
/// A second one is allowed where the module has sent wrong bytes, or flash has stored wrong ones and
/// said nothing: a host may go on behind them, and learns only from the digest of the whole that it must
/// begin anew.
fn clean_update(
    scenario: &Scenario,
    parts: &Parts,
    bench: &mut Bench,
    watch: &Watch,
    target: Holds,
    seed: Seed,
) -> Soundness {
    if !strikes_host(scenario) {
        bench.mend(Duration::from_secs(scenario.time_limit_s.into()));
    } else if let Some(mut again) = rebuilt(scenario, bench.host(), seed) {
        again.watch(watch.clone());
        *bench = again;
    } else {
        return Soundness::Stuck("the host cannot be built again".to_owned());
    }
    let leaves_wrong_bytes = |fault: &Fault| match fault {
        Fault::Module(_) => true,
        Fault::BreakFlash(broken) => broken.hidden,
        _ => false,
    };
    let tries = 1 + u32::from(scenario.faults.iter().any(leaves_wrong_bytes));
    let mut end = Soundness::Sound;
    for number in 1..=tries {
        let job = job(scenario, parts, watch, (target, number), seed);
        let verdict = bench.update(job, &mut Listener(&mut |_| ()));
        bench.settle(&mut |_| ());
        if !bench.has_stopped() && verdict.passed() {
            let lie = watch.holds(bench.host()) != target;
            let what = "a clean update afterwards is a pass, the host does not run the image";
            return if lie {
                Soundness::Lie(what.to_owned())
            } else {
                Soundness::Sound
            };
        }
        let (class, headline) = (verdict.class, verdict.headline);
        end = Soundness::Stuck(format!("a clean update afterwards: {class}, {headline}"));
    }
    end
}

/// A device with the flash of this one, all of it whole, that has just got its power.
fn rebuilt(scenario: &Scenario, host: &dyn Host, seed: Seed) -> Option<Bench> {
    let mut flash = host.flash().clone();
    flash.repair();
    flash.disarm();
    flash.power_on();
    let board = board(&scenario.board)?;
    let plain = Scenario {
        faults: Vec::new(),
        ..scenario.clone()
    };
    let line = setup::host_line(&plain, board, seed.split("again"), Some(flash)).ok()?;
    let limit = Tick::from_secs(scenario.time_limit_s.into());
    Some(Bench::new(line, limit))
}

fn job(
    scenario: &Scenario,
    parts: &Parts,
    watch: &Watch,
    (target, number): (Holds, u32),
    seed: Seed,
) -> UpdateJob {
    let own = fixtures::image::PROJECT_VERSION;
    let old = scenario.old_image.as_ref().map(|image| &image.version);
    let (image, version) = match target {
        Holds::Old => (&watch.old, old.map_or(own, |old| old)),
        Holds::New | Holds::Neither => (&watch.new, &scenario.image.version[..]),
    };
    let mut image = image.clone();
    let digest: [u8; 32] = Sha256::digest(&image).into();
    UpdateJob {
        version: Version::from_bytes(version.as_bytes()).unwrap_or_default(),
        content: content_check(&mut image),
        object: Object::image(Box::new(image), Digest(digest)),
        faults: ModuleFaults::default(),
        ..parts.job(scenario, seed, scenario.repeat + number)
    }
}
