//! From the setup on the screen to a job for the engine.

use std::path::{Path, PathBuf};

use bridge::drive::fresh_seed;
use bridge::formats;
use bridge::image_head::content_check;
use bridge::job::{LineConfig, LineSettings, ModuleFaults, UpdateJob, offered_version};
use bridge::object::Object;
use bridge::object_files::{Loaded, ObjectFiles};
use bridge::trouble::{Describe as _, Trouble};
use fixtures::board::{Board, board};
use fixtures::host::HostImage;
use fixtures::image::{Format, ImageSpec, make};
use fixtures::rng::Seed;
use fixtures::{Host, HostSetup, build_host};

use crate::model::{ImageChoice, Setup, Target};
use crate::setup::OLD_VERSION;

/// A job, and what the reader of its verdict should know of what is sent.
pub(super) struct Prepared {
    pub(super) job: UpdateJob,
    pub(super) notes: Vec<String>,
}

/// The job that the setup describes.
///
/// # Errors
/// What is wrong with it, in the words of a report.
pub(super) fn make_job(setup: &Setup, seed: u64, line: LineConfig) -> Result<Prepared, Trouble> {
    let loaded = match setup.image {
        ImageChoice::Made => make_image(setup, seed)?,
        ImageChoice::File | ImageChoice::Patch => files(setup).load(setup.dialect)?,
    };
    let job = UpdateJob {
        object: loaded.object,
        version: loaded.version,
        content: loaded.content,
        dialect: setup.dialect.default_config(),
        line,
        faults: ModuleFaults::default(),
        // Behind a port there may be answers to an earlier run on their way.
        seed: match setup.target {
            Target::Port => fresh_seed(),
            Target::Emulated | Target::Scenario => {
                u32::try_from(seed & u64::from(u32::MAX)).unwrap_or_default()
            }
        },
    };
    let notes = loaded.notes;
    Ok(Prepared { job, notes })
}

/// The files of a setup.
fn files(setup: &Setup) -> ObjectFiles {
    let path = |text: &str| Some(PathBuf::from(text.trim()));
    let patch = setup.image == ImageChoice::Patch;
    ObjectFiles {
        image: path(&setup.path).filter(|_| !patch),
        patch: path(&setup.patch).filter(|_| patch),
        from: setup.old_image().map(PathBuf::from),
        version: Some(setup.version().to_owned()).filter(|text| !patch || !text.is_empty()),
        format: None,
    }
}

/// The emulated host that the setup describes, holding the project's own image or the one that a patch
/// begins from.
///
/// # Errors
/// What is wrong with it, in the words of a report.
pub(super) fn make_host(setup: &Setup, seed: u64) -> Result<Box<dyn Host + Send>, Trouble> {
    let board = find_board(setup)?;
    let mut host = HostSetup::new(board, setup.dialect.into());
    host.ayla_head = setup.made_with_head().then_some(board.ayla);
    host.layout = setup.layout();
    let primary = board.layout(setup.layout()).primary.len;
    let image = setup.old_image().map(|path| old_image(path, primary));
    host.image = image.transpose()?;
    build_host(host, Seed(seed).split("host")).map_err(|error| {
        Trouble::new(
            "The emulated host cannot be made",
            format!("{}: {error}", board.name),
            "Nothing was sent.",
            "Choose another board or dialect.",
        )
    })
}

/// The line as the setup and the dialect's habit have it.
pub(super) fn line_settings(setup: &Setup) -> LineSettings {
    LineSettings {
        baud: setup.baud.parse().unwrap_or_default(),
        ..setup.dialect.default_line()
    }
}

/// The image that the host is to run, from a slot of `slot` bytes.
fn old_image(path: &str, slot: u32) -> Result<HostImage, Trouble> {
    let mut image = formats::open(Path::new(path), None).map_err(|error| error.trouble())?;
    let len = image.source.len();
    let unfit = |what: String, next_step: &str| {
        Trouble::new(
            "The image that the host runs cannot be used",
            format!("{path}: {what}"),
            "The emulated host would have no image.",
            next_step,
        )
    };
    if len > slot {
        return Err(unfit(
            format!("{len} bytes; the slot of this board has {slot}"),
            "Take a board with a larger slot, or another image.",
        ));
    }
    let mut bytes = vec![0; len as usize];
    let read = image.source.read_at(0, &mut bytes);
    read.map_err(|error| unfit(error.to_string(), "Name a file that you may read."))?;
    let version = offered_version(OLD_VERSION)?;
    Ok(HostImage { bytes, version })
}

fn make_image(setup: &Setup, seed: u64) -> Result<Loaded, Trouble> {
    let version = offered_version(setup.version())?;
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
    Ok(Loaded {
        object: Object::image(Box::new(bytes), digest),
        version,
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
