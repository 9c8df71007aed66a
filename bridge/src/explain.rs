//! What a code means: the texts behind `otarig explain`.

use std::fmt::Write as _;

use protocol_spec::codes::{HostErr, Kind, Row, Status};

use crate::text::add_field;
use crate::trouble::{Describe, Trouble};

/// Column where the texts of a row begin.
const INDENT: usize = 12;

/// A number of one of the two code spaces.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Code {
    /// A module status code.
    Status(Status),
    /// A host ERR byte.
    HostErr(HostErr),
}

/// Codes that a text may mean, at least one.
pub type Codes = Vec<Code>;

/// A text that means no code.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("'{text}' is neither a number nor a name of a code")]
pub struct NoCode {
    text: String,
}

/// What a text means: `24` is a module status code; `err:0e` is a host ERR byte in hex; `0x0e`, as
/// seen on the wire, may be either; a name may stand for one code of each space.
///
/// # Errors
/// When it is neither a number from 0 to 255 nor a name.
pub fn parse_code(text: &str) -> Result<Codes, NoCode> {
    let lower = text.trim().to_ascii_lowercase();
    let unknown = || NoCode {
        text: protocol_spec::text::Escaped(text.as_bytes()).to_string(),
    };
    if let Some(rest) = lower.strip_prefix("err:") {
        let digits = rest.strip_prefix("0x").unwrap_or(rest);
        let code = match u8::from_str_radix(digits, 16) {
            Ok(number) if digits.len() <= 2 => Some(HostErr(number)),
            _ => HostErr::by_name(rest),
        };
        return code
            .map(|code| vec![Code::HostErr(code)])
            .ok_or_else(unknown);
    }
    let rest = lower.strip_prefix("status:").unwrap_or(&lower);
    if let Ok(number) = rest.parse() {
        return Ok(vec![Code::Status(Status(number))]);
    }
    let hex = rest.strip_prefix("0x").filter(|digits| digits.len() <= 2);
    if let Some(number) = hex.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
        let host_err = (rest == lower).then_some(Code::HostErr(HostErr(number)));
        return Ok(host_err
            .into_iter()
            .chain([Code::Status(Status(number))])
            .collect());
    }
    let status = Status::by_name(rest).map(Code::Status);
    let host_err = HostErr::by_name(rest)
        .filter(|_| rest == lower)
        .map(Code::HostErr);
    let found: Codes = status.into_iter().chain(host_err).collect();
    if found.is_empty() {
        Err(unknown())
    } else {
        Ok(found)
    }
}

impl Code {
    /// The space and the number, as a heading.
    #[must_use]
    pub fn heading(self) -> String {
        match self {
            Self::Status(code) => format!("module status {code}"),
            Self::HostErr(code) => format!("host ERR {code}"),
        }
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Status(code) => code.0,
            Self::HostErr(code) => code.0,
        }
    }

    /// The name of the code space: `status` or `err`.
    #[must_use]
    pub fn space(self) -> &'static str {
        match self {
            Self::Status(_) => "status",
            Self::HostErr(_) => "err",
        }
    }

    /// What the table says; `None` for a number without a row.
    #[must_use]
    pub fn row(self) -> Option<&'static Row> {
        match self {
            Self::Status(code) => code.row(),
            Self::HostErr(code) => code.row(),
        }
    }

    /// Whether the number has a place in its space and no meaning.
    #[must_use]
    pub fn is_unassigned(self) -> bool {
        match self {
            Self::Status(code) => code.is_unassigned(),
            Self::HostErr(code) => code.is_unassigned(),
        }
    }

    /// Everything about the code, wrapped for people.
    #[must_use]
    pub fn text(self) -> String {
        let mut out = format!("{}\n", self.heading());
        let Some(row) = self.row() else {
            let (meaning, next_step) = self.without_row();
            add_field(&mut out, "  meaning", INDENT, meaning);
            add_field(&mut out, "  next step", INDENT, next_step);
            return out;
        };
        add_field(&mut out, "  meaning", INDENT, row.sentence);
        if row.kind == Kind::Internal {
            add_field(
                &mut out,
                "  kind",
                INDENT,
                "a state inside one end, never a result",
            );
        }
        add_field(&mut out, "  group", INDENT, row.class);
        add_field(&mut out, "  raised by", INDENT, row.raised_by);
        let retry = if row.retryable {
            "yes, as it is"
        } else {
            "not without a change"
        };
        add_field(&mut out, "  retry", INDENT, retry);
        if let Self::HostErr(code) = self {
            let status = code.to_status().to_string();
            add_field(
                &mut out,
                "  module",
                INDENT,
                &format!("reports it as {status}"),
            );
        }
        add_field(&mut out, "  cause", INDENT, row.cause);
        add_field(&mut out, "  next step", INDENT, row.remedy);
        out
    }

    fn without_row(self) -> (&'static str, &'static str) {
        if self.is_unassigned() {
            let next = "look for a corrupted frame or a host that counts in another space";
            (
                "unassigned: the number lies in the space and no source gives it a meaning",
                next,
            )
        } else {
            let next = "ask whoever wrote the firmware that sent it; otarig does not guess";
            (
                "unknown: the number lies outside of what is published",
                next,
            )
        }
    }
}

/// One line per code, both spaces.
#[must_use]
pub fn list() -> String {
    let mut out = String::from("Module status codes (decimal)\n");
    for row in Status::TABLE {
        add_row(&mut out, &format!("{:>4} {}", row.number, row.name), row);
    }
    out.push_str("\nHost ERR bytes (hex; ask with err:NN)\n");
    for row in HostErr::TABLE {
        add_row(&mut out, &format!("  {:02x} {}", row.number, row.name), row);
    }
    let _ = write!(
        out,
        "\nMore about one: otarig explain CODE, NAME or err:NN\n"
    );
    out
}

fn add_row(out: &mut String, label: &str, row: &Row) {
    add_field(out, label, 21, row.sentence);
}

impl Describe for NoCode {
    fn trouble(&self) -> Trouble {
        Trouble::new(
            "That is no code",
            self.to_string(),
            "a module status code is a decimal number from 0 to 255, a host ERR byte is err: and \
             two hex digits, and both have names",
            &self.next_step(),
        )
    }
}

impl NoCode {
    fn next_step(&self) -> String {
        let hex = self.text.len() <= 2 && u8::from_str_radix(&self.text, 16).is_ok();
        let meant = if hex {
            format!("was 'err:{}' meant? ", self.text)
        } else {
            String::new()
        };
        format!("{meant}run 'otarig explain' without a code to see all of them")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_number_is_a_module_code_and_nothing_else() {
        assert_eq!(parse_code("14"), Ok(vec![Code::Status(Status(14))]));
        let wire = [Code::HostErr(HostErr::CHECKSUM), Code::Status(Status(14))];
        assert_eq!(parse_code("0x0e"), Ok(wire.to_vec()));
        assert_eq!(
            parse_code("status:0x0e"),
            Ok(vec![Code::Status(Status(14))])
        );
        assert_eq!(parse_code("err:14"), Ok(vec![Code::HostErr(HostErr(0x14))]));
        assert_eq!(
            parse_code("ERR:0e"),
            Ok(vec![Code::HostErr(HostErr::CHECKSUM)])
        );
        assert_eq!(
            parse_code("status:file_crc"),
            Ok(vec![Code::Status(Status::FILE_CRC)])
        );
        for text in ["", "256", "-1", "err:100", "0x", "no such", "\x1b[31m"] {
            assert!(parse_code(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_of_both_spaces_means_both() {
        let found = parse_code("boot").unwrap();
        assert_eq!(
            found,
            [Code::Status(Status::BOOT), Code::HostErr(HostErr::BOOT)]
        );
    }

    #[test]
    fn gaps_and_unknown_numbers_say_so() {
        assert!(Code::Status(Status(50)).text().contains("unassigned"));
        assert!(Code::Status(Status(99)).text().contains("unknown"));
        assert!(Code::HostErr(HostErr(0x1f)).text().contains("unknown"));
    }
}
