//! Whatever is made must give the new image again, on every host.

use host_agent::patch::thumb::wide_branch;
use proptest::prelude::*;
use protocol_spec::patch::Profile;

use super::*;

/// One change of an image.
#[derive(Clone, Debug)]
enum Edit {
    /// Bytes are put in.
    Insert { at: usize, bytes: Vec<u8> },
    /// Bytes are taken out.
    Remove { at: usize, len: usize },
    /// Bytes are replaced.
    Replace { at: usize, bytes: Vec<u8> },
    /// A run of bytes goes elsewhere.
    Move { from: usize, len: usize, to: usize },
    /// A run of bytes comes a second time.
    Repeat { from: usize, len: usize, to: usize },
}

impl Edit {
    fn apply(&self, image: &mut Vec<u8>) {
        match self {
            Self::Insert { at, bytes } => insert(image, *at, bytes),
            Self::Remove { at, len } => drop(take(image, *at, *len)),
            Self::Replace { at, bytes } => {
                drop(take(image, *at, bytes.len()));
                insert(image, *at, bytes);
            }
            Self::Move { from, len, to } => {
                let bytes = take(image, *from, *len);
                insert(image, *to, &bytes);
            }
            Self::Repeat { from, len, to } => {
                let range = range(image, *from, *len);
                let bytes = image[range].to_vec();
                insert(image, *to, &bytes);
            }
        }
    }
}

fn range(image: &[u8], at: usize, len: usize) -> std::ops::Range<usize> {
    let start = at % (image.len() + 1);
    start..(start + len).min(image.len())
}

fn take(image: &mut Vec<u8>, at: usize, len: usize) -> Vec<u8> {
    let range = range(image, at, len);
    image.drain(range).collect()
}

fn insert(image: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let at = at % (image.len() + 1);
    image.splice(at..at, bytes.iter().copied());
}

fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..=most),
        (any::<u8>(), 0..=most).prop_map(|(byte, len)| vec![byte; len]),
    ]
}

fn edit() -> impl Strategy<Value = Edit> {
    // Places and lengths around the edges of blocks are likelier than others.
    let place = || prop_oneof![0..40_000_usize, (0..64_usize, 0..3_usize).prop_map(edge)];
    let len = || {
        prop_oneof![
            0..40_usize,
            0..6_000_usize,
            (1..4_usize).prop_map(|n| n * 1024)
        ]
    };
    prop_oneof![
        (place(), bytes(600)).prop_map(|(at, bytes)| Edit::Insert { at, bytes }),
        (place(), len()).prop_map(|(at, len)| Edit::Remove { at, len }),
        (place(), bytes(600)).prop_map(|(at, bytes)| Edit::Replace { at, bytes }),
        (place(), len(), place()).prop_map(|(from, len, to)| Edit::Move { from, len, to }),
        (place(), len(), place()).prop_map(|(from, len, to)| Edit::Repeat { from, len, to }),
    ]
}

fn edge((block, beside): (usize, usize)) -> usize {
    (block * 512 + beside).saturating_sub(1)
}

/// Something like machine code: words of few kinds, branches and addresses among them.
fn old_image() -> impl Strategy<Value = Vec<u8>> {
    let code = (any::<u32>(), 1..9_000_u32).prop_map(|(seed, words)| {
        let mut state = seed | 1;
        let word = |at: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [.., low, high] = state.to_le_bytes();
            match high % 8 {
                0 => 0xf800_f000 | u32::from(low) << 16,
                1 => 0x0800_0000 + ((at * 4) ^ u32::from(low)),
                2 => 0x2000_0000 + u32::from(low),
                3 => u32::from(low),
                _ => 0x4770_b500 ^ u32::from(low % 16) << 8,
            }
        };
        (0..words).map(word).flat_map(u32::to_le_bytes).collect()
    });
    prop_oneof![4 => code, 1 => prop::collection::vec(any::<u8>(), 1..300)]
}

fn pair() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    (old_image(), prop::collection::vec(edit(), 0..6)).prop_map(|(old, edits)| {
        let mut new = old.clone();
        edits.iter().for_each(|edit| edit.apply(&mut new));
        if new.is_empty() {
            new.push(0);
        }
        (old, new)
    })
}

fn options() -> impl Strategy<Value = Options> {
    let block_len = prop_oneof![
        Just(256),
        Just(512),
        Just(1024),
        Just(4096),
        Just(0x2_0000),
        256..5_000_u32
    ];
    let profile = prop_oneof![Just(Profile::Small), Just(Profile::Large)];
    let load_address = prop_oneof![
        Just(None),
        Just(Some(0)),
        Just(Some(0x0800_0000)),
        any::<u32>().prop_map(Some)
    ];
    (block_len, profile, load_address).prop_map(|(block_len, profile, load_address)| Options {
        block_len,
        profile,
        load_address,
        ..Options::default()
    })
}

/// Makes, applies, and compares, in exactly the RAM that the profile names.
fn round_trip(old: &[u8], new: &[u8], options: &Options) {
    let made = make(old, new, options).unwrap();
    let ram = options.profile.decode_ram();
    let applied = apply(old, &made.file, "", ram as usize).unwrap();
    assert!(applied == new, "another image than the new one");
    let alone = decode(old, &made.file, "", &mut vec![0xa5; ram as usize]).unwrap();
    assert!(alone == new, "the applier alone gives another image");
    let found = inspect(&made.file).unwrap();
    assert_eq!(found.defects, []);
    let len = options.block_len as usize;
    let same = |at: usize| old.chunks(len).nth(at) == new.chunks(len).nth(at);
    for block in &found.blocks {
        assert!(
            !same(block.block as usize),
            "block {} is unchanged",
            block.block
        );
    }
    assert_eq!(found.blocks.len(), made.changed as usize);
    check(&made.file, old, None, ram).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_pair_comes_back((old, new) in pair(), options in options()) {
        round_trip(&old, &new, &options);
    }

    #[test]
    fn images_with_nothing_in_common_come_back(
        old in prop::collection::vec(any::<u8>(), 1..3_000),
        new in prop::collection::vec(any::<u8>(), 1..3_000),
        options in options(),
    ) {
        round_trip(&old, &new, &options);
    }

    #[test]
    fn a_patch_is_made_the_same_twice((old, new) in pair(), options in options()) {
        let once = make(&old, &new, &options).unwrap().file;
        prop_assert_eq!(once, make(&old, &new, &options).unwrap().file);
    }

    /// Damage is never taken for good, and never ends in a panic.
    #[test]
    fn a_damaged_patch_is_refused(
        (old, new) in pair(),
        options in options(),
        at in any::<prop::sample::Index>(),
        bits in 1..=255_u8,
    ) {
        let mut file = make(&old, &new, &options).unwrap().file;
        let at = at.index(file.len());
        file[at] ^= bits;
        prop_assert!(apply(&old, &file, "", 8192).is_err());
        prop_assert!(check(&file, &old, None, 8192).is_err());
        prop_assert!(apply(&old, &file[..at], "", 8192).is_err());
    }
}

#[test]
fn the_edges_of_blocks_come_back() {
    let image = |len: usize| -> Vec<u8> { (0..=254).cycle().step_by(31).take(len).collect() };
    for block_len in [256, 1000, 4096] {
        let options = Options {
            block_len,
            ..Options::default()
        };
        let len = block_len as usize;
        for old_len in [1, len - 1, len, len + 1, 3 * len] {
            for new_len in [1, len - 1, len, len + 1, 2 * len, 3 * len + 1] {
                let (old, mut new) = (image(old_len), image(new_len));
                round_trip(&old, &new, &options);
                for at in [0, len - 1, len, new_len - 1] {
                    new[at % new_len] ^= 0x55;
                }
                round_trip(&old, &new, &options);
            }
        }
    }
}

#[test]
fn equal_images_change_no_block() {
    let image = vec![7; 10_000];
    let made = make(&image, &image, &Options::default()).unwrap();
    assert_eq!((made.changed, made.blocks), (0, 3));
    round_trip(&image, &image, &Options::default());
}

/// Bytes that no model compresses.
fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed;
    let next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31).to_le_bytes()
    };
    std::iter::repeat_with(next).flatten().take(len).collect()
}

/// Code that calls the function at `target` many times, from offset 0 on.
fn calls(target: usize, len: usize) -> Vec<u8> {
    let call = |at: usize| {
        let offset = i32::try_from(target).unwrap() - i32::try_from(at + 4).unwrap();
        let (first, second) = wide_branch(0xf800, offset);
        let ([b0, b1], [b2, b3]) = (first.to_le_bytes(), second.to_le_bytes());
        let [low, high] = u16::try_from(at & 0xff).unwrap().to_le_bytes();
        [b0, b1, b2, b3, low, high | 0x20, 0x70, 0x47]
    };
    (0..len).step_by(8).flat_map(call).collect()
}

#[test]
fn what_comes_again_and_again_costs_little() {
    let one = noise(7, 5_000);
    let new = one.repeat(40);
    for old in [vec![0], noise(8, 30_000), one.clone()] {
        let file = make(&old, &new, &Options::default())
            .expect("in range")
            .file;
        // Five bytes for the head of each block, and a few for its copies.
        let most = one.len() + 14 * new.len() / 4096 + 500;
        assert!(file.len() < most, "{} of {most}", file.len());
        round_trip(&old, &new, &Options::default());
    }
}

#[test]
fn what_moved_into_a_stored_block_is_told_to_the_map_all_the_same() {
    const LEN: usize = 4096;
    let function = noise(1, 12);
    let image = |target: usize, seed: u64| {
        let mut image = noise(seed, 3 * LEN);
        image[..LEN].copy_from_slice(&calls(target, LEN));
        image[target..target + function.len()].copy_from_slice(&function);
        image
    };
    let (old, new) = (image(LEN + 100, 2), image(2 * LEN + 600, 3));
    let options = Options {
        load_address: Some(0x0800_0000),
        ..Options::default()
    };
    let file = make(&old, &new, &options).unwrap().file;
    let stored = inspect(&file).unwrap().blocks;
    let stored = stored.iter().find(|block| block.block == 2).unwrap();
    assert_eq!(stored.coded_len, stored.new_len, "the block is stored");
    round_trip(&old, &new, &options);
}
