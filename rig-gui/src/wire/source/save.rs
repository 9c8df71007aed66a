//! How what was captured is saved.

use std::path::PathBuf;

use super::Source;
use crate::wire::disk::{self, Unsaved};
use crate::wire::threads::{What, named};
use crate::wire::trouble::no_thread;
use crate::wire::view::{Saving, WireView};

impl Source {
    /// Copies what was captured to a file, on a thread of its own; [`WireView::saving`] tells what
    /// becomes of it.
    pub(super) fn save(&self, view: &mut WireView, path: PathBuf, replace: bool) {
        let Some(origin) = self.threads.as_ref().map(|threads| threads.origin.clone()) else {
            return;
        };
        view.saving = Saving::Going;
        let teller = self.teller();
        let spawned = named("wire save").spawn(move || {
            let saved = disk::copy(&origin, &path, replace);
            teller.tell(What::Saved(path, saved));
        });
        if spawned.is_err() {
            view.saving = Saving::Failed(no_thread());
        }
    }
}

/// Takes note of how saving went.
pub(super) fn note(view: &mut WireView, path: PathBuf, saved: Result<u64, Unsaved>) {
    view.saving = match saved {
        Ok(bytes) => {
            let size = crate::units::bytes(bytes);
            view.notice = Some(format!("Saved as {}, {size}", path.display()));
            Saving::Done
        }
        Err(Unsaved::There) => Saving::There(path),
        Err(Unsaved::Failed(trouble)) => Saving::Failed(*trouble),
    };
}
