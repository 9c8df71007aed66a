//! The threads behind a [`WireView`]: one reads the index, one the rows in sight, one runs filters.
//!
//! Each is behind a bounded channel. The panel asks, goes on drawing, and takes what has come when it
//! looks the next time.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use super::command::WireCommand;
use super::disk::{self, Origin};
use super::filter::Filter;
use super::index::{Entry, FRAMES_MAX, TypeNames};
use super::list::{List, list};
use super::live::{Live, LiveShared};
use super::scan_file::{self, Mark, Task};
use super::sift;
use super::threads::{News, Teller, Threads, Want, What, named, no_thread};
use super::view::{Hits, WireView};
use crate::worker::Wake;

/// News that wait for the panel.
const NEWS_MAX: usize = 64;
/// The threads, seen from the panel.
pub struct Source {
    wake: Wake,
    frames_max: usize,
    sender: SyncSender<News>,
    news: Receiver<News>,
    /// Which opening the threads belong to; news of others are of yesterday.
    opening: u64,
    threads: Option<Threads>,
    /// Where each window of a long file begins, behind the first.
    marks: Vec<Mark>,
    /// Rows that were asked for and have not come.
    asked: bool,
    /// A filter that found no place in its thread's channel.
    unsent: Option<Option<sift::Order>>,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source")
            .field("opening", &self.opening)
            .finish_non_exhaustive()
    }
}

impl Source {
    /// No thread yet; `wake` is called when there is something to draw.
    #[must_use]
    pub fn new(wake: Wake) -> Self {
        Self::with_frames_max(wake, FRAMES_MAX)
    }

    /// The same with another limit for the frames that are loaded at once.
    #[must_use]
    pub fn with_frames_max(wake: Wake, frames_max: usize) -> Self {
        let (sender, news) = sync_channel(NEWS_MAX);
        Self {
            wake,
            frames_max,
            sender,
            news,
            opening: 0,
            threads: None,
            marks: Vec::new(),
            asked: false,
            unsent: None,
        }
    }

    /// Opens a capture or a transcript; frames appear as it is read.
    pub fn open(&mut self, view: &mut WireView, path: &Path) {
        self.marks.clear();
        let origin = Origin::File(path.to_owned());
        self.load(view, origin, None, TypeNames::default());
        view.title = path.file_name().map_or_else(
            || path.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        );
        view.follow = false;
    }

    /// Shows the frames of a run from now on. What is returned belongs to the engine's thread; the
    /// run began `epoch` after 1970, zero where time is virtual.
    pub fn live(&mut self, view: &mut WireView, title: &str, epoch: Duration) -> Live {
        self.marks.clear();
        let shared = Arc::new(LiveShared::default());
        let (pen, entries) = list(self.frames_max);
        self.begin(view, entries.clone(), TypeNames::default());
        title.clone_into(&mut view.title);
        view.follow = true;
        view.progress.over.store(true, Ordering::Release);
        view.live = Some(shared.clone());
        let origin = Origin::Spool(shared.spool.clone());
        self.start(view, origin, &entries, Some(&shared));
        Live::new(shared, view.names.clone(), (pen, entries), epoch)
    }

    /// Carries out a command.
    pub fn apply(&mut self, view: &mut WireView, command: WireCommand) {
        match command {
            WireCommand::Open(path) => self.open(view, &path),
            WireCommand::Save(path) => self.save(view, path),
            WireCommand::NextWindow => self.window(view, view.window.number + 1),
            WireCommand::PreviousWindow => {
                if let Some(number) = view.window.number.checked_sub(1) {
                    self.window(view, number);
                }
            }
            WireCommand::ToggleType(number) => {
                view.filter.types.toggle(number);
                self.sift(view);
            }
            WireCommand::SetDirection(direction) => {
                view.filter.direction = direction;
                self.sift(view);
            }
            WireCommand::SetErrors(errors) => {
                view.filter.errors = errors;
                self.sift(view);
            }
            WireCommand::SetText(text) => {
                view.filter.text = text;
                self.sift(view);
            }
            WireCommand::ClearFilter => {
                view.filter = Filter::default();
                self.sift(view);
            }
            other => view.apply(other),
        }
        self.ask(view);
    }

    /// Takes what the threads have brought, and asks for what is missing.
    pub fn pump(&mut self, view: &mut WireView) {
        for _ in 0..NEWS_MAX {
            let Ok(news) = self.news.try_recv() else {
                break;
            };
            self.take(view, news);
        }
        if let (Some(order), Some(threads)) = (self.unsent.take(), &self.threads) {
            self.unsent = threads.sift(order);
        }
        self.ask(view);
    }

    /// Waits for news and takes them. Never call it while drawing: it is for programs without a
    /// window. Whether there were any within `patience`.
    pub fn wait(&mut self, view: &mut WireView, patience: Duration) -> bool {
        let news = self.news.recv_timeout(patience);
        let some = news.is_ok();
        if let Ok(news) = news {
            self.take(view, news);
        }
        self.pump(view);
        some
    }

    fn take(&mut self, view: &mut WireView, news: News) {
        match news.what {
            What::Saved(path, Ok(_)) => {
                view.notice = Some(format!("Saved as {}", path.display()));
            }
            What::Saved(_, Err(trouble)) => view.trouble = Some(trouble),
            _ if news.opening != self.opening => {}
            What::Ended(ending) => {
                view.progress.over.store(true, Ordering::Release);
                if let Some(mark) = ending.next {
                    view.window.more = true;
                    self.marks.truncate(view.window.number);
                    self.marks.push(mark);
                }
                view.trouble = ending.trouble;
            }
            What::Rows(rows, detail) => {
                self.asked = false;
                view.learn(rows);
                if let Some(detail) = detail.filter(|it| Some(it.position) == view.selected) {
                    view.detail = Some(*detail);
                }
            }
        }
    }

    /// Loads the window with a number, as far as its beginning is known.
    fn window(&mut self, view: &mut WireView, number: usize) {
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
        let first = from.as_ref().map_or(0, |mark| mark.first);
        self.begin(view, entries.clone(), names);
        view.window.first = first;
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
        self.unsent = None;
        *view = WireView {
            entries,
            names,
            path: std::mem::take(&mut view.path),
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

    fn teller(&self) -> Teller {
        Teller {
            opening: self.opening,
            sender: self.sender.clone(),
            wake: self.wake.clone(),
        }
    }

    /// Runs the filter of the view; hits appear as they are found.
    fn sift(&mut self, view: &mut WireView) {
        let Some(threads) = &self.threads else {
            return;
        };
        let order = if view.filter.shows_all() {
            view.hits = None;
            None
        } else {
            let (pen, found) = list(self.frames_max);
            let looked = Arc::new(AtomicUsize::new(0));
            view.hits = Some(Hits {
                list: found,
                looked: looked.clone(),
            });
            Some(sift::Order {
                filter: view.filter.clone(),
                hits: pen,
                looked,
            })
        };
        self.unsent = threads.sift(order);
        view.top = 0;
        if let (Some(position), None) = (view.selected, &view.hits) {
            view.bring_in_sight(view.row_of(position));
        }
    }

    /// Asks for the rows in sight and for the frame that is looked at, unless that is on its way.
    fn ask(&mut self, view: &WireView) {
        let Some(threads) = self.threads.as_ref().filter(|_| !self.asked) else {
            return;
        };
        let known = view.detail.as_ref().map(|detail| detail.position);
        let want = Want {
            rows: view.missing(),
            detail: view.selected.filter(|position| known != Some(*position)),
        };
        if !want.rows.is_empty() || want.detail.is_some() {
            self.asked = threads.ask(want);
        }
    }

    fn save(&self, view: &mut WireView, path: PathBuf) {
        let Some(origin) = self.threads.as_ref().map(|threads| threads.origin.clone()) else {
            return;
        };
        view.notice = None;
        let teller = self.teller();
        let spawned = named("wire save").spawn(move || {
            let saved = disk::copy(&origin, &path);
            teller.tell(What::Saved(path, saved));
        });
        if spawned.is_err() {
            view.trouble = Some(no_thread());
        }
    }
}
