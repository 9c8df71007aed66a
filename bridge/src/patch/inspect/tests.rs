//! Heads, sections and defects of patch files, made and spoilt.

use protocol_spec::patch::SectionHead;
use protocol_spec::patch::section::SECTION_HEAD_BYTES_MAX;

use super::*;
use crate::patch::{Options, Predicted, make};

fn patch() -> Vec<u8> {
    let old: Vec<u8> = (0..1000_u32).map(|at| (at % 251) as u8).collect();
    let mut new = old.clone();
    new[10] ^= 1;
    new[900] ^= 1;
    new.extend_from_slice(&[9; 100]);
    let options = Options {
        block_len: 256,
        board: "nrf52840".to_owned(),
        new_version: "1.1\x1b".to_owned(),
        ..Options::default()
    };
    make(&old, &new, &options).unwrap().file
}

#[test]
fn head_and_blocks_are_told() {
    let found = inspect(&patch()).unwrap();
    assert_eq!(found.defects, []);
    assert_eq!(found.head.blocks, 5);
    assert_eq!(found.head.board.as_deref(), Some("nrf52840"));
    assert!(!found.head.new.version.contains('\x1b'));
    let mut blocks: Vec<u32> = found.blocks.iter().map(|block| block.block).collect();
    blocks.sort_unstable();
    assert_eq!(blocks, [0, 3, 4]);
    // Of 0, 3 and 4, or 4, 3 and 0, only 0 to 3 or 3 to 0 is a jump.
    assert_eq!(found.jumps(), 1);
    let last = found.blocks.iter().find(|block| block.block == 4).unwrap();
    assert_eq!(last.new_len, 1100 - 1024);
}

#[test]
fn operations_are_counted_and_their_bytes_predicted() {
    let old: Vec<u8> = (0..2048_u32)
        .map(|at| (at.wrapping_mul(0x9e37_79b1) >> 24) as u8)
        .collect();
    let mut new = old.clone();
    new[300] ^= 1;
    new[1100..1200].copy_from_slice(&old[1500..1600]);
    let noise = (0..512_u32).map(|at| (at.wrapping_mul(at).wrapping_mul(0x9e37_79b1) >> 24) as u8);
    new.extend(noise);
    let options = Options {
        block_len: 512,
        ..Options::default()
    };
    let file = make(&old, &new, &options).unwrap().file;
    let mut found = inspect(&file).unwrap();
    let block = |found: &Inspection, wanted| {
        let blocks = found.blocks.iter();
        let mut blocks = blocks.filter(|block| block.block == wanted);
        blocks.next().unwrap().operations.clone().unwrap()
    };
    let first = block(&found, 0);
    assert_eq!((first.copies.bytes, first.predicted), (512, None));
    assert_eq!(block(&found, 2).sources, [2, 3]);
    let last = block(&found, 4);
    assert_eq!((last.literals.bytes, last.sources), (512, vec![]));
    found.predict(&file, &old).unwrap();
    let predicted = |index| block(&found, index).predicted.unwrap();
    assert_eq!(
        predicted(0),
        Predicted {
            hits: 511,
            misses: 1
        }
    );
    assert_eq!(predicted(2).misses, 0);
    assert_eq!(predicted(4), Predicted::default());
}

#[test]
fn every_cut_and_every_flipped_bit_is_noticed() {
    let file = patch();
    for cut in 0..file.len() {
        let found = inspect(&file[..cut]);
        assert!(
            found.is_err() || !found.unwrap().defects.is_empty(),
            "{cut}"
        );
    }
    for bit in 0..file.len() * 8 {
        let mut file = file.clone();
        file[bit / 8] ^= 1 << (bit % 8);
        let found = inspect(&file);
        assert!(
            found.is_err() || !found.unwrap().defects.is_empty(),
            "{bit}"
        );
    }
    let mut longer = file;
    longer.push(0);
    assert!(matches!(
        inspect(&longer).unwrap().defects[0],
        Defect::Length { .. }
    ));
}

/// The patch with these sections in place of its own: block, stated length, bytes that follow.
fn with_sections(sections: &[(u32, u32, usize)]) -> Vec<u8> {
    let file = patch();
    let (mut head, _) = Head::decode(&file).unwrap();
    let mut behind = Vec::new();
    let mut last = None;
    for (block, len, bytes) in sections {
        let section = SectionHead {
            block: *block,
            len: *len,
            before: 0,
            after: 0,
        };
        let mut out = [0; SECTION_HEAD_BYTES_MAX];
        let used = section.encode(expected(last, head.blocks(), false), &mut out);
        behind.extend_from_slice(&out[..used]);
        behind.resize(behind.len() + bytes, 0);
        last = Some(*block);
    }
    head.ops_len = 0;
    head.descending = false;
    head.sections = u16::try_from(sections.len()).unwrap();
    head.file_len = u32::try_from(head.len() + behind.len()).unwrap();
    let mut file = vec![0; head.len()];
    head.encode(&mut file).unwrap();
    file.extend_from_slice(&behind);
    let crc = head::file_crc(&file).unwrap();
    file[head::CRC].copy_from_slice(&crc.to_le_bytes());
    file
}

#[test]
fn sections_that_cannot_be_are_named() {
    let first = |sections| {
        let found = inspect(&with_sections(sections)).unwrap();
        found.defects.into_iter().next()
    };
    // The sections are good, but nothing says what to do in them.
    let unread = first(&[(0, 3, 3), (4, 1, 1)]);
    assert!(
        matches!(unread, Some(Defect::Operations { .. })),
        "{unread:?}"
    );
    let block = 5;
    assert_eq!(
        first(&[(5, 0, 0)]),
        Some(Defect::NoSuchBlock { section: 0, block })
    );
    let twice = Defect::Twice {
        section: 1,
        block: 2,
    };
    assert_eq!(first(&[(2, 1, 1), (2, 1, 1)]), Some(twice));
    assert_eq!(
        first(&[(2, 9, 8)]),
        Some(Defect::Cut { section: 0, len: 9 })
    );
    assert_eq!(first(&[(2, 7, 8)]), Some(Defect::Behind { bytes: 1 }));
    let huge = Some(Defect::Cut {
        section: 0,
        len: 0x7fff_ffff,
    });
    assert_eq!(first(&[(2, 0x7fff_ffff, 8)]), huge);
}
