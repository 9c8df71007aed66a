//! Text that a peer sent: bounded, and harmless when printed.
//!
//! A version may hold any bytes. Printing escapes whatever could act on a terminal or a log, and
//! the escaped form says which bytes arrived: no two byte strings print alike.

use core::fmt;

pub use crate::rig::message::VERSION_BYTES_MAX;

/// A version text of at most [`VERSION_BYTES_MAX`] bytes of any content.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    /// Zero beyond `len`, so that the derived comparisons hold.
    bytes: [u8; VERSION_BYTES_MAX],
    len: u8,
}

const _: () = assert!(
    VERSION_BYTES_MAX <= u8::MAX as usize,
    "the length is kept in one byte"
);

impl Version {
    /// The text `bytes`; `None` when it is longer than [`VERSION_BYTES_MAX`].
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let len = u8::try_from(bytes.len()).ok()?;
        let mut padded = [0; VERSION_BYTES_MAX];
        padded.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(Self { bytes: padded, len })
    }

    /// The bytes as they came.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or(&[])
    }

    /// Whether there is no text.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl Default for Version {
    fn default() -> Self {
        Self {
            bytes: [0; VERSION_BYTES_MAX],
            len: 0,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped(self.as_bytes()).fmt(f)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// Prints bytes of a peer so that they cannot harm a terminal and can be read back.
///
/// Printable UTF-8 stays; a backslash becomes `\\`; line feed, return and tab become `\n`, `\r`
/// and `\t`; other controls and bytes that are no UTF-8 become `\xNN`; unprintable or
/// direction-changing characters become `\u{NNNN}`.
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(pub &'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            chunk.valid().chars().try_for_each(|c| escape_char(f, c))?;
            chunk
                .invalid()
                .iter()
                .try_for_each(|byte| write!(f, "\\x{byte:02x}"))?;
        }
        Ok(())
    }
}

fn escape_char(f: &mut fmt::Formatter<'_>, c: char) -> fmt::Result {
    use fmt::Write as _;
    match c {
        '\\' => f.write_str("\\\\"),
        '\n' => f.write_str("\\n"),
        '\r' => f.write_str("\\r"),
        '\t' => f.write_str("\\t"),
        ' '..='~' => f.write_char(c),
        '\0'..='\x7f' => write!(f, "\\x{:02x}", u32::from(c)),
        _ => write!(f, "{}", c.escape_debug()),
    }
}

/// Whether a host that reports `reported` runs the version `wanted`.
///
/// Equal, or `wanted` followed by NUL or white space and anything: `1.1 Feb 02` is a `1.1`, and
/// `1.10` is not. Source: SPEC.md, "Version texts".
#[must_use]
pub fn version_matches(reported: &[u8], wanted: &[u8]) -> bool {
    match reported.strip_prefix(wanted) {
        None => false,
        Some([]) => true,
        Some([next, ..]) => *next == 0 || next.is_ascii_whitespace() || *next == 0x0b,
    }
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::string::ToString;

    use super::*;

    #[test]
    fn harmless_text_stays() {
        let text = "1.10-dev (Feb 02 2021) \u{e9}\u{6f22}";
        assert_eq!(Escaped(text.as_bytes()).to_string(), text);
    }

    #[test]
    fn harmful_bytes_are_escaped() {
        let cases: [(&[u8], &str); 7] = [
            (b"a\x1b[2Jb", "a\\x1b[2Jb"),
            (b"\0\r\n\t\x7f", "\\x00\\r\\n\\t\\x7f"),
            (b"\\x1b", "\\\\x1b"),
            (b"\xff\xc3", "\\xff\\xc3"),
            ("\u{202e}".as_bytes(), "\\u{202e}"),
            (
                "\u{85}\u{200b}\u{feff}".as_bytes(),
                "\\u{85}\\u{200b}\\u{feff}",
            ),
            ("\u{2028}".as_bytes(), "\\u{2028}"),
        ];
        for (bytes, printed) in cases {
            assert_eq!(Escaped(bytes).to_string(), printed);
        }
    }

    /// What is printed can be told apart: one byte or two, no two texts look alike.
    #[test]
    fn no_two_texts_print_alike() {
        let mut seen = std::collections::BTreeSet::new();
        for first in 0..=u8::MAX {
            assert!(seen.insert(Escaped(&[first]).to_string()), "{first:02x}");
            for second in 0..=u8::MAX {
                let printed = Escaped(&[first, second]).to_string();
                assert!(
                    printed.chars().all(|c| !c.is_control()),
                    "{first:02x} {second:02x}"
                );
                assert!(seen.insert(printed), "{first:02x} {second:02x}");
            }
        }
    }

    #[test]
    fn a_version_is_bounded() {
        let longest = [b'v'; VERSION_BYTES_MAX];
        let version = Version::from_bytes(&longest).expect("72 bytes fit");
        assert_eq!(version.as_bytes(), longest);
        assert_eq!(Version::from_bytes(&[b'v'; VERSION_BYTES_MAX + 1]), None);
        assert!(Version::default().is_empty() && !version.is_empty());
        let odd = Version::from_bytes(b"1.0\n").expect("4 bytes fit");
        assert_eq!(format!("{odd} {odd:?}"), "1.0\\n \"1.0\\n\"");
    }

    #[test]
    fn a_longer_text_may_be_the_wanted_version() {
        for reported in [
            "demo 1.1",
            "demo 1.1 Feb 02 2021",
            "demo 1.1\0\0",
            "demo 1.1\x0b",
        ] {
            assert!(
                version_matches(reported.as_bytes(), b"demo 1.1"),
                "{reported:?}"
            );
        }
        for reported in ["demo 1.10", "demo 1.", "", "xdemo 1.1", "Demo 1.1"] {
            assert!(
                !version_matches(reported.as_bytes(), b"demo 1.1"),
                "{reported:?}"
            );
        }
    }
}
