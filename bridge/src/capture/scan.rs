//! Where the packets of a capture lie in their file, found without keeping their bytes.
//!
//! A [`Scan`] holds one block at a time, so that its memory does not grow with the file. A
//! [`Resume`] lets a later one go on in the middle of it.

use std::io::{Read, Seek, SeekFrom};
use std::time::Duration;

use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::{Block, PcapNgParser};
use pcap_file::{DataLink, Endianness, PcapError};

use super::head::{HEAD_BYTES, Head};
use super::read::{Foreign, ReadError};

/// Bytes of a block before the bytes of its packet: type, length, and five fields.
pub const PACKET_OFFSET: u64 = 28;
/// From the start of a block to the wire bytes of a packet of this program.
pub const WIRE_OFFSET: u64 = PACKET_OFFSET + HEAD_BYTES as u64;
/// Longest block that is read, bytes.
pub const BLOCK_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most bytes of section header and interface descriptions that are kept.
const PREFACE_BYTES_MAX: usize = 256 * 1024;
/// Bytes that are read at a time.
const READ_BYTES: usize = 128 * 1024;
/// Type of a section header block, the same in both byte orders.
const SECTION_TYPE: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];
/// Shortest block: type, length, length again.
const BLOCK_BYTES_MIN: usize = 12;

/// A packet, as long as it is looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seen<'a> {
    /// Its number in the file, from 0; foreign packets count.
    pub number: u64,
    /// Since 1970, or since the start of a run whose time was virtual.
    pub at: Duration,
    /// Offset of its block in the file.
    pub block: u64,
    /// Its head and wire bytes, or why it is passed over.
    pub packet: Result<(Head, &'a [u8]), Foreign>,
    /// What happened between it and the next packet, in words.
    pub comments: Vec<String>,
}

/// Where a scan stands, to go on from there with another one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Resume {
    /// Offset of the next block.
    pub offset: u64,
    /// Packets before it.
    pub packets: u64,
    /// The section header and the interfaces that hold there.
    preface: Vec<u8>,
}

/// Goes through a capture packet by packet.
pub struct Scan<R: Read> {
    source: R,
    buf: Vec<u8>,
    /// First byte of `buf` that is not used up.
    start: usize,
    /// Offset of that byte in the file.
    offset: u64,
    parser: PcapNgParser,
    preface: Vec<u8>,
    packets: u64,
    over: bool,
}

impl<R: Read> std::fmt::Debug for Scan<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scan")
            .field("offset", &self.offset)
            .field("packets", &self.packets)
            .finish_non_exhaustive()
    }
}

impl<R: Read> Scan<R> {
    /// Begins at the beginning of a file.
    ///
    /// # Errors
    /// [`ReadError::NoCapture`], or why nothing can be read.
    pub fn new(source: R) -> Result<Self, ReadError> {
        let no_capture = |error| match error {
            ReadError::Block { source, .. } => ReadError::NoCapture(source),
            ReadError::Cut { .. } => ReadError::NoCapture(PcapError::IncompleteBuffer),
            other => other,
        };
        let parser = parser_of(&LITTLE_SECTION).map_err(ReadError::NoCapture)?;
        let mut scan = Self {
            source,
            buf: Vec::new(),
            start: 0,
            offset: 0,
            parser,
            preface: Vec::new(),
            packets: 0,
            over: false,
        };
        scan.fill(BLOCK_BYTES_MIN).map_err(no_capture)?;
        if !scan.rest().starts_with(&SECTION_TYPE) {
            let why = PcapError::InvalidField("no section header");
            return Err(ReadError::NoCapture(why));
        }
        let len = scan.block_len().map_err(no_capture)?.unwrap_or_default();
        let first = scan.rest().get(..len).unwrap_or_default().to_vec();
        scan.parser = parser_of(&first).map_err(ReadError::NoCapture)?;
        scan.preface = first;
        scan.skip(len);
        Ok(scan)
    }

    /// Goes on where another scan stood; `source` must stand at [`Resume::offset`].
    ///
    /// # Errors
    /// [`ReadError::NoCapture`] when `from` is of no scan.
    pub fn resume(source: R, from: &Resume) -> Result<Self, ReadError> {
        let (mut rest, mut parser) =
            PcapNgParser::new(&from.preface).map_err(ReadError::NoCapture)?;
        while !rest.is_empty() {
            rest = parser.next_block(rest).map_err(ReadError::NoCapture)?.0;
        }
        Ok(Self {
            source,
            buf: Vec::new(),
            start: 0,
            offset: from.offset,
            parser,
            preface: from.preface.clone(),
            packets: from.packets,
            over: false,
        })
    }

    /// Where it stands now.
    #[must_use]
    pub fn here(&self) -> Resume {
        Resume {
            offset: self.offset,
            packets: self.packets,
            preface: self.preface.clone(),
        }
    }

    /// Offset of the next block.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The next packet; `None` at the end, and after an error.
    pub fn advance(&mut self) -> Option<Result<Seen<'_>, ReadError>> {
        if self.over {
            return None;
        }
        match self.find_packet() {
            Ok(Some(len)) => self.packet(len),
            Ok(None) => {
                self.over = true;
                None
            }
            Err(error) => {
                self.over = true;
                Some(Err(error))
            }
        }
    }

    /// Goes to the next packet; the length of its block, or `None` at the end of the file.
    fn find_packet(&mut self) -> Result<Option<usize>, ReadError> {
        while let Some(len) = self.block_len()? {
            let packets = self.packets;
            let found = self.take(len);
            if found.map_err(|source| ReadError::Block { packets, source })? {
                return Ok(Some(len));
            }
            self.skip(len);
        }
        Ok(None)
    }

    /// Looks at the next block; whether it is a packet. Sections and interfaces are remembered.
    fn take(&mut self, len: usize) -> Result<bool, PcapError> {
        let bytes = self.buf.get(self.start..self.start + len);
        let bytes = bytes.ok_or(PcapError::IncompleteBuffer)?;
        let (_, block) = self.parser.next_block(bytes)?;
        match block {
            Block::EnhancedPacket(_) => return Ok(true),
            Block::SectionHeader(_) => self.preface.clear(),
            Block::InterfaceDescription(_) => {}
            _ => return Ok(false),
        }
        if self.preface.len() + len > PREFACE_BYTES_MAX {
            return Err(PcapError::InvalidField("more interfaces than are kept"));
        }
        self.preface.extend_from_slice(bytes);
        Ok(false)
    }

    /// The block of `len` bytes that was found to be a packet, which is used up with this.
    fn packet(&mut self, len: usize) -> Option<Result<Seen<'_>, ReadError>> {
        let (block, number, from) = (self.offset, self.packets, self.start);
        self.skip(len);
        self.packets += 1;
        let bytes = self.buf.get(from..from + len)?;
        match self.parser.next_block(bytes) {
            Ok((_, Block::EnhancedPacket(packet))) => {
                let link = self.parser.packet_interface(&packet).map(|it| it.linktype);
                let data = bytes
                    .get(bytes_at(PACKET_OFFSET)..)?
                    .get(..packet.data.len())?;
                Some(Ok(Seen {
                    number,
                    at: packet.timestamp,
                    block,
                    packet: own(link, data),
                    comments: comments(&packet),
                }))
            }
            _ => None,
        }
    }

    /// Length of the next block, all of which is in the buffer then; `None` at the end of the file.
    fn block_len(&mut self) -> Result<Option<usize>, ReadError> {
        let packets = self.packets;
        if self.fill(BLOCK_BYTES_MIN)? == 0 {
            return Ok(None);
        }
        let order = self.parser.section().endianness;
        let len = stated_len(self.rest(), order).ok_or(ReadError::Cut { packets })?;
        if !(BLOCK_BYTES_MIN..=BLOCK_BYTES_MAX).contains(&len) {
            let source = PcapError::InvalidField("a block of impossible length");
            return Err(ReadError::Block { packets, source });
        }
        if self.fill(len)? < len {
            return Err(ReadError::Cut { packets });
        }
        Ok(Some(len))
    }

    fn rest(&self) -> &[u8] {
        self.buf.get(self.start..).unwrap_or_default()
    }

    fn skip(&mut self, len: usize) {
        self.start += len;
        self.offset += u64::try_from(len).unwrap_or(u64::MAX);
    }

    /// Reads until `len` bytes are there or the file is at its end; how many are there.
    fn fill(&mut self, len: usize) -> Result<usize, ReadError> {
        if self.rest().len() < len {
            self.buf.drain(..self.start.min(self.buf.len()));
            self.start = 0;
        }
        while self.buf.len() - self.start < len {
            let had = self.buf.len();
            let more = READ_BYTES.max(len - (had - self.start));
            let limit = u64::try_from(more).unwrap_or(u64::MAX);
            let mut piece = self.source.by_ref().take(limit);
            if piece.read_to_end(&mut self.buf).map_err(ReadError::Io)? == 0 {
                break;
            }
        }
        Ok(self.buf.len() - self.start)
    }
}

/// The packet whose block begins at `block`: its wire bytes and its comments.
///
/// # Errors
/// Why it cannot be read, or is none.
pub fn packet_at<R: Read + Seek>(
    source: &mut R,
    block: u64,
) -> Result<(Vec<u8>, Vec<String>), ReadError> {
    source.seek(SeekFrom::Start(block)).map_err(ReadError::Io)?;
    let mut head = [0; 8];
    source.read_exact(&mut head).map_err(ReadError::Io)?;
    let mut why = PcapError::IncompleteBuffer;
    for (order, section) in [
        (Endianness::Little, LITTLE_SECTION),
        (Endianness::Big, BIG_SECTION),
    ] {
        let Some(len) = stated_len(&head, order).filter(|len| *len <= BLOCK_BYTES_MAX) else {
            continue;
        };
        source.seek(SeekFrom::Start(block)).map_err(ReadError::Io)?;
        let mut bytes = Vec::new();
        let limit = u64::try_from(len).unwrap_or(u64::MAX);
        let mut piece = source.by_ref().take(limit);
        piece.read_to_end(&mut bytes).map_err(ReadError::Io)?;
        let parsed =
            parser_of(&section).and_then(|mut parser| match parser.next_block(&bytes)?.1 {
                Block::EnhancedPacket(packet) => {
                    let wire = packet.data.get(HEAD_BYTES..).unwrap_or_default().to_vec();
                    Ok((wire, comments(&packet)))
                }
                _ => Err(PcapError::InvalidField("no packet")),
            });
        match parsed {
            Ok(found) => return Ok(found),
            Err(error) => why = error,
        }
    }
    Err(ReadError::Block {
        packets: 0,
        source: why,
    })
}

/// A section header without options, low byte first.
const LITTLE_SECTION: [u8; 28] = [
    0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 28, 0, 0, 0,
];
/// A section header without options, high byte first.
const BIG_SECTION: [u8; 28] = [
    0x0a, 0x0d, 0x0d, 0x0a, 0, 0, 0, 28, 0x1a, 0x2b, 0x3c, 0x4d, 0, 1, 0, 0, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 28,
];

fn parser_of(section: &[u8]) -> Result<PcapNgParser, PcapError> {
    Ok(PcapNgParser::new(section)?.1)
}

/// The length that a block states in its first bytes; a section header brings its own byte order.
fn stated_len(block: &[u8], order: Endianness) -> Option<usize> {
    let (kind, rest) = block.split_first_chunk::<4>()?;
    let (len, rest) = rest.split_first_chunk::<4>()?;
    let little = if *kind == SECTION_TYPE {
        rest.first_chunk::<4>()? == &[0x4d, 0x3c, 0x2b, 0x1a]
    } else {
        order == Endianness::Little
    };
    let len = if little {
        u32::from_le_bytes(*len)
    } else {
        u32::from_be_bytes(*len)
    };
    usize::try_from(len).ok()
}

fn own(link: Option<DataLink>, data: &[u8]) -> Result<(Head, &[u8]), Foreign> {
    if link != Some(DataLink::USER0) {
        return Err(Foreign::Link);
    }
    Ok(Head::decode(data)?)
}

fn comments(packet: &EnhancedPacketBlock<'_>) -> Vec<String> {
    let comment = |option: &EnhancedPacketOption<'_>| match option {
        EnhancedPacketOption::Comment(text) => Some(text.to_string()),
        _ => None,
    };
    packet.options.iter().filter_map(comment).collect()
}

/// An offset inside a block, as an index.
fn bytes_at(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::capture::{Item, Reader, Writer};
    use crate::event::{Direction, Event, FrameRecord, Phase, Stamped};
    use crate::job::DialectKind;
    use protocol_spec::tick::Tick;

    /// A capture of `count` frames of growing length, each with a comment.
    fn capture(count: u8) -> Vec<u8> {
        let mut file = Vec::new();
        let mut writer = Writer::new(&mut file, Duration::ZERO).unwrap();
        for number in 0..count {
            let at = Tick::from_millis(u64::from(number));
            let frame = FrameRecord {
                direction: Direction::ToHost,
                dialect: DialectKind::Rig,
                summary: String::new(),
                bytes: vec![number; usize::from(number)],
                first_byte: at,
                last_byte: at,
                piece: None,
            };
            for event in [Event::Frame(frame), Event::Phase(Phase::Stream)] {
                writer.event(&Stamped { at, event }).unwrap();
            }
        }
        writer.finish().unwrap();
        drop(writer);
        file
    }

    /// What a scan finds: offset of the block and wire bytes of each packet; the error at its end.
    fn scanned(file: &[u8]) -> (Vec<(u64, Vec<u8>)>, Option<ReadError>) {
        let mut found = Vec::new();
        let mut scan = match Scan::new(file) {
            Ok(scan) => scan,
            Err(error) => return (found, Some(error)),
        };
        while let Some(seen) = scan.advance() {
            match seen {
                Ok(seen) => {
                    assert_eq!(seen.comments, ["phase stream"]);
                    found.push((seen.block, seen.packet.unwrap().1.to_vec()));
                }
                Err(error) => return (found, Some(error)),
            }
        }
        (found, None)
    }

    #[test]
    fn each_packet_is_found_where_it_lies() {
        let file = capture(100);
        let (found, error) = scanned(&file);
        assert!(error.is_none() && found.len() == 100);
        for (number, (block, wire)) in (0..).zip(&found) {
            assert_eq!(*wire, vec![number; usize::from(number)]);
            let place = bytes_at(block + WIRE_OFFSET);
            assert_eq!(file[place..place + wire.len()], wire[..]);
            let (read, comments) = packet_at(&mut Cursor::new(&file), *block).unwrap();
            assert_eq!((&read, comments.len()), (wire, 1));
        }
    }

    #[test]
    fn a_scan_goes_on_where_another_stood() {
        let file = capture(20);
        let mut scan = Scan::new(&file[..]).unwrap();
        for _ in 0..7 {
            scan.advance().unwrap().unwrap();
        }
        let here = scan.here();
        let mut later = Scan::resume(&file[bytes_at(here.offset)..], &here).unwrap();
        let (mut one, mut other) = (0, 0);
        while let Some(seen) = later.advance() {
            assert_eq!(seen.unwrap().number, 7 + one);
            one += 1;
        }
        while scan.advance().is_some() {
            other += 1;
        }
        assert_eq!((one, other), (13, 13));
    }

    #[test]
    fn a_spoiled_file_gives_what_the_reader_gives() {
        let file = capture(5);
        let read = |file: &[u8]| match Reader::new(file) {
            Ok(reader) => reader
                .map_while(Result::ok)
                .filter(|item| matches!(item, Item::Packet(_)))
                .count(),
            Err(_) => 0,
        };
        for len in 0..file.len() {
            assert_eq!(scanned(&file[..len]).0.len(), read(&file[..len]), "{len}");
        }
        for at in 0..file.len() {
            let mut spoiled = file.clone();
            spoiled[at] ^= 0x80;
            let Ok(mut scan) = Scan::new(&spoiled[..]) else {
                continue;
            };
            let mut count = 0;
            while let Some(Ok(seen)) = scan.advance() {
                count += usize::from(seen.packet.is_ok());
            }
            assert_eq!(count, read(&spoiled), "byte {at}");
        }
    }

    #[test]
    fn a_file_that_never_ends_is_refused_at_once() {
        for zeros in [std::io::repeat(0), std::io::repeat(0xff)] {
            let error = Scan::new(zeros).unwrap_err();
            assert!(matches!(error, ReadError::NoCapture(_)), "{error}");
        }
        let endless = Cursor::new(LITTLE_SECTION).chain(std::io::repeat(0));
        let mut scan = Scan::new(endless).unwrap();
        let error = scan.advance().unwrap().unwrap_err();
        assert!(
            matches!(error, ReadError::Block { packets: 0, .. }),
            "{error}"
        );
        assert!(scan.advance().is_none());
    }

    #[test]
    fn interfaces_without_end_do_not_fill_the_memory() {
        let interface = [
            1, 0, 0, 0, 20, 0, 0, 0, 147, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0,
        ];
        let file = [&LITTLE_SECTION[..], &interface.repeat(20_000)].concat();
        let mut scan = Scan::new(&file[..]).unwrap();
        let error = scan.advance().unwrap().unwrap_err();
        assert!(matches!(error, ReadError::Block { .. }), "{error}");
    }
}
