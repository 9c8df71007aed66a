//! What frames do to the blocks of an object, read out of their words: a capture and a transcript
//! have the same ones.

use bridge::event::Direction;
use protocol_spec::codes::{HostErr, Status};
use protocol_spec::patch::Head;
use protocol_spec::rig::frame::{Deframer, FRAME_BYTES_MAX, Fed, decode_to_host, decode_to_module};
use protocol_spec::rig::message::{ToHost, ToModule};

/// What a frame does to the blocks of an object. Offsets and lengths are in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Deed {
    /// Nothing.
    #[default]
    None,
    /// The host tells its smallest erase unit.
    Unit(u32),
    /// An image of this length is offered: its blocks begin anew.
    Image(u32),
    /// The same with a patch.
    Patch(u32),
    /// The patch makes an image.
    Makes {
        /// Length of the image.
        image: u32,
        /// Length of its blocks.
        block: u32,
    },
    /// The host keeps all below this offset from an earlier update.
    Kept(u32),
    /// A piece goes to the host.
    Piece {
        /// Offset of its first byte.
        from: u32,
        /// Offset behind its last one.
        to: u32,
    },
    /// The host acknowledges.
    Arrived {
        /// All below this offset has arrived.
        next: u32,
        /// All below this one is in flash.
        stored: u32,
    },
    /// The host has found the object good.
    Good,
    /// Work on a block of a patch's image begins.
    Begun(u32),
    /// That block stands in scratch.
    Copied(u32),
    /// That block is done.
    Done(u32),
    /// That block has failed.
    Failed(u32),
}

impl Deed {
    /// As three numbers, to be stored.
    pub(super) fn numbers(self) -> (u8, u32, u32) {
        match self {
            Self::None => (0, 0, 0),
            Self::Unit(unit) => (1, unit, 0),
            Self::Image(len) => (2, len, 0),
            Self::Patch(len) => (3, len, 0),
            Self::Makes { image, block } => (4, image, block),
            Self::Kept(offset) => (5, offset, 0),
            Self::Piece { from, to } => (6, from, to),
            Self::Arrived { next, stored } => (7, next, stored),
            Self::Good => (8, 0, 0),
            Self::Begun(block) => (9, block, 0),
            Self::Copied(block) => (10, block, 0),
            Self::Done(block) => (11, block, 0),
            Self::Failed(block) => (12, block, 0),
        }
    }

    /// The other way round.
    pub(super) fn of_numbers((tag, first, second): (u8, u32, u32)) -> Self {
        match tag {
            1 => Self::Unit(first),
            2 => Self::Image(first),
            3 => Self::Patch(first),
            4 => Self::Makes {
                image: first,
                block: second,
            },
            5 => Self::Kept(first),
            6 => Self::Piece {
                from: first,
                to: second,
            },
            7 => Self::Arrived {
                next: first,
                stored: second,
            },
            8 => Self::Good,
            9 => Self::Begun(first),
            10 => Self::Copied(first),
            11 => Self::Done(first),
            12 => Self::Failed(first),
            _ => Self::None,
        }
    }

    /// Whether the blocks begin anew with it.
    pub(super) fn is_offer(self) -> bool {
        matches!(self, Self::Image(_) | Self::Patch(_))
    }
}

/// Reads the deeds of frames in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Deeds {
    /// The last piece in ayla, whose frame is acknowledged by its number: that, and the piece's end.
    piece: Option<(u32, u32)>,
}

impl Deeds {
    /// What a frame does, by its words.
    pub(super) fn read(&mut self, direction: Direction, words: &str) -> Deed {
        let (kind, rest) = words.split_once(' ').unwrap_or((words, ""));
        let deed = match (direction, kind) {
            (Direction::ToHost, "OFFER") => offered(rest),
            (Direction::ToHost, "DATA") => piece(rest),
            (Direction::ToHost, "MCU_OTA") => number(rest, "length=").map(Deed::Image),
            (Direction::ToHost, "MCU_OTA_LOAD") => self.loaded(rest),
            (Direction::ToModule, "ACCEPT") => number(rest, "offset=").map(Deed::Kept),
            (Direction::ToModule, "ACK") => arrived(rest).or_else(|| self.acknowledged(rest)),
            (Direction::ToModule, "STEP_STATUS") => checked(rest),
            (Direction::ToModule, "MCU_OTA_STAT") => found_good(rest),
            (Direction::ToModule, "BLOCK_STATUS") => block(rest),
            _ => None,
        };
        deed.unwrap_or_default()
    }

    /// A piece in ayla.
    fn loaded(&mut self, rest: &str) -> Option<Deed> {
        let deed = piece(rest)?;
        if let (Deed::Piece { to, .. }, Some(seq)) = (deed, number(rest, "seq=")) {
            self.piece = Some((seq, to));
        }
        Some(deed)
    }

    /// The frame of a piece is acknowledged in ayla, which says nothing of flash.
    fn acknowledged(&mut self, rest: &str) -> Option<Deed> {
        let seq = number(rest, "seq=")?;
        let (_, next) = self.piece.take_if(|(piece, _)| *piece == seq)?;
        Some(Deed::Arrived { next, stored: 0 })
    }
}

/// What the line of a transcript says of the patch that is about to be offered:
/// `280 bytes for an image of 65536: 5 of 16 blocks of 4096 bytes change`.
pub(super) fn of_patch_line(text: &str) -> Deed {
    let behind = |words: &str| {
        let (_, rest) = text.split_once(words)?;
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        rest.get(..end)?.parse().ok()
    };
    match (behind("image of "), behind("blocks of ")) {
        (Some(image), Some(block)) => Deed::Makes { image, block },
        _ => Deed::None,
    }
}

/// The smallest erase unit that the wire bytes of a HELLO_ANSWER tell.
pub(super) fn unit_of(wire: &[u8]) -> Option<u32> {
    let mut deframer = Deframer::new(vec![0; FRAME_BYTES_MAX]);
    let Fed::Packet(packet) = deframer.feed(wire).0 else {
        return None;
    };
    let Ok(ToModule::HelloAnswer(answer)) = decode_to_module(packet) else {
        return None;
    };
    let units = answer.info?.flash.regions.map(|region| region.unit);
    units.into_iter().filter(|unit| *unit > 0).min()
}

/// What a patch makes, by the wire bytes of its first piece.
pub(super) fn of_patch_head(wire: &[u8]) -> Option<Deed> {
    let mut deframer = Deframer::new(vec![0; FRAME_BYTES_MAX]);
    let Fed::Packet(packet) = deframer.feed(wire).0 else {
        return None;
    };
    let Ok(ToHost::Data(data)) = decode_to_host(packet) else {
        return None;
    };
    let (head, _) = Head::decode(data.bytes).ok()?;
    Some(Deed::Makes {
        image: head.new.length,
        block: head.block_len,
    })
}

/// `transfer=1 image 65536 bytes version=...`
fn offered(rest: &str) -> Option<Deed> {
    let mut words = rest.split(' ').skip(1);
    let (kind, len) = (words.next()?, words.next()?.parse().ok()?);
    Some(match kind {
        "patch" => Deed::Patch(len),
        _ => Deed::Image(len),
    })
}

fn piece(rest: &str) -> Option<Deed> {
    let (from, len) = (number(rest, "offset=")?, number(rest, "len=")?);
    let to = from.saturating_add(len);
    Some(Deed::Piece { from, to })
}

fn arrived(rest: &str) -> Option<Deed> {
    let (next, stored) = (number(rest, "next=")?, number(rest, "stored=")?);
    Some(Deed::Arrived { next, stored })
}

fn checked(rest: &str) -> Option<Deed> {
    let good = rest.contains(" finish ") && code(rest, "code=")? == Status::DONE;
    good.then_some(Deed::Good)
}

fn found_good(rest: &str) -> Option<Deed> {
    let err = word(rest, "err=")?;
    let err = HostErr(u8::from_str_radix(err, 16).ok()?);
    (err == HostErr::NONE).then_some(Deed::Good)
}

fn block(rest: &str) -> Option<Deed> {
    let block = number(rest, "block=")?;
    if code(rest, "code=")? != Status::DONE {
        return Some(Deed::Failed(block));
    }
    Some(match code(rest, "state=")? {
        Status::COPIED => Deed::Copied(block),
        Status::DONE => Deed::Done(block),
        _ => Deed::Begun(block),
    })
}

fn code(words: &str, label: &str) -> Option<Status> {
    Some(Status(word(words, label)?.parse().ok()?))
}

fn number(words: &str, label: &str) -> Option<u32> {
    word(words, label)?.parse().ok()
}

/// The word behind a label; the last one, since a text that a peer has chosen comes before numbers.
fn word<'t>(words: &'t str, label: &str) -> Option<&'t str> {
    words.rsplit(' ').find_map(|word| word.strip_prefix(label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_deed_is_stored_and_found_again() {
        let deeds = [
            Deed::None,
            Deed::Unit(1024),
            Deed::Image(65_536),
            Deed::Patch(280),
            Deed::Makes {
                image: 65_536,
                block: 4096,
            },
            Deed::Kept(32_768),
            Deed::Piece { from: 1, to: 2 },
            Deed::Arrived { next: 2, stored: 1 },
            Deed::Good,
            Deed::Begun(5),
            Deed::Copied(5),
            Deed::Done(5),
            Deed::Failed(5),
        ];
        for deed in deeds {
            assert_eq!(Deed::of_numbers(deed.numbers()), deed);
        }
        assert_eq!(Deed::of_numbers((200, 1, 1)), Deed::None);
    }

    #[test]
    fn words_of_both_dialects_are_read() {
        let mut deeds = Deeds::default();
        let mut to_host = |words: &str| deeds.read(Direction::ToHost, words);
        assert_eq!(
            to_host("OFFER transfer=1 image 65536 bytes version=9 digest=55.."),
            Deed::Image(65_536)
        );
        assert_eq!(
            to_host("OFFER transfer=1 patch 280 bytes version= image 5 bytes"),
            Deed::Patch(280)
        );
        let piece = Deed::Piece { from: 255, to: 510 };
        assert_eq!(to_host("DATA transfer=1 offset=255 len=255"), piece);
        let load = "MCU_OTA_LOAD seq=10 req=0103 offset=255 len=255";
        assert_eq!(to_host(load), piece);
        // The text is the peer's choice, the length behind it is not.
        let offer = "MCU_OTA seq=8 req=0101 text=length=5 length=20000";
        assert_eq!(to_host(offer), Deed::Image(20_000));
        assert_eq!(to_host("ACK seq=10"), Deed::None);
        let mut to_module = |words: &str| deeds.read(Direction::ToModule, words);
        let arrived = |next, stored| Deed::Arrived { next, stored };
        assert_eq!(to_module("ACK seq=9"), Deed::None);
        assert_eq!(to_module("ACK seq=10"), arrived(510, 0));
        assert_eq!(to_module("ACK seq=10"), Deed::None);
        assert_eq!(
            to_module("ACK transfer=1 next=8190 limit=9 stored=512 busy 15 ms"),
            arrived(8190, 512)
        );
        assert_eq!(
            to_module("ACCEPT transfer=1 offset=32768 limit=65536"),
            Deed::Kept(32_768)
        );
        for words in ["", "ACK", "DATA offset=x len=1", "OFFER", "no frame"] {
            assert_eq!(to_module(words), Deed::None, "{words}");
        }
    }

    #[test]
    fn what_the_host_finds_is_read_by_its_code() {
        let read = |words: &str| Deeds::default().read(Direction::ToModule, words);
        for (code, deed) in [(Status::DONE, Deed::Good), (Status::FILE_CRC, Deed::None)] {
            assert_eq!(
                read(&format!("STEP_STATUS transfer=1 finish code={code}")),
                deed
            );
        }
        let data = format!("STEP_STATUS transfer=1 data code={}", Status::DONE);
        assert_eq!(read(&data), Deed::None);
        for (err, deed) in [(HostErr::NONE, Deed::Good), (HostErr::CHECKSUM, Deed::None)] {
            assert_eq!(
                read(&format!("MCU_OTA_STAT seq=8 req=0008 err={err}")),
                deed
            );
        }
        let block = |state, code| read(&format!("BLOCK_STATUS block=5 state={state} code={code}"));
        assert_eq!(block(Status::START, Status::DONE), Deed::Begun(5));
        assert_eq!(block(Status::COPIED, Status::DONE), Deed::Copied(5));
        assert_eq!(block(Status::DONE, Status::DONE), Deed::Done(5));
        assert_eq!(block(Status::START, Status::ERASE), Deed::Failed(5));
    }

    #[test]
    fn what_a_patch_makes_is_read_from_its_line() {
        let line =
            "280 bytes for an image of 65536: 5 of 16 blocks of 4096 bytes change, digest 3c";
        let makes = Deed::Makes {
            image: 65_536,
            block: 4096,
        };
        assert_eq!(of_patch_line(line), makes);
        assert_eq!(of_patch_line("280 bytes"), Deed::None);
        assert_eq!((unit_of(&[]), of_patch_head(b"no frame")), (None, None));
    }
}
