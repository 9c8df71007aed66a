//! The settings file.

use std::fs;

use rig_gui::settings::Settings;
use rig_gui::settings_file::{read, write};

#[test]
fn garbage_is_put_aside_and_nothing_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("deep/panel.toml");
    assert_eq!(read(&path), Ok(Settings::default()));
    let settings = Settings {
        scale: 150,
        ..Settings::default()
    };
    write(&path, &settings).expect("it is written");
    assert_eq!(read(&path), Ok(settings));
    fs::write(&path, b"\xff\xfe").expect("garbage");
    let told = read(&path).expect_err("garbage");
    assert!(
        told.trouble.cause.contains("toml.old") && !told.stays,
        "{told:?}"
    );
    assert!(path.with_extension("toml.old").exists());
    assert_eq!(read(&path), Ok(Settings::default()));
}

#[test]
fn a_folder_in_its_place_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(read(folder.path()).is_err());
    assert!(write(folder.path(), &Settings::default()).is_err());
}
