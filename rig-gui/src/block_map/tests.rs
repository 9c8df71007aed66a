//! What the cells of the map say while an update goes on.

use std::time::Duration;

use bridge::event::{
    BlockState, Direction, Event, FrameRecord, PatchRecord, Phase, Piece, Progress, Stamped, Start,
};
use bridge::job::{DialectKind, LineConfig};
use protocol_spec::codes::Status;
use protocol_spec::digest::Digest;
use protocol_spec::rig::message::ObjectKind;
use protocol_spec::text::Version;

use super::*;

const LEN: u32 = 10_000;

fn at(millis: u64, event: Event) -> Stamped {
    Stamped {
        at: Tick::from_millis(millis),
        event,
    }
}

fn started() -> BlockMap {
    let mut map = BlockMap::default();
    map.absorb(&at(
        0,
        Event::Started(Start {
            dialect: DialectKind::Rig,
            line: LineConfig::UNPACED,
            kind: ObjectKind::Image,
            length: LEN,
            version: Version::default(),
            digest: bridge::object::ImageDigest::Whole(Digest([0; 32])),
        }),
    ));
    map
}

fn piece(offset: u32, len: u32, sends: u32) -> Event {
    Event::Frame(FrameRecord {
        direction: Direction::ToHost,
        dialect: DialectKind::Rig,
        summary: String::new(),
        bytes: Vec::new(),
        first_byte: Tick::ZERO,
        last_byte: Tick::ZERO,
        piece: Some(Piece { offset, len, sends }),
    })
}

fn progress(acked: u32, stored: u32) -> Event {
    Event::Progress(Progress {
        acked,
        stored,
        total: LEN,
        ..Progress::default()
    })
}

fn states(map: &BlockMap, part: Part) -> String {
    let section = map.sections().iter().find(|section| section.part == part);
    let names = section.expect("the section").cells.iter();
    names.map(|cell| &cell.state.name()[..1]).collect()
}

#[test]
fn a_block_goes_from_sent_to_verified() {
    let mut map = started();
    assert_eq!(states(&map, Part::Object), "ppp");
    map.absorb(&at(1, piece(0, 2000, 1)));
    map.absorb(&at(2, piece(2000, 3000, 1)));
    assert_eq!(states(&map, Part::Object), "ssp");
    map.absorb(&at(3, progress(4095, 0)));
    assert_eq!(states(&map, Part::Object), "ssp");
    map.absorb(&at(4, progress(5000, 4096)));
    assert_eq!(states(&map, Part::Object), "wsp");
    map.absorb(&at(5, piece(5000, 5000, 1)));
    map.absorb(&at(6, progress(LEN, 5000)));
    assert_eq!(states(&map, Part::Object), "waa");
    map.absorb(&at(7, Event::Phase(Phase::Boot)));
    assert_eq!(states(&map, Part::Object), "vvv");
}

#[test]
fn tries_are_counted_and_faults_marked_at_the_block_at_work() {
    let mut map = started();
    map.absorb(&at(1, piece(0, 1000, 1)));
    map.absorb(&at(2, piece(1000, 1000, 1)));
    map.absorb(&at(3, piece(1000, 1000, 2)));
    map.fault();
    let cell = map.sections()[0].cells[0];
    assert_eq!((cell.tries, cell.fault), (2, true));
    assert!(!map.sections()[0].cells[1].fault);
}

#[test]
fn cells_are_counted_by_state() {
    let mut map = started();
    map.absorb(&at(1, piece(0, LEN, 1)));
    map.absorb(&at(5, progress(LEN, LEN)));
    let section = &map.sections()[0];
    assert_eq!(section.count(CellState::Sent), 3);
    assert_eq!(section.count(CellState::Verified), 0);
    assert_eq!(
        (section.cell_of(4096), section.cell_of(LEN + 4096)),
        (Some(1), None)
    );
}

#[test]
fn a_patch_has_blocks_of_its_own() {
    let mut map = started();
    map.absorb(&at(
        1,
        Event::Patch(PatchRecord {
            length: 3000,
            digest: Digest([0; 32]),
            image_len: 9000,
            block_len: 4096,
            changed: 2,
            blocks: 3,
        }),
    ));
    let block = |block, state, code| {
        Event::Block(BlockState {
            block,
            state,
            code,
            done: 0,
            of: 2,
        })
    };
    map.absorb(&at(2, block(0, Status::DONE, Status::DONE)));
    map.absorb(&at(3, block(1, Status::COPIED, Status::DONE)));
    map.absorb(&at(4, block(2, Status::START, Status::ERASE)));
    assert_eq!(states(&map, Part::Object), "p");
    assert_eq!(states(&map, Part::Image), "vcb");
}

#[test]
fn flash_tells_what_the_line_does_not() {
    let mut map = started();
    map.show_flash(&[
        FlashPart {
            part: Part::Staging,
            start: 0x8000,
            len: 16_384,
            unit: 4096,
        },
        FlashPart {
            part: Part::Scratch,
            start: 0x4000,
            len: 4096,
            unit: 4096,
        },
    ]);
    let deed = |address, len, erased| FlashDeed {
        at: Tick::from_millis(1),
        address,
        len,
        erased,
        time: Duration::from_micros(85),
    };
    map.flash(&deed(0x8000, 4096, true));
    map.flash(&deed(0x4000, 256, false));
    assert_eq!(states(&map, Part::Object), "epp");
    assert_eq!(states(&map, Part::Staging), "eppp");
    assert_eq!(states(&map, Part::Scratch), "w");
    map.absorb(&at(2, piece(0, 100, 1)));
    map.flash(&deed(0x8000, 100, false));
    let object = &map.sections()[0];
    assert_eq!(object.part, Part::Object);
    assert_eq!(object.cells[0].state, CellState::Sent);
    assert_eq!(object.cells[0].flash, Duration::from_micros(170));
}

#[test]
fn a_huge_object_has_a_bounded_number_of_cells() {
    let section = Section::new(Part::Object, 0, u32::MAX, 1024);
    assert!(section.cells.len() <= usize::try_from(CELLS_MAX).expect("fits"));
    assert_eq!(section.bytes_of(section.cells.len() - 1).end, u32::MAX);
    assert!(Section::new(Part::Object, 0, 0, 0).cells.is_empty());
}
