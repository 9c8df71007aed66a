//! Where files lie, and bytes as people write them.

use std::path::PathBuf;

/// The file `path` of this project.
pub(crate) fn file(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(path)
}

/// The text of the file `path` of this project; `None` when it is not there.
#[expect(
    clippy::disallowed_methods,
    reason = "a test that compares a file with the code"
)]
pub(crate) fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(file(path)).ok()
}

/// Bytes written as hex, with or without spaces.
pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| {
            c.to_digit(16)
                .unwrap_or_else(|| panic!("{c:?} is no hex digit"))
        })
        .collect();
    assert!(
        digits.len().is_multiple_of(2),
        "an odd number of digits: {hex}"
    );
    digits
        .chunks(2)
        .map(|pair| u8::try_from(pair[0] * 16 + pair[1]).expect("two digits"))
        .collect()
}

/// Bytes as spaced hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .join(" ")
}
