//! Each format: what is read, and what is refused where.

use proptest::prelude::*;

use super::*;

fn load(bytes: &[u8], format: FileFormat) -> Result<Content, error::Defect> {
    parse(bytes, format)
}

fn place(result: Result<Content, error::Defect>) -> String {
    match result {
        Err(error::Defect::Rule { place, .. }) => place,
        other => panic!("{other:?}"),
    }
}

const HEX: &str = "\
:020000040800F2\n\
:0400000001020304F2\n\
:04000800AABBCCDDE6\n\
:0400000508000000EF\n\
:00000001FF\n";

#[test]
fn hex_is_joined_and_its_gap_filled() {
    let image = load(HEX.as_bytes(), FileFormat::Hex).unwrap();
    assert_eq!(image.address, 0x0800_0000);
    assert_eq!(
        image.bytes,
        [1, 2, 3, 4, 255, 255, 255, 255, 0xaa, 0xbb, 0xcc, 0xdd]
    );
    assert_eq!(image.notes, ["gap of 4 bytes at 0x08000004 filled with ff"]);
}

#[test]
fn a_broken_hex_line_is_named() {
    let wrong = HEX.replace("01020304F2", "01020304F3");
    assert_eq!(place(load(wrong.as_bytes(), FileFormat::Hex)), "line 2");
    let cut = HEX.replace(":00000001FF\n", "");
    assert_eq!(place(load(cut.as_bytes(), FileFormat::Hex)), "end of file");
    assert_eq!(place(load(b":00\xff", FileFormat::Hex)), "byte 3");
}

#[test]
fn overlapping_areas_are_refused() {
    let twice = HEX.replace(":04000800AABBCCDDE6", ":04000200AABBCCDDEC");
    let found = load(twice.as_bytes(), FileFormat::Hex);
    assert_eq!(found, Err(error::Defect::Overlap { at: 0x0800_0002 }));
}

#[test]
fn areas_far_apart_are_no_image() {
    let far = HEX.replace(
        ":0400000508000000EF\n",
        ":020000041000EA\n:0400000001020304F2\n",
    );
    let found = load(far.as_bytes(), FileFormat::Hex);
    assert!(
        matches!(found, Err(error::Defect::FarApart { .. })),
        "{found:?}"
    );
}

const SREC: &str = "\
S0030000FC\n\
S1071000010203 04DE\n\
S107100405060708CA\n\
S5030002FA\n\
S9031000EC\n";

#[test]
fn srec_is_joined() {
    let text = SREC.replace(' ', "");
    let image = load(text.as_bytes(), FileFormat::Srec).unwrap();
    assert_eq!(
        (image.address, image.bytes),
        (0x1000, vec![1, 2, 3, 4, 5, 6, 7, 8])
    );
}

#[test]
fn a_broken_srec_is_refused_and_never_panics() {
    let text = SREC.replace(' ', "");
    assert_eq!(
        place(load(
            text.replace("04DE", "04DF").as_bytes(),
            FileFormat::Srec
        )),
        "line 2"
    );
    assert_eq!(
        place(load(
            text.replace("S5030002FA", "S5030003F9").as_bytes(),
            FileFormat::Srec
        )),
        "line 4"
    );
    assert_eq!(
        place(load(
            text.replace("S9031000EC\n", "").as_bytes(),
            FileFormat::Srec
        )),
        "end of file"
    );
    for line in ["S0", "S00600\u{e9}", "S1\u{e9}\u{e9}", "S101FE", "S3", "S9"] {
        assert!(load(line.as_bytes(), FileFormat::Srec).is_err(), "{line}");
    }
}

fn uf2_block(number: u32, blocks: u32, address: u32, payload: &[u8]) -> Vec<u8> {
    let mut block = uf2::MAGIC_START.to_vec();
    let size = u32::try_from(payload.len()).unwrap();
    for word in [0x2000, address, size, number, blocks, 0x1234_5678] {
        block.extend(word.to_le_bytes());
    }
    block.extend(payload);
    block.resize(uf2::BLOCK_BYTES - 4, 0);
    block.extend(uf2::MAGIC_END);
    block
}

#[test]
fn uf2_blocks_are_joined() {
    let mut file = uf2_block(0, 2, 0x2_6000, &[1; 256]);
    file.extend(uf2_block(1, 2, 0x2_6100, &[2; 256]));
    let image = load(&file, FileFormat::Uf2).unwrap();
    assert_eq!((image.address, image.bytes.len()), (0x2_6000, 512));
    assert_eq!(FileFormat::by_content(&file), FileFormat::Uf2);
}

#[test]
fn uf2_blocks_are_checked() {
    let good = uf2_block(0, 1, 0, &[1; 256]);
    assert_eq!(place(load(&good[..500], FileFormat::Uf2)), "end of file");
    assert_eq!(
        place(load(&uf2_block(0, 2, 0, &[1; 256]), FileFormat::Uf2)),
        "block 0"
    );
    assert_eq!(
        place(load(&uf2_block(1, 1, 0, &[1; 256]), FileFormat::Uf2)),
        "block 0"
    );
    let mut bad_end = good;
    bad_end[511] ^= 1;
    assert_eq!(place(load(&bad_end, FileFormat::Uf2)), "block 0");
}

/// A 32-bit ELF with one segment per area: (run address, load address, bytes).
fn elf32(segments: &[(u32, u32, &[u8])]) -> Vec<u8> {
    let mut file = b"\x7fELF\x01\x01\x01".to_vec();
    file.resize(16, 0);
    for half in [2_u16, 40] {
        file.extend(half.to_le_bytes());
    }
    for word in [1_u32, 0, 52, 0, 0] {
        file.extend(word.to_le_bytes());
    }
    for half in [52, 32, u16::try_from(segments.len()).unwrap(), 40, 0, 0] {
        file.extend(half.to_le_bytes());
    }
    let mut at = u32::try_from(52 + 32 * segments.len()).unwrap();
    for (run, load, bytes) in segments {
        let len = u32::try_from(bytes.len()).unwrap();
        for word in [1, at, *run, *load, len, len, 5, 4] {
            file.extend(word.to_le_bytes());
        }
        at += len;
    }
    segments
        .iter()
        .for_each(|(_, _, bytes)| file.extend(*bytes));
    file
}

#[test]
fn elf_segments_lie_at_their_load_addresses() {
    let file = elf32(&[
        (0x2000_0000, 0x0800_0004, &[5, 6]),
        (0x0800_0000, 0x0800_0000, &[1, 2, 3, 4]),
    ]);
    let image = load(&file, FileFormat::Elf).unwrap();
    assert_eq!(
        (image.address, image.bytes),
        (0x0800_0000, vec![1, 2, 3, 4, 5, 6])
    );
}

#[test]
fn a_broken_elf_is_refused() {
    let file = elf32(&[(0, 0, &[1, 2, 3, 4])]);
    assert_eq!(place(load(&file[..40], FileFormat::Elf)), "header");
    assert_eq!(
        place(load(&file[..86], FileFormat::Elf)),
        "program header 1"
    );
    assert_eq!(
        load(&elf32(&[]), FileFormat::Elf),
        Err(error::Defect::NoBytes)
    );
}

#[test]
fn content_and_extension_must_agree() {
    let hex = Path::new("a.hex");
    assert_eq!(detect(hex, HEX.as_bytes(), None), Ok(FileFormat::Hex));
    assert!(matches!(
        detect(hex, &[0; 64], None),
        Err(ImageError::NotWhatItIsCalled { .. })
    ));
    assert_eq!(
        detect(hex, &[0; 64], Some(FileFormat::Bin)),
        Ok(FileFormat::Bin)
    );
    assert_eq!(
        detect(Path::new("a"), b"\x7fELF", None),
        Ok(FileFormat::Elf)
    );
    assert_eq!(
        detect(Path::new("a"), b"SomeText", None),
        Ok(FileFormat::Bin)
    );
}

#[test]
fn a_file_is_read_in_pieces_and_its_defects_have_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.bin");
    assert!(matches!(open(&path, None), Err(ImageError::Missing { .. })));
    assert!(matches!(
        open(folder.path(), None),
        Err(ImageError::Unreadable { .. })
    ));
    write(&path, &[]);
    assert!(matches!(open(&path, None), Err(ImageError::Empty { .. })));
    write(&path, &[7; 100_000]);
    let mut image = open(&path, None).unwrap();
    let mut piece = [0; 3];
    image.source.read_at(99_997, &mut piece).unwrap();
    assert_eq!(piece, [7; 3]);
    assert!(image.source.read_at(99_998, &mut piece).is_err());
    assert_eq!(image.digest, digest_of(&mut vec![7_u8; 100_000]).unwrap());
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test of the driver that reads files"
)]
fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}

proptest! {
    /// Whatever a file holds behind a good beginning, it is an image or a defect.
    #[test]
    fn no_file_makes_a_reader_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..1200),
        text in "(:|S)[0-9A-FS:\r\n\u{e9}]{0,200}",
    ) {
        for (format, _) in FileFormat::NAMES {
            for start in [&b""[..], b"\x7fELF\x01\x01\x01", &uf2::MAGIC_START, b":", b"S1"] {
                let _ = load(&[start, &bytes].concat(), format);
            }
            let _ = load(text.as_bytes(), format);
        }
    }
}
