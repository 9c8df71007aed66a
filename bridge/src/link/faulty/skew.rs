//! What a receiver reads whose clock is not the sender's.
//!
//! It finds the start bit with an error of up to a sixteenth of a bit, as a UART that samples
//! sixteen times does, and reads bit k (1 to 8) in its middle by its own clock: at
//! (k + 1/2)(1 + e) bit times of the sender, less that error. Where this lies in another bit, it
//! reads that one: the start bit below, the stop bit above. Up to some 51000 millionths nothing is
//! misread; beyond it the highest bits go first.

use fixtures::rng::Rng;

/// A bit time of the sender, in the units of this file.
const BIT: i64 = 2_000_000;
/// Data bits of a byte.
const BITS: i64 = 8;

/// What is read where `byte` was sent; the receiver's clock is slow by `ppm` millionths.
pub(super) fn sampled(byte: u8, ppm: i32, rng: &mut Rng) -> u8 {
    let early = i64::from(rng.below(1 << 16)) * BIT / (16 << 16);
    (1..=BITS).fold(0, |read, bit| {
        let middle = (2 * bit + 1) * (1_000_000 + i64::from(ppm)) - early;
        read | (level(byte, middle.div_euclid(BIT)) << (bit - 1))
    })
}

/// The level of the line in this bit of the frame: start, eight data bits, stop.
fn level(byte: u8, bit: i64) -> u8 {
    match bit {
        ..=0 => 0,
        1..=BITS => (byte >> (bit - 1)) & 1,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use fixtures::rng::Seed;

    use super::*;

    fn misread(ppm: i32) -> usize {
        let mut rng = Seed(1).rng();
        (0..=255)
            .filter(|byte| sampled(*byte, ppm, &mut rng) != *byte)
            .count()
    }

    #[test]
    fn a_clock_within_tolerance_reads_every_byte() {
        for ppm in [-50_000, -20_000, 0, 20_000, 50_000] {
            assert_eq!(misread(ppm), 0, "{ppm}");
        }
    }

    #[test]
    fn a_clock_beyond_it_misreads_the_highest_bit_first() {
        let mut rng = Seed(1).rng();
        assert!(misread(65_000) > 40);
        assert!(misread(120_000) > misread(65_000));
        assert_eq!(sampled(0x40, 66_000, &mut rng) & 0x3f, 0);
    }
}
