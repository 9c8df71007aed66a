//! How a run with given power cuts ended, against what its scenario expects.

use fixtures::scenario::{Expect, Runs};
use fixtures::sweep::{Cut, Replay};

use crate::trouble::{Describe, Trouble};
use crate::verdict::Class;

/// A cut that never came.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the power cut {cut} never came: the run has {operations} flash operations")]
pub struct NeverCut {
    /// The cut.
    pub cut: Cut,
    /// Flash operations of the run.
    pub operations: u64,
}

/// The end of such a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CutEnd {
    /// Whether it is the one that is expected.
    pub class: Class,
    /// The end in words.
    pub text: String,
}

impl CutEnd {
    /// Judges `run`.
    ///
    /// # Errors
    /// When one of its cuts never came.
    pub fn of(expect: &Expect, run: &Replay) -> Result<Self, NeverCut> {
        if let Some(cut) = run.never {
            let operations = run.operations;
            return Err(NeverCut { cut, operations });
        }
        let wanted = Class::from(expect.class);
        let found = match run.wrong {
            None => Class::Pass,
            Some(_) => Class::HostFailed,
        };
        // A run that fails may leave anything in the slot.
        let image_fits = run.wrong.is_some() || expect.runs != Some(Runs::Old);
        let (class, text) = match &run.wrong {
            _ if wanted == found && !image_fits => (
                Class::HostFailed,
                "the old image is expected to run, and the new one does".to_owned(),
            ),
            None if wanted == found => {
                let boots = run.boots;
                (
                    Class::Pass,
                    format!("the new image runs after {boots} boots"),
                )
            }
            Some(why) if wanted == found => (
                Class::Pass,
                format!("the scenario ended as it expects: {why}"),
            ),
            Some(why) => (Class::HostFailed, why.clone()),
            None => (
                Class::HostFailed,
                format!("{wanted} is expected, and the new image runs"),
            ),
        };
        Ok(Self { class, text })
    }
}

impl Describe for NeverCut {
    fn trouble(&self) -> Trouble {
        Trouble::new(
            "A power cut is missing from the run",
            self.to_string(),
            "operations are counted from the start of the run, those of every boot",
            "name an operation that the run has",
        )
    }
}
