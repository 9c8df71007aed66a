//! The threads behind a [`WireView`]: one reads the index, one the rows in sight, one runs filters.
//!
//! Each is behind a bounded channel. The panel asks, goes on drawing, and takes what has come when it
//! looks the next time. `open` is how files and runs get in, `save` how they get out.

mod open;
mod save;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use super::command::WireCommand;
use super::filter::Filter;
use super::index::FRAMES_MAX;
use super::list::list;
use super::scan_file::Mark;
use super::sift;
use super::threads::{Got, News, Teller, Threads, Want, What};
use super::view::{Hits, WireView};
use crate::worker::Wake;
use open::Run;

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
    /// The last wish to open a file; what is found for earlier ones is not looked at.
    wish: u64,
    /// The last run, so that its frames can be shown again.
    run: Option<Run>,
    threads: Option<Threads>,
    /// Where each window of a long file begins, behind the first.
    marks: Vec<Mark>,
    /// Something was asked for and has not come.
    asked: bool,
    /// The map is to be made again although it is that of the same frame.
    stale: bool,
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
            wish: 0,
            run: None,
            threads: None,
            marks: Vec::new(),
            asked: false,
            stale: false,
            unsent: None,
        }
    }

    /// Carries out a command.
    pub fn apply(&mut self, view: &mut WireView, command: WireCommand) {
        match command {
            WireCommand::Open(path) => self.open(view, path),
            WireCommand::ShowRun => self.show_run(view),
            WireCommand::Save { path, replace } => self.save(view, path, replace),
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
            other => view.apply(&other),
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
            What::Saved(path, saved) => save::note(view, path, saved),
            What::Looked(wish, path, trouble) => {
                if wish == self.wish {
                    self.looked(view, &path, trouble);
                }
            }
            _ if news.opening != self.opening => {}
            What::Ended(ending) => {
                view.progress.over.store(true, Ordering::Release);
                if let Some(mark) = ending.next {
                    view.window.more = true;
                    self.marks.truncate(view.window.number);
                    self.marks.push(mark);
                }
                view.trouble = ending.trouble;
                self.stale = true;
            }
            What::Got(got) => self.got(view, *got),
        }
    }

    fn got(&mut self, view: &mut WireView, got: Got) {
        self.asked = false;
        view.learn(got.rows);
        if let Some(detail) = got.detail.filter(|it| Some(it.position) == view.selected) {
            view.detail = Some(detail);
        }
        view.then = got.then.or(view.then.take());
        if let Some(position) = got.cell {
            view.found(position);
        }
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

    /// Asks for the rows in sight, the frame that is looked at and the map there, unless something is
    /// on its way.
    fn ask(&mut self, view: &WireView) {
        let Some(threads) = self.threads.as_ref().filter(|_| !self.asked) else {
            return;
        };
        let known = view.detail.as_ref().map(|detail| detail.position);
        let drawn = view.then.as_ref().map(|then| then.position);
        let drawn = drawn.filter(|_| !self.stale);
        let want = Want {
            rows: view.missing(),
            detail: view.selected.filter(|position| known != Some(*position)),
            map: view.here().filter(|position| drawn != Some(*position)),
            cell: view.sought,
        };
        if !want.is_empty() {
            self.asked = threads.ask(want);
            self.stale &= !self.asked;
        }
    }
}
