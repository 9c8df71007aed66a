//! Whether an image carries a head that a host can check it by.

use fixtures::image::AylaTarget;
use host_agent::image_format::{ImageChecks, ImageFormat};

use crate::image_source::ImageSource;
use crate::job::ContentCheck;

/// What a host could check in an image: reads it in pieces, once per published head place whose
/// magic is there.
///
/// A head that does not hold, or an image that cannot be read, counts as no head.
#[must_use]
pub fn content_check(image: &mut (dyn ImageSource + Send)) -> ContentCheck {
    let holds = AylaTarget::ALL
        .into_iter()
        .any(|target| head_holds(image, target));
    if holds {
        ContentCheck::AylaHead
    } else {
        ContentCheck::None
    }
}

fn head_holds(image: &mut (dyn ImageSource + Send), target: AylaTarget) -> bool {
    let place = target.place();
    let mut magic = [0; 4];
    if image.read_at(place.offset, &mut magic).is_err() || magic != place.magic {
        return false;
    }
    let format = ImageFormat::AylaHead(place);
    let mut check = ImageChecks {
        format,
        image_max: image.len(),
    }
    .start();
    let mut piece = vec![0; 16 << 10];
    let mut offset = 0;
    while offset < image.len() {
        let len = (image.len() - offset).min(16 << 10);
        let Some(piece) = piece.get_mut(..len as usize) else {
            return false;
        };
        if image.read_at(offset, piece).is_err() {
            return false;
        }
        check.update(piece);
        offset += len;
    }
    check.finish().is_ok()
}

#[cfg(test)]
mod tests {
    use fixtures::image::{Format, ImageSpec, make};
    use protocol_spec::text::Version;

    use super::*;

    #[test]
    fn a_head_counts_only_when_it_holds() {
        let version = Version::from_bytes(b"demo 1.1").unwrap();
        for target in AylaTarget::ALL {
            let format = Format::AylaHead(target);
            let mut image = make(&ImageSpec {
                format,
                size: 9_000,
                version,
                seed: 3,
            })
            .unwrap();
            assert_eq!(content_check(&mut image), ContentCheck::AylaHead);
            image[8_000] ^= 1;
            assert_eq!(content_check(&mut image), ContentCheck::None);
        }
        assert_eq!(content_check(&mut vec![0_u8; 100]), ContentCheck::None);
    }
}
