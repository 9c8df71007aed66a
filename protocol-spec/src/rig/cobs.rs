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
            if self.at - self.code_at == BLOCK_BYTES_MAX {
                self.close_block()?;
            }
            let (run, zero) = match self.put_word(rest) {
                Some(run) => (run, run < WORD_BYTES),
                None => self.put_run(rest)?,
            };
            if zero {
                self.close_block()?;
            }
            rest = rest.get(run + usize::from(zero)..)?;
        }
        Some(())
    }

    /// Ends the frame and returns its length, the ending zero included.
    pub(super) fn finish(mut self) -> Option<usize> {
        self.write_code()?;
        *self.out.get_mut(self.at)? = 0;
        Some(self.at + 1)
    }

    /// Writes the bytes before the first zero of the next word, at one go, and returns how many;
    /// `None` when input, block or output has no room for a word.
    fn put_word(&mut self, rest: &[u8]) -> Option<usize> {
        let word: &[u8; WORD_BYTES] = rest.first_chunk()?;
        if self.at - self.code_at > BLOCK_BYTES_MAX - WORD_BYTES {
            return None;
        }
        *self.out.get_mut(self.at..)?.first_chunk_mut()? = *word;
        let run = bytes_before_zero(*word);
        self.at += run;
        Some(run)
    }

    /// Writes the bytes before the next zero, as many as the block takes, and returns how many and
    /// whether the zero follows.
    fn put_run(&mut self, rest: &[u8]) -> Option<(usize, bool)> {
        let room = BLOCK_BYTES_MAX - (self.at - self.code_at);
        let (piece, _) = rest.split_at_checked(room).unwrap_or((rest, &[]));
        let zero = zero_at(piece);
        let run = piece.get(..zero.unwrap_or(piece.len()))?;
        let end = self.at + run.len();
        self.out.get_mut(self.at..end)?.copy_from_slice(run);
        self.at = end;
        Some((run.len(), zero.is_some()))
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
