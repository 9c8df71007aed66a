//! Where bytes of the new image were made last, in the order in which blocks are made.

/// Bytes that are looked up.
const LEN: usize = 8;
const BITS: u32 = 16;
const NOWHERE: u32 = u32::MAX;

/// For each hash of eight bytes the last place of them.
#[derive(Debug)]
pub(super) struct Made(Vec<u32>);

impl Made {
    /// Nothing was made.
    pub(super) fn new() -> Self {
        Self(vec![NOWHERE; 1 << BITS])
    }

    /// `bytes` are made at `at`.
    pub(super) fn add(&mut self, bytes: &[u8], at: usize) {
        if let (Some(index), Ok(at)) = (index(bytes), u32::try_from(at)) {
            self.0[index] = at;
        }
    }

    /// Where bytes like the first ones of `bytes` may have been made last.
    pub(super) fn latest(&self, bytes: &[u8]) -> Option<usize> {
        let at = self.0[index(bytes)?];
        (at != NOWHERE).then_some(at as usize)
    }
}

fn index(bytes: &[u8]) -> Option<usize> {
    let first = bytes.first_chunk::<LEN>()?;
    let hash = u64::from_le_bytes(*first).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    Some((hash >> (u64::BITS - BITS)) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_place_is_found_and_a_short_end_is_not() {
        let text = b"abcdefgh-abcdefgh-abcdefgh";
        let mut made = Made::new();
        assert_eq!(made.latest(text), None);
        for at in [0, 9, 20] {
            made.add(&text[at..], at);
        }
        assert_eq!(made.latest(&text[18..]), Some(9));
        assert_eq!(made.latest(b"abcdefg"), None);
    }
}
