//! What a command promises of the bytes.

use core::fmt;

use md5::Md5;
use sha2::{Digest as _, Sha256};

/// A checksum of an image, as platforms give it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Checksum {
    /// SHA-256.
    Sha256([u8; 32]),
    /// MD5: holds against accidents, not against people.
    Md5([u8; 16]),
}

impl Checksum {
    /// The checksum in hexadecimal digits; its length says which.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        match text.len() {
            64 => digits(text).map(Self::Sha256),
            32 => digits(text).map(Self::Md5),
            _ => None,
        }
    }

    /// The name of the method.
    #[must_use]
    pub fn method(&self) -> &'static str {
        match self {
            Self::Sha256(_) => "SHA-256",
            Self::Md5(_) => "MD5",
        }
    }

    /// The same checksum of other bytes.
    #[must_use]
    pub fn of(&self, bytes: &[u8]) -> Self {
        match self {
            Self::Sha256(_) => Self::Sha256(Sha256::digest(bytes).into()),
            Self::Md5(_) => Self::Md5(Md5::digest(bytes).into()),
        }
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes: &[u8] = match self {
            Self::Sha256(bytes) => bytes,
            Self::Md5(bytes) => bytes,
        };
        bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn digits<const N: usize>(text: &str) -> Option<[u8; N]> {
    let bytes = fixtures::scenario::hex_bytes(text)?;
    bytes.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_methods_are_told_by_their_length() {
        let sha = "E3B0C44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let sha = Checksum::from_hex(sha).unwrap();
        assert_eq!(sha.of(b""), sha);
        let md5 = Checksum::from_hex("d41d8cd98f00b204e9800998ecf8427e").unwrap();
        assert_eq!(md5.of(b""), md5);
        assert_ne!(md5.of(b"x"), md5);
        assert_eq!(md5.to_string(), "d41d8cd98f00b204e9800998ecf8427e");
        for none in ["", "12", &"x".repeat(64), &"1".repeat(63)] {
            assert_eq!(Checksum::from_hex(none), None, "{none}");
        }
    }
}
