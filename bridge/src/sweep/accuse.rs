//! What flash alone shows of a personality: small updates, every power cut, every failure of flash.

use fixtures::board::board;
use fixtures::flash::Operation;
use fixtures::host::{HostSetup, SetupError};
use fixtures::image::{Format, ImageError, ImageSpec, edited, make};
use fixtures::personality::{Personality, REFERENCE, Shows};
use fixtures::scenario::{Dialect, LayoutName};
use fixtures::sweep::{Bed, Named, Settings, Tears};
use protocol_spec::patch::Profile;
use protocol_spec::text::Version;

use crate::patch::{Options, make as make_patch};

/// What a personality is accused of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Accusation {
    /// What showed it.
    pub by: Shows,
    /// The update, and what the host did in it.
    pub what: String,
}

/// Why the small updates cannot be made: a fault of this program.
#[derive(Debug, thiserror::Error)]
pub enum AccuseError {
    /// The small part is not among the boards.
    #[error("no board is called {BOARD}")]
    Board,
    /// An image cannot be made.
    #[error("a small image cannot be made: {0}")]
    Image(#[from] ImageError),
    /// The host cannot be made.
    #[error("a small host cannot be made: {0}")]
    Host(#[from] SetupError),
    /// The patch cannot be made.
    #[error("a small patch cannot be made: {0}")]
    Patch(String),
}

/// The part whose small pages make short updates.
const BOARD: &str = "nrf51822";
/// Bytes of a block of the small patch: a page.
const BLOCK_LEN: u32 = 1024;

/// A small update.
struct Small {
    name: &'static str,
    layout: LayoutName,
    /// Bytes of the old image and of the new one.
    lens: (u32, u32),
    patch: bool,
}

const UPDATES: [Small; 3] = [
    Small {
        name: "two slots, an image",
        layout: LayoutName::TwoSlot,
        lens: (1500, 2500),
        patch: false,
    },
    Small {
        name: "in place, an image",
        layout: LayoutName::InPlace,
        lens: (1500, 2500),
        patch: false,
    },
    Small {
        name: "in place, a patch",
        layout: LayoutName::InPlace,
        lens: (3000, 3000),
        patch: true,
    },
];

/// The first thing that flash alone shows against `personality`; `None` when there is none.
///
/// # Errors
/// When the small updates cannot be made.
pub fn accuse(personality: &Personality) -> Result<Option<Accusation>, AccuseError> {
    let good = fixtures::personality::personality(REFERENCE);
    Ok(first_against(
        &beds(personality)?,
        &beds(good.unwrap_or(personality))?,
    ))
}

fn beds(personality: &Personality) -> Result<Vec<(&'static str, Bed)>, AccuseError> {
    let bed = |update: &Small| Ok((update.name, update.bed(personality)?));
    UPDATES.iter().map(bed).collect()
}

fn first_against(beds: &[(&str, Bed)], good: &[(&str, Bed)]) -> Option<Accusation> {
    let accusation = |name: &str, (by, what): (Shows, String)| Accusation {
        by,
        what: format!("{name}: {what}"),
    };
    for check in [clean, power] {
        for (name, bed) in beds {
            if let Some(found) = check(bed) {
                return Some(accusation(name, found));
            }
        }
    }
    for ((name, bed), (_, good)) in beds.iter().zip(good) {
        if let Some(found) = flash(bed, good) {
            return Some(accusation(name, found));
        }
    }
    None
}

fn clean(bed: &Bed) -> Option<(Shows, String)> {
    let wrong = bed.replay(&[]).wrong?;
    Some((Shows::Line, format!("without any fault {wrong}")))
}

fn power(bed: &Bed) -> Option<(Shows, String)> {
    let settings = Settings {
        depth: 1,
        tears: Tears::All,
        memo: true,
        threads: Some(1),
    };
    let report = bed.sweep(settings, &mut |_| ()).ok()?;
    let failure = report.failures.first()?;
    let cuts: Vec<String> = failure.cuts.iter().map(ToString::to_string).collect();
    Some((
        Shows::PowerCut,
        format!("cut {}: {}", cuts.join(", "), failure.why),
    ))
}

/// What the host must not do, or an update that it gives up where a good host goes on.
fn flash(bed: &Bed, good: &Bed) -> Option<(Shows, String)> {
    let (report, right) = (bed.fail(1).ok()?, good.fail(1).ok()?);
    if let Some((failing, why)) = report.failures.first() {
        return Some((Shows::FlashFailure, format!("{failing}: {why}")));
    }
    // Numbers of operations mean the same where both do the same without a failure.
    if bed.replay(&[]).operations != good.replay(&[]).operations {
        return None;
    }
    let mut weak = report.gave_up.difference(&right.gave_up);
    let weak = weak.find(|failing| failing.operation() != Operation::Read)?;
    let what = format!("{weak}: gives the update up where a good host goes on");
    Some((Shows::FlashFailure, what))
}

impl Small {
    fn bed(&self, personality: &Personality) -> Result<Bed, AccuseError> {
        let dialect = if personality.speaks(Dialect::Rig) {
            Dialect::Rig
        } else {
            Dialect::Ayla
        };
        let board = board(BOARD).ok_or(AccuseError::Board)?;
        let setup = HostSetup {
            layout: self.layout,
            personality: personality.name.to_owned(),
            ..HostSetup::new(board, dialect)
        };
        let old = image(self.lens.0, "1.0", 1)?;
        let mut new = image(self.lens.1, "2.0", 2)?;
        let mut patch = None;
        if self.patch {
            new.bytes = edited(&old.bytes, 4, 3).into();
            let options = Options {
                block_len: BLOCK_LEN,
                profile: Profile::Small,
                ..Options::default()
            };
            let made = make_patch(&old.bytes, &new.bytes, &options);
            patch = Some(
                made.map_err(|error| AccuseError::Patch(error.to_string()))?
                    .file
                    .into(),
            );
        }
        Ok(Bed::new(setup, old, new, patch)?)
    }
}

fn image(size: u32, version: &str, seed: u64) -> Result<Named, ImageError> {
    let version = Version::from_bytes(version.as_bytes()).unwrap_or_default();
    let spec = ImageSpec {
        format: Format::Raw,
        size,
        version,
        seed,
    };
    Ok(Named {
        bytes: make(&spec)?.into(),
        version,
    })
}

#[cfg(test)]
mod tests {
    use fixtures::personality::{Verdict, personalities};

    use super::*;

    #[test]
    fn flash_alone_accuses_whom_it_should_and_no_good_one() {
        let mut table = String::new();
        let mut wrong = Vec::new();
        for it in personalities() {
            let found = accuse(it).unwrap();
            let by = found.as_ref().map(|found| found.by);
            let line = format!("{:<22}{:?} {found:?}\n", it.name, it.shows);
            table.push_str(&line);
            let right = match (it.verdict, it.shows) {
                (Verdict::Good, _) => by.is_none(),
                (_, Some(Shows::Line)) => by.is_none_or(|by| by == Shows::Line),
                (_, shows) => by == shows,
            };
            if !right {
                wrong.push(line);
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.concat());
    }
}
