//! The command line that plays a script again.

use clap::ValueEnum as _;

use super::Args;
use crate::replay_line::path;

impl Args {
    /// The line, without the name of the script.
    pub(super) fn replay(&self) -> String {
        let mut words = vec!["otarig conform".to_owned()];
        let mut option = |name: &str, value: Option<String>| {
            words.extend(value.map(|value| format!("--{name} {}", path(&value))));
        };
        let text = |path: &std::path::PathBuf| path.display().to_string();
        option("port", self.port.clone());
        option("personality", self.personality.clone());
        let other = self.board != "nrf52840";
        option("board", other.then(|| self.board.clone()));
        option("layout", self.layout.map(|it| it.name().to_owned()));
        option("dialect", self.dialect.map(|it| it.name().to_owned()));
        let format = self.image_format.and_then(|it| it.to_possible_value());
        option("image-format", format.map(|it| it.get_name().to_owned()));
        option("caps", self.caps.as_ref().map(text));
        option("scripts", self.scripts.as_ref().map(text));
        option("snapshots", self.snapshots.as_ref().map(text));
        let other = self.seed != 1;
        option("seed", other.then(|| self.seed.to_string()));
        words.extend(self.line.words());
        words.join(" ")
    }
}
