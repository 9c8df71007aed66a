//! A message as scripts see it: a name and fields.

use std::fmt::Write as _;

use fixtures::script::{FieldKind, Value, fields};
use protocol_spec::codes::{HostErr, Status};
use protocol_spec::text::Escaped;
use protocol_spec::tick::Tick;

use fixtures::scenario::Dialect;

/// Bytes of a field that a transcript writes out; of longer ones it says how many there are.
const BYTES_SHOWN_MAX: usize = 16;

/// A message that came, or one that goes out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Heard {
    pub(super) at: Tick,
    pub(super) name: String,
    pub(super) fields: Vec<(&'static str, Value)>,
    /// It was dealt with already: only a step that names it sees it.
    pub(super) auto: bool,
}

impl Heard {
    pub(super) fn new(at: Tick, name: impl Into<String>) -> Self {
        Self {
            at,
            name: name.into(),
            fields: Vec::new(),
            auto: false,
        }
    }

    pub(super) fn number(mut self, name: &'static str, number: impl Into<i64>) -> Self {
        self.fields.push((name, Value::Number(number.into())));
        self
    }

    pub(super) fn text(mut self, name: &'static str, text: &[u8]) -> Self {
        self.fields.push((name, Value::Text(text.to_vec())));
        self
    }

    pub(super) fn bytes(mut self, name: &'static str, bytes: &[u8]) -> Self {
        self.fields.push((name, Value::Bytes(bytes.to_vec())));
        self
    }

    pub(super) fn field(&self, name: &str) -> Option<&Value> {
        let found = self.fields.iter().find(|(own, _)| *own == name);
        found.map(|(_, value)| value)
    }

    pub(super) fn number_of(&self, name: &str) -> Option<i64> {
        match self.field(name) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// Name and fields in one line, `name=value` each.
    pub(super) fn words(&self, dialect: Dialect, sent: bool) -> String {
        let known = fields(dialect, &self.name, sent).unwrap_or_default();
        let mut out = self.name.clone();
        for (name, value) in &self.fields {
            let field = known.iter().find(|field| field.name == *name);
            let kind = field.map_or(FieldKind::Number, |field| field.kind);
            let _ = write!(out, " {name}={}", show(value, kind));
        }
        out
    }
}

/// A value without blanks.
pub(super) fn show(value: &Value, kind: FieldKind) -> String {
    let code = |number: i64, named: &dyn Fn(u8) -> String| match u8::try_from(number) {
        Ok(number) => named(number).replace(' ', ":"),
        Err(_) => number.to_string(),
    };
    match (value, kind) {
        (Value::Number(number), FieldKind::Status) => code(*number, &|n| Status(n).to_string()),
        (Value::Number(number), FieldKind::HostErr) => code(*number, &|n| HostErr(n).to_string()),
        (Value::Number(number), _) => number.to_string(),
        (Value::Text(text), _) => {
            let text = Escaped(text).to_string().replace(' ', "\\x20");
            if text.is_empty() {
                "\"\"".to_owned()
            } else {
                text
            }
        }
        (Value::Bytes(bytes), _) => hex(bytes),
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut out = String::new();
    for byte in bytes.iter().take(BYTES_SHOWN_MAX) {
        let _ = write!(out, "{byte:02x}");
    }
    if bytes.len() > BYTES_SHOWN_MAX {
        let _ = write!(out, "..({})", bytes.len());
    }
    if out.is_empty() {
        "none".to_owned()
    } else {
        out
    }
}
