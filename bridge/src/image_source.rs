//! Where the bytes of the image come from, block by block.

/// The image of an update, read in pieces and never held whole by the engine.
///
/// A retransmission reads its bytes again. Implementations live in the drivers; `Vec<u8>` is one
/// for small images and tests.
pub trait ImageSource {
    /// Length of the image, bytes.
    fn len(&self) -> u32;

    /// Whether there is no byte at all.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fills `buf` with the bytes from `offset` on.
    ///
    /// # Errors
    ///
    /// When the range is not wholly inside the image, or the medium cannot be read.
    fn read_at(&mut self, offset: u32, buf: &mut [u8]) -> Result<(), ImageReadError>;
}

/// A piece of the image could not be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ImageReadError {
    /// The range leaves the image.
    #[error("bytes {offset}..{offset}+{len} are outside the image of {image} bytes")]
    OutOfRange {
        /// First byte wanted.
        offset: u32,
        /// Bytes wanted.
        len: usize,
        /// Length of the image, bytes.
        image: u32,
    },
    /// The medium failed.
    #[error("the image cannot be read at offset {offset}: {text}")]
    Medium {
        /// First byte wanted.
        offset: u32,
        /// What the operating system said.
        text: String,
    },
}

impl ImageSource for Vec<u8> {
    fn len(&self) -> u32 {
        u32::try_from(Vec::len(self)).unwrap_or(u32::MAX)
    }

    fn read_at(&mut self, offset: u32, buf: &mut [u8]) -> Result<(), ImageReadError> {
        read_slice(self, offset, buf)
    }
}

impl ImageSource for std::sync::Arc<Vec<u8>> {
    fn len(&self) -> u32 {
        ImageSource::len(&**self)
    }

    fn read_at(&mut self, offset: u32, buf: &mut [u8]) -> Result<(), ImageReadError> {
        read_slice(self, offset, buf)
    }
}

fn read_slice(image: &Vec<u8>, offset: u32, buf: &mut [u8]) -> Result<(), ImageReadError> {
    let outside = ImageReadError::OutOfRange {
        offset,
        len: buf.len(),
        image: ImageSource::len(image),
    };
    let start = usize::try_from(offset).unwrap_or(usize::MAX);
    let end = start.saturating_add(buf.len());
    let piece = image.get(start..end).ok_or(outside)?;
    buf.copy_from_slice(piece);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_beyond_the_end_is_refused() {
        let mut image = vec![1_u8, 2, 3];
        let mut buf = [0; 2];
        image.read_at(1, &mut buf).expect("inside");
        assert_eq!(buf, [2, 3]);
        assert_eq!(
            image.read_at(2, &mut buf),
            Err(ImageReadError::OutOfRange {
                offset: 2,
                len: 2,
                image: 3
            })
        );
    }
}
