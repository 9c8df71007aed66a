//! What an image says of itself: nothing (raw), or a head at a fixed offset behind the vectors.
//!
//! The head, all numbers big endian:
//!
//! | offset | size | field   | meaning                                                        |
//! |--------|------|---------|----------------------------------------------------------------|
//! | 0      | 4    | magic   | tells the target family                                        |
//! | 4      | 2    | crc     | CRC-16/CCITT-FALSE of the image, this field taken as zero      |
//! | 6      | 2    | length  | of the image, bytes                                            |
//! | 8      | 72   | version | text, ended by NUL when shorter                                |
//!
//! Images of 64 KiB and more do not fit the length field; such a host takes raw images.

use core::ops::Range;

use protocol_spec::crc::CRC16;
use protocol_spec::text::{VERSION_BYTES_MAX, Version};

/// Bytes of a head.
pub const HEAD_BYTES: usize = 8 + VERSION_BYTES_MAX;
/// Where the CRC lies in a head.
pub const HEAD_CRC: Range<usize> = 4..6;
/// Where the length lies in a head.
pub const HEAD_LENGTH: Range<usize> = 6..8;
/// Where the version text lies in a head.
pub const HEAD_VERSION: Range<usize> = 8..HEAD_BYTES;

/// How a host finds out whether a staged image is good, beyond its length and digest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ImageFormat {
    /// Any bytes; the version is the one of the offer.
    Raw,
    /// A head in the image carries length, CRC and version.
    AylaHead(HeadPlace),
}

/// Where a target family keeps the head, and its magic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HeadPlace {
    /// Offset of the head in the image, bytes.
    pub offset: u32,
    /// First bytes of the head.
    pub magic: [u8; 4],
}

impl HeadPlace {
    /// The STM32F100 family.
    pub const STM32VL: Self = Self {
        offset: 0x130,
        magic: [0xbf, 0xa4, 0x36, 0x40],
    };
    /// The STM32F303 family.
    pub const STM32F3: Self = Self {
        offset: 0x188,
        magic: [0xbf, 0xa4, 0x36, 0x41],
    };
    /// The STM32F103 family.
    pub const STM32F1: Self = Self {
        offset: 0x150,
        magic: [0xbf, 0xa4, 0x36, 0x42],
    };

    const fn field(self, range: &Range<usize>) -> Range<u64> {
        let base = self.offset as u64;
        base + range.start as u64..base + range.end as u64
    }
}

/// What the update core checks of a staged image.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ImageChecks {
    /// The format.
    pub format: ImageFormat,
    /// Longest image that the slot holds, bytes.
    pub image_max: u32,
}

impl ImageChecks {
    /// Starts the check of one image.
    #[must_use]
    pub const fn start(self) -> ImageCheck {
        ImageCheck {
            checks: self,
            at: 0,
            crc: CRC_START,
            head: [0; HEAD_BYTES],
        }
    }
}

/// What is wrong with an image.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ImageFault {
    /// The magic is not where it should be.
    Magic,
    /// The head states more bytes than the slot holds.
    Length {
        /// Bytes that the head states.
        stated: u32,
    },
    /// The CRC does not match, or the head states more bytes than arrived.
    Crc,
}

/// The running check of one image, fed from its first byte on in pieces of any size.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImageCheck {
    checks: ImageChecks,
    /// Bytes fed so far.
    at: u64,
    crc: u16,
    head: [u8; HEAD_BYTES],
}

impl ImageCheck {
    /// Takes the next bytes of the image.
    pub fn update(&mut self, bytes: &[u8]) {
        let start = self.at;
        self.at = start.saturating_add(bytes.len() as u64);
        let ImageFormat::AylaHead(place) = self.checks.format else {
            return;
        };
        self.keep_head(place, start, bytes);
        let field = place.field(&HEAD_CRC);
        let limit = self.crc_limit(place);
        self.add_crc(overlap(start, bytes, 0..field.start.min(limit)));
        let zeros = overlap(start, bytes, field.start..field.end.min(limit)).len();
        self.add_crc(
            [0; HEAD_CRC.end - HEAD_CRC.start]
                .get(..zeros)
                .unwrap_or(&[]),
        );
        self.add_crc(overlap(start, bytes, field.end..limit));
    }

    /// The outcome when all bytes were fed: the version text of the head, `None` for a raw image.
    ///
    /// # Errors
    /// The first fault in the order magic, length, CRC.
    pub fn finish(&self) -> Result<Option<Version>, ImageFault> {
        let ImageFormat::AylaHead(place) = self.checks.format else {
            return Ok(None);
        };
        let head_end = place.field(&HEAD_VERSION).end;
        if self.at < head_end || !self.head.starts_with(&place.magic) {
            return Err(ImageFault::Magic);
        }
        let stated = self.stated_length();
        if stated > self.checks.image_max {
            return Err(ImageFault::Length { stated });
        }
        let covered = (head_end..=self.at).contains(&u64::from(stated));
        if !covered || self.crc != self.stated_crc() {
            return Err(ImageFault::Crc);
        }
        Ok(Some(self.version()))
    }

    fn keep_head(&mut self, place: HeadPlace, start: u64, bytes: &[u8]) {
        let all = place.field(&(0..HEAD_BYTES));
        let piece = overlap(start, bytes, all.clone());
        let Ok(from) = usize::try_from(start.max(all.start) - all.start) else {
            return;
        };
        if let Some(kept) = from
            .checked_add(piece.len())
            .and_then(|to| self.head.get_mut(from..to))
        {
            kept.copy_from_slice(piece);
        }
    }

    /// End of the bytes that the CRC covers; unbounded until the length has gone by.
    fn crc_limit(&self, place: HeadPlace) -> u64 {
        if self.at < place.field(&HEAD_LENGTH).end {
            return u64::MAX;
        }
        u64::from(self.stated_length())
    }

    fn add_crc(&mut self, bytes: &[u8]) {
        let mut digest = CRC16.digest_with_initial(self.crc);
        digest.update(bytes);
        self.crc = digest.finalize();
    }

    fn stated_length(&self) -> u32 {
        u32::from(be16(self.head.get(HEAD_LENGTH)))
    }

    fn stated_crc(&self) -> u16 {
        be16(self.head.get(HEAD_CRC))
    }

    fn version(&self) -> Version {
        let field = self.head.get(HEAD_VERSION).unwrap_or(&[]);
        let text = field.split(|byte| *byte == 0).next().unwrap_or(&[]);
        Version::from_bytes(text).unwrap_or_default()
    }
}

/// Start value of CRC-16/CCITT-FALSE, which needs no step at the end: a sum is a start value too.
const CRC_START: u16 = 0xffff;

fn be16(field: Option<&[u8]>) -> u16 {
    field
        .and_then(|bytes| bytes.try_into().ok())
        .map_or(0, u16::from_be_bytes)
}

/// The part of `bytes`, which lie at `start`, inside `range`.
fn overlap(start: u64, bytes: &[u8], range: Range<u64>) -> &[u8] {
    let index = |at: u64| {
        usize::try_from(at.saturating_sub(start))
            .unwrap_or(usize::MAX)
            .min(bytes.len())
    };
    bytes
        .get(index(range.start)..index(range.end))
        .unwrap_or(&[])
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: u32 = 0xe000;

    /// A good image of `N` bytes with the head of the STM32F1.
    fn image<const N: usize>(version: &str) -> [u8; N] {
        let mut image = [0; N];
        for (byte, i) in image.iter_mut().zip((0..=u8::MAX).cycle()) {
            *byte = i.wrapping_mul(7);
        }
        let head = 0x150;
        image[head..head + HEAD_BYTES].fill(0);
        image[head..head + 4].copy_from_slice(&HeadPlace::STM32F1.magic);
        image[head + 6..head + 8].copy_from_slice(&u16::try_from(N).unwrap().to_be_bytes());
        image[head + 8..head + 8 + version.len()].copy_from_slice(version.as_bytes());
        let crc = CRC16.checksum(&image);
        image[head + 4..head + 6].copy_from_slice(&crc.to_be_bytes());
        image
    }

    fn check(image: &[u8], piece: usize) -> Result<Option<Version>, ImageFault> {
        let checks = ImageChecks {
            format: ImageFormat::AylaHead(HeadPlace::STM32F1),
            image_max: MAX,
        };
        let mut check = checks.start();
        image.chunks(piece).for_each(|bytes| check.update(bytes));
        check.finish()
    }

    #[test]
    fn a_good_image_passes_in_pieces_of_any_size() {
        let image = image::<700>("demo 1.1");
        for piece in [1, 2, 3, 5, 64, 255, 337, 700] {
            assert_eq!(
                check(&image, piece),
                Ok(Version::from_bytes(b"demo 1.1")),
                "{piece}"
            );
        }
    }

    #[test]
    fn padding_after_the_stated_length_is_not_counted() {
        let mut padded = [0xff; 800];
        padded[..700].copy_from_slice(&image::<700>("demo 1.1"));
        assert!(check(&padded, 256).is_ok());
    }

    #[test]
    fn each_fault_has_its_name() {
        let good = image::<700>("demo 1.1");
        let mut bad = good;
        bad[0x150] = 0;
        assert_eq!(check(&bad, 100), Err(ImageFault::Magic));
        assert_eq!(check(&good[..0x150 + 79], 100), Err(ImageFault::Magic));
        bad = good;
        bad[0x156..0x158].copy_from_slice(&[0xe0, 0x01]);
        assert_eq!(check(&bad, 100), Err(ImageFault::Length { stated: 0xe001 }));
        assert_eq!(check(&good[..699], 100), Err(ImageFault::Crc));
        for at in [0, 0x14f, 0x154, 0x158, 699] {
            bad = good;
            bad[at] ^= 1;
            assert_eq!(check(&bad, 100), Err(ImageFault::Crc), "{at}");
        }
    }

    #[test]
    fn a_stated_length_inside_the_head_is_a_fault_even_with_its_crc() {
        let mut bad = image::<700>("demo 1.1");
        bad[0x156..0x158].copy_from_slice(&[0x01, 0x52]);
        let crc = CRC16.checksum(&bad[..0x152]);
        bad[0x154..0x156].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(check(&bad, 700), Err(ImageFault::Crc));
    }

    #[test]
    fn a_version_may_fill_its_field() {
        let text = str::from_utf8(&[b'v'; VERSION_BYTES_MAX]).unwrap();
        assert_eq!(
            check(&image::<700>(text), 9),
            Ok(Version::from_bytes(text.as_bytes()))
        );
    }
}
