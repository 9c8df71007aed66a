//! Up to four bytes that an operation copies, as they are predicted.

use super::expect::Field;

/// A half-word, two of them, or a single byte where code is not aligned.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Unit {
    bytes: [u8; 4],
    fields: [Field; 2],
    /// High bytes of the half-words that they come from.
    pub(super) codes: [u8; 2],
    /// Offset of the first byte in a half-word.
    odd: u8,
    len: u8,
    at: u8,
    /// Whether all are right; `None` when that was not coded.
    sure: Option<bool>,
}

/// One byte of a unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Predicted {
    pub(super) predicted: u8,
    pub(super) field: Field,
    /// Which byte of its field: 0 to 3.
    pub(super) phase: u8,
    /// High byte of its half-word in the source.
    pub(super) code: u8,
    /// Whether it is right, where that is known.
    pub(super) known: Option<bool>,
}

impl Unit {
    /// Bytes with nothing to predict: `len` of `bytes`, the first of which has offset `odd` in its
    /// half-word.
    pub(super) const fn plain(bytes: [u8; 4], codes: [u8; 2], odd: u8, len: u8) -> Self {
        Self {
            bytes,
            fields: [Field::Plain; 2],
            codes,
            odd,
            len,
            at: 0,
            sure: None,
        }
    }

    /// Replaces a half-word, or all of it, by what is expected there.
    pub(super) fn expect(&mut self, half: usize, bytes: &[u8], field: Field) {
        for (to, from) in self.bytes.iter_mut().skip(2 * half).zip(bytes) {
            *to = *from;
        }
        let halves = bytes.len().div_ceil(2);
        for to in self.fields.iter_mut().skip(half).take(halves) {
            *to = field;
        }
    }

    /// Leaves out the second half-word.
    pub(super) fn shorten(&mut self) {
        self.len = self.len.min(2);
    }

    #[inline]
    pub(super) const fn len(&self) -> usize {
        self.len as usize
    }

    #[inline]
    pub(super) const fn is_over(&self) -> bool {
        self.at >= self.len
    }

    /// The field that it begins with.
    #[inline]
    pub(super) const fn field(&self) -> Field {
        let [first, _] = self.fields;
        first
    }

    #[inline]
    pub(super) fn predicted(&self) -> &[u8] {
        self.bytes.get(..self.len()).unwrap_or_default()
    }

    /// Takes note of whether all bytes are right.
    #[inline]
    pub(super) const fn settle(&mut self, sure: bool) {
        self.sure = Some(sure);
    }

    #[inline]
    pub(super) fn is_sure(&self) -> bool {
        self.sure == Some(true)
    }

    /// The bytes that were not taken.
    #[inline]
    pub(super) fn rest(&self) -> &[u8] {
        let rest = self.bytes.get(usize::from(self.at)..self.len());
        rest.unwrap_or_default()
    }

    #[inline]
    pub(super) fn skip(&mut self, count: usize) {
        // At most four.
        self.at += u8::try_from(count).unwrap_or(0);
    }

    /// A byte was wrong: no more is known of the others.
    #[inline]
    pub(super) const fn missed(&mut self) {
        self.sure = None;
    }

    /// The next byte.
    #[inline]
    pub(super) fn next(&mut self) -> Option<Predicted> {
        if self.is_over() {
            return None;
        }
        let at = self.at;
        self.at += 1;
        let half = usize::from((at + self.odd) >> 1) & 1;
        let field = self.fields.get(half).copied().unwrap_or_default();
        let known = match self.sure {
            // One of them is wrong, and it was none of the others.
            Some(false) if self.is_over() => Some(false),
            _ => None,
        };
        Some(Predicted {
            predicted: self.bytes.get(usize::from(at) & 3).copied().unwrap_or(0),
            field,
            phase: if field.is_word() {
                at & 3
            } else {
                (at + self.odd) & 1
            },
            code: self.codes.get(half).copied().unwrap_or(0),
            known,
        })
    }
}
