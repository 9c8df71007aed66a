//! The tables of SPEC.md against those of the code.
//!
//! A table stands between `<!-- table: NAME -->` and `<!-- end -->`. With `UPDATE=1` in the
//! environment the file is rewritten; its prose is never touched.

use std::fmt::Write as _;

use bridge::dialect::named_timers;
use bridge::job::DialectKind;
use protocol_spec::ayla::conf::Token;
use protocol_spec::ayla::feature::Feature;
use protocol_spec::ayla::frame as ayla;
use protocol_spec::ayla::message::Protocol;
use protocol_spec::ayla::opcode::{ControlOp, DataOp, Direction, OpRow};
use protocol_spec::ayla::tlv::{FILE_BYTES_MAX, TlvType};
use protocol_spec::codes::{HostErr, Kind as CodeKind, Row, Status};
use protocol_spec::patch::section::SECTION_HEAD_BYTES_MAX;
use protocol_spec::patch::{self, head};
use protocol_spec::rig::frame as rig;
use protocol_spec::rig::hello;
use protocol_spec::rig::kind::Kind;
use protocol_spec::rig::message;

use crate::project::{file, read};
use crate::{patch_codes, patch_file};

const SPEC: &str = "protocol-spec/SPEC.md";
const BEGIN: &str = "<!-- table: ";
const END: &str = "<!-- end -->";
/// Makes one table.
type Make = fn() -> String;

/// Each table and its name in the text.
const TABLES: [(&str, Make); 18] = [
    ("status", status),
    ("host-err", host_err),
    ("err-to-status", err_to_status),
    ("frame-types", frame_types),
    ("protocols", protocols),
    ("control-opcodes", control_opcodes),
    ("data-opcodes", data_opcodes),
    ("tlv-types", tlv_types),
    ("tokens", tokens),
    ("features", features),
    ("rig-kinds", rig_kinds),
    ("patch-head", patch_file::head_table),
    ("patch-profiles", patch_file::profile_table),
    ("patch-section", patch_file::section_table),
    ("patch-faults", patch_file::fault_table),
    ("patch-codes", patch_codes::code_table),
    ("limits", limits),
    ("timers", timers),
];

#[test]
#[expect(clippy::disallowed_methods, reason = "UPDATE=1 asks to write")]
fn tables_are_those_of_the_code() {
    let found = read(SPEC).expect("SPEC.md is part of the project");
    let wanted = with_tables(&found);
    if std::env::var_os("UPDATE").is_some() {
        write(&wanted);
        return;
    }
    for (number, (found, wanted)) in found.lines().zip(wanted.lines()).enumerate() {
        let line = number + 1;
        assert_eq!(
            found, wanted,
            "{SPEC}:{line} is out of date: run this test with UPDATE=1"
        );
    }
    assert_eq!(found, wanted);
}

#[test]
fn every_table_stands_in_the_text_once() {
    let text = read(SPEC).expect("SPEC.md is part of the project");
    for (name, _) in TABLES {
        assert_eq!(
            text.matches(&format!("{BEGIN}{name} -->")).count(),
            1,
            "{name}"
        );
    }
    assert_eq!(
        text.matches(BEGIN).count(),
        TABLES.len(),
        "a marker without a table"
    );
    assert_eq!(text.matches(END).count(), TABLES.len());
}

#[expect(clippy::disallowed_methods, reason = "UPDATE=1 asks for it")]
fn write(text: &str) {
    std::fs::write(file(SPEC), text).expect("SPEC.md can be written");
}

/// The text with every table made anew.
fn with_tables(text: &str) -> String {
    let mut out = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        let Some(name) = line
            .strip_prefix(BEGIN)
            .and_then(|rest| rest.strip_suffix(" -->"))
        else {
            continue;
        };
        let table = TABLES.iter().find(|(known, _)| *known == name);
        let (_, make) = table.unwrap_or_else(|| panic!("no table is called {name}"));
        let _ = write!(out, "\n{}\n{END}\n", make());
        lines
            .by_ref()
            .find(|line| *line == END)
            .expect("the table ends");
    }
    out
}

/// A table with `heads` and one line per row.
pub(crate) fn table<const N: usize>(
    heads: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> String {
    let mut out = format!("| {} |\n|{}\n", heads.join(" | "), "---|".repeat(N));
    for row in rows {
        let _ = writeln!(out, "| {} |", row.join(" | "));
    }
    out
}

fn named<'a>(rows: impl Iterator<Item = (u8, &'a str, &'a str)>) -> String {
    let rows = rows.map(|(number, name, sentence)| {
        [
            format!("{number:02x}"),
            name.to_owned(),
            sentence.to_owned(),
        ]
    });
    table(["number", "name", "meaning"], rows)
}

const CODE_HEADS: [&str; 8] = [
    "number",
    "name",
    "meaning",
    "class",
    "raised by",
    "again?",
    "cause",
    "what to check next",
];

fn code(number: String, row: &Row) -> [String; 8] {
    let again = match (row.kind, row.retryable) {
        (CodeKind::Internal, _) => "never a result",
        (_, true) => "may help",
        (_, false) => "no",
    };
    let texts = [
        row.name,
        row.sentence,
        row.class,
        row.raised_by,
        again,
        row.cause,
        row.remedy,
    ];
    let [name, sentence, class, raised_by, again, cause, remedy] = texts.map(str::to_owned);
    [
        number, name, sentence, class, raised_by, again, cause, remedy,
    ]
}

fn status() -> String {
    table(
        CODE_HEADS,
        Status::TABLE
            .iter()
            .map(|row| code(row.number.to_string(), row)),
    )
}

fn host_err() -> String {
    table(
        CODE_HEADS,
        HostErr::TABLE
            .iter()
            .map(|row| code(format!("{:02x}", row.number), row)),
    )
}

fn err_to_status() -> String {
    let special = HostErr::TABLE
        .iter()
        .map(|row| HostErr(row.number))
        .filter(|err| err.to_status() != Status::READ)
        .map(|err| [err.to_string(), err.to_status().to_string()]);
    let others = [
        "any other".to_owned(),
        HostErr::OFFSET.to_status().to_string(),
    ];
    table(
        ["host ERR byte", "module status code"],
        special.chain([others]),
    )
}

fn frame_types() -> String {
    named(
        ayla::FrameType::TABLE
            .iter()
            .map(|row| (row.number, row.name, row.sentence)),
    )
}

fn protocols() -> String {
    named(
        Protocol::TABLE
            .iter()
            .map(|row| (row.number, row.name, row.sentence)),
    )
}

fn opcodes(rows: &[OpRow]) -> String {
    let rows = rows.iter().map(|row| {
        let direction = match row.direction {
            Direction::ToHost => "module to host",
            Direction::ToModule => "host to module",
            Direction::Both => "both",
        };
        let number = format!("{:02x}", row.number);
        [
            number,
            row.name.to_owned(),
            direction.to_owned(),
            row.sentence.to_owned(),
        ]
    });
    table(["number", "name", "who sends it", "use"], rows)
}

fn control_opcodes() -> String {
    opcodes(ControlOp::TABLE)
}

fn data_opcodes() -> String {
    opcodes(DataOp::TABLE)
}

fn tlv_types() -> String {
    named(
        TlvType::TABLE
            .iter()
            .map(|row| (row.number, row.name, row.sentence)),
    )
}

fn tokens() -> String {
    named(
        Token::TABLE
            .iter()
            .map(|row| (row.number, row.name, row.sentence)),
    )
}

fn features() -> String {
    named(
        Feature::TABLE
            .iter()
            .map(|row| (row.number, row.name, row.sentence)),
    )
}

fn rig_kinds() -> String {
    let rows = Kind::TABLE.iter().map(|row| {
        let answer = if row.answer.is_empty() {
            "none"
        } else {
            row.answer
        };
        let number = format!("{:02x}", row.number);
        [
            number,
            row.name.to_owned(),
            row.sentence.to_owned(),
            answer.to_owned(),
        ]
    });
    table(["kind", "name", "meaning", "answer"], rows)
}

fn timers() -> String {
    let rows = [DialectKind::Ayla, DialectKind::Rig]
        .into_iter()
        .flat_map(|dialect| {
            let row = move |timer: bridge::dialect::NamedTimer| {
                let default = format!("{} s", timer.default.as_secs_f64());
                [
                    dialect.to_string(),
                    timer.name.to_owned(),
                    default,
                    timer.purpose.to_owned(),
                ]
            };
            named_timers(dialect).into_iter().map(row)
        });
    table(["dialect", "timer", "default", "what is waited for"], rows)
}

fn limits() -> String {
    let rows: [(&str, usize, &str); 21] = [
        (
            "ayla: message",
            ayla::MESSAGE_BYTES_MAX,
            "bytes, header and TLVs",
        ),
        (
            "ayla: frame body",
            ayla::BODY_BYTES_MAX,
            "bytes before stuffing",
        ),
        (
            "ayla: frame",
            ayla::STUFFED_BYTES_MAX,
            "bytes on the wire, both flags included",
        ),
        (
            "ayla: FILE value",
            FILE_BYTES_MAX,
            "bytes that the length field can say",
        ),
        ("rig: lowest version", message::VERSION_MIN.into(), ""),
        ("rig: highest version", message::VERSION_MAX.into(), ""),
        (
            "rig: HELLO",
            hello::HELLO_BYTES,
            "bytes of the body, always",
        ),
        (
            "rig: bytes in a DATA",
            message::DATA_BYTES_MAX,
            "bytes, 1 at least",
        ),
        ("rig: ranges in an ACK", message::SACK_RANGES_MAX, ""),
        ("rig: regions in an erase map", message::REGIONS_MAX, ""),
        ("rig: version text", message::VERSION_BYTES_MAX, "bytes"),
        ("rig: board name", message::BOARD_BYTES_MAX, "bytes"),
        ("rig: authenticator", message::AUTH_BYTES_MAX, "bytes"),
        (
            "rig: packet and CRC",
            rig::PACKET_BYTES_MAX,
            "bytes before stuffing",
        ),
        (
            "rig: frame",
            rig::FRAME_BYTES_MAX,
            "bytes on the wire, the ending zero included",
        ),
        ("patch: image", patch::IMAGE_LEN_MAX as usize, "bytes"),
        (
            "patch: shortest block",
            patch::BLOCK_LEN_MIN as usize,
            "bytes",
        ),
        (
            "patch: longest block",
            patch::BLOCK_LEN_MAX as usize,
            "bytes",
        ),
        ("patch: blocks of an image", patch::BLOCKS_MAX as usize, ""),
        ("patch: head", head::HEAD_BYTES_MAX, "bytes, texts included"),
        ("patch: head of a section", SECTION_HEAD_BYTES_MAX, "bytes"),
    ];
    let rows =
        rows.map(|(what, limit, unit)| [what.to_owned(), limit.to_string(), unit.to_owned()]);
    table(["what", "limit", "unit"], rows.into_iter())
}
