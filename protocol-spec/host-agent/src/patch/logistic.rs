//! Probabilities in the logistic domain: `stretch(p) = ln(p / (1 - p))`, and back.
//!
//! Probabilities have 12 bits; stretched values have 8 bits behind the point and end at +-2047.

/// e^x / (1 + e^x) for x = -8, -7.5 ... 8, 12 bits.
const CURVE: [i32; 33] = [
    1, 2, 4, 6, 10, 17, 27, 45, 74, 120, 194, 310, 488, 747, 1101, 1546, 2048, 2550, 2994, 3348,
    3607, 3785, 3901, 3975, 4022, 4050, 4068, 4079, 4085, 4089, 4092, 4093, 4095,
];

/// Stretched values of one entry of the table of probabilities: 1 / 64.
const SHIFT: u32 = 2;
const PROBABILITIES: usize = 4096 >> SHIFT;

static PROBABILITY: [u16; PROBABILITIES] = probability_table();

/// The probability of a stretched value, that of `most` for a larger one, at most 2047.
#[inline]
#[expect(clippy::cast_sign_loss, reason = "0 to 4095")]
pub(super) fn squash(stretched: i32, most: i32) -> u16 {
    let at = (stretched.clamp(-most, most) + 2048) as usize >> SHIFT;
    PROBABILITY.get(at).copied().unwrap_or(2048)
}

#[expect(
    clippy::indexing_slicing,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::cast_possible_truncation,
    reason = "made at compile time, where an error stops the build"
)]
const fn probability_table() -> [u16; PROBABILITIES] {
    let mut table = [0; PROBABILITIES];
    let mut at = 0;
    while at < PROBABILITIES {
        let middle = ((at << SHIFT) + (1 << SHIFT >> 1)) as i32 - 2048;
        table[at] = exact(middle) as u16;
        at += 1;
    }
    table
}

/// The probability of a stretched value, 1 to 4095.
const fn exact(stretched: i32) -> i32 {
    if stretched > 2047 {
        return 4095;
    }
    if stretched < -2047 {
        return 1;
    }
    let weight = stretched & 127;
    let at = (stretched >> 7) + 16;
    (knot(at) * (128 - weight) + knot(at + 1) * weight + 64) >> 7
}

#[expect(
    clippy::indexing_slicing,
    clippy::cast_sign_loss,
    reason = "-2048..2048 has knots 0 to 32"
)]
const fn knot(at: i32) -> i32 {
    CURVE[at as usize]
}

static STRETCH: [i16; 4096] = stretch_table();

/// The stretched value of a probability of 12 bits.
#[inline]
pub(super) fn stretch(probability: u16) -> i32 {
    STRETCH
        .get(usize::from(probability & 4095))
        .map_or(0, |value| i32::from(*value))
}

#[expect(
    clippy::indexing_slicing,
    clippy::cast_sign_loss,
    clippy::cast_possible_truncation,
    reason = "made at compile time, where an error stops the build"
)]
const fn stretch_table() -> [i16; 4096] {
    let mut table = [2047; 4096];
    let mut next = 0;
    let mut stretched = -2047;
    while stretched <= 2047 {
        let upto = exact(stretched) as usize;
        while next <= upto {
            table[next] = stretched as i16;
            next += 1;
        }
        stretched += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squash_undoes_stretch() {
        for probability in 1..4095_u16 {
            let back = squash(stretch(probability), 2047);
            assert!(
                back.abs_diff(probability) <= 16,
                "{probability} came back as {back}"
            );
        }
        assert!(stretch(2048).abs() <= 1);
    }
}
