//! Areas of memory that a file names, joined to one image.

use super::error::Defect;
use super::{Content, GAP_BYTE, SPAN_BYTES_MAX};

/// Areas in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Areas {
    areas: Vec<(u32, Vec<u8>)>,
    notes: Vec<String>,
}

impl Areas {
    /// One area.
    pub(super) fn at(address: u32, bytes: &[u8]) -> Self {
        Self {
            areas: vec![(address, bytes.to_vec())],
            notes: Vec::new(),
        }
    }

    /// Adds bytes; those that follow the last area directly extend it.
    pub(super) fn add(&mut self, address: u32, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        match self.areas.last_mut() {
            Some((start, last)) if u64::from(*start) + last.len() as u64 == u64::from(address) => {
                last.extend_from_slice(bytes);
            }
            _ => self.areas.push((address, bytes.to_vec())),
        }
    }

    /// Adds something that the reader of a report should know.
    pub(super) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// One image from the lowest address to the highest.
    pub(super) fn join(mut self) -> Result<Content, Defect> {
        self.areas.sort_by_key(|(address, _)| *address);
        let (first, end) = match (self.areas.first(), self.areas.iter().map(end).max()) {
            (Some((first, _)), Some(end)) => (*first, end),
            _ => return Err(Defect::NoBytes),
        };
        if end > 1 << 32 {
            return Err(Defect::rule(
                "last area",
                "runs beyond the 32-bit address space",
            ));
        }
        let span = end - u64::from(first);
        if span > SPAN_BYTES_MAX {
            return Err(Defect::FarApart {
                areas: self.texts(),
                span,
                max: SPAN_BYTES_MAX,
            });
        }
        let mut bytes: Vec<u8> = Vec::with_capacity(usize::try_from(span).unwrap_or(0));
        for (address, area) in &self.areas {
            let here = u64::from(first) + bytes.len() as u64;
            let Some(gap) = u64::from(*address).checked_sub(here) else {
                return Err(Defect::Overlap { at: *address });
            };
            if gap > 0 {
                self.notes
                    .push(format!("gap of {gap} bytes at 0x{here:08x} filled with ff"));
            }
            bytes.resize(bytes.len() + usize::try_from(gap).unwrap_or(0), GAP_BYTE);
            bytes.extend_from_slice(area);
        }
        Ok(Content {
            address: first,
            bytes,
            notes: shorten(self.notes),
        })
    }

    fn texts(&self) -> String {
        let texts: Vec<String> = self
            .areas
            .iter()
            .map(|area| format!("0x{:08x}..0x{:08x}", area.0, end(area)))
            .collect();
        match texts.as_slice() {
            [first, .., last] if texts.len() > 4 => format!("{first} ... {last}"),
            texts => texts.join(", "),
        }
    }
}

/// Most notes of one file.
const NOTES_MAX: usize = 4;

fn shorten(mut notes: Vec<String>) -> Vec<String> {
    if notes.len() > NOTES_MAX {
        let more = notes.len() - NOTES_MAX;
        notes.truncate(NOTES_MAX);
        notes.push(format!("and {more} more like it"));
    }
    notes
}

fn end(area: &(u32, Vec<u8>)) -> u64 {
    u64::from(area.0) + area.1.len() as u64
}
