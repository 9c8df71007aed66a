//! Every format of image files gives the same patch.

use std::fmt::Write as _;

use super::{Folder, images, text, words};

const START: u32 = 0x0802_0000;

/// Makes a file of an image that begins at [`START`].
type Encode = fn(&[u8]) -> Vec<u8>;

fn hex(bytes: &[u8]) -> Vec<u8> {
    let mut out = String::new();
    let mut record = |kind: u8, address: u16, data: &[u8]| {
        let [high, low] = address.to_be_bytes();
        let mut all = vec![u8::try_from(data.len()).unwrap(), high, low, kind];
        all.extend_from_slice(data);
        let sum = all.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
        all.push(sum.wrapping_neg());
        let digits: String = all.iter().map(|byte| format!("{byte:02X}")).collect();
        writeln!(out, ":{digits}").unwrap();
    };
    let mut upper = None;
    for (at, piece) in (START..).step_by(16).zip(bytes.chunks(16)) {
        let [high, low] = [(at >> 16) as u16, at as u16];
        if upper != Some(high) {
            record(4, 0, &high.to_be_bytes());
            upper = Some(high);
        }
        record(0, low, piece);
    }
    record(1, 0, &[]);
    out.into_bytes()
}

fn srec(bytes: &[u8]) -> Vec<u8> {
    let mut out = String::new();
    let mut record = |kind: char, address: u32, data: &[u8]| {
        let mut all = vec![u8::try_from(data.len() + 5).unwrap()];
        all.extend_from_slice(&address.to_be_bytes());
        all.extend_from_slice(data);
        let sum = all.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
        all.push(!sum);
        let digits: String = all.iter().map(|byte| format!("{byte:02X}")).collect();
        writeln!(out, "S{kind}{digits}").unwrap();
    };
    for (at, piece) in (START..).step_by(32).zip(bytes.chunks(32)) {
        record('3', at, piece);
    }
    record('7', START, &[]);
    out.into_bytes()
}

/// A 32-bit ELF with one loadable segment.
fn elf(bytes: &[u8]) -> Vec<u8> {
    let mut file = b"\x7fELF\x01\x01\x01".to_vec();
    file.resize(16, 0);
    file.extend([2, 0, 40, 0]);
    for word in [1_u32, START, 52, 0, 0] {
        file.extend(word.to_le_bytes());
    }
    for half in [52_u16, 32, 1, 40, 0, 0] {
        file.extend(half.to_le_bytes());
    }
    let len = u32::try_from(bytes.len()).unwrap();
    for word in [1, 84, START, START, len, len, 5, 4] {
        file.extend(word.to_le_bytes());
    }
    file.extend(bytes);
    file
}

fn uf2(bytes: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let count = u32::try_from(bytes.len().div_ceil(256)).unwrap();
    for (number, piece) in (0..).zip(bytes.chunks(256)) {
        let mut block = vec![0x55, 0x46, 0x32, 0x0a, 0x57, 0x51, 0x5d, 0x9e];
        let len = u32::try_from(piece.len()).unwrap();
        for word in [0, START + 256 * number, len, number, count, 0] {
            block.extend(word.to_le_bytes());
        }
        block.extend(piece);
        block.resize(508, 0);
        block.extend([0x30, 0x6f, 0xb1, 0x0a]);
        file.extend(block);
    }
    file
}

#[test]
fn all_formats_make_one_patch_and_come_back() {
    let folder = Folder::new();
    let (old, new) = images();
    folder.write("old.bin", &old);
    folder.write("new.bin", &new);
    let address = ["--load-address", "0x08020000"];
    let made = folder.patch(
        &[
            &["make", "old.bin", "new.bin", "-o", "bin.otp"][..],
            &address,
        ]
        .concat(),
    );
    assert_eq!(made.status.code(), Some(0), "{}", words(&made));
    let wanted = folder.read("bin.otp");
    let formats: [(&str, Encode); 4] = [("hex", hex), ("s19", srec), ("elf", elf), ("uf2", uf2)];
    for (name, encode) in formats {
        let [old_name, new_name] = ["old", "new"].map(|image| format!("{image}.{name}"));
        folder.write(&old_name, &encode(&old));
        folder.write(&new_name, &encode(&new));
        let made = folder.patch(&["make", &old_name, &new_name, "-o", "p.otp"]);
        assert_eq!(made.status.code(), Some(0), "{}", words(&made));
        assert!(words(&made).contains("0x08020000"), "{}", words(&made));
        assert!(folder.read("p.otp") == wanted, "{name} makes another patch");
        let checked = folder.patch(&["check", "p.otp", "--against", &old_name]);
        assert_eq!(checked.status.code(), Some(0), "{}", words(&checked));
        let applied = folder.patch(&["apply", &old_name, "p.otp", "-o", "out.bin"]);
        assert_eq!(applied.status.code(), Some(0), "{}", words(&applied));
        assert!(folder.read("out.bin") == new, "{name}");
    }
}

#[test]
fn every_board_takes_the_patch_that_was_made_for_it() {
    let folder = Folder::new();
    let (old, new) = images();
    folder.write("old.bin", &old);
    folder.write("new.bin", &new);
    for board in fixtures::board::boards() {
        for ram in ["4096", "8192"] {
            if board.decode_ram < ram.parse().unwrap() {
                continue;
            }
            let made = [
                "make", "old.bin", "new.bin", "-o", "p.otp", "--board", board.name,
            ];
            let made = folder.patch(&[&made[..], &["--decode-ram", ram]].concat());
            assert_eq!(
                made.status.code(),
                Some(0),
                "{}: {}",
                board.name,
                words(&made)
            );
            let checked = [
                "check",
                "p.otp",
                "--against",
                "old.bin",
                "--board",
                board.name,
            ];
            let checked = folder.patch(&checked);
            assert_eq!(
                checked.status.code(),
                Some(0),
                "{}: {}",
                board.name,
                words(&checked)
            );
            let applied = folder.patch(&["apply", "old.bin", "p.otp", "-o", "out.bin"]);
            assert_eq!(applied.status.code(), Some(0), "{}", words(&applied));
            assert!(folder.read("out.bin") == new, "{}", board.name);
        }
    }
}

#[test]
fn files_that_begin_at_two_addresses_are_refused() {
    let folder = Folder::new();
    let (old, new) = images();
    folder.write("old.hex", &hex(&old));
    folder.write("new.hex", &hex(&[&[0; 65_536][..], &new].concat()));
    folder.write("cut.hex", &hex(&new).split_off(17 + 44));
    let out = folder.patch(&["make", "old.hex", "cut.hex", "-o", "p.otp"]);
    super::assert_told(&out, 2, "The image file is not");
    let mut moved = elf(&new);
    moved[52 + 12..52 + 16].copy_from_slice(&(START + 0x1000).to_le_bytes());
    folder.write("moved.elf", &moved);
    let out = folder.patch(&["make", "old.hex", "moved.elf", "-o", "p.otp"]);
    super::assert_told(&out, 2, "begins at 0x08020000, the new one at 0x08021000");
    let meant = [
        "make",
        "old.hex",
        "moved.elf",
        "-o",
        "p.otp",
        "--load-address",
        "0",
    ];
    let meant = folder.patch(&meant);
    assert_eq!(meant.status.code(), Some(0));
    let said = words(&meant)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for file in ["old", "new"] {
        let wanted = format!("0x00000000 is used; by the file of the {file} image it is 0x0802");
        assert!(said.contains(&wanted), "{said}");
    }
    assert!(!text(&folder.path("p.otp")).is_empty());
}
