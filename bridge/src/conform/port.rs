//! What scripts need to be played on a real line.

use std::sync::Arc;

use fixtures::board::Board;
use fixtures::scenario::{Dialect, FormatName, LayoutName};
use fixtures::script::{Claims, Script, ScriptError, Value, Vars, parse};

use super::objects::{MadeObject, ObjectError, Objects, Recipe, dialect_kind, make_objects};
use super::runner::{Runner, Stage};
use crate::job::LineConfig;

/// Asks a host what it runs, and has it confirmed: every script begins after it.
const PROBE_RIG: &str = r#"
version = 1
dialect = "rig"
[[script]]
name = "probe"
title = "What runs on the host"
limit_s = 120
steps = [
  { call = "hello" },
  { send = "query" },
  { expect = "report", within_ms = 60000, seek = true,
    save = { version = "version", digest = "digest", length = "length", sure = "confirmed", report_id = "id" } },
  { if = "!sure && length", then = [{ call = "confirm" }] },
  { send = "abort", transfer = 0 },
  { expect = "step-status", step = "abort", within_ms = 5000, seek = true },
]
"#;

/// The same in the ayla dialect.
const PROBE_AYLA: &str = r#"
version = 1
dialect = "ayla"
[[script]]
name = "probe"
title = "What runs on the host"
limit_s = 120
steps = [
  { call = "greet" },
  { auto = ["ack", "conf", "confirm"] },
  { send = "connect", nodes = 1 },
  { expect = "send-tlv", name = "version", within_ms = 30000, seek = true, save = { version = "utf8" } },
  { wait_ms = 500 },
]
"#;

/// A host on a line.
#[derive(Clone, Debug)]
pub struct PortPlan {
    /// The board that patches are made for.
    pub board: &'static Board,
    /// How the host lays out an update.
    pub layout: LayoutName,
    /// What its images carry.
    pub format: FormatName,
    /// What it claims.
    pub claims: Claims,
    /// The images that it can run, where it cannot run any bytes: what scripts send, what they end
    /// with.
    pub images: Vec<MadeObject>,
    /// Rate of the line.
    pub line: LineConfig,
    /// Start of nonces and transfer numbers.
    pub seed: u32,
}

impl PortPlan {
    /// The script that asks what runs.
    ///
    /// # Errors
    /// Never: a test reads it.
    pub fn probe(&self) -> Result<Arc<Script>, ScriptError> {
        let text = match self.claims.dialect {
            Dialect::Ayla => PROBE_AYLA,
            Dialect::Rig => PROBE_RIG,
        };
        let mut scripts = parse(text)?;
        let script = scripts.pop().ok_or_else(|| ScriptError {
            line: 1,
            column: 1,
            message: "there is no script".to_owned(),
        });
        script.map(Arc::new)
    }

    /// Why a script is not played; `None` when it is.
    #[must_use]
    pub fn skips(&self, script: &Script) -> Option<String> {
        let lacks = self.claims.lacks(script);
        let made = self.claims.claims.iter().any(|name| name == "made-images");
        lacks.or_else(|| {
            (!made && self.images.len() < 2)
                .then(|| "no images that the host can run are named".to_owned())
        })
    }

    /// What the script of this number is played on.
    ///
    /// # Errors
    /// When one of its objects cannot be made.
    pub fn stage(&self, script: &Script, number: u32, known: Vars) -> Result<Stage, ObjectError> {
        let objects = match self.images.as_slice() {
            [new, closing, ..] => Objects::from([
                ("new".to_owned(), new.clone()),
                ("closing".to_owned(), closing.clone()),
            ]),
            _ => {
                let recipe = Recipe {
                    board: self.board,
                    layout: self.layout,
                    format: self.format,
                    number,
                    decode_ram: self.claims.limits.get("decode_ram").copied(),
                };
                let mut objects = make_objects(script, &recipe)?;
                objects.remove("old");
                objects
            }
        };
        Ok(Stage {
            line: self.line,
            seed: self.seed.wrapping_add(number.wrapping_mul(0x101)),
            objects,
            limits: self.claims.limits.clone(),
            known,
        })
    }

    /// What the probe has found out, as variables of the next script.
    #[must_use]
    pub fn known(&self, probe: &Runner) -> Vars {
        let names = ["version", "digest", "length"];
        names
            .into_iter()
            .filter_map(|name| Some((format!("old.{name}"), probe.variable(name)?.clone())))
            .collect()
    }

    /// The version text that runs, for people.
    #[must_use]
    pub fn running(known: &Vars) -> String {
        match known.get("old.version") {
            Some(Value::Text(text)) => protocol_spec::text::Escaped(text).to_string(),
            _ => "unknown".to_owned(),
        }
    }
}

/// The rate of the line when nobody says another.
#[must_use]
pub fn usual_line(dialect: Dialect) -> LineConfig {
    dialect_kind(dialect).default_line().rate()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_probes_are_scripts() {
        for text in [PROBE_RIG, PROBE_AYLA] {
            assert_eq!(parse(text).map(|scripts| scripts.len()), Ok(1));
        }
    }
}
