//! How files and runs are opened.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bridge::trouble::Trouble;

use super::Source;
use crate::wire::disk::Origin;
use crate::wire::index::{Entry, TypeNames};
use crate::wire::list::{List, list};
use crate::wire::live::{Live, LiveShared};
use crate::wire::scan_file::{self, Mark, Task};
use crate::wire::threads::{Threads, What, named};
use crate::wire::trouble::no_thread;
use crate::wire::view::{Progress, WireView};

/// What is needed to show the frames of a run again.
pub(super) struct Run {
    title: String,
    entries: List<Entry>,
    names: TypeNames,
    live: Arc<LiveShared>,
}

impl Source {
    /// Opens a capture or a transcript. What is open stays until it is known that the file is one;
    /// then its frames appear as it is read.
    pub fn open(&mut self, view: &mut WireView, path: PathBuf) {
        self.wish += 1;
        view.opening = Some(name_of(&path));
        (view.trouble, view.notice) = (None, None);
        let (wish, teller) = (self.wish, self.teller());
        let spawned = named("wire look").spawn(move || {
            let trouble = scan_file::look(&Origin::File(path.clone())).err();
            teller.tell(What::Looked(wish, path, trouble));
        });
        if spawned.is_err() {
            view.opening = None;
            view.trouble = Some(no_thread());
        }
    }

    /// A file that is to be opened was looked into.
    pub(super) fn looked(&mut self, view: &mut WireView, path: &Path, trouble: Option<Trouble>) {
        view.opening = None;
        if trouble.is_some() {
            view.trouble = trouble;
            return;
        }
        self.marks.clear();
        let origin = Origin::File(path.to_owned());
        self.load(view, origin, None, TypeNames::default());
        view.title = name_of(path);
    }

    /// Shows the frames of a run from now on. What is returned belongs to the engine's thread; the
    /// run began `epoch` after 1970, zero where time is virtual.
    pub fn live(&mut self, view: &mut WireView, title: &str, epoch: Duration) -> Live {
        self.marks.clear();
        self.wish += 1;
        let shared = Arc::new(LiveShared::default());
        let (pen, entries) = list(self.frames_max);
        self.begin(view, entries.clone(), TypeNames::default());
        title.clone_into(&mut view.title);
        view.follow = true;
        view.live = Some(shared.clone());
        let origin = Origin::Spool(shared.spool.clone());
        self.start(view, origin, &entries, Some(&shared));
        self.run = Some(Run {
            title: title.to_owned(),
            entries: entries.clone(),
            names: view.names.clone(),
            live: shared.clone(),
        });
        Live::new(shared, view.names.clone(), (pen, entries), epoch)
    }

    /// Shows the frames of the last run again, where a file is open.
    pub(super) fn show_run(&mut self, view: &mut WireView) {
        if view.live.is_some() {
            return;
        }
        let Some(run) = self.run.take() else {
            return;
        };
        self.marks.clear();
        self.wish += 1;
        self.begin(view, run.entries.clone(), run.names.clone());
        view.title.clone_from(&run.title);
        view.follow = true;
        view.live = Some(run.live.clone());
        let origin = Origin::Spool(run.live.spool.clone());
        self.start(view, origin, &run.entries, Some(&run.live));
        self.run = Some(run);
    }

    /// Loads the window with a number, as far as its beginning is known.
    pub(super) fn window(&mut self, view: &mut WireView, number: usize) {
        let mark = match number.checked_sub(1) {
            None => None,
            Some(before) => match self.marks.get(before) {
                Some(mark) => Some(mark.clone()),
                None => return,
            },
        };
        let Some(origin) = self.threads.as_ref().map(|threads| threads.origin.clone()) else {
            return;
        };
        let (title, filter) = (view.title.clone(), view.filter.clone());
        let names = view.names.clone();
        self.load(view, origin, mark, names);
        view.title = title;
        view.window.number = number;
        view.filter = filter;
        self.sift(view);
    }

    /// Loads a window; types keep the numbers that they have in `names`.
    fn load(&mut self, view: &mut WireView, origin: Origin, from: Option<Mark>, names: TypeNames) {
        let (pen, entries) = list(self.frames_max);
        let progress = Arc::new(Progress::begun());
        let first = from.as_ref().map_or(0, |mark| mark.first);
        self.begin(view, entries.clone(), names);
        view.window.first = first;
        view.progress = progress;
        if !self.start(view, origin.clone(), &entries, None) {
            return;
        }
        let stop = self.threads.as_ref().map(|threads| threads.stop.clone());
        let task = Task {
            origin,
            from,
            first,
            entries,
            pen,
            names: view.names.clone(),
            progress: view.progress.clone(),
            stop: stop.unwrap_or_default(),
            wake: self.wake.clone(),
        };
        let teller = self.teller();
        let spawned = named("wire index").spawn(move || {
            let ending = scan_file::run(task);
            teller.tell(What::Ended(Box::new(ending)));
        });
        if spawned.is_err() {
            view.progress.over.store(true, Ordering::Release);
            view.trouble = Some(no_thread());
        }
    }

    /// Forgets what was open; what the user has set stays.
    fn begin(&mut self, view: &mut WireView, entries: List<Entry>, names: TypeNames) {
        self.opening += 1;
        self.threads = None;
        self.asked = false;
        self.stale = false;
        self.unsent = None;
        *view = WireView {
            entries,
            names,
            saving: std::mem::take(&mut view.saving),
            run_behind: self.run.is_some(),
            rows: view.rows,
            pane: view.pane,
            ..WireView::default()
        };
    }

    /// Starts the threads for rows and filters; whether that was possible.
    fn start(
        &mut self,
        view: &mut WireView,
        origin: Origin,
        entries: &List<Entry>,
        live: Option<&Arc<LiveShared>>,
    ) -> bool {
        self.threads = Threads::start(origin, entries, live, &self.teller());
        if self.threads.is_none() {
            view.progress.over.store(true, Ordering::Release);
            view.trouble = Some(no_thread());
        }
        self.threads.is_some()
    }
}

/// The last part of a path, for people.
fn name_of(path: &Path) -> String {
    let name = path.file_name();
    name.map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}
