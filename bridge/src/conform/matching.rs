//! Whether a message is the one that a step expects.

use fixtures::scenario::hex_bytes;
use fixtures::script::{EvalError, Expect, Expr, Field, FieldKind, Matcher, Op, Term, Value, Vars};
use protocol_spec::codes::{HostErr, Status};

use super::heard::{Heard, show};

/// What is wrong with the first field that does not match; `None` when all do.
pub(super) fn mismatch(
    expect: &Expect,
    heard: &Heard,
    vars: &Vars,
) -> Result<Option<String>, EvalError> {
    for (field, matcher) in &expect.fields {
        let value = heard.field(field.name);
        if !holds(matcher, field.kind, value, vars)? {
            let found = value.map_or("absent".to_owned(), |value| show(value, field.kind));
            let wanted = wanted(matcher, field, vars);
            return Ok(Some(format!(
                "{} is {found}, {wanted} expected",
                field.name
            )));
        }
    }
    Ok(None)
}

/// A value for a field of this kind: a text that stands for bytes or for a code becomes that.
pub(super) fn of_kind(value: Value, kind: FieldKind) -> Value {
    if let (Value::Text(text), FieldKind::Bytes) = (&value, kind) {
        let bytes = str::from_utf8(text).ok().and_then(hex_bytes);
        return bytes.map_or(value, Value::Bytes);
    }
    let named = |name: &[u8]| {
        let name = str::from_utf8(name).ok()?;
        match kind {
            FieldKind::Status => Some(Status::by_name(name)?.0),
            FieldKind::HostErr => Some(HostErr::by_name(name)?.0),
            _ => None,
        }
    };
    match &value {
        Value::Text(name) => named(name).map_or(value, |code| Value::Number(code.into())),
        _ => value,
    }
}

fn holds(
    matcher: &Matcher,
    kind: FieldKind,
    value: Option<&Value>,
    vars: &Vars,
) -> Result<bool, EvalError> {
    let eval = |term: &Term| term.eval(vars).map(|value| of_kind(value, kind));
    let Some(value) = value else {
        return Ok(*matcher == Matcher::Absent);
    };
    Ok(match matcher {
        Matcher::Any => true,
        Matcher::Absent => false,
        Matcher::Is(term) => same(value, &eval(term)?),
        Matcher::Not(term) => !same(value, &eval(term)?),
        Matcher::OneOf(terms) => {
            for term in terms {
                if same(value, &eval(term)?) {
                    return Ok(true);
                }
            }
            false
        }
        Matcher::Between(low, high) => {
            let (low, high) = (low.eval(vars)?, high.eval(vars)?);
            matches!(value, Value::Number(number) if (low..=high).contains(number))
        }
        Matcher::Compare(op, with) => {
            let with = with.eval(vars)?;
            matches!(value, Value::Number(number) if compare(*op, *number, with))
        }
    })
}

fn compare(op: Op, left: i64, right: i64) -> bool {
    match op {
        Op::AtMost => left <= right,
        Op::AtLeast => left >= right,
        Op::Less => left < right,
        _ => left > right,
    }
}

/// Text and bytes are compared by their bytes.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right,
        (Value::Text(left) | Value::Bytes(left), Value::Text(right) | Value::Bytes(right)) => {
            left == right
        }
        _ => false,
    }
}

fn wanted(matcher: &Matcher, field: &Field, vars: &Vars) -> String {
    let term = |term: &Term| {
        let value = term.eval(vars);
        value.map_or("?".to_owned(), |value| {
            show(&of_kind(value, field.kind), field.kind)
        })
    };
    let number = |expr: &Expr| {
        let value = expr.eval(vars);
        value.map_or("?".to_owned(), |value| {
            show(&Value::Number(value), FieldKind::Number)
        })
    };
    match matcher {
        Matcher::Any => "anything".to_owned(),
        Matcher::Absent => "nothing".to_owned(),
        Matcher::Is(is) => term(is),
        Matcher::Not(is) => format!("anything but {}", term(is)),
        Matcher::OneOf(terms) => {
            let words: Vec<String> = terms.iter().map(term).collect();
            format!("one of {}", words.join(", "))
        }
        Matcher::Between(low, high) => format!("{} to {}", number(low), number(high)),
        Matcher::Compare(op, with) => {
            let sign = match op {
                Op::AtMost => "at most",
                Op::AtLeast => "at least",
                Op::Less => "less than",
                _ => "more than",
            };
            format!("{sign} {}", number(with))
        }
    }
}
