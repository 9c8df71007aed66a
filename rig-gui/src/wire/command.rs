//! What a user can do with the wire view.

use std::path::PathBuf;

use bridge::event::Direction;
use protocol_spec::tick::Tick;

use crate::block_map::CellAddress;
use crate::files::Purpose;

/// A wish of the user; [`Source::apply`](super::Source::apply) carries it out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WireCommand {
    /// Open the dialog that chooses a file to open, or a name to save under.
    Choose(Purpose),
    /// Open a capture or a transcript.
    Open(PathBuf),
    /// Show the frames of the run again.
    ShowRun,
    /// Copy what was captured to a file.
    Save {
        /// Where.
        path: PathBuf,
        /// A file that is there goes.
        replace: bool,
    },
    /// Show the rows from here on, in 256ths of a row.
    Scroll(u64),
    /// So many rows are in sight.
    SetRows(u32),
    /// Select the row at this place of the list.
    Select(u32),
    /// Select the frame with this number, or the next one that is shown.
    SelectNumber(u64),
    /// Select the row that is so many rows further down; up when negative.
    Step(i64),
    /// Select the first frame that is shown from this time on.
    Seek(Tick),
    /// Select the frame that brings a cell of the map.
    PickCell(CellAddress),
    /// Select a byte of the selected frame, and the field that it belongs to.
    SelectByte(u32),
    /// Select a field of the selected frame.
    SelectField(usize),
    /// Keep the newest frame in sight, or stay.
    SetFollow(bool),
    /// Show frames of this type, or no longer.
    ToggleType(u8),
    /// Show frames that go this way; `None` = both.
    SetDirection(Option<Direction>),
    /// Show errors and what was sent again only.
    SetErrors(bool),
    /// Show frames whose words contain this.
    SetText(String),
    /// Show all frames again.
    ClearFilter,
    /// Load the next part of a long file.
    NextWindow,
    /// Load the part before.
    PreviousWindow,
    /// Put the message away.
    Dismiss,
    /// Show this part where there is no room for all.
    ShowPane(Pane),
}

/// A part of the view that is shown alone in a narrow window.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Pane {
    /// The ladder.
    Ladder,
    /// The fields of the frame.
    #[default]
    Fields,
    /// The bytes of the frame.
    Bytes,
    /// The block map at the frame.
    Blocks,
}

impl Pane {
    /// All parts.
    pub const ALL: [Self; 4] = [Self::Fields, Self::Bytes, Self::Ladder, Self::Blocks];

    /// The name as printed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ladder => "Ladder",
            Self::Fields => "Fields",
            Self::Bytes => "Bytes",
            Self::Blocks => "Blocks",
        }
    }
}
