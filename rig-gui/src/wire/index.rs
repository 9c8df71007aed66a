//! The index: 32 bytes for each frame, so that millions are at hand while their bytes stay in the file.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use bridge::event::Direction;
use bridge::job::DialectKind;
use protocol_spec::tick::Tick;

use super::deed::Deed;
use super::list::Row;

/// Most frames of an index; of a longer file a window is loaded.
pub const FRAMES_MAX: usize = 8_000_000;
/// Most types that are told apart by name.
pub const TYPES_MAX: usize = 250;
/// Bits of the offset in a file.
const PLACE_BITS: u32 = 40;
/// Most bytes that an entry can state.
const LENGTH_MAX: u32 = (1 << (u64::BITS - PLACE_BITS)) - 1;
/// No frame is answered.
const NO_ANSWER: u32 = u32::MAX;

const _: () = assert!(size_of::<Entry>() == 32, "the index takes 32 bytes a frame");

/// What an entry is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A frame of the capture.
    Frame,
    /// Received bytes that are no frame.
    Stray,
    /// A packet of another program, which is passed over.
    Foreign,
    /// A line of a transcript that tells of a frame.
    Told,
    /// Another line of a transcript.
    Note,
}

impl Kind {
    /// Whether its bytes were on the line and can be shown.
    #[must_use]
    pub fn has_wire(self) -> bool {
        matches!(self, Self::Frame | Self::Stray)
    }
}

/// One frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// When its last byte was on the line.
    pub at: Tick,
    /// Offset (low bits) and length (high bits) of its bytes in the file.
    place: u64,
    /// Number of the frame that it answers.
    answers: u32,
    /// What it does to the blocks of the object, with [`Self::second`] and [`Self::tag`].
    first: u32,
    second: u32,
    /// Its type, a number of [`TypeNames`].
    pub name: u8,
    /// What it is.
    pub kind: Kind,
    flags: u8,
    tag: u8,
}

/// The frame is damaged, makes no sense, or brings the code of a failure.
const ERROR: u8 = 1;
/// Something is said about it: a phase, a fault, the verdict.
const COMMENT: u8 = 2;
/// The same was sent before.
const AGAIN: u8 = 4;
/// It goes to the module.
const TO_MODULE: u8 = 8;
/// It is of the ayla dialect.
const AYLA: u8 = 16;
/// A fault was injected behind it.
const FAULT: u8 = 32;

impl Entry {
    /// An entry without flags that answers nothing.
    #[must_use]
    pub fn new(kind: Kind, direction: Direction, dialect: DialectKind, at: Tick) -> Self {
        let mut entry = Self {
            at,
            place: 0,
            answers: NO_ANSWER,
            first: 0,
            second: 0,
            name: 0,
            kind,
            flags: 0,
            tag: 0,
        };
        entry.set(TO_MODULE, direction == Direction::ToModule);
        entry.set(AYLA, dialect == DialectKind::Ayla);
        entry
    }

    /// Says where its bytes lie. An offset beyond a terabyte or a length beyond 16 MB is cut.
    #[must_use]
    pub fn placed(mut self, offset: u64, length: usize) -> Self {
        let offset = offset.min((1 << PLACE_BITS) - 1);
        let length = u32::try_from(length).unwrap_or(LENGTH_MAX).min(LENGTH_MAX);
        self.place = (u64::from(length) << PLACE_BITS) | offset;
        self
    }

    /// Offset of its bytes in the file.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.place & ((1 << PLACE_BITS) - 1)
    }

    /// How many bytes they are.
    #[must_use]
    pub fn length(&self) -> usize {
        usize::try_from(self.place >> PLACE_BITS).unwrap_or_default()
    }

    /// Which way it goes; without meaning for a note.
    #[must_use]
    pub fn direction(&self) -> Direction {
        if self.flags & TO_MODULE == 0 {
            Direction::ToHost
        } else {
            Direction::ToModule
        }
    }

    /// In which dialect.
    #[must_use]
    pub fn dialect(&self) -> DialectKind {
        if self.flags & AYLA == 0 {
            DialectKind::Rig
        } else {
            DialectKind::Ayla
        }
    }

    /// Number of the frame that it answers.
    #[must_use]
    pub fn answers(&self) -> Option<u32> {
        (self.answers != NO_ANSWER).then_some(self.answers)
    }

    /// Says which frame it answers.
    pub fn set_answers(&mut self, frame: u64) {
        self.answers = u32::try_from(frame).unwrap_or(NO_ANSWER);
    }

    /// What it does to the blocks of the object.
    #[must_use]
    pub fn deed(&self) -> Deed {
        Deed::of_numbers((self.tag, self.first, self.second))
    }

    /// Says what it does to the blocks of the object.
    pub fn set_deed(&mut self, deed: Deed) {
        (self.tag, self.first, self.second) = deed.numbers();
    }

    /// Whether it is damaged, makes no sense, or brings the code of a failure.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.flags & ERROR != 0
    }

    /// Whether something is said about it.
    #[must_use]
    pub fn has_comment(&self) -> bool {
        self.flags & COMMENT != 0
    }

    /// Whether the same was sent before.
    #[must_use]
    pub fn is_again(&self) -> bool {
        self.flags & AGAIN != 0
    }

    /// Whether a fault was injected behind it.
    #[must_use]
    pub fn has_fault(&self) -> bool {
        self.flags & FAULT != 0
    }

    /// Marks it as an error.
    pub fn set_error(&mut self, error: bool) {
        self.set(ERROR, error);
    }

    /// Marks it as commented.
    pub fn set_comment(&mut self, comment: bool) {
        self.set(COMMENT, comment);
    }

    /// Marks it as sent again.
    pub fn set_again(&mut self, again: bool) {
        self.set(AGAIN, again);
    }

    /// Marks it as struck by a fault.
    pub fn set_fault(&mut self, fault: bool) {
        self.set(FAULT, fault);
    }

    fn set(&mut self, flag: u8, on: bool) {
        self.flags = if on {
            self.flags | flag
        } else {
            self.flags & !flag
        };
    }

    fn word(&self) -> u64 {
        let kind = match self.kind {
            Kind::Frame => 0,
            Kind::Stray => 1,
            Kind::Foreign => 2,
            Kind::Told => 3,
            Kind::Note => 4,
        };
        let [a, b, c, d] = self.first.to_le_bytes();
        u64::from_le_bytes([a, b, c, d, self.name, kind, self.flags, self.tag])
    }
}

impl Row for Entry {
    type Cell = [AtomicU64; 4];

    fn empty() -> Self::Cell {
        [const { AtomicU64::new(0) }; 4]
    }

    fn store(self, [at, place, link, word]: &Self::Cell) {
        at.store(self.at.as_nanos(), Ordering::Relaxed);
        place.store(self.place, Ordering::Relaxed);
        let pair = (u64::from(self.answers) << u32::BITS) | u64::from(self.second);
        link.store(pair, Ordering::Relaxed);
        word.store(self.word(), Ordering::Relaxed);
    }

    fn load([at, place, link, word]: &Self::Cell) -> Self {
        let [a, b, c, d, name, kind, flags, tag] = word.load(Ordering::Relaxed).to_le_bytes();
        let [s0, s1, s2, s3, n0, n1, n2, n3] = link.load(Ordering::Relaxed).to_le_bytes();
        Self {
            at: Tick::from_nanos(at.load(Ordering::Relaxed)),
            place: place.load(Ordering::Relaxed),
            answers: u32::from_le_bytes([n0, n1, n2, n3]),
            first: u32::from_le_bytes([a, b, c, d]),
            second: u32::from_le_bytes([s0, s1, s2, s3]),
            name,
            kind: match kind {
                0 => Kind::Frame,
                1 => Kind::Stray,
                2 => Kind::Foreign,
                3 => Kind::Told,
                _ => Kind::Note,
            },
            flags,
            tag,
        }
    }
}

/// The names of the types that occur; clones share them, and they are only ever added.
#[derive(Clone, Debug, Default)]
pub struct TypeNames(Arc<Names>);

#[derive(Debug)]
struct Names([OnceLock<String>; TYPES_MAX]);

impl Default for Names {
    fn default() -> Self {
        Self([const { OnceLock::new() }; TYPES_MAX])
    }
}

/// What types beyond [`TYPES_MAX`] are called.
const OTHERS: &str = "OTHER";

impl TypeNames {
    /// The number of a name, which is added when it is new. Names beyond [`TYPES_MAX`] share one.
    #[must_use]
    pub fn number(&self, name: &str) -> u8 {
        let numbered = (0..).zip(&self.0.0);
        for (number, slot) in numbered {
            if slot.get_or_init(|| name.to_owned()) == name {
                return number;
            }
        }
        u8::MAX
    }

    /// The name of a number.
    #[must_use]
    pub fn name(&self, number: u8) -> &str {
        let slot = self.0.0.get(usize::from(number));
        slot.and_then(OnceLock::get).map_or(OTHERS, String::as_str)
    }

    /// All names so far, with their numbers.
    pub fn all(&self) -> impl Iterator<Item = (u8, &str)> {
        let names = (0..).zip(&self.0.0);
        names.map_while(|(number, slot)| Some((number, slot.get()?.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::list::list;

    #[test]
    fn an_entry_is_read_as_it_was_stored() {
        let kinds = [
            Kind::Frame,
            Kind::Stray,
            Kind::Foreign,
            Kind::Told,
            Kind::Note,
        ];
        let (mut pen, list) = list(100);
        let mut stored = Vec::new();
        for kind in kinds {
            for direction in [Direction::ToHost, Direction::ToModule] {
                for dialect in [DialectKind::Ayla, DialectKind::Rig] {
                    let at = Tick::from_nanos(u64::MAX - 3);
                    let entry = Entry::new(kind, direction, dialect, at);
                    let mut entry = entry.placed(0xab_cdef_0123, 0xfe_dcba);
                    entry.set_answers(0x0102_0304);
                    entry.set_error(true);
                    entry.set_deed(Deed::Piece {
                        from: 0x0506_0708,
                        to: 0x090a_0b0c,
                    });
                    entry.set_fault(true);
                    entry.name = 0x0d;
                    pen.push(entry);
                    stored.push(entry);
                }
            }
        }
        let loaded: Vec<Entry> = (0..stored.len()).map(|at| list.get(at).unwrap()).collect();
        assert_eq!(loaded, stored);
        let one = loaded[0];
        assert_eq!((one.offset(), one.length()), (0xab_cdef_0123, 0xfe_dcba));
        assert_eq!(one.answers(), Some(0x0102_0304));
        assert!(one.is_error() && !one.is_again() && !one.has_comment() && one.has_fault());
        let (from, to) = (0x0506_0708, 0x090a_0b0c);
        assert_eq!(one.deed(), Deed::Piece { from, to });
    }

    #[test]
    fn what_is_too_great_is_cut() {
        let entry = Entry::new(Kind::Frame, Direction::ToHost, DialectKind::Rig, Tick::ZERO);
        let entry = entry.placed(u64::MAX, usize::MAX);
        assert_eq!(
            (entry.offset(), entry.length()),
            ((1 << 40) - 1, (1 << 24) - 1)
        );
        assert_eq!(entry.answers(), None);
    }

    #[test]
    fn types_without_end_share_a_name() {
        let names = TypeNames::default();
        let numbers: Vec<u8> = (0..400).map(|n| names.number(&format!("T{n}"))).collect();
        assert_eq!((numbers[7], numbers[399]), (7, u8::MAX));
        assert_eq!(names.number("T7"), 7);
        assert_eq!((names.name(7), names.name(u8::MAX)), ("T7", "OTHER"));
        assert_eq!(names.all().count(), TYPES_MAX);
    }
}
