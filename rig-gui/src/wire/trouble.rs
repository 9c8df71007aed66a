//! What keeps a file from being shown, in the words of a report.

use bridge::capture::ReadError;
use bridge::trouble::Trouble;

use super::disk::Origin;

/// First bytes of captures in the older format, with times in micro- or nanoseconds, low byte first.
const OLDER: [[u8; 4]; 2] = [[0xd4, 0xc3, 0xb2, 0xa1], [0x4d, 0x3c, 0xb2, 0xa1]];

/// What is wrong with a file that begins like this, where that can be told at once.
pub(super) fn at_first_sight(origin: &Origin, start: &[u8]) -> Option<Trouble> {
    if start.is_empty() {
        return Some(Trouble::new(
            "The file is empty",
            format!("{}: there is not one byte in it.", origin.name()),
            "The program that was to write it was ended, or the copy failed.",
            "Choose a file that --capture or --transcript wrote.",
        ));
    }
    let older = OLDER.into_iter().any(|mut magic| {
        let low_first = start.starts_with(&magic);
        magic.reverse();
        low_first || start.starts_with(&magic)
    });
    older.then(|| {
        Trouble::new(
            "The capture is of another program",
            format!("{}: it is a pcap file.", origin.name()),
            "otarig writes pcapng files only.",
            "Choose a file that --capture wrote.",
        )
    })
}

/// A file that cannot be shown, or not to its end, in the words of a report.
pub(super) fn of_reading(origin: &Origin, error: &ReadError) -> Trouble {
    let (headline, cause, next_step) = match error {
        ReadError::Io(_) => (
            "The file cannot be read",
            "It is not there, it is no file, or you may not read it.",
            "Choose a file that exists and that you may read.",
        ),
        ReadError::NoCapture(_) => (
            "This is no capture and no transcript",
            "It is another kind of file, or its beginning is lost.",
            "Choose a file that --capture or --transcript wrote.",
        ),
        ReadError::Cut { .. } => (
            "The capture is cut short",
            "The program that wrote it was ended, or the copy is not complete.",
            "What is there is shown; copy the file again for the rest.",
        ),
        ReadError::Block { .. } => (
            "The capture is damaged",
            "A part of it was overwritten, or another program wrote it otherwise.",
            "What stands before the damage is shown; capture the run again for the rest.",
        ),
    };
    Trouble::new(
        headline,
        format!("{}: {error}", origin.name()),
        cause,
        next_step,
    )
}

/// A capture without a packet of this program, in the words of a report.
pub(super) fn foreign(origin: &Origin, packets: u64) -> Trouble {
    Trouble::new(
        "The capture is of another program",
        format!(
            "{}: none of its {packets} packets is a frame that otarig wrote.",
            origin.name()
        ),
        "Its packets have another link type or no head of otarig.",
        "Choose a file that --capture wrote.",
    )
}

/// A file that cannot be read for want of a thread.
pub(super) fn no_thread() -> Trouble {
    Trouble::new(
        "The file cannot be read",
        "no thread could be started".to_owned(),
        "The system has no more threads or memory to give.",
        "Close other programs, then open the file again.",
    )
}
