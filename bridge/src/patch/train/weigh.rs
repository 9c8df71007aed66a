//! From counts to the bytes of the tables.

use std::iter;

use host_agent::patch::tables::{STEP, TABLE_BYTES};

use super::counts::{Bits, Counts, NODES};

/// Weight of what all rows of a kind say together, in bits of one row.
const TOGETHER: f64 = 4.0;
/// What a flag is before it was seen: bytes as predicted and bytes in all.
const FLAG_BEFORE: (f64, f64) = (3.8, 4.0);
/// Flags that were seen so often begin with a counter that has learned more, and moves less.
const SEEN_OFTEN: u32 = 10;

impl Counts {
    /// The bytes of the tables.
    #[must_use]
    pub fn tables(&self) -> Box<[u8; TABLE_BYTES]> {
        let [high, low, misses] = self.rows();
        let misses = misses
            .iter()
            .flat_map(|row| nibbles(|node| share(row[node], 0.5, 1.0)));
        let flags = self.flags().iter().flat_map(|bits| flag(*bits));
        let all = literals(high)
            .chain(literals(low))
            .chain(misses)
            .chain(flags);
        let mut bytes = Box::new([0; TABLE_BYTES]);
        for (to, byte) in bytes.iter_mut().zip(all) {
            *to = byte;
        }
        bytes
    }
}

/// Rows of one kind: each leans on what all of them say.
fn literals(rows: &[[Bits; NODES]]) -> impl Iterator<Item = u8> {
    let mut together = [Bits::default(); NODES];
    for row in rows {
        for (sum, bits) in together.iter_mut().zip(row) {
            sum.add(*bits);
        }
    }
    rows.iter().flat_map(move |row| {
        nibbles(|node| {
            let common = share(together[node], 0.4, 0.8);
            share(row[node], TOGETHER * common, TOGETHER)
        })
    })
}

/// Probability of a 1, when `ones` of `all` bits were seen before.
fn share(bits: Bits, ones: f64, all: f64) -> f64 {
    (f64::from(bits.ones) + ones) / (f64::from(bits.all) + all)
}

/// The bytes of one row.
fn nibbles(probability: impl Fn(usize) -> f64) -> Vec<u8> {
    let pair = |even: usize| nibble(probability(even)) | nibble(probability(even + 1)) << 4;
    (0..NODES).step_by(2).map(pair).collect()
}

/// The stretched value of a probability, in steps, eight more.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped"
)]
fn nibble(probability: f64) -> u8 {
    let stretched = (probability / (1.0 - probability)).ln() * 256.0;
    let steps = (stretched / f64::from(STEP)).round().clamp(-7.0, 7.0);
    (steps + 8.0) as u8
}

/// The bytes of the counter that a flag begins with.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped"
)]
fn flag(bits: Bits) -> impl Iterator<Item = u8> {
    let (hits, all) = FLAG_BEFORE;
    let probability = (share(bits, hits, all) * 4096.0).clamp(8.0, 4085.0) as u16;
    let learned = if bits.all >= SEEN_OFTEN { 3 } else { 1 };
    iter::once(probability << 4 | learned).flat_map(u16::to_le_bytes)
}
