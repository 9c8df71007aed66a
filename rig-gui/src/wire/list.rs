//! A list that one thread appends to while others read it: no lock, no copy, no doubling.

use std::fmt;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// Rows of a chunk: memory grows by this many.
const CHUNK_ROWS: usize = 4096;

/// A row that can be stored in cells that several threads see.
pub trait Row: Copy {
    /// Where it is stored.
    type Cell: Send + Sync;
    /// A cell without a row.
    fn empty() -> Self::Cell;
    /// Stores it.
    fn store(self, cell: &Self::Cell);
    /// What was stored.
    fn load(cell: &Self::Cell) -> Self;
}

impl Row for u32 {
    type Cell = AtomicU32;

    fn empty() -> AtomicU32 {
        AtomicU32::new(0)
    }

    fn store(self, cell: &AtomicU32) {
        cell.store(self, Ordering::Relaxed);
    }

    fn load(cell: &AtomicU32) -> Self {
        cell.load(Ordering::Relaxed)
    }
}

/// Cells that are made when the first of them is needed.
type Chunk<T> = OnceLock<Box<[<T as Row>::Cell]>>;

struct Shared<T: Row> {
    chunks: Box<[Chunk<T>]>,
    len: AtomicUsize,
    max: usize,
}

impl<T: Row> Shared<T> {
    fn cell(&self, number: usize) -> Option<&T::Cell> {
        let chunk = self.chunks.get(number / CHUNK_ROWS)?.get()?;
        chunk.get(number % CHUNK_ROWS)
    }
}

/// The reading end; clones read the same list.
pub struct List<T: Row>(Arc<Shared<T>>);

/// The writing end: there is one.
pub struct Pen<T: Row>(Arc<Shared<T>>);

/// A new list of at most `max` rows.
#[must_use]
pub fn list<T: Row>(max: usize) -> (Pen<T>, List<T>) {
    let chunks = max.div_ceil(CHUNK_ROWS);
    let shared = Arc::new(Shared {
        chunks: (0..chunks).map(|_| OnceLock::new()).collect(),
        len: AtomicUsize::new(0),
        max,
    });
    (Pen(shared.clone()), List(shared))
}

impl<T: Row> List<T> {
    /// Rows so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len.load(Ordering::Acquire)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether no more rows fit.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() == self.0.max
    }

    /// A row; `None` when it is not there yet.
    #[must_use]
    pub fn get(&self, number: usize) -> Option<T> {
        let there = number < self.len();
        there.then(|| self.0.cell(number).map(T::load)).flatten()
    }
}

impl<T: Row> Pen<T> {
    /// Appends a row; whether there was room for it.
    pub fn push(&mut self, row: T) -> bool {
        let shared = &*self.0;
        let number = shared.len.load(Ordering::Relaxed);
        if number == shared.max {
            return false;
        }
        if let Some(chunk) = shared.chunks.get(number / CHUNK_ROWS) {
            chunk.get_or_init(|| (0..CHUNK_ROWS).map(|_| T::empty()).collect());
        }
        if let Some(cell) = shared.cell(number) {
            row.store(cell);
        }
        shared.len.store(number + 1, Ordering::Release);
        true
    }

    /// Changes the last row.
    pub fn amend(&mut self, change: impl FnOnce(&mut T)) {
        let last = self.0.len.load(Ordering::Relaxed).checked_sub(1);
        if let Some(cell) = last.and_then(|number| self.0.cell(number)) {
            let mut row = T::load(cell);
            change(&mut row);
            row.store(cell);
        }
    }
}

impl<T: Row> Clone for List<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Row> Default for List<T> {
    fn default() -> Self {
        list(0).1
    }
}

impl<T: Row> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "List of {}", self.len())
    }
}

impl<T: Row> fmt::Debug for Pen<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pen")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_ends_where_it_is_full() {
        let (mut pen, list) = list::<u32>(CHUNK_ROWS + 2);
        for number in 0..5000 {
            pen.push(number);
        }
        assert_eq!(list.len(), CHUNK_ROWS + 2);
        assert!(list.is_full() && !pen.push(1));
        assert_eq!((list.get(4097), list.get(4098)), (Some(4097), None));
        pen.amend(|row| *row = 7);
        assert_eq!(list.get(4097), Some(7));
    }

    #[test]
    fn a_reader_sees_whole_rows_while_they_are_written() {
        let (mut pen, list) = list::<u32>(100_000);
        std::thread::scope(|scope| {
            scope.spawn(move || (1..=100_000).for_each(|row| assert!(pen.push(row))));
            while !list.is_full() {
                let len = list.len();
                let last = len.checked_sub(1).and_then(|number| list.get(number));
                assert_eq!(last.map_or(0, |row| usize::try_from(row).unwrap()), len);
            }
        });
    }
}
