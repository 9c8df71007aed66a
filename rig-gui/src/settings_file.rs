//! The settings file: where it is, and how it is read and replaced.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use bridge::trouble::Trouble;

use crate::settings::{SETTINGS_BYTES_MAX, Settings};

/// The platform's place for the settings; `None` where it has none.
#[must_use]
pub fn place() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "otarig")?;
    Some(folders.config_dir().join("panel.toml"))
}

/// Settings that could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unread {
    /// What is wrong.
    pub trouble: Trouble,
    /// What lies there is left as it is: no settings are to be written.
    pub stays: bool,
}

/// Reads the settings. A file that is none is put aside, so that it is not lost when the settings
/// are written, and the defaults hold.
///
/// # Errors
/// What is wrong with the file; the defaults hold then.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the driver file that keeps the settings"
)]
pub fn read(path: &Path) -> Result<Settings, Unread> {
    let stays = |why: &str| Unread {
        trouble: unreadable(
            path,
            why,
            "It stays as it is, and nothing is kept this time.",
        ),
        stays: true,
    };
    // Whatever else it is, it is nobody's settings, and is left where it is; a pipe would be waited for.
    match fs::metadata(path) {
        Ok(about) if about.is_file() => {}
        Ok(_) => return Err(stays("this is not a file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Settings::default()),
        Err(error) => return Err(stays(&error.to_string())),
    }
    let file = fs::File::open(path).map_err(|error| stays(&error.to_string()))?;
    let mut text = String::new();
    let read = file.take(SETTINGS_BYTES_MAX).read_to_string(&mut text);
    let settings = match read {
        Ok(_) => Settings::parse(&text),
        Err(error) => Err(error.to_string()),
    };
    settings.map_err(|why| {
        let aside = path.with_extension("toml.old");
        let kept = match fs::rename(path, &aside) {
            Ok(()) => format!("It is kept as {}.", aside.display()),
            Err(_) => "It will be written anew.".to_owned(),
        };
        Unread {
            trouble: unreadable(path, &why, &kept),
            stays: false,
        }
    })
}

/// Writes the settings: beside the file first, so that there is always a whole one.
///
/// # Errors
/// Why the file could not be written.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the driver file that keeps the settings"
)]
pub fn write(path: &Path, settings: &Settings) -> Result<(), Trouble> {
    let new = path.with_extension("toml.new");
    let write = || {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&new, settings.text())?;
        fs::rename(&new, path)
    };
    write().map_err(|error: io::Error| {
        Trouble::new(
            "The settings cannot be kept",
            format!("{}: {error}", path.display()),
            "The panel begins with the older ones at its next start.",
            "Make room, or the folder writable.",
        )
    })
}

fn unreadable(path: &Path, why: &str, kept: &str) -> Trouble {
    Trouble::new(
        "The settings cannot be read",
        format!("{}: {why}", path.display()),
        kept,
        "Set up the panel again; the defaults hold now.",
    )
}
