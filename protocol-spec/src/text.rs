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
