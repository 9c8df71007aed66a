//! From the setup on the screen to a job for the engine.

use std::path::Path;

use bridge::dialect::ayla::AylaConfig;
use bridge::dialect::rig::RigConfig;
use bridge::formats;
use bridge::image_head::content_check;
use bridge::image_source::ImageSource;
use bridge::job::{ContentCheck, DialectConfig, DialectKind, LineConfig, ModuleFaults, UpdateJob};
use bridge::link::{LineSettings, Parity};
use bridge::trouble::{Describe as _, Trouble};
use bridge::verdict::Verdict;
use fixtures::board::{Board, board};
use fixtures::image::{Format, ImageSpec, make};
use fixtures::rng::Seed;
use fixtures::scenario::Dialect;
use fixtures::{Host, HostSetup, build_host};
use protocol_spec::digest::Digest;
use protocol_spec::text::{VERSION_BYTES_MAX, Version};

use crate::model::{ImageChoice, MADE_IMAGE_BYTES, Setup, Target};

/// Bytes of an image and what is known of them.
struct Image {
    source: Box<dyn ImageSource + Send>,
    digest: Digest,
    content: ContentCheck,
}

/// The job that the setup describes.
///
/// # Errors
/// The verdict that says what is wrong with it.
pub(super) fn make_job(setup: &Setup, seed: u64) -> Result<UpdateJob, Verdict> {
    let version = Version::from_bytes(setup.version.as_bytes()).ok_or_else(version_too_long)?;
    let image = match setup.image {
        ImageChoice::File => open_image(&setup.path)?,
        ImageChoice::Made => make_image(setup, version, seed)?,
    };
    Ok(UpdateJob {
        image: image.source,
        version,
        digest: image.digest,
        content: image.content,
        dialect: match setup.dialect {
            DialectKind::Ayla => DialectConfig::Ayla(AylaConfig::default()),
            DialectKind::Rig => DialectConfig::Rig(RigConfig::default()),
        },
        line: line_config(&line_settings(setup)),
        faults: ModuleFaults::default(),
        seed: u32::try_from(seed & u64::from(u32::MAX)).unwrap_or_default(),
    })
}

/// The emulated host that the setup describes, holding the project's own image.
///
/// # Errors
/// The verdict that says what is wrong with it.
pub(super) fn make_host(setup: &Setup, seed: u64) -> Result<Box<dyn Host + Send>, Verdict> {
    let board = find_board(setup)?;
    let dialect = match setup.dialect {
        DialectKind::Ayla => Dialect::Ayla,
        DialectKind::Rig => Dialect::Rig,
    };
    let mut host = HostSetup::new(board, dialect);
    host.ayla_head = carries_head(setup).then_some(board.ayla);
    build_host(host, Seed(seed).split("host")).map_err(|error| {
        let headline = format!("the emulated {} cannot be made", board.name);
        Verdict::rig_error(
            headline,
            error.to_string(),
            "Choose another board.".to_owned(),
        )
    })
}

/// The line as the setup and the dialect's habit have it.
pub(super) fn line_settings(setup: &Setup) -> LineSettings {
    let parity = match setup.dialect {
        DialectKind::Ayla => Parity::Odd,
        DialectKind::Rig => Parity::None,
    };
    LineSettings {
        baud: setup.baud.parse().unwrap_or_default(),
        parity,
        rts_cts: false,
    }
}

/// A failure of this side as the verdict of a run.
pub(super) fn verdict_of(trouble: Trouble) -> Verdict {
    let Trouble {
        headline,
        what,
        cause,
        next_step,
    } = trouble;
    Verdict {
        what,
        ..Verdict::rig_error(headline, cause, next_step)
    }
}

fn line_config(line: &LineSettings) -> LineConfig {
    LineConfig {
        baud: line.baud,
        bits_per_byte: line.bits_per_byte(),
    }
}

/// Made images carry a head where the dialect has no digest, so that the host can check them.
fn carries_head(setup: &Setup) -> bool {
    setup.dialect == DialectKind::Ayla && setup.image == ImageChoice::Made
}

fn open_image(path: &str) -> Result<Image, Verdict> {
    let mut loaded =
        formats::open(Path::new(path.trim()), None).map_err(|error| verdict_of(error.trouble()))?;
    let content = content_check(&mut *loaded.source);
    Ok(Image {
        source: loaded.source,
        digest: loaded.digest,
        content,
    })
}

fn make_image(setup: &Setup, version: Version, seed: u64) -> Result<Image, Verdict> {
    let board = find_board(setup)?;
    let head = carries_head(setup);
    let spec = ImageSpec {
        format: if head {
            Format::AylaHead(board.ayla)
        } else {
            Format::Raw
        },
        size: MADE_IMAGE_BYTES.min(board.image_max()),
        version,
        seed: Seed(seed).split("image").0,
    };
    let mut bytes = make(&spec).map_err(|error| {
        let next = "Change the version text, or take an image file.".to_owned();
        Verdict::rig_error(
            "the image cannot be made".to_owned(),
            error.to_string(),
            next,
        )
    })?;
    let digest = formats::digest_of(&mut bytes).map_err(|error| {
        let next = "Take an image file.".to_owned();
        Verdict::rig_error(
            "the image cannot be read".to_owned(),
            error.to_string(),
            next,
        )
    })?;
    let content = content_check(&mut bytes);
    Ok(Image {
        source: Box::new(bytes),
        digest,
        content,
    })
}

/// The board of the setup; behind a port its name only decides the shape of a made image.
fn find_board(setup: &Setup) -> Result<&'static Board, Verdict> {
    board(&setup.board).ok_or_else(|| {
        let headline = format!("there is no board `{}`", setup.board);
        let cause = match setup.target {
            Target::Emulated => "This program does not emulate it.",
            Target::Port => "The image of this project is made for a board.",
        };
        Verdict::rig_error(
            headline,
            cause.to_owned(),
            "Choose a board from the list.".to_owned(),
        )
    })
}

fn version_too_long() -> Verdict {
    Verdict::rig_error(
        "the version text is too long".to_owned(),
        format!("A version has at most {VERSION_BYTES_MAX} bytes."),
        "Shorten the version text.".to_owned(),
    )
}
