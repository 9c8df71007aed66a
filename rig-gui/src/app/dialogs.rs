//! The file dialog and the palette.

use std::path::{Path, PathBuf};

use super::App;
use crate::actions::actions;
use crate::command::Command;
use crate::files::{Dialog, FilesCommand, Listing, Purpose};
use crate::palette::{Palette, PaletteCommand, SEARCH_CHARS_MAX};
use crate::screen::Screen;
use crate::setup::SetupCommand;
use crate::wire::WireCommand;
use crate::wire::view::Saving;

impl App {
    pub(super) fn apply_files(&mut self, command: FilesCommand) {
        match command {
            FilesCommand::Open(purpose) => self.open_dialog(purpose),
            FilesCommand::Go(folder) => self.go(folder),
            FilesCommand::Name(name) => {
                self.ask_no_more();
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
            FilesCommand::Replace => {
                if let Saving::There(path) = self.model.wire.saving.clone() {
                    self.save_capture(path, true);
                }
            }
            FilesCommand::Keep => self.ask_no_more(),
            FilesCommand::Cancel => {
                self.ask_no_more();
                self.model.dialog = None;
            }
        }
    }

    fn open_dialog(&mut self, purpose: Purpose) {
        let folder = self.folder.clone();
        let mut dialog = Dialog::new(purpose, folder.clone());
        if purpose == Purpose::Capture {
            self.ask_no_more();
            dialog = dialog.named(self.model.wire.save_name());
        }
        self.model.dialog = Some(dialog);
        self.worker.list_folder(folder);
    }

    fn save_capture(&mut self, path: PathBuf, replace: bool) {
        self.apply(Command::Wire(WireCommand::Save { path, replace }));
    }

    /// Forgets what became of the last wish to save, unless it is still being carried out.
    fn ask_no_more(&mut self) {
        let saving = &mut self.model.wire.saving;
        if *saving != Saving::Going {
            *saving = Saving::Idle;
        }
    }

    /// Closes the dialog when the capture is saved. Without a dialog, what went wrong is told on the
    /// screen of the frames.
    pub(super) fn settle_saving(&mut self) {
        let dialog = &mut self.model.dialog;
        let asked = |dialog: &Dialog| dialog.purpose == Purpose::Capture;
        let waits = dialog.as_ref().is_some_and(asked);
        let wire = &mut self.model.wire;
        match std::mem::take(&mut wire.saving) {
            Saving::Done if waits => {
                *dialog = None;
                self.model.screen = Screen::Wire;
            }
            Saving::Failed(trouble) if !waits => wire.trouble = Some(trouble),
            Saving::Done | Saving::Idle => {}
            Saving::There(_) if !waits => {}
            other => wire.saving = other,
        }
    }

    fn go(&mut self, folder: PathBuf) {
        let Some(dialog) = &mut self.model.dialog else {
            return;
        };
        if dialog.purpose != Purpose::Capture || dialog.names_folder() {
            dialog.name.clear();
        }
        dialog.folder.clone_from(&folder);
        dialog.listing = Listing::Loading;
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
        let text = path.display().to_string();
        match purpose {
            Purpose::Image => self.apply(SetupCommand::Path(text).into()),
            Purpose::Patch => self.apply(SetupCommand::Patch(text).into()),
            Purpose::OldImage => self.apply(SetupCommand::From(text).into()),
            Purpose::Frames => self.open_frames(&path),
            // The dialog stays until it is known that the file is written.
            Purpose::Capture => return self.save_capture(path, false),
        }
        self.model.dialog = None;
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
