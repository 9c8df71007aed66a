//! What is remembered from one start of the panel to the next, as TOML.

use serde::{Deserialize, Serialize};

use crate::model::{ImageChoice, Setup, Target, ThemeChoice};
use crate::screen::Screen;

/// Least size of text, per cent.
pub const SCALE_MIN: u16 = 60;
/// Largest size of text, per cent.
pub const SCALE_MAX: u16 = 250;
/// What one press changes, per cent.
pub const SCALE_STEP: u16 = 10;
/// Most bytes of a settings file that are read.
pub const SETTINGS_BYTES_MAX: u64 = 64 * 1024;

/// The settings. A key that is missing has its default; one that is not known is passed over, so that
/// an older program can be started again.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Light or dark: `system`, `light` or `dark`.
    pub theme: String,
    /// Size of text and controls, per cent.
    pub scale: u16,
    /// Name of the screen in front.
    pub screen: String,
    /// Where the window was.
    pub window: WindowPlace,
    /// The last setup.
    pub setup: SetupText,
}

/// Where the window was, in points.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct WindowPlace {
    /// Distance from the left edge of the desktop; none where the desktop does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x: Option<f32>,
    /// Distance from its upper edge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y: Option<f32>,
    /// Width of the inside.
    pub width: f32,
    /// Height of the inside.
    pub height: f32,
    /// It fills the desktop.
    pub maximized: bool,
}

/// A setup in words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields are those of `Setup`")]
pub struct SetupText {
    pub target: String,
    pub board: String,
    pub scenario: String,
    pub port: String,
    pub baud: String,
    pub dialect: String,
    pub image: String,
    pub path: String,
    pub patch: String,
    pub from: String,
    pub version: String,
    pub patch_version: String,
}

/// Least and largest width of a window that is restored.
const WIDTHS: (f32, f32) = (360.0, 16_000.0);
/// The same for its height.
const HEIGHTS: (f32, f32) = (300.0, 16_000.0);

impl Default for WindowPlace {
    fn default() -> Self {
        Self {
            x: None,
            y: None,
            width: 1280.0,
            height: 800.0,
            maximized: false,
        }
    }
}

impl Default for SetupText {
    fn default() -> Self {
        Self::of(&Setup::default())
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: "system".to_owned(),
            scale: 100,
            screen: Screen::Update.name().to_owned(),
            window: WindowPlace::default(),
            setup: SetupText::default(),
        }
    }
}

impl Settings {
    /// The settings in a file's text, each within its range.
    ///
    /// # Errors
    /// Why it is no settings file, in one line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let read: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| {
                let before = text.get(..span.start).unwrap_or_default();
                before.matches('\n').count() + 1
            });
            format!("line {line}: {}", error.message())
        })?;
        Ok(read.within_range())
    }

    /// The text of a settings file.
    #[must_use]
    pub fn text(&self) -> String {
        // Plain data: there is nothing that TOML cannot say.
        toml::to_string(self).unwrap_or_default()
    }

    /// The theme.
    #[must_use]
    pub fn theme(&self) -> ThemeChoice {
        match self.theme.as_str() {
            "light" => ThemeChoice::Light,
            "dark" => ThemeChoice::Dark,
            _ => ThemeChoice::System,
        }
    }

    /// The screen.
    #[must_use]
    pub fn screen(&self) -> Screen {
        Screen::named(&self.screen).unwrap_or_default()
    }

    fn within_range(mut self) -> Self {
        self.scale = self.scale.clamp(SCALE_MIN, SCALE_MAX);
        let window = &mut self.window;
        let plain = WindowPlace::default();
        let size = |value: f32, (min, max): (f32, f32), plain: f32| {
            if value.is_finite() {
                value.clamp(min, max)
            } else {
                plain
            }
        };
        window.width = size(window.width, WIDTHS, plain.width);
        window.height = size(window.height, HEIGHTS, plain.height);
        let at_all = |value: &f32| value.is_finite() && value.abs() < WIDTHS.1;
        (window.x, window.y) = (window.x.filter(at_all), window.y.filter(at_all));
        self
    }
}

/// The word of a theme in the settings and on the command line.
#[must_use]
pub fn theme_word(theme: ThemeChoice) -> &'static str {
    match theme {
        ThemeChoice::System => "system",
        ThemeChoice::Light => "light",
        ThemeChoice::Dark => "dark",
    }
}

impl SetupText {
    /// The words of a setup.
    #[must_use]
    pub fn of(setup: &Setup) -> Self {
        Self {
            target: match setup.target {
                Target::Emulated => "emulated",
                Target::Port => "port",
                Target::Scenario => "scenario",
            }
            .to_owned(),
            board: setup.board.clone(),
            scenario: setup.scenario.clone(),
            port: setup.port.clone(),
            baud: setup.baud.clone(),
            dialect: setup.dialect.to_string(),
            image: match setup.image {
                ImageChoice::Made => "made",
                ImageChoice::File => "file",
                ImageChoice::Patch => "patch",
            }
            .to_owned(),
            path: setup.path.clone(),
            patch: setup.patch.clone(),
            from: setup.from.clone(),
            version: setup.version.clone(),
            patch_version: setup.patch_version.clone(),
        }
    }

    /// The setup of these words; a word that is not known gives the default.
    #[must_use]
    pub fn setup(&self) -> Setup {
        let plain = Setup::default();
        let known = fixtures::board::board(&self.board).is_some();
        Setup {
            target: match self.target.as_str() {
                "port" => Target::Port,
                "scenario" => Target::Scenario,
                _ => Target::Emulated,
            },
            board: if known {
                self.board.clone()
            } else {
                plain.board
            },
            scenario: self.scenario.clone(),
            port: self.port.clone(),
            baud: self.baud.clone(),
            dialect: match self.dialect.as_str() {
                "ayla" => bridge::job::DialectKind::Ayla,
                _ => plain.dialect,
            },
            image: match self.image.as_str() {
                "file" => ImageChoice::File,
                "patch" => ImageChoice::Patch,
                _ => ImageChoice::Made,
            },
            path: self.path.clone(),
            patch: self.patch.clone(),
            from: self.from.clone(),
            version: self.version.clone(),
            patch_version: self.patch_version.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_as_they_are_written() {
        let mut settings = Settings {
            theme: "dark".to_owned(),
            scale: 120,
            screen: "update".to_owned(),
            ..Settings::default()
        };
        settings.window.x = Some(-20.0);
        settings.setup.target = "port".to_owned();
        settings.setup.path = "a \"quoted\" name.bin".to_owned();
        settings.setup.image = "patch".to_owned();
        settings.setup.patch = "new.patch".to_owned();
        settings.setup.from = "old.bin".to_owned();
        let read = Settings::parse(&settings.text());
        assert_eq!(read, Ok(settings.clone()));
        assert_eq!(settings.theme(), ThemeChoice::Dark);
        assert_eq!(settings.screen(), Screen::Update);
        assert_eq!(SetupText::of(&settings.setup.setup()), settings.setup);
    }

    #[test]
    fn an_empty_file_gives_the_defaults() {
        assert_eq!(Settings::parse(""), Ok(Settings::default()));
        assert_eq!(Settings::parse("later = 1\n"), Ok(Settings::default()));
    }

    #[test]
    fn what_is_out_of_range_is_brought_into_it() {
        let text =
            "scale = 9000\nscreen = \"none\"\n[window]\nwidth = 1.0\nheight = nan\nx = inf\n";
        let read = Settings::parse(text).expect("settings");
        assert_eq!(read.scale, SCALE_MAX);
        assert_eq!(read.screen(), Screen::Update);
        assert_eq!((read.window.width, read.window.height), (360.0, 800.0));
        assert_eq!(read.window.x, None);
    }

    #[test]
    fn garbage_is_told_with_its_line() {
        let told = Settings::parse("scale = 100\n\nscale = [").expect_err("garbage");
        assert!(told.starts_with("line 3: "), "{told}");
        assert!(Settings::parse("scale = \"big\"").is_err());
    }
}
