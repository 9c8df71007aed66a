//! From the setup on the screen to a job for the engine.

use std::path::Path;

use bridge::formats;
use bridge::image_head::content_check;
use bridge::image_source::ImageSource;
use bridge::job::{
    ContentCheck, DialectKind, LineConfig, LineSettings, ModuleFaults, UpdateJob, offered_version,
};
use bridge::object::Object;
use bridge::trouble::{Describe as _, Trouble};
use fixtures::board::{Board, board};
use fixtures::image::{Format, ImageSpec, make};
use fixtures::rng::Seed;
use fixtures::scenario::Dialect;
use fixtures::{Host, HostSetup, build_host};
use protocol_spec::digest::Digest;
use protocol_spec::text::Version;

use crate::model::{ImageChoice, Setup, Target};

/// Bytes of an image and what is known of them.
struct Image {
    source: Box<dyn ImageSource + Send>,
    digest: Digest,
    content: ContentCheck,
    notes: Vec<String>,
}

/// A job, and what the reader of its verdict should know of its image.
pub(super) struct Prepared {
    pub(super) job: UpdateJob,
    pub(super) notes: Vec<String>,
}

/// The job that the setup describes.
///
/// # Errors
/// What is wrong with it, in the words of a report.
pub(super) fn make_job(setup: &Setup, seed: u64, line: LineConfig) -> Result<Prepared, Trouble> {
    let version = offered_version(&setup.version)?;
    let image = match setup.image {
        ImageChoice::File => open_image(&setup.path)?,
        ImageChoice::Made => make_image(setup, version, seed)?,
    };
    let job = UpdateJob {
        object: Object::image(image.source, image.digest),
        version,
        content: image.content,
        dialect: setup.dialect.default_config(),
        line,
        faults: ModuleFaults::default(),
        seed: u32::try_from(seed & u64::from(u32::MAX)).unwrap_or_default(),
    };
    let notes = image.notes;
    Ok(Prepared { job, notes })
}

/// The emulated host that the setup describes, holding the project's own image.
///
/// # Errors
/// What is wrong with it, in the words of a report.
pub(super) fn make_host(setup: &Setup, seed: u64) -> Result<Box<dyn Host + Send>, Trouble> {
    let board = find_board(setup)?;
    let mut host = HostSetup::new(board, host_dialect(setup));
    host.ayla_head = setup.made_with_head().then_some(board.ayla);
    build_host(host, Seed(seed).split("host")).map_err(|error| {
        Trouble::new(
            "The emulated host cannot be made",
            format!("{}: {error}", board.name),
            "Nothing was sent.",
            "Choose another board or dialect.",
        )
    })
}

/// The dialect, as scenarios name it.
pub(super) fn host_dialect(setup: &Setup) -> Dialect {
    match setup.dialect {
        DialectKind::Ayla => Dialect::Ayla,
        DialectKind::Rig => Dialect::Rig,
    }
}

/// The line as the setup and the dialect's habit have it.
pub(super) fn line_settings(setup: &Setup) -> LineSettings {
    LineSettings {
        baud: setup.baud.parse().unwrap_or_default(),
        ..setup.dialect.default_line()
    }
}

fn open_image(path: &str) -> Result<Image, Trouble> {
    let mut loaded =
        formats::open(Path::new(path.trim()), None).map_err(|error| error.trouble())?;
    let content = content_check(&mut *loaded.source);
    Ok(Image {
        source: loaded.source,
        digest: loaded.digest,
        content,
        notes: loaded.notes,
    })
}

fn make_image(setup: &Setup, version: Version, seed: u64) -> Result<Image, Trouble> {
    let board = find_board(setup)?;
    let head = setup.made_with_head();
    let spec = ImageSpec {
        format: if head {
            Format::AylaHead(board.ayla)
        } else {
            Format::Raw
        },
        size: setup.made_bytes(),
        version,
        seed,
    };
    let mut bytes = make(&spec).map_err(|error| {
        Trouble::new(
            "The image cannot be made",
            error.to_string(),
            "Size and version text of the image do not go together.",
            "Change the version text, or take an image file.",
        )
    })?;
    let digest = formats::digest_of(&mut bytes).map_err(|error| {
        Trouble::new(
            "The image cannot be read",
            error.to_string(),
            "This is a mistake in this program.",
            "Take an image file.",
        )
    })?;
    let content = content_check(&mut bytes);
    Ok(Image {
        source: Box::new(bytes),
        digest,
        content,
        notes: Vec::new(),
    })
}

/// The board of the setup; behind a port its name only decides the shape of a made image.
pub(super) fn find_board(setup: &Setup) -> Result<&'static Board, Trouble> {
    board(&setup.board).ok_or_else(|| {
        let cause = match setup.target {
            Target::Emulated => "This program does not emulate it.",
            Target::Port | Target::Scenario => "The image of this project is made for a board.",
        };
        let what = format!("There is no board `{}`.", setup.board);
        Trouble::new(
            "The board is not known",
            what,
            cause,
            "Choose a board from the list.",
        )
    })
}
