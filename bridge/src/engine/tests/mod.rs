//! Engine and small scripted hosts on a line in virtual time.

mod ayla;
mod ayla_host;
mod chatter;
mod crashes;
mod garbage;
mod line;
mod no_host;
mod patch;
mod rig;
mod rig_host;
mod splits;
mod transcript;
mod words;

use core::time::Duration;

use protocol_spec::digest::Digest;
use protocol_spec::text::Version;
use sha2::{Digest as _, Sha256};

use crate::dialect::ayla::AylaConfig;
use crate::dialect::rig::RigConfig;
use crate::job::{ContentCheck, DialectConfig, LineConfig, ModuleFaults, UpdateJob};
use crate::object::Object;

/// 115200 bit/s, 8O1.
const LINE_SLOW: LineConfig = LineConfig {
    baud: 115_200,
    bits_per_byte: 11,
};
/// 921600 bit/s, 8N1.
const LINE_FAST: LineConfig = LineConfig {
    baud: 921_600,
    bits_per_byte: 10,
};
/// No update in these tests lasts longer.
const HOUR: Duration = Duration::from_secs(3_600);

fn version(text: &[u8]) -> Version {
    Version::from_bytes(text).expect("a short text")
}

/// Bytes without a pattern that a mistake in offsets could hide behind.
fn image(len: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..len).map(|_| next()).collect()
}

fn digest(image: &[u8]) -> Digest {
    Digest(Sha256::digest(image).into())
}

fn job(image: &[u8], text: &[u8], dialect: DialectConfig, line: LineConfig) -> UpdateJob {
    UpdateJob {
        object: Object::image(Box::new(image.to_vec()), digest(image)),
        version: version(text),
        content: ContentCheck::None,
        dialect,
        line,
        faults: ModuleFaults::default(),
        seed: 1,
    }
}

fn ayla_job(image: &[u8], text: &[u8]) -> UpdateJob {
    job(
        image,
        text,
        DialectConfig::Ayla(AylaConfig::default()),
        LINE_SLOW,
    )
}

fn rig_job(image: &[u8], text: &[u8]) -> UpdateJob {
    job(
        image,
        text,
        DialectConfig::Rig(RigConfig::default()),
        LINE_FAST,
    )
}
