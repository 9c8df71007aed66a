//! From a scenario to a sweep of power cuts, which has no line.

use std::sync::Arc;

use fixtures::board::board;
use fixtures::image::PROJECT_VERSION;
use fixtures::personality::personality;
use fixtures::scenario::{Expect, Runs, Scenario};
use fixtures::sweep::{Bed, Cut, Failure, Named};
use protocol_spec::text::Version;

use crate::bench::{SetupError, make_patch_file};
use crate::verdict::Class;

/// Why the power cannot be cut in a scenario.
#[derive(Debug, thiserror::Error)]
pub enum PowerError {
    /// The scenario expects another end than a pass.
    #[error("the scenario expects {class}, a sweep starts from one that passes")]
    NotPass {
        /// What it expects.
        class: Class,
    },
    /// The scenario has power cuts of its own.
    #[error("the scenario has power cuts of its own")]
    Cuts,
    /// The host differs from the reference in its session alone, and a sweep has none.
    #[error("the personality {name} differs from a good host on the line only")]
    OnTheLine {
        /// The personality.
        name: String,
    },
    /// The parts of the scenario do not go together.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The update fails without any power cut.
    #[error("without a power cut: {why}")]
    NotClean {
        /// What goes wrong, in words.
        why: String,
    },
}

/// The host and the update of `scenario`, ready to be swept: without a line.
///
/// # Errors
/// When it expects another end than a pass, has power cuts of its own, or its parts do not go
/// together.
pub fn bed(scenario: &Scenario) -> Result<Bed, PowerError> {
    let class = Class::from(scenario.expect.class);
    if class != Class::Pass {
        return Err(PowerError::NotPass { class });
    }
    if !scenario.cuts.is_empty() {
        return Err(PowerError::Cuts);
    }
    bed_to_cut(scenario)
}

/// The host and the update of `scenario` without a line, whatever it expects.
///
/// # Errors
/// When its host is wrong on the line only, or its parts do not go together.
pub fn bed_to_cut(scenario: &Scenario) -> Result<Bed, PowerError> {
    let found = personality(&scenario.personality);
    if found.is_some_and(|found| found.is_on_the_line()) {
        let name = scenario.personality.clone();
        return Err(PowerError::OnTheLine { name });
    }
    Ok(parts(scenario)?)
}

fn parts(scenario: &Scenario) -> Result<Bed, SetupError> {
    let board = board(&scenario.board).ok_or_else(|| SetupError::UnknownBoard {
        name: scenario.board.clone(),
    })?;
    let named = |bytes: Vec<u8>, version: &str| -> Result<Named, SetupError> {
        Ok(Named {
            bytes: bytes.into(),
            version: Version::from_bytes(version.as_bytes()).ok_or(SetupError::Version)?,
        })
    };
    let new = named(scenario.make_image()?, &scenario.image.version)?;
    let old = scenario.old_image.as_ref();
    let old_version = old.map_or(PROJECT_VERSION, |old| &old.version);
    let old = named(scenario.make_old_image()?, old_version)?;
    let patch = match &scenario.patch {
        None => None,
        Some(spec) => Some(Arc::clone(
            &make_patch_file(scenario, spec, board, &new.bytes)?.file,
        )),
    };
    let patch = patch.map(|file| Arc::from(&file[..]));
    Ok(Bed::new(scenario.host_setup(board)?, old, new, patch)?)
}

/// The failures with as few cuts as they need, each once.
#[must_use]
pub fn smallest(bed: &Bed, failures: &[Failure]) -> Vec<Failure> {
    let mut smallest: Vec<Failure> = Vec::new();
    for failure in failures.iter().map(|failure| fewest(bed, failure)) {
        if smallest.iter().all(|known| known.cuts != failure.cuts) {
            smallest.push(failure);
        }
    }
    smallest
}

/// The failure with one of its cuts, where that one alone is enough.
fn fewest(bed: &Bed, failure: &Failure) -> Failure {
    let alone = |cut: &Cut| {
        let run = bed.replay(&[*cut]);
        let why = run.wrong.filter(|_| run.never.is_none())?;
        let cuts = vec![*cut];
        Some(Failure { cuts, why })
    };
    let pair = failure.cuts.len() > 1;
    let one = failure.cuts.iter().filter(|_| pair).find_map(alone);
    one.unwrap_or_else(|| failure.clone())
}

/// The scenario with these power cuts, without its faults, and without what only a session shows.
#[must_use]
pub fn with_only(scenario: &Scenario, cuts: &[Cut]) -> Scenario {
    Scenario {
        faults: Vec::new(),
        cuts: cuts.to_vec(),
        expect_before: None,
        repeat: 1,
        expect: Expect {
            code: None,
            host_err: None,
            reported: None,
            resumed: None,
            runs: Some(Runs::New),
            sound: None,
            ..scenario.expect.clone()
        },
        ..scenario.clone()
    }
}
