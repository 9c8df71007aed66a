//! Consistent overhead byte stuffing: no zero inside a frame, so that a zero ends it.
//!
//! A block is a code byte `n` and `n - 1` bytes without zero; it stands for these bytes and, when
//! `n` is not 255 and another block follows, a zero. Own code, because the `cobs` crate takes one
//! contiguous input and goes byte by byte; tests hold the two equal (ADR-0003 has the figures).

use core::ffi::CStr;

/// Bytes of a full block, its code byte included.
const BLOCK_BYTES_MAX: usize = 255;

/// Bytes that are looked at together.
const WORD_BYTES: usize = 8;

/// Most bytes that stuffing makes of `len` bytes, without the ending zero.
pub(super) const fn stuffed_bytes_max(len: usize) -> usize {
    len + len.div_ceil(BLOCK_BYTES_MAX - 1) + if len == 0 { 1 } else { 0 }
}

/// Offset of the first zero.
pub(super) fn zero_at(bytes: &[u8]) -> Option<usize> {
    // The only word-at-a-time search for a byte in `core`.
    CStr::from_bytes_until_nul(bytes)
        .ok()
        .map(CStr::count_bytes)
}

/// How many bytes of a word stand before its first zero; [`WORD_BYTES`] when there is none.
const fn bytes_before_zero(word: [u8; WORD_BYTES]) -> usize {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = LOW << 7;
    let word = u64::from_le_bytes(word);
    // The lowest bit that is left marks the first zero; those above it may be false.
    let marks = word.wrapping_sub(LOW) & !word & HIGH;
    (marks.trailing_zeros() / u8::BITS) as usize
}

/// Stuffs what is put into it; each call gives `None` when the output is too short.
pub(super) struct Writer<'b> {
    out: &'b mut [u8],
    /// Where the code byte of the open block goes.
    code_at: usize,
    /// Where the next byte goes.
    at: usize,
}

impl<'b> Writer<'b> {
    pub(super) fn new(out: &'b mut [u8]) -> Self {
        Self {
            out,
            code_at: 0,
            at: 1,
        }
    }

    pub(super) fn put(&mut self, bytes: &[u8]) -> Option<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = self.put_words(rest)?;
            rest = self.put_run(rest)?;
        }
        Some(())
    }

    /// Ends the frame and returns its length, the ending zero included.
    pub(super) fn finish(mut self) -> Option<usize> {
        self.write_code()?;
        *self.out.get_mut(self.at)? = 0;
        Some(self.at + 1)
    }

    /// Stuffs whole words as long as block and output have room for one; returns the rest.
    ///
    /// Works on copies of the indices: through `self` they would be stored and loaded at each zero.
    fn put_words<'i>(&mut self, bytes: &'i [u8]) -> Option<&'i [u8]> {
        let (mut code_at, mut at) = (self.code_at, self.at);
        let mut rest = bytes;
        while let Some(word) = rest.first_chunk::<WORD_BYTES>() {
            if at - code_at > BLOCK_BYTES_MAX - WORD_BYTES {
                break;
            }
            let Some(place) = self.out.get_mut(at..at + WORD_BYTES) else {
                break;
            };
            place.copy_from_slice(word);
            let run = bytes_before_zero(*word);
            at += run;
            if run == WORD_BYTES {
                rest = rest.get(WORD_BYTES..)?;
            } else {
                *self.out.get_mut(code_at)? = u8::try_from(at - code_at).ok()?;
                code_at = at;
                at += 1;
                rest = rest.get(run + 1..)?;
            }
        }
        (self.code_at, self.at) = (code_at, at);
        Some(rest)
    }

    /// Stuffs up to the next zero or the end of the block; returns the rest.
    fn put_run<'i>(&mut self, bytes: &'i [u8]) -> Option<&'i [u8]> {
        if bytes.is_empty() {
            return Some(bytes);
        }
        if self.at - self.code_at == BLOCK_BYTES_MAX {
            self.close_block()?;
        }
        let room = BLOCK_BYTES_MAX - (self.at - self.code_at);
        let (piece, _) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
        let zero = zero_at(piece);
        let run = piece.get(..zero.unwrap_or(piece.len()))?;
        let end = self.at + run.len();
        self.out.get_mut(self.at..end)?.copy_from_slice(run);
        self.at = end;
        if zero.is_some() {
            self.close_block()?;
        }
        bytes.get(run.len() + usize::from(zero.is_some())..)
    }

    fn close_block(&mut self) -> Option<()> {
        self.write_code()?;
        self.code_at = self.at;
        self.at += 1;
        Some(())
    }

    fn write_code(&mut self) -> Option<()> {
        *self.out.get_mut(self.code_at)? = u8::try_from(self.at - self.code_at).ok()?;
        Some(())
    }
}

/// Undoes the stuffing where the bytes lie and returns how many are left; `None` when a block runs
/// past the end or a code is zero.
pub(super) fn decode_in_place(bytes: &mut [u8]) -> Option<usize> {
    let (mut from, mut to) = (0, 0);
    while let Some(&code) = bytes.get(from) {
        let run = usize::from(code).checked_sub(1)?;
        let end = from + 1 + run;
        bytes.get(from + 1..end)?;
        bytes.copy_within(from + 1..end, to);
        to += run;
        from = end;
        if usize::from(code) < BLOCK_BYTES_MAX && from < bytes.len() {
            *bytes.get_mut(to)? = 0;
            to += 1;
        }
    }
    Some(to)
}
