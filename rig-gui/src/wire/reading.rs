//! One thread's way to the bytes and words of frames.

use std::io;

use std::sync::Arc;

use bridge::capture::scan::{WIRE_OFFSET, packet_at};
use bridge::dialect::words::{Words, words};

use super::disk::{Lens, Origin};
use super::index::{Entry, Kind};
use super::live::LiveShared;
use super::scan_text;
use super::tree::{self, Node};

/// Reads what entries speak of.
#[derive(Debug)]
pub(super) struct Reading {
    origin: Origin,
    live: Option<Arc<LiveShared>>,
    lens: Option<Lens>,
}

/// All of one frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Detail {
    /// Its place in the index.
    pub position: u32,
    /// What it says.
    pub words: String,
    /// Its bytes as they were on the wire; empty where none are known.
    pub wire: Vec<u8>,
    /// What was said about it.
    pub comments: Vec<String>,
    /// Its fields.
    pub nodes: Vec<Node>,
}

impl Reading {
    pub(super) fn new(origin: Origin, live: Option<Arc<LiveShared>>) -> Self {
        Self {
            origin,
            live,
            lens: None,
        }
    }

    /// What a frame says, in one line; why it cannot be read where it cannot.
    pub(super) fn words(&mut self, position: usize, entry: &Entry) -> String {
        let bytes = match self.bytes(position, entry) {
            Ok(bytes) => bytes,
            Err(error) => return format!("cannot be read: {error}"),
        };
        words_of(entry, &bytes)
    }

    /// What a frame says, and what was said about it.
    pub(super) fn texts(&mut self, position: usize, entry: &Entry) -> Vec<String> {
        let mut texts = vec![self.words(position, entry)];
        if entry.has_comment() && entry.kind.has_wire() {
            texts.extend(self.comments(position, entry));
        }
        texts
    }

    /// All of a frame.
    pub(super) fn detail(&mut self, position: u32, entry: &Entry) -> Detail {
        let at = usize::try_from(position).unwrap_or(usize::MAX);
        let bytes = self.bytes(at, entry);
        let words = match &bytes {
            Ok(bytes) => words_of(entry, bytes),
            Err(error) => format!("cannot be read: {error}"),
        };
        let wire = bytes.ok().filter(|_| entry.kind.has_wire());
        let wire = wire.unwrap_or_default();
        let nodes = match entry.kind {
            Kind::Frame => tree::of_frame(entry.dialect(), entry.direction(), &wire),
            Kind::Stray => tree::of_stray(&wire),
            Kind::Foreign | Kind::Told | Kind::Note => Vec::new(),
        };
        let comments = if entry.has_comment() && entry.kind.has_wire() {
            self.comments(at, entry)
        } else {
            Vec::new()
        };
        Detail {
            position,
            words,
            wire,
            comments,
            nodes,
        }
    }

    /// The bytes of a frame as they were on the wire, where any are known.
    pub(super) fn wire(&mut self, position: usize, entry: &Entry) -> Option<Vec<u8>> {
        let known = entry.kind.has_wire();
        known.then(|| self.bytes(position, entry).ok()).flatten()
    }

    fn bytes(&mut self, position: usize, entry: &Entry) -> io::Result<Vec<u8>> {
        if let Some((wire, _)) = self.tail(position, entry) {
            return Ok(wire);
        }
        let lens = self.lens()?;
        Ok(lens.get(entry.offset(), entry.length())?.to_vec())
    }

    fn comments(&mut self, position: usize, entry: &Entry) -> Vec<String> {
        if let Some((_, comments)) = self.tail(position, entry) {
            return comments;
        }
        let block = entry.offset().saturating_sub(WIRE_OFFSET);
        let packet = self.lens().ok().map(|lens| packet_at(lens.file(), block));
        packet.and_then(Result::ok).unwrap_or_default().1
    }

    /// The last packet of a run, while it is not in the file.
    fn tail(&self, position: usize, entry: &Entry) -> Option<(Vec<u8>, Vec<String>)> {
        let live = self.live.as_ref()?;
        let end = entry.offset() + u64::try_from(entry.length()).unwrap_or_default();
        if end <= live.spool.written() {
            return None;
        }
        live.tail(position)
    }

    fn lens(&mut self) -> io::Result<&mut Lens> {
        if self.lens.is_none() {
            self.lens = Some(Lens::new(self.origin.open()?.0));
        }
        self.lens
            .as_mut()
            .ok_or_else(|| io::Error::other("it was not opened"))
    }
}

fn words_of(entry: &Entry, bytes: &[u8]) -> String {
    match entry.kind {
        Kind::Frame => words(entry.dialect(), entry.direction(), bytes).summary,
        Kind::Stray => Words::stray(bytes.len()).summary,
        Kind::Foreign => "a packet of another program, passed over".to_owned(),
        Kind::Told | Kind::Note => scan_text::words(&String::from_utf8_lossy(bytes)),
    }
}
