//! Maps made from a handful of frames.

use bridge::event::Direction;
use bridge::job::DialectKind;
use protocol_spec::tick::Tick;

use super::*;
use crate::wire::index::Kind;

/// Frames one millisecond apart, with what their bytes tell of a patch.
struct Told {
    entries: Vec<Entry>,
    patch: Option<Deed>,
}

impl Frames for Told {
    fn count(&self) -> usize {
        self.entries.len()
    }

    fn entry(&self, position: u32) -> Option<Entry> {
        self.entries.get(usize::try_from(position).ok()?).copied()
    }

    fn patch(&mut self, _: u32, _: &Entry) -> Option<Deed> {
        self.patch
    }
}

fn told(deeds: &[Deed]) -> Told {
    let entry = |(number, deed): (u64, &Deed)| {
        let at = Tick::from_millis(number);
        let mut entry = Entry::new(Kind::Frame, Direction::ToHost, DialectKind::Rig, at);
        entry.set_deed(*deed);
        entry
    };
    Told {
        entries: (0..).zip(deeds).map(entry).collect(),
        patch: None,
    }
}

fn piece(from: u32, to: u32) -> Deed {
    Deed::Piece { from, to }
}

fn arrived(next: u32, stored: u32) -> Deed {
    Deed::Arrived { next, stored }
}

/// The states of a part, one letter for each cell.
fn states(map: &BlockMap, part: Part) -> String {
    let section = map.sections().iter().find(|section| section.part == part);
    let cells = section.map(|section| section.cells.as_slice());
    let names = cells.unwrap_or_default().iter();
    names.map(|cell| &cell.state.name()[..1]).collect()
}

fn object_at(replay: &mut Replay, position: u32, frames: &mut Told) -> String {
    states(replay.at(position, frames), Part::Object)
}

/// An image of three blocks, then the same again, of which the host has kept one.
fn two_updates() -> Told {
    told(&[
        Deed::Unit(2048),
        Deed::Image(6000),
        piece(0, 2048),
        arrived(2048, 0),
        piece(2048, 6000),
        arrived(6000, 2048),
        Deed::Good,
        Deed::Image(6000),
        Deed::Kept(2048),
        piece(2048, 4096),
    ])
}

#[test]
fn the_map_is_the_same_from_either_side() {
    let mut frames = two_updates();
    let expected = [
        "", "ppp", "spp", "app", "ass", "waa", "vvv", "ppp", "wpp", "wsp", "wsp",
    ];
    let mut onwards = Replay::default();
    for (position, states) in (0..).zip(expected) {
        assert_eq!(
            object_at(&mut onwards, position, &mut frames),
            states,
            "{position}"
        );
    }
    for (position, states) in (0..11).zip(expected).rev() {
        let alone = object_at(&mut Replay::default(), position, &mut frames);
        assert_eq!(
            object_at(&mut onwards, position, &mut frames),
            states,
            "{position}"
        );
        assert_eq!(alone, states, "{position}");
    }
}

#[test]
fn a_cell_leads_to_the_frame_that_brings_it() {
    let mut frames = two_updates();
    let mut replay = Replay::default();
    let find = |replay: &Replay, frames: &Told, cell| {
        replay.find(CellAddress { section: 0, cell }, frames)
    };
    replay.at(3, &mut frames);
    assert_eq!(find(&replay, &frames, 0), Some(2));
    assert_eq!(find(&replay, &frames, 2), Some(4));
    replay.at(9, &mut frames);
    // What the host has kept is brought by no frame, and the last piece is missing.
    assert_eq!(
        [0, 1, 2, 9].map(|cell| find(&replay, &frames, cell)),
        [None, Some(9), None, None]
    );
    let map = replay.at(9, &mut frames);
    let cell = |deed| cell_of(map, deed).map(|it| it.cell);
    assert_eq!(cell(piece(2048, 4096)), Some(1));
    assert_eq!(cell(arrived(2048, 0)), Some(0));
    assert_eq!(
        (cell(arrived(0, 0)), cell(Deed::Good), cell(Deed::Done(0))),
        (None, None, None)
    );
}

#[test]
fn a_patch_shows_the_blocks_that_it_makes() {
    let makes = Deed::Makes {
        image: 9000,
        block: 4096,
    };
    let mut frames = told(&[
        Deed::Patch(280),
        piece(0, 280),
        Deed::Begun(1),
        Deed::Copied(1),
        Deed::Done(1),
        Deed::Failed(2),
    ]);
    frames.patch = Some(makes);
    let image = |frames: &mut Told, at| states(Replay::default().at(at, frames), Part::Image);
    let shown: Vec<String> = (0..6).map(|at| image(&mut frames, at)).collect();
    assert_eq!(shown, ["", "ppp", "psp", "pcp", "pvp", "pvb"]);
    let mut replay = Replay::default();
    replay.at(5, &mut frames);
    let second = CellAddress {
        section: 1,
        cell: 1,
    };
    assert_eq!(replay.find(second, &frames), Some(2));
    // A transcript tells it before the offer.
    let mut told_before = told(&[makes, Deed::Patch(280)]);
    assert_eq!(image(&mut told_before, 1), "ppp");
}

#[test]
fn a_capture_that_begins_in_mid_transfer_has_the_length_that_it_reaches() {
    let mut frames = told(&[piece(4096, 8192), arrived(8192, 0)]);
    let mut replay = Replay::default();
    assert_eq!(object_at(&mut replay, 0, &mut frames), "ps");
    frames
        .entries
        .extend(told(&[piece(8192, 12_288), Deed::Good]).entries);
    assert_eq!(object_at(&mut replay, 0, &mut frames), "psp");
    assert_eq!(object_at(&mut replay, 3, &mut frames), "vvv");
    assert_eq!(object_at(&mut replay, 900, &mut frames), "vvv");
}

#[test]
fn what_was_not_sent_is_not_good() {
    let mut frames = told(&[Deed::Image(5000), Deed::Good, piece(0, 4096), Deed::Good]);
    assert_eq!(object_at(&mut Replay::default(), 3, &mut frames), "sp");
}

#[test]
fn faults_and_tries_are_those_of_the_frames() {
    let mut frames = told(&[Deed::Image(4096), piece(0, 2000), piece(0, 2000)]);
    frames.entries[1].set_fault(true);
    frames.entries[2].set_again(true);
    let mut replay = Replay::default();
    let cell = replay.at(2, &mut frames).sections()[0].cells[0];
    assert_eq!((cell.fault, cell.tries), (true, 2));
    assert_eq!(cell.at, Tick::from_millis(1));
}
