//! Motorola S-record.

use srec::Record;

use super::areas::Areas;
use super::error::Defect;

/// Reads every data record and checks the record count, if there is one.
pub(super) fn parse(bytes: &[u8]) -> Result<Areas, Defect> {
    let mut areas = Areas::default();
    let mut data_records = 0_u32;
    let mut ended = false;
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        let line = line.trim_ascii();
        // The header record may hold any bytes, and S4 is reserved: neither says what to load.
        if line.is_empty() || line.starts_with(b"S0") || line.starts_with(b"S4") {
            continue;
        }
        let broken = |rule: String| Defect::rule(format!("line {number}"), rule);
        let record = record(line).map_err(broken)?;
        match record {
            Record::S1(data) => areas.add(data.address.into(), &data.data),
            Record::S2(data) => areas.add(data.address.into(), &data.data),
            Record::S3(data) => areas.add(data.address.into(), &data.data),
            Record::S5(count) => check_count(u32::from(count), data_records & 0xffff, number)?,
            Record::S6(count) => check_count(u32::from(count), data_records, number)?,
            Record::S7(_) | Record::S8(_) | Record::S9(_) => ended = true,
            Record::S0(_) => {}
        }
        data_records += u32::from(matches!(line.get(1), Some(b'1'..=b'3')));
    }
    if ended {
        return Ok(areas);
    }
    Err(Defect::rule(
        "end of file",
        "no end record (S7, S8 or S9); the file was cut short",
    ))
}

fn record(line: &[u8]) -> Result<Record, String> {
    // The parser splits at byte positions, so it may see ASCII only.
    let text = std::str::from_utf8(line)
        .ok()
        .filter(|text| text.is_ascii());
    text.ok_or("not text")?
        .parse()
        .map_err(|error: srec::ReaderError| error.to_string())
}

fn check_count(stated: u32, found: u32, line: usize) -> Result<(), Defect> {
    if stated == found {
        return Ok(());
    }
    Err(Defect::rule(
        format!("line {line}"),
        format!("{stated} data records are stated and {found} were read"),
    ))
}
