//! One update to be done: the object, what it is called, and how to send it.

use core::time::Duration;

use fixtures::scenario::Dialect;
use protocol_spec::text::{VERSION_BYTES_MAX, Version};

use crate::dialect::ayla::AylaConfig;
use crate::dialect::rig::RigConfig;
use crate::object::Object;
use crate::trouble::{Describe, Trouble};

/// Everything that the engine needs to know of one update.
pub struct UpdateJob {
    /// What is sent, and what the host must run afterwards.
    pub object: Object,
    /// Version text that the host must report afterwards.
    pub version: Version,
    /// What a host could check the image by when the dialect carries no digest.
    pub content: ContentCheck,
    /// The dialect, with its timers and options.
    pub dialect: DialectConfig,
    /// The line's rate, for timers and pacing.
    pub line: LineConfig,
    /// Mistakes that the module side makes on purpose.
    pub faults: ModuleFaults,
    /// Start of the nonces and transfer numbers of this run.
    pub seed: u32,
}

impl core::fmt::Debug for UpdateJob {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("UpdateJob")
            .field("object", &self.object)
            .field("version", &self.version)
            .field("dialect", &self.dialect)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

/// What in the image a host can check without a digest on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ContentCheck {
    /// Nothing: raw bytes.
    #[default]
    None,
    /// The image carries a valid Ayla-style head with a CRC over the whole image.
    AylaHead,
}

/// The name of a dialect.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum DialectKind {
    /// 0x7e frames and TLVs, stop and wait.
    Ayla,
    /// COBS frames and a credit window.
    Rig,
}

impl From<DialectKind> for Dialect {
    fn from(kind: DialectKind) -> Self {
        match kind {
            DialectKind::Ayla => Self::Ayla,
            DialectKind::Rig => Self::Rig,
        }
    }
}

impl DialectKind {
    /// The line that the dialect runs on when nobody says another.
    #[must_use]
    pub const fn default_line(self) -> LineSettings {
        let (baud, parity) = match self {
            Self::Ayla => (115_200, Parity::Odd),
            Self::Rig => (921_600, Parity::None),
        };
        LineSettings {
            baud,
            parity,
            rts_cts: false,
        }
    }

    /// The dialect with its timers and options as they are when nobody says others.
    #[must_use]
    pub fn default_config(self) -> DialectConfig {
        match self {
            Self::Ayla => DialectConfig::Ayla(AylaConfig::default()),
            Self::Rig => DialectConfig::Rig(RigConfig::default()),
        }
    }
}

impl core::fmt::Display for DialectKind {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(match self {
            Self::Ayla => "ayla",
            Self::Rig => "rig",
        })
    }
}

/// A dialect with its timers and options.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DialectConfig {
    /// See [`AylaConfig`].
    Ayla(AylaConfig),
    /// See [`RigConfig`].
    Rig(RigConfig),
}

impl DialectConfig {
    /// The dialect's name.
    #[must_use]
    pub fn kind(&self) -> DialectKind {
        match self {
            Self::Ayla(_) => DialectKind::Ayla,
            Self::Rig(_) => DialectKind::Rig,
        }
    }
}

/// The rate of the line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineConfig {
    /// Bits per second; 0 = a line without pacing (pseudo-terminal, TCP, memory).
    pub baud: u32,
    /// Bit times of one byte on the line, start, parity and stop bits included: 10 or 11.
    pub bits_per_byte: u8,
}

impl LineConfig {
    /// A line without pacing.
    pub const UNPACED: Self = Self {
        baud: 0,
        bits_per_byte: 10,
    };

    /// Time that `bytes` take on the line, rounded up to a nanosecond; zero without pacing.
    #[must_use]
    pub fn time_of(self, bytes: usize) -> Duration {
        if self.baud == 0 {
            return Duration::ZERO;
        }
        let bits = bytes as u128 * u128::from(self.bits_per_byte);
        let nanos = (bits * 1_000_000_000).div_ceil(u128::from(self.baud));
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

/// Parity bit of a serial line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parity {
    /// No parity bit: 10 bit times a byte.
    None,
    /// Odd parity: 11 bit times a byte.
    Odd,
    /// Even parity: 11 bit times a byte.
    Even,
}

/// Settings of a serial line: 8 data bits, 1 stop bit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineSettings {
    /// Bits per second.
    pub baud: u32,
    /// Parity bit.
    pub parity: Parity,
    /// Whether RTS and CTS hold the senders back.
    pub rts_cts: bool,
}

impl LineSettings {
    /// The rate of a line with these settings.
    #[must_use]
    pub const fn rate(&self) -> LineConfig {
        LineConfig {
            baud: self.baud,
            bits_per_byte: match self.parity {
                Parity::None => 10,
                Parity::Odd | Parity::Even => 11,
            },
        }
    }
}

impl core::fmt::Display for LineSettings {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let parity = match self.parity {
            Parity::None => 'N',
            Parity::Odd => 'O',
            Parity::Even => 'E',
        };
        write!(f, "{} 8{parity}1", self.baud)?;
        if self.rts_cts {
            f.write_str(" RTS/CTS")
        } else {
            Ok(())
        }
    }
}

/// A version text that cannot be offered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum VersionError {
    /// Nothing, or nothing but white space.
    #[error("the version is empty")]
    Empty,
    /// More than a host keeps.
    #[error("the version has {bytes} bytes, at most {VERSION_BYTES_MAX} are possible")]
    TooLong {
        /// Bytes of the text.
        bytes: usize,
    },
}

/// The version that an update is to be offered with.
///
/// # Errors
/// [`VersionError`] when it is blank or longer than [`VERSION_BYTES_MAX`] bytes.
pub fn offered_version(text: &str) -> Result<Version, VersionError> {
    if text.trim().is_empty() {
        return Err(VersionError::Empty);
    }
    Version::from_bytes(text.as_bytes()).ok_or(VersionError::TooLong { bytes: text.len() })
}

impl Describe for VersionError {
    fn trouble(&self) -> Trouble {
        Trouble::new(
            "The version text cannot be offered",
            self.to_string(),
            "after the update the host is asked for its version, and must report this text",
            "give the version that the new image reports, such as 1.2.3",
        )
    }
}

/// Mistakes that the module side makes on purpose; all off by default.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ModuleFaults {
    /// Never send the CONFIRM (ayla) or `ReportAck` (rig) of the version report.
    pub withhold_confirm: bool,
    /// Never answer GET_CONF (ayla).
    pub withhold_conf: bool,
    /// Never say that the cloud can be reached (ayla).
    pub withhold_connect: bool,
    /// Send a patch that the host cannot take by what it has said of itself (rig).
    pub skip_preflight: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_something_to_say() {
        for blank in ["", " ", "\t \n"] {
            assert_eq!(
                offered_version(blank),
                Err(VersionError::Empty),
                "{blank:?}"
            );
        }
        let long = "1".repeat(VERSION_BYTES_MAX + 1);
        let bytes = long.len();
        assert_eq!(offered_version(&long), Err(VersionError::TooLong { bytes }));
        assert!(offered_version(" 1 ").is_ok());
    }

    #[test]
    fn a_byte_has_left_when_its_last_bit_has() {
        let line = DialectKind::Ayla.default_line().rate();
        assert_eq!(line.time_of(1), Duration::from_nanos(95_487));
        assert_eq!(line.time_of(115_200), Duration::from_secs(11));
        assert_eq!(LineConfig::UNPACED.time_of(1 << 20), Duration::ZERO);
    }
}
