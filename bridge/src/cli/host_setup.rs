//! From the options of `otarig host` to a host on its line.

use std::path::Path;
use std::sync::{Arc, Mutex};

use fixtures::board::Board;
use fixtures::flash::StrictFlash;
use fixtures::host::{HostImage, HostSetup, build_host};
use fixtures::image::AylaTarget;
use fixtures::provision::new_flash;
use fixtures::rng::Seed;
use fixtures::scenario::{Dialect, LayoutName};
use protocol_spec::text::Version;

use super::host::{Args, ImageFormatArg, LayoutArg};
use super::update::DialectName;
use crate::drive::fresh_seed;
use crate::formats;
use crate::host_line::HostLine;
use crate::job::{LineConfig, LineSettings};
use crate::link::wire::LineModel;
use crate::state_file::StateFile;
use crate::trouble::Trouble;

/// A host that is ready to be driven.
pub(super) struct Ready {
    pub(super) line: HostLine,
    /// Rate and time scale, for people.
    pub(super) line_text: String,
    pub(super) notes: Vec<String>,
}

/// Makes the host; its flash is mirrored to the state file, if there is one.
pub(super) fn make(
    args: &Args,
    board: &'static Board,
    mirror_failure: &Arc<Mutex<Option<String>>>,
) -> Result<Ready, Trouble> {
    check(args)?;
    let dialect = args.dialect.unwrap_or(DialectName::Rig);
    let head = (args.image_format == ImageFormatArg::AylaHead).then_some(board.ayla);
    let mut notes = Vec::new();
    let flash = flash(args, board, head, mirror_failure, &mut notes)?;
    let mut setup = HostSetup::new(board, dialect.scenario_name());
    setup.layout = args.layout.layout_name();
    setup.ayla_head = head;
    setup.personality.clone_from(&args.personality);
    setup.flash = Some(flash);
    setup.decode_ram = args.decode_ram;
    setup.time_scale = args.time_scale;
    let host = build_host(setup, Seed(fresh_seed().into())).map_err(|error| {
        Trouble::new(
            "The host cannot be made",
            error.to_string(),
            "the options do not go together",
            "correct the option that is named",
        )
    })?;
    let default = dialect.kind().default_line();
    let settings = LineSettings {
        baud: args.baud.unwrap_or(default.baud),
        ..default
    };
    let rate = settings.rate();
    let rate = LineConfig {
        baud: scaled(rate.baud, args.time_scale),
        ..rate
    };
    let model = LineModel::at(rate);
    let line_text = match args.time_scale {
        1.0 => settings.to_string(),
        0.0 => format!("{settings}, no waiting"),
        scale => format!("{settings}, time scale {scale}"),
    };
    let mut line = HostLine::new(host, model, model);
    if args.capture.is_some() {
        line = line.tapped(dialect.kind(), rate);
    }
    Ok(Ready {
        line,
        line_text,
        notes,
    })
}

/// Options that do not go together.
pub(super) fn check(args: &Args) -> Result<(), Trouble> {
    if args.decode_ram.is_none() || args.layout == LayoutArg::InPlace {
        return Ok(());
    }
    Err(Trouble::new(
        "The host cannot be made",
        "--decode-ram with the layout two-slot".to_owned(),
        "only a host that is updated in place decodes patches",
        "add --layout in-place, or leave --decode-ram out",
    ))
}

fn flash(
    args: &Args,
    board: &'static Board,
    head: Option<AylaTarget>,
    mirror_failure: &Arc<Mutex<Option<String>>>,
    notes: &mut Vec<String>,
) -> Result<StrictFlash, Trouble> {
    let Some(path) = &args.state else {
        return new_device(args, board, head, notes);
    };
    let layout = args.layout.name();
    let (state, mut flash) = match StateFile::open(path, board, layout)? {
        Some(found) => {
            if args.image.is_some() {
                notes.push(format!(
                    "--image is not used: {} exists and wins",
                    path.display()
                ));
            }
            found
        }
        None => {
            let flash = new_device(args, board, head, notes)?;
            let state = StateFile::create(path, board, layout, &flash)?;
            (state, flash)
        }
    };
    flash.set_mirror(state.mirror(Arc::clone(mirror_failure)));
    Ok(flash)
}

fn new_device(
    args: &Args,
    board: &'static Board,
    head: Option<AylaTarget>,
    notes: &mut Vec<String>,
) -> Result<StrictFlash, Trouble> {
    let image = match (&args.image, &args.version) {
        (Some(path), Some(version)) => {
            let layout = args.layout.layout_name();
            Some(host_image(path, version, board, layout, notes)?)
        }
        _ => None,
    };
    new_flash(board, args.layout.layout_name(), head, image.as_ref()).map_err(|error| {
        Trouble::new(
            "The device cannot be made",
            error.to_string(),
            "a new device holds its image in the primary slot",
            "take a board with larger slots, or a smaller image",
        )
    })
}

fn host_image(
    path: &Path,
    version: &str,
    board: &Board,
    layout: LayoutName,
    notes: &mut Vec<String>,
) -> Result<HostImage, Trouble> {
    let mut image = formats::open(path, None)?;
    notes.append(&mut image.notes);
    let version = Version::from_bytes(version.as_bytes());
    let len = image.source.len();
    let slot = board.layout(layout).primary.len;
    if len > slot {
        return Err(Trouble::new(
            "The device cannot be made",
            format!("the image has {len} bytes, a slot of this board {slot}"),
            "a new device holds its image in the primary slot",
            "take a board with larger slots, or a smaller image",
        ));
    }
    let mut bytes = vec![0; len as usize];
    let read = image.source.read_at(0, &mut bytes);
    match (version, read) {
        (Some(version), Ok(())) => Ok(HostImage { bytes, version }),
        (_, Err(error)) => Err(Trouble::new(
            "The image file cannot be read",
            error.to_string(),
            "the device would have no image",
            "name a file that you may read",
        )),
        (None, Ok(())) => Err(Trouble::new(
            "The version text is too long",
            "--version has more than 72 bytes".to_owned(),
            "a host keeps at most 72 bytes of it",
            "give a shorter text",
        )),
    }
}

impl DialectName {
    pub(super) fn scenario_name(self) -> Dialect {
        match self {
            Self::Ayla => Dialect::Ayla,
            Self::Rig => Dialect::Rig,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ayla => "ayla",
            Self::Rig => "rig",
        }
    }
}

/// The rate of a line whose time is stretched by `scale`; 0 = no waiting.
fn scaled(baud: u32, scale: f64) -> u32 {
    if scale <= 0.0 {
        return 0;
    }
    let rate = (f64::from(baud) / scale).clamp(1.0, f64::from(u32::MAX));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped above"
    )]
    let rate = rate as u32;
    rate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_stretches_the_line() {
        assert_eq!(
            [1.0, 2.0, 0.5, 0.0].map(|scale| scaled(1_000, scale)),
            [1_000, 500, 2_000, 0]
        );
        assert_eq!(scaled(1, 1_000.0), 1);
    }
}
