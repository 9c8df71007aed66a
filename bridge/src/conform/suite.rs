//! Many scripts: which are run, on what, and how it ended.

use std::sync::Arc;

use fixtures::board::Board;
use fixtures::cores::{Stop, each_in_order};
use fixtures::personality::personality;
use fixtures::scenario::{Dialect, FormatName, LayoutName};
use fixtures::script::{Claims, Script, ScriptError, shipped_scripts};

use super::ScriptResult;
use super::bench::{BenchHost, run_script};
use crate::verdict::Class;

/// The emulated hosts of a suite; what is left open is chosen for each script.
#[derive(Clone, Debug)]
pub struct BenchPlan {
    /// The board.
    pub board: &'static Board,
    /// Name of the personality.
    pub personality: String,
    /// Seed of everything random.
    pub seed: u64,
    /// What the host speaks.
    pub dialect: Option<Dialect>,
    /// How it lays out an update.
    pub layout: Option<LayoutName>,
    /// What its images carry.
    pub format: Option<FormatName>,
    /// What it claims, instead of what it is known to be.
    pub claims: Option<Claims>,
}

/// What was counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    /// Scripts in all, skipped ones counted.
    pub scripts: usize,
    /// Scripts that passed.
    pub passed: usize,
    /// Scripts that did not.
    pub failed: usize,
    /// Scripts that were not run.
    pub skipped: usize,
}

impl BenchPlan {
    /// Every host of `personality` that scripts may ask for.
    #[must_use]
    pub fn new(board: &'static Board, personality: &str) -> Self {
        Self {
            board,
            personality: personality.to_owned(),
            seed: 1,
            dialect: None,
            layout: None,
            format: None,
            claims: None,
        }
    }

    /// The host that `script` is played against, or why it is not.
    ///
    /// # Errors
    /// The reason, in words.
    pub fn host_for(&self, script: &Script) -> Result<BenchHost, String> {
        let needs = |name: &str| script.requires.iter().any(|own| own == name);
        let in_place = needs("in-place") || needs("patches");
        let layout = if in_place {
            LayoutName::InPlace
        } else {
            LayoutName::TwoSlot
        };
        let format = if needs("ayla-head") {
            FormatName::AylaHead
        } else {
            FormatName::Raw
        };
        let host = BenchHost {
            board: self.board,
            dialect: self.dialect.unwrap_or(script.dialect),
            layout: self.layout.unwrap_or(layout),
            format: self.format.unwrap_or(format),
            personality: self.personality.clone(),
            seed: self.seed,
        };
        let speaks = personality(&self.personality).is_none_or(|it| it.speaks(host.dialect));
        if !speaks {
            return Err("the personality does not speak this dialect".to_owned());
        }
        let claims = self.claims.clone().unwrap_or_else(|| host.claims());
        match claims.lacks(script) {
            Some(why) => Err(why),
            None => Ok(host),
        }
    }

    /// Plays the scripts on all cores, or the first of them until `stop`; results go to `sink` in the
    /// order of the scripts.
    pub fn run(&self, scripts: &[Arc<Script>], stop: &Stop, sink: &mut dyn FnMut(ScriptResult)) {
        each_in_order(scripts, None, stop, |script| self.run_one(script), sink);
    }

    /// Plays one script.
    #[must_use]
    pub fn run_one(&self, script: &Arc<Script>) -> ScriptResult {
        match self.host_for(script) {
            Ok(host) => run_script(script, &host),
            Err(why) => ScriptResult::skipped(&script.name, &script.title, why),
        }
    }
}

impl Totals {
    /// Counts one result.
    pub fn count(&mut self, result: &ScriptResult) {
        self.scripts += 1;
        match result.outcome.class {
            Class::Pass => self.passed += 1,
            Class::Skipped => self.skipped += 1,
            _ => self.failed += 1,
        }
    }
}

/// The class of a suite: pass when nothing failed and something ran, else that of its worst script.
#[must_use]
pub fn class_of(results: &[ScriptResult]) -> Class {
    let worst = [
        Class::Aborted,
        Class::RigError,
        Class::HostFailed,
        Class::LinkError,
        Class::Pass,
    ];
    let found = worst
        .into_iter()
        .find(|class| results.iter().any(|result| result.outcome.class == *class));
    found.unwrap_or(Class::Skipped)
}

/// Every shipped script.
///
/// # Errors
/// A fault of the program: a test reads them all.
pub fn shipped() -> Result<Vec<Arc<Script>>, (&'static str, ScriptError)> {
    let scripts = shipped_scripts()?;
    Ok(scripts.into_iter().map(Arc::new).collect())
}

/// Whether a name is one that a pattern means: `*` stands for any text.
#[must_use]
pub fn name_matches(pattern: &str, name: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let mut last = None;
    for piece in pieces {
        if let Some(before) = last.replace(piece) {
            match rest.split_once(before) {
                Some((_, after)) => rest = after,
                None => return false,
            }
        }
    }
    match last {
        None => rest.is_empty(),
        Some(end) => rest.ends_with(end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_name_scripts() {
        for (pattern, name, is) in [
            ("a-b", "a-b", true),
            ("a-b", "a-b-c", false),
            ("a-*", "a-b-c", true),
            ("*-c", "a-b-c", true),
            ("*", "a", true),
            ("a*b*c", "a-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("*b*", "abc", true),
            ("", "a", false),
            ("*a*a", "a", false),
        ] {
            assert_eq!(name_matches(pattern, name), is, "{pattern} {name}");
        }
    }
}
