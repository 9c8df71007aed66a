//! A fault of the line that has struck, in words.

use std::fmt;

use fixtures::scenario::{Counted, End, LineFault, LineTrouble};

/// A fault of the line has struck.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineHit {
    /// The fault.
    pub fault: LineFault,
    /// Index of the byte, frame or acknowledgement that it struck, as the fault counts; `None` in
    /// a frame that another fault has made.
    pub at: Option<u64>,
}

impl fmt::Display for LineHit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = self.fault.what;
        f.write_str(deed(what))?;
        match what {
            LineTrouble::Flip { xor } => write!(f, " {xor:02x} of ")?,
            LineTrouble::Insert { len: 1 } => write!(f, " of 1 byte before ")?,
            LineTrouble::Insert { len } => write!(f, " of {len} bytes before ")?,
            LineTrouble::Stall { ms } | LineTrouble::Break { ms } => {
                write!(f, " of {ms} ms from ")?;
            }
            LineTrouble::Disconnect { back_ms: Some(ms) } => write!(f, " for {ms} ms from ")?,
            LineTrouble::Disconnect { back_ms: None } => write!(f, " for good from ")?,
            _ => write!(f, " ")?,
        }
        let unit = match what.counts() {
            Counted::Bytes => "byte",
            Counted::Frames => "frame",
            Counted::Acks => "acknowledgement",
            Counted::Whole => "line",
        };
        match self.at {
            Some(at) => write!(f, "{unit} {at}")?,
            None => write!(f, "a repeated {unit}")?,
        }
        f.write_str(match self.fault.to {
            End::Host => " to the host",
            End::Module => " to the module",
        })
    }
}

const fn deed(what: LineTrouble) -> &'static str {
    match what {
        LineTrouble::Flip { .. } => "flip bits",
        LineTrouble::DropByte | LineTrouble::DropFrame | LineTrouble::LostAck => "lose",
        LineTrouble::Insert { .. } => "noise",
        LineTrouble::Stall { .. } => "stall",
        LineTrouble::Break { .. } => "break",
        LineTrouble::Disconnect { .. } => "disconnect",
        LineTrouble::Duplicate => "duplicate",
        LineTrouble::Reorder => "hold back",
        LineTrouble::Truncate { .. } => "cut short",
        LineTrouble::WrongCrc => "spoil the content of",
        LineTrouble::WrongSequence => "renumber",
        LineTrouble::Jitter { .. } => "delay",
        LineTrouble::Skew { .. } => "skew",
    }
}
