//! The frame that is looked at, and the commands that choose one.

use super::{Picked, ROW_PARTS, Spot, WireView};
use crate::wire::command::WireCommand;
use crate::wire::tree;

impl WireView {
    /// Selects a frame; what is known of the one before is forgotten.
    pub fn select(&mut self, position: u32) {
        if self.selected != Some(position) {
            self.selected = Some(position);
            self.spot = None;
        }
    }

    /// Selects a byte of the frame and the field that it belongs to.
    pub fn select_byte(&mut self, byte: u32) {
        let nodes = self.detail.as_ref().map(|detail| detail.nodes.as_slice());
        let node = tree::leaf_at(nodes.unwrap_or_default(), byte);
        self.spot = node.map(|node| Spot { byte, node });
    }

    /// Selects a field of the frame and its first byte.
    pub fn select_field(&mut self, node: usize) {
        let nodes = self.detail.as_ref().map(|detail| detail.nodes.as_slice());
        let found = nodes.and_then(|nodes| nodes.get(node));
        self.spot = found.map(|it| Spot {
            byte: it.range.start,
            node,
        });
    }

    /// Carries out a command that needs no thread; others change nothing.
    pub fn apply(&mut self, command: &WireCommand) {
        match *command {
            WireCommand::Scroll(top) => {
                self.top = top.min(self.top_max());
                self.follow = false;
            }
            WireCommand::SetRows(rows) => self.rows = rows,
            WireCommand::Select(row) => self.select_row(usize::try_from(row).unwrap_or(0)),
            WireCommand::SelectNumber(number) => {
                if let Some(position) = self.position_of(number) {
                    self.select_row(self.row_of(position));
                }
            }
            WireCommand::Step(step) => self.step(step),
            WireCommand::Seek(at) => {
                let position = self.position_at(at);
                self.select_row(self.row_of(position));
            }
            WireCommand::SelectByte(byte) => self.select_byte(byte),
            WireCommand::SelectField(node) => self.select_field(node),
            WireCommand::SetFollow(follow) => {
                self.top = self.top();
                self.follow = follow;
            }
            WireCommand::PickCell(cell) => self.sought = Some(cell),
            WireCommand::Dismiss => (self.trouble, self.notice) = (None, None),
            WireCommand::ShowPane(pane) => self.pane = pane,
            _ => {}
        }
    }

    /// Shows the frame that brings the cell that was looked for.
    pub(in crate::wire) fn found(&mut self, position: Option<u32>) {
        let cell = self.sought.take();
        if let Some(position) = position {
            self.select_row(self.row_of(position));
        }
        let picked = |cell, here| Picked {
            position: here,
            cell,
            brought: position.is_some(),
        };
        self.picked = cell.zip(self.here()).map(|(cell, here)| picked(cell, here));
    }

    /// Selects the frame of a row and brings it in sight.
    fn select_row(&mut self, row: usize) {
        let row = row.min(self.len().saturating_sub(1));
        if let Some(position) = self.position(row) {
            self.top = self.top();
            self.follow = false;
            self.select(position);
            self.bring_in_sight(row);
        }
    }

    /// Selects the row that is `step` rows further down.
    fn step(&mut self, step: i64) {
        let first = usize::try_from(self.top() / ROW_PARTS).unwrap_or(0);
        let Some(row) = self.selected.map(|position| self.row_of(position)) else {
            return self.select_row(match step {
                i64::MIN => 0,
                i64::MAX => usize::MAX,
                _ => first,
            });
        };
        let by = usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX);
        self.select_row(if step < 0 {
            row.saturating_sub(by)
        } else {
            row.saturating_add(by)
        });
    }
}

#[cfg(test)]
mod tests {
    use bridge::event::Direction;
    use bridge::job::DialectKind;
    use protocol_spec::tick::Tick;

    use super::*;
    use crate::wire::index::{Entry, Kind};
    use crate::wire::list::list;

    /// A hundred frames, one each millisecond.
    fn view() -> WireView {
        let (mut pen, entries) = list(100);
        for number in 0..100 {
            let at = Tick::from_millis(number);
            pen.push(Entry::new(
                Kind::Frame,
                Direction::ToHost,
                DialectKind::Rig,
                at,
            ));
        }
        WireView {
            entries,
            rows: 10,
            ..WireView::default()
        }
    }

    #[test]
    fn a_time_leads_to_its_frame() {
        let mut view = view();
        assert_eq!(view.times(), Some((Tick::ZERO, Tick::from_millis(99))));
        view.apply(&WireCommand::Seek(Tick::from_micros(20_500)));
        assert_eq!(view.selected, Some(21));
        view.apply(&WireCommand::Seek(Tick::MAX));
        assert_eq!(view.selected, Some(99));
    }

    #[test]
    fn the_map_stands_at_the_newest_frame_or_at_the_one_looked_at() {
        let mut view = view();
        assert_eq!(WireView::default().here(), None);
        assert_eq!(view.here(), Some(0));
        view.follow = true;
        assert_eq!(view.here(), Some(99));
        view.apply(&WireCommand::Step(-1));
        assert_eq!((view.here(), view.follow), (view.selected, false));
    }
}
