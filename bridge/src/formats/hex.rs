//! Intel HEX.

use ihex::Record;

use super::areas::Areas;
use super::error::Defect;

/// Reads every data record; start addresses say nothing about content and are skipped.
pub(super) fn parse(bytes: &[u8]) -> Result<Areas, Defect> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Defect::rule(format!("byte {}", error.valid_up_to()), "not text"))?;
    let mut areas = Areas::default();
    let mut base = 0_u32;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let broken = |rule: String| Defect::rule(format!("line {number}"), rule);
        match Record::from_record_string(line).map_err(|error| broken(error.to_string()))? {
            Record::Data { offset, value } => {
                let address = base
                    .checked_add(u32::from(offset))
                    .ok_or_else(|| broken("runs beyond the 32-bit address space".to_owned()))?;
                areas.add(address, &value);
            }
            Record::ExtendedLinearAddress(high) => base = u32::from(high) << 16,
            Record::ExtendedSegmentAddress(segment) => base = u32::from(segment) << 4,
            Record::StartLinearAddress(_) | Record::StartSegmentAddress { .. } => {}
            Record::EndOfFile => return Ok(areas),
        }
    }
    Err(Defect::rule(
        "end of file",
        "no end record (:00000001FF); the file was cut short",
    ))
}
