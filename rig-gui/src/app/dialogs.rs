//! The file dialog and the palette.

use std::path::{Path, PathBuf};

use super::App;
use crate::actions::actions;
use crate::files::{Dialog, FilesCommand, Listing, Purpose};
use crate::palette::{Palette, PaletteCommand, SEARCH_CHARS_MAX};
use crate::setup::SetupCommand;

impl App {
    pub(super) fn apply_files(&mut self, command: FilesCommand) {
        match command {
            FilesCommand::Open(purpose) => {
                let folder = self.folder.clone();
                self.model.dialog = Some(Dialog::new(purpose, folder.clone()));
                self.worker.list_folder(folder);
            }
            FilesCommand::Go(folder) => self.go(folder),
            FilesCommand::Name(name) => {
                if let Some(dialog) = &mut self.model.dialog {
                    dialog.name = name;
                }
            }
            FilesCommand::ShowAll(all) => {
                if let Some(dialog) = &mut self.model.dialog {
                    dialog.all = all;
                }
            }
            FilesCommand::Take => self.take_named(),
            FilesCommand::Cancel => self.model.dialog = None,
        }
    }

    fn go(&mut self, folder: PathBuf) {
        let Some(dialog) = &mut self.model.dialog else {
            return;
        };
        dialog.folder.clone_from(&folder);
        dialog.listing = Listing::Loading;
        dialog.name.clear();
        self.worker.list_folder(folder);
    }

    fn take_named(&mut self) {
        let Some(dialog) = &self.model.dialog else {
            return;
        };
        let Some(path) = dialog.path() else { return };
        if dialog.names_folder() {
            return self.go(path);
        }
        let purpose = dialog.purpose;
        self.folder.clone_from(&dialog.folder);
        self.model.dialog = None;
        let text = path.display().to_string();
        match purpose {
            Purpose::Image => self.model.setup.apply(SetupCommand::Path(text)),
            Purpose::Patch => self.model.setup.apply(SetupCommand::Patch(text)),
            Purpose::OldImage => self.model.setup.apply(SetupCommand::From(text)),
            Purpose::Frames => self.open_frames(&path),
        }
    }

    /// A listing that came for the folder that is still in sight.
    pub(super) fn take_listing(&mut self, folder: &Path, listing: Listing) {
        if let Some(dialog) = &mut self.model.dialog
            && dialog.folder == folder
        {
            dialog.listing = listing;
        }
    }

    pub(super) fn apply_palette(&mut self, command: PaletteCommand) {
        match (command, &mut self.model.palette) {
            (PaletteCommand::Open, palette) => *palette = Some(Palette::default()),
            (PaletteCommand::Close, palette) => *palette = None,
            (PaletteCommand::Search(text), Some(palette)) => {
                palette.search = text.chars().take(SEARCH_CHARS_MAX).collect();
                palette.chosen = 0;
            }
            (PaletteCommand::Choose(index), Some(_)) => self.choose(index),
            (_, None) => {}
        }
    }

    fn choose(&mut self, index: usize) {
        let list = actions(&self.model);
        if let Some(palette) = &mut self.model.palette {
            let last = palette.found(&list).count().saturating_sub(1);
            palette.chosen = index.min(last);
        }
    }
}
