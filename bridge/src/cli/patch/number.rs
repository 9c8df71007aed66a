//! Numbers as people type and read them.

use protocol_spec::patch::{NO_LOAD_ADDRESS, Profile};

use crate::patch::LOAD_ADDRESS_GRAIN;
use crate::text::grouped;

/// A number in decimal, or in hex behind `0x`.
pub(in crate::cli) fn address(text: &str) -> Result<u32, String> {
    let lower = text.to_ascii_lowercase();
    let number = match lower.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => lower.parse(),
    };
    number.map_err(|_| "a 32-bit address, as 0x08000000 or in decimal".to_owned())
}

/// The address of an image's first byte: hex, for one without its `0x` is a slip, and whole words.
pub(super) fn load_address(text: &str) -> Result<u32, String> {
    let lower = text.to_ascii_lowercase();
    let number = match lower.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => (lower == "0").then_some(0),
    };
    let number = number.ok_or("an address in hex, such as 0x08000000")?;
    if number == NO_LOAD_ADDRESS {
        return Err("this number means 'not known' in a patch: leave the option out".to_owned());
    }
    if !number.is_multiple_of(LOAD_ADDRESS_GRAIN) {
        return Err("an image begins at a multiple of 4".to_owned());
    }
    Ok(number)
}

/// Bytes, at least `MIN` and at most `MAX`, in decimal or in hex behind `0x`.
pub(in crate::cli) fn bytes<const MIN: u32, const MAX: u32>(text: &str) -> Result<u32, String> {
    let range = format!("a number of bytes from {MIN} to {MAX}");
    let number = address(text).map_err(|_| range.clone())?;
    if (MIN..=MAX).contains(&number) {
        Ok(number)
    } else {
        Err(range)
    }
}

/// Decode RAM that patches know.
pub(in crate::cli) fn profile(text: &str) -> Result<Profile, String> {
    match address(text) {
        Ok(4096) => Ok(Profile::Small),
        Ok(8192) => Ok(Profile::Large),
        _ => Err("4096 or 8192".to_owned()),
    }
}

/// A part of a whole, for people.
pub(super) fn percent(part: u64, whole: u64) -> String {
    let whole = whole.max(1);
    let tenths = (u128::from(part) * 1000 + u128::from(whole) / 2) / u128::from(whole);
    format!(
        "{}.{} %",
        grouped(u64::try_from(tenths / 10).unwrap_or(u64::MAX)),
        tenths % 10
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_decimal_or_hex() {
        assert_eq!(address("0x0800_0000").ok(), None);
        assert_eq!(address("0X08000000"), Ok(0x0800_0000));
        assert_eq!(address("4096"), Ok(4096));
        for wrong in ["", "0x", "-1", "0x100000000", "4k", "+5x"] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
        assert_eq!(bytes::<256, 4096>("0x100"), Ok(256));
        assert!(bytes::<256, 4096>("255").is_err() && bytes::<256, 4096>("4097").is_err());
    }

    #[test]
    fn a_load_address_is_hex_and_known_and_aligned() {
        assert_eq!(load_address("0x08000000"), Ok(0x0800_0000));
        assert_eq!(load_address("0X26004"), Ok(0x0002_6004));
        assert_eq!(load_address("0"), Ok(0));
        for wrong in [
            "134217728",
            "08000000",
            "0xffffffff",
            "0x8000001",
            "0x8000002",
            "x",
        ] {
            assert!(load_address(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_part_is_told_in_tenths_of_a_percent() {
        assert_eq!(percent(1, 3), "33.3 %");
        assert_eq!(percent(0, 0), "0.0 %");
        assert_eq!(percent(3, 2), "150.0 %");
        assert_eq!(percent(9_996, 10_000), "100.0 %");
    }
}
