//! The references of Thumb code that move with what they point to.
//!
//! Encodings are those of the Armv6-M and Armv7-M architecture manuals.

/// The first half-word of BL, and of B.W without a condition.
#[inline]
pub const fn is_wide_branch(first: u16, second: u16) -> bool {
    first & 0xf800 == 0xf000 && matches!(second & 0xd000, 0xd000 | 0x9000)
}

/// Bytes from the end of a wide branch to its target.
#[must_use]
#[inline]
pub const fn wide_offset(first: u16, second: u16) -> i32 {
    let (first, second) = (first as u32, second as u32);
    let sign = first >> 10 & 1;
    let i1 = 1 ^ (second >> 13 & 1) ^ sign;
    let i2 = 1 ^ (second >> 11 & 1) ^ sign;
    let offset = sign << 24 | i1 << 23 | i2 << 22 | (first & 0x3ff) << 12 | (second & 0x7ff) << 1;
    (offset << 7).cast_signed() >> 7
}

/// The wide branch of the kind of `second` with another offset; the offset is cut to 25 bits.
#[must_use]
#[inline]
pub const fn wide_branch(second: u16, offset: i32) -> (u16, u16) {
    let offset = offset.cast_unsigned();
    let sign = offset >> 24 & 1;
    let j1 = 1 ^ (offset >> 23 & 1) ^ sign;
    let j2 = 1 ^ (offset >> 22 & 1) ^ sign;
    let first = 0xf000 | sign << 10 | offset >> 12 & 0x3ff;
    let low = j1 << 13 | j2 << 11 | offset >> 1 & 0x7ff;
    (low16(first), second & 0xd000 | low16(low))
}

/// A half-word whose low bits count from its own address to a target near by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Near {
    /// LDR or ADR: words from the aligned address on.
    Word,
    /// A branch with a condition.
    Conditional,
    /// A branch without one.
    Branch,
    /// CBZ or CBNZ.
    CompareBranch,
}

impl Near {
    /// The kind of `code`, if it is one.
    #[must_use]
    pub const fn of(code: u16) -> Option<Self> {
        match code >> 11 {
            0x09 | 0x14 => Some(Self::Word),
            0x1a | 0x1b if code & 0xf00 < 0xe00 => Some(Self::Conditional),
            0x1c => Some(Self::Branch),
            _ if code & 0xf500 == 0xb100 => Some(Self::CompareBranch),
            _ => None,
        }
    }

    /// Offset in the image that `code` at offset `at` points to.
    #[must_use]
    pub const fn target(self, code: u16, at: u32) -> u32 {
        let code = code as u32;
        let step = match self {
            Self::Word => return ((at + 4) & !3).wrapping_add((code & 0xff) << 2),
            Self::Conditional => (code << 24).cast_signed() >> 23,
            Self::Branch => (code << 21).cast_signed() >> 20,
            Self::CompareBranch => ((code >> 3 & 0x1f) << 1 | (code >> 9 & 1) << 6).cast_signed(),
        };
        (at + 4).wrapping_add_signed(step)
    }

    /// `code` at offset `at` with another target; `None` when it does not reach.
    #[must_use]
    pub const fn with_target(self, code: u16, at: u32, target: u32) -> Option<u16> {
        let from = match self {
            Self::Word => (at + 4) & !3,
            _ => at + 4,
        };
        let distance = target.wrapping_sub(from).cast_signed();
        let (step, low, high) = match self {
            Self::Word => (distance >> 2, 0, 255),
            Self::Conditional => (distance >> 1, -128, 127),
            Self::Branch => (distance >> 1, -1024, 1023),
            Self::CompareBranch => (distance >> 1, 0, 63),
        };
        if step < low || step > high {
            return None;
        }
        let step = low16(step.cast_unsigned());
        Some(match self {
            Self::Word | Self::Conditional => code & 0xff00 | step & 0xff,
            Self::Branch => code & 0xf800 | step & 0x7ff,
            Self::CompareBranch => code & 0xfd07 | (step & 0x1f) << 3 | (step >> 5 & 1) << 9,
        })
    }
}

#[inline]
const fn low16(value: u32) -> u16 {
    let [low, high, ..] = value.to_le_bytes();
    u16::from_le_bytes([low, high])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_branch_survives_its_offset() {
        // bl .+4 and bl .-4, as an assembler writes them.
        assert_eq!(wide_offset(0xf000, 0xf800), 0);
        assert_eq!(wide_offset(0xf7ff, 0xfffe), -4);
        for offset in [0, 2, -2, 0x1234, -0x1234, 0x00ff_fffe, -0x0100_0000] {
            for second in [0xf800, 0x9000] {
                let (first, second) = wide_branch(second, offset);
                assert!(is_wide_branch(first, second));
                assert_eq!(wide_offset(first, second), offset);
            }
        }
    }

    #[test]
    fn a_near_target_survives_its_code() {
        for code in 0..=u16::MAX {
            let Some(near) = Near::of(code) else { continue };
            for at in [1000_u32, 1002] {
                let target = near.target(code, at);
                assert_eq!(near.with_target(code, at, target), Some(code), "{code:04x}");
            }
        }
    }

    #[test]
    fn what_does_not_reach_is_no_code() {
        assert_eq!(Near::Word.with_target(0x4800, 0, 2000), None);
        assert_eq!(Near::Conditional.with_target(0xd000, 1000, 0), None);
    }
}
