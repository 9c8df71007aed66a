//! The tables of the patch file, tested against the codec that reads and writes it.

use host_agent::patch::PatchFault;
use protocol_spec::patch::section::{SECTION_HEAD_BYTES_MAX, expected};
use protocol_spec::patch::{
    FORMAT, Head, HeadError, ImageId, MAGIC, Profile, SectionError, SectionHead, head,
};

use crate::spec::table;

/// A field of the head: offset, size, name, meaning.
type Field = (usize, usize, &'static str, &'static str);

/// The fields of the head; texts follow the last one.
const HEAD: [Field; 19] = [
    (0, 4, "magic", "`OTRP`"),
    (4, 1, "format", "1"),
    (5, 1, "profile", "decode RAM that is needed"),
    (
        6,
        2,
        "head_len",
        "bytes of the head, texts included; the operations follow",
    ),
    (
        8,
        4,
        "crc",
        "CRC-32/ISO-HDLC of the whole file, these four bytes taken as 0",
    ),
    (12, 4, "file_len", "bytes of the whole file"),
    (16, 4, "old_len", "bytes of the old image"),
    (20, 4, "new_len", "bytes of the new image"),
    (
        24,
        16,
        "old_digest",
        "first bytes of the old image's SHA-256",
    ),
    (
        40,
        16,
        "new_digest",
        "first bytes of the new image's SHA-256",
    ),
    (56, 4, "block_len", "bytes of a block"),
    (
        60,
        4,
        "load_address",
        "address of the images' first byte; ffffffff = none",
    ),
    (64, 4, "ops_len", "bytes of the operations"),
    (68, 2, "sections", "sections: blocks that change"),
    (
        70,
        1,
        "flags",
        "bit 0: blocks are applied from the last to the first; else 0",
    ),
    (
        71,
        1,
        "old_version",
        "bytes of the old image's version text",
    ),
    (
        72,
        1,
        "new_version",
        "bytes of the new image's version text",
    ),
    (73, 1, "board", "bytes of the board name; 0 = any board"),
    (74, 1, "auth", "bytes of the authenticator; 0 in format 1"),
];

/// The texts behind the fields, in their order.
const TEXTS: &str = "old version, new version, board name, authenticator";

pub(crate) fn head_table() -> String {
    let fields = HEAD.map(|(offset, size, name, meaning)| {
        [
            offset.to_string(),
            size.to_string(),
            name.to_owned(),
            meaning.to_owned(),
        ]
    });
    let texts = [
        head::HEAD_BYTES_MIN.to_string(),
        "n".to_owned(),
        "texts".to_owned(),
        TEXTS.to_owned(),
    ];
    table(
        ["offset", "size", "field", "meaning"],
        fields.into_iter().chain([texts]),
    )
}

/// Each profile by the number that a head has for it.
pub(crate) fn profile_table() -> String {
    let (offset, ..) = HEAD[2];
    let rows = [Profile::Small, Profile::Large].map(|profile| {
        let number = bytes(&Head {
            profile,
            ..sample()
        })[offset];
        [number.to_string(), profile.decode_ram().to_string()]
    });
    table(["profile", "bytes of RAM for decoding"], rows.into_iter())
}

pub(crate) fn section_table() -> String {
    let rows = [
        (
            "1 - 5",
            "len",
            "varint: twice the bytes of the coded data, plus 1 when a jump follows",
        ),
        (
            "0 - 5",
            "jump",
            "zigzag varint: this block less the expected one",
        ),
        (
            "2",
            "before",
            "CRC-16 of the old image's bytes in this block",
        ),
        (
            "2",
            "after",
            "CRC-16 of the new image's bytes in this block",
        ),
    ];
    table(
        ["size", "field", "meaning"],
        rows.map(|(size, name, meaning)| [size, name, meaning].map(str::to_owned))
            .into_iter(),
    )
}

/// What can be wrong with a patch, in the order in which a host may find it.
const FAULTS: [PatchFault; 24] = [
    PatchFault::NoFile,
    PatchFault::HeadShort,
    PatchFault::HeadUnknown,
    PatchFault::HeadField,
    PatchFault::FileLength,
    PatchFault::Board,
    PatchFault::Memory,
    PatchFault::Init,
    PatchFault::SlotLength,
    PatchFault::BlockLength,
    PatchFault::ScratchLength,
    PatchFault::FileCrc,
    PatchFault::NoMarks,
    PatchFault::Base,
    PatchFault::SectionLength,
    PatchFault::Op,
    PatchFault::Stream,
    PatchFault::SourceRange,
    PatchFault::SourceGone,
    PatchFault::SourceSplit,
    PatchFault::OutputLength,
    PatchFault::BlockBefore,
    PatchFault::BlockAfter,
    PatchFault::ImageAfter,
];

pub(crate) fn fault_table() -> String {
    let rows = FAULTS.map(|fault| {
        let text = bridge::patch::patch_fault_text(fault).to_owned();
        [text, fault.status().to_string()]
    });
    table(["what is wrong", "code"], rows.into_iter())
}

#[test]
fn every_fault_is_in_the_table_once() {
    for (number, fault) in FAULTS.iter().enumerate() {
        assert!(!FAULTS[..number].contains(fault), "{fault:?}");
    }
    // One more fault than the table has would need a name that is not in it.
    let names: Vec<String> = FAULTS.iter().map(|fault| format!("{fault:?}")).collect();
    let source = crate::project::read("protocol-spec/host-agent/src/patch/fault.rs").unwrap();
    let listed = source.split("pub enum PatchFault {").nth(1).unwrap();
    let listed = listed.split("\n}").next().unwrap();
    let variants = listed
        .lines()
        .filter_map(|line| line.strip_prefix("    ")?.strip_suffix(','));
    for variant in variants {
        assert!(names.iter().any(|name| name == variant), "{variant}");
    }
}

/// A head in which no byte of a field is like another's.
fn sample() -> Head<'static> {
    Head {
        profile: Profile::Large,
        crc: 0x1122_3344,
        file_len: 0x00a0_b0c0,
        old: ImageId {
            length: 0x0001_0203,
            digest: [0x51; 16],
            version: b"1",
        },
        new: ImageId {
            length: 0x0004_0506,
            digest: [0x62; 16],
            version: b"22",
        },
        block_len: 0x1000,
        load_address: 0x0802_0000,
        ops_len: 0x0000_0304,
        sections: 0x0011,
        descending: true,
        board: b"333",
        auth: b"",
    }
}

fn bytes(head: &Head<'_>) -> Vec<u8> {
    let mut out = vec![0; head.len()];
    assert_eq!(head.encode(&mut out), Ok(out.len()));
    out
}

/// The offsets at which two heads of one length differ.
fn differ(one: &Head<'_>, other: &Head<'_>) -> Vec<usize> {
    let (one, other) = (bytes(one), bytes(other));
    assert_eq!(one.len(), other.len());
    (0..one.len()).filter(|at| one[*at] != other[*at]).collect()
}

#[test]
fn fields_follow_each_other_without_a_gap() {
    let mut end = 0;
    for (offset, size, name, _) in HEAD {
        assert_eq!(offset, end, "{name}");
        end += size;
    }
    assert_eq!(end, head::HEAD_BYTES_MIN);
}

#[test]
fn each_field_stands_where_the_table_says() {
    let sample = sample();
    let change = |name: &str, change: &dyn Fn(&mut Head<'static>)| {
        let (offset, size, ..) = *HEAD.iter().find(|(_, _, field, _)| *field == name).unwrap();
        let mut changed = sample;
        change(&mut changed);
        let found = differ(&sample, &changed);
        assert_eq!(found, (offset..offset + size).collect::<Vec<_>>(), "{name}");
    };
    change("profile", &|head| head.profile = Profile::Small);
    change("crc", &|head| head.crc = !head.crc);
    change("file_len", &|head| head.file_len = !head.file_len);
    change("old_digest", &|head| head.old.digest = [0; 16]);
    change("new_digest", &|head| head.new.digest = [0; 16]);
    change("load_address", &|head| {
        head.load_address = !head.load_address
    });

    change("flags", &|head| head.descending = false);
}

#[test]
fn numbers_are_low_first_and_texts_follow() {
    let bytes = bytes(&sample());
    let at = |name: &str| {
        let (offset, size, ..) = *HEAD.iter().find(|(_, _, field, _)| *field == name).unwrap();
        &bytes[offset..offset + size]
    };
    assert_eq!(at("magic"), MAGIC);
    assert_eq!(at("format"), [FORMAT]);
    assert_eq!(at("profile"), [2]);
    assert_eq!(at("head_len"), [81, 0]);
    assert_eq!(at("crc"), [0x44, 0x33, 0x22, 0x11]);
    assert_eq!(head::CRC, 8..12);
    assert_eq!(at("old_len"), [3, 2, 1, 0]);
    assert_eq!(at("new_len"), [6, 5, 4, 0]);
    assert_eq!(at("block_len"), [0, 0x10, 0, 0]);
    assert_eq!(at("ops_len"), [4, 3, 0, 0]);
    assert_eq!(at("sections"), [0x11, 0]);
    assert_eq!(
        ["old_version", "new_version", "board", "auth"]
            .map(at)
            .concat(),
        [1, 2, 3, 0]
    );
    assert_eq!(&bytes[head::HEAD_BYTES_MIN..], b"122333");
    let mut other = bytes;
    other[4] = FORMAT + 1;
    assert_eq!(Head::decode(&other), Err(HeadError::Format(FORMAT + 1)));
}

/// Nobody verifies one in this format, so a file that has one must not pass for signed.
#[test]
fn an_authenticator_is_refused() {
    let signed = Head {
        auth: b"4444",
        ..sample()
    };
    let refused = HeadError::Field("auth");
    assert_eq!(signed.encode(&mut [0; 100]), Err(refused));
    let mut bytes = bytes(&sample());
    bytes.extend_from_slice(b"4444");
    (bytes[6], bytes[74]) = (85, 4);
    assert_eq!(Head::decode(&bytes), Err(refused));
    bytes[74] = u8::MAX;
    assert_eq!(Head::decode(&bytes), Err(refused), "longer than the file");
}

#[test]
fn a_section_head_is_as_the_table_says() {
    let head = |block, len| SectionHead {
        block,
        len,
        before: 0x1234,
        after: 0xabcd,
    };
    let encode = |head: SectionHead, expected| {
        let mut out = [0; SECTION_HEAD_BYTES_MAX];
        let used = head.encode(expected, &mut out);
        out[..used].to_vec()
    };
    let crcs = [0x34, 0x12, 0xcd, 0xab];
    assert_eq!(encode(head(5, 10), 5), [&[20][..], &crcs].concat());
    assert_eq!(encode(head(6, 10), 5), [&[21, 2][..], &crcs].concat());
    assert_eq!(encode(head(4, 10), 5), [&[21, 1][..], &crcs].concat());
    assert_eq!(encode(head(0, 64), 0), [&[0x80, 1][..], &crcs].concat());
    assert_eq!((expected(None, 9, false), expected(None, 9, true)), (0, 8));
    assert_eq!(
        (expected(Some(3), 9, false), expected(Some(3), 9, true)),
        (4, 2)
    );
    assert_eq!(
        SectionHead::decode(&[20, 0x34], 0),
        Err(SectionError::Short)
    );
}
