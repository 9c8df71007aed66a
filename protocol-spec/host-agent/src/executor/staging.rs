//! The staging area, and the bytes that wait for it.

use super::{Done, Executor};
use crate::core_event::CoreEvent;
use crate::effect::Store;
use crate::fault::{Fault, Place};
use crate::flash::{Flash, PROGRAM_BYTES_MAX};
use crate::layout::Area;

/// Bytes of the object on their way to flash: less than one piece, or one whole piece.
#[derive(Clone)]
pub(super) struct Window {
    piece: [u8; PROGRAM_BYTES_MAX],
    piece_len: u32,
    filled: u32,
    stored: u32,
    length: u32,
}

impl Window {
    /// Takes bytes of an object of `length` bytes from offset `stored` on.
    pub(super) const fn open(stored: u32, length: u32, piece_len: u32) -> Self {
        Self {
            piece: [0; PROGRAM_BYTES_MAX],
            piece_len,
            filled: 0,
            stored,
            length,
        }
    }

    pub(super) fn room(&self) -> usize {
        let rest = self.length.saturating_sub(self.written());
        self.piece_len.saturating_sub(self.filled).min(rest) as usize
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> usize {
        let (before, room) = (self.filled, self.room());
        let free = self.piece.iter_mut().skip(before as usize).take(room);
        for (to, from) in free.zip(bytes) {
            *to = *from;
            self.filled += 1;
        }
        (self.filled - before) as usize
    }

    pub(super) const fn written(&self) -> u32 {
        self.stored.saturating_add(self.filled)
    }

    pub(super) const fn stored(&self) -> u32 {
        self.stored
    }

    /// The waiting bytes, if they are the `len` bytes at `offset`.
    fn waiting(&self, offset: u32, len: u32) -> Option<&[u8]> {
        let right = self.stored == offset && self.filled == len;
        self.piece.get(..len as usize).filter(|_| right)
    }

    const fn emptied(&mut self) {
        self.stored = self.written();
        self.filled = 0;
    }
}

impl Default for Window {
    fn default() -> Self {
        Self::open(0, 0, 0)
    }
}

impl<F: Flash, M: AsRef<[u8]> + AsMut<[u8]>> Executor<F, M> {
    pub(super) fn erase_staging(&mut self, store: Store, unit: u32) -> Done {
        let unit_len = self.shape.unit_of(store);
        let offset = unit.saturating_mul(unit_len);
        let address = self.store(store).start.saturating_add(offset);
        self.erase(address, Place::Slot)?;
        Ok(Some(CoreEvent::Erased {
            upto: offset.saturating_add(unit_len),
        }))
    }

    pub(super) fn program_staging(&mut self, store: Store, offset: u32, len: u32) -> Done {
        let mut piece = [0; PROGRAM_BYTES_MAX];
        let waiting = self.window.waiting(offset, len).ok_or(Fault::State)?;
        let piece = piece.get_mut(..waiting.len()).unwrap_or_default();
        piece.copy_from_slice(waiting);
        let address = self.store(store).start.saturating_add(offset);
        self.program(address, piece, Place::Slot)?;
        self.window.emptied();
        Ok(Some(CoreEvent::Stored {
            upto: self.window.stored(),
        }))
    }

    pub(super) const fn store(&self, store: Store) -> Area {
        match store {
            Store::Staging => self.layout.secondary,
            Store::Slot => self.layout.primary,
        }
    }
}
