//! The board that a patch is for.

use fixtures::board::{Board, board, boards};

use crate::patch::HostLimits;
use crate::trouble::{Describe, Trouble};

/// A board that no patch can be made for.
#[derive(Debug, thiserror::Error)]
pub(super) enum BoardError {
    /// No board has the name.
    #[error("--board {0}: no such board")]
    Unknown(String),
    /// The board is not updated in place.
    #[error("--board {0}: it has no in-place layout")]
    NoLayout(&'static str),
}

/// The limits of the board called `name` in its in-place layout.
pub(super) fn limits_of(name: &str) -> Result<HostLimits, BoardError> {
    let board: &'static Board = board(name).ok_or_else(|| BoardError::Unknown(name.to_owned()))?;
    HostLimits::of(board).ok_or(BoardError::NoLayout(board.name))
}

impl Describe for BoardError {
    fn trouble(&self) -> Trouble {
        let names: Vec<&str> = boards()
            .iter()
            .filter(|board| HostLimits::of(board).is_some())
            .map(|board| board.name)
            .collect();
        Trouble::new(
            "There is no such board",
            self.to_string(),
            "nothing is known of its erase units, scratch and staging",
            &format!("name one of: {}", names.join(", ")),
        )
    }
}
