//! The SHA-256 of an object or an image, as it travels and as it prints.

use core::fmt;

/// A SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

/// The first four bytes of a [`Digest`], for a line that people read.
#[derive(Clone, Copy)]
pub struct ShortDigest([u8; 4]);

impl Digest {
    /// Prints as the first 8 hex digits.
    #[must_use]
    pub fn short(&self) -> ShortDigest {
        let [a, b, c, d, ..] = self.0;
        ShortDigest([a, b, c, d])
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(f, &self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(f, &self.0)
    }
}

impl fmt::Display for ShortDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(f, &self.0)
    }
}

fn hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    #[test]
    fn prints_two_digits_a_byte() {
        let digest = Digest([0x0a; 32]);
        assert_eq!(format!("{digest}"), "0a".repeat(32));
        assert_eq!(format!("{}", digest.short()), "0a0a0a0a");
    }
}
