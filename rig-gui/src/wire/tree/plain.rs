//! Unstuffed bytes that know where they were on the wire.

use std::ops::Range;

use super::narrow;

/// Ends and begins an ayla frame.
const FLAG: u8 = 0x7e;
/// Says that the next byte of an ayla frame is changed.
const ESCAPE: u8 = 0x7d;
/// What stuffing does to such a byte.
const ESCAPE_XOR: u8 = 0x20;
/// Code of a full COBS block, behind which no zero is left out.
const FULL_BLOCK: u8 = 255;

/// Unstuffed bytes.
#[derive(Debug, Default)]
pub(super) struct Plain {
    /// The bytes.
    pub(super) bytes: Vec<u8>,
    /// Where each was on the wire; behind the last one, where they end.
    places: Vec<usize>,
}

impl Plain {
    /// Where a byte was on the wire; of the end, where the bytes end.
    pub(super) fn place(&self, at: usize) -> u32 {
        let place = self.places.get(at).or(self.places.last());
        narrow(place.copied().unwrap_or_default())
    }

    fn push(&mut self, byte: u8, place: usize) {
        self.bytes.push(byte);
        self.places.push(place);
    }
}

/// What stands between the delimiters of a frame: `None` when there is nothing.
fn between(wire: &[u8], delimiter: u8) -> Option<Range<usize>> {
    let start = wire.iter().position(|byte| *byte != delimiter)?;
    let end = wire.iter().rposition(|byte| *byte != delimiter)? + 1;
    Some(start..end)
}

/// Undoes COBS; the range of what it stands in, or why that cannot be.
pub(super) fn unstuff_rig(wire: &[u8]) -> Result<(Plain, Range<usize>), &'static str> {
    let body = between(wire, 0).ok_or("only zeros")?;
    let mut plain = Plain::default();
    let mut at = body.start;
    while at < body.end {
        let code = wire.get(at).copied().unwrap_or_default();
        let end = at + usize::from(code);
        if code == 0 || end > body.end {
            return Err("the stuffing is broken: a block runs past the end");
        }
        for place in at + 1..end {
            plain.push(wire.get(place).copied().unwrap_or_default(), place);
        }
        at = end;
        if code != FULL_BLOCK && at < body.end {
            // The next code byte stands where the zero was.
            plain.push(0, at);
        }
    }
    plain.places.push(body.end);
    Ok((plain, body))
}

/// Undoes the escapes of an ayla frame; the range of what it stands in, or why that cannot be.
pub(super) fn unstuff_ayla(wire: &[u8]) -> Result<(Plain, Range<usize>), &'static str> {
    let body = between(wire, FLAG).ok_or("only flags")?;
    let mut plain = Plain::default();
    let mut escaped = None;
    for place in body.clone() {
        let byte = wire.get(place).copied().unwrap_or_default();
        match (escaped.take(), byte) {
            (Some(from), _) => plain.push(byte ^ ESCAPE_XOR, from),
            (None, FLAG) => return Err("a flag stands inside"),
            (None, ESCAPE) => escaped = Some(place),
            (None, _) => plain.push(byte, place),
        }
    }
    if escaped.is_some() {
        return Err("it ends in an escape");
    }
    plain.places.push(body.end);
    Ok((plain, body))
}
