//! How long the whole new image is when it is compressed: what a patch has to beat.

use std::io::Write as _;

use lzma_rust2::{LzmaOptions, LzmaWriter};

/// Least dictionary of LZMA, bytes.
const DICTIONARY_MIN: u32 = 4096;

/// Bytes of `image` as one LZMA stream with its 13-byte head, by the strongest preset.
///
/// `None` when it cannot be compressed at all.
#[must_use]
pub fn compressed_len(image: &[u8]) -> Option<u64> {
    let mut options = LzmaOptions::with_preset(9);
    options.dict_size = u32::try_from(image.len()).ok()?.max(DICTIONARY_MIN);
    let mut writer =
        LzmaWriter::new_use_header(Vec::new(), &options, Some(image.len() as u64)).ok()?;
    writer.write_all(image).ok()?;
    Some(writer.finish().ok()?.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_repeats_is_short_and_noise_is_not() {
        assert!(compressed_len(&[7; 10_000]).unwrap() < 100);
        let mut state = 1_u32;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .take(10_000)
        .collect();
        let len = compressed_len(&noise).unwrap();
        assert!((10_000..10_300).contains(&len), "{len}");
        assert!(compressed_len(&[]).unwrap() < 30);
    }
}
