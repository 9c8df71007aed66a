//! One update to be done: the image, what it is called, and how to send it.

use core::time::Duration;

use protocol_spec::digest::Digest;
use protocol_spec::text::Version;

use crate::dialect::ayla::AylaConfig;
use crate::dialect::rig::RigConfig;
use crate::image_source::ImageSource;

/// Everything that the engine needs to know of one update.
pub struct UpdateJob {
    /// The bytes.
    pub image: Box<dyn ImageSource + Send>,
    /// Version text that the host must report afterwards.
    pub version: Version,
    /// SHA-256 of the image.
    pub digest: Digest,
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
            .field("length", &self.image.len())
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

    /// Time that `bytes` take on the line; zero without pacing.
    #[must_use]
    pub fn time_of(self, bytes: usize) -> Duration {
        if self.baud == 0 {
            return Duration::ZERO;
        }
        let bits = bytes as u128 * u128::from(self.bits_per_byte);
        let nanos = bits * 1_000_000_000 / u128::from(self.baud);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
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
}
