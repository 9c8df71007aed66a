//! Captures, read packet by packet.

use std::io::{ErrorKind, Read};
use std::time::Duration;

use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::{Block, PcapNgReader};
use pcap_file::{DataLink, PcapError};

use super::head::{Head, HeadError};

/// A packet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Packet {
    /// Since 1970, or since the start of a run whose time was virtual, when it was handed over.
    pub at: Duration,
    /// What stands before its bytes.
    pub head: Head,
    /// The bytes as they were on the wire.
    pub wire: Vec<u8>,
    /// What happened between it and the next packet, in words.
    pub comments: Vec<String>,
}

/// A piece of a capture.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Item {
    /// A packet of this program.
    Packet(Packet),
    /// Another packet, which is passed over.
    Foreign(Foreign),
}

/// Why a packet is not read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Foreign {
    /// It is of another link type than USER0.
    #[error("a packet of another link type")]
    Link,
    /// It has no head of this program.
    #[error(transparent)]
    Head(#[from] HeadError),
}

/// Why a file is no capture, or ends before its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It does not begin as one.
    #[error("it does not begin as a pcapng file does: {0}")]
    NoCapture(PcapError),
    /// It ends in the middle of a block.
    #[error("it ends in the middle of a block, behind {packets} packets")]
    Cut {
        /// Packets before that.
        packets: u64,
    },
    /// A block makes no sense.
    #[error("a block behind {packets} packets makes no sense: {source}")]
    Block {
        /// Packets before that.
        packets: u64,
        /// What is wrong with it.
        source: PcapError,
    },
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Io(std::io::Error),
}

/// A capture that is read from its beginning to its end.
pub struct Reader<R: Read> {
    file: PcapNgReader<R>,
    packets: u64,
    over: bool,
}

impl<R: Read> Reader<R> {
    /// Begins to read.
    ///
    /// # Errors
    /// [`ReadError::NoCapture`], or why nothing can be read.
    pub fn new(source: R) -> Result<Self, ReadError> {
        let file = PcapNgReader::new(source).map_err(|error| match error {
            PcapError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
                ReadError::NoCapture(PcapError::IncompleteBuffer)
            }
            PcapError::IoError(error) => ReadError::Io(error),
            other => ReadError::NoCapture(other),
        })?;
        Ok(Self {
            file,
            packets: 0,
            over: false,
        })
    }

    /// The next piece; `None` at the end, and after an error.
    fn advance(&mut self) -> Option<Result<Item, ReadError>> {
        while !self.over {
            let packets = self.packets;
            let block = match self.file.next_block()? {
                Ok(Block::EnhancedPacket(packet)) => packet.into_owned(),
                Ok(_) => continue,
                Err(error) => {
                    self.over = true;
                    return Some(Err(read_error(error, packets)));
                }
            };
            self.packets += 1;
            let link = self.file.packet_interface(&block).map(|it| it.linktype);
            return Some(Ok(match item(&block, link) {
                Ok(packet) => Item::Packet(packet),
                Err(why) => Item::Foreign(why),
            }));
        }
        None
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Item, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance()
    }
}

fn read_error(error: PcapError, packets: u64) -> ReadError {
    match error {
        PcapError::IncompleteBuffer => ReadError::Cut { packets },
        PcapError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            ReadError::Cut { packets }
        }
        PcapError::IoError(error) => ReadError::Io(error),
        source => ReadError::Block { packets, source },
    }
}

fn item(block: &EnhancedPacketBlock<'_>, link: Option<DataLink>) -> Result<Packet, Foreign> {
    if link != Some(DataLink::USER0) {
        return Err(Foreign::Link);
    }
    let (head, wire) = Head::decode(&block.data)?;
    let comment = |option: &EnhancedPacketOption<'_>| match option {
        EnhancedPacketOption::Comment(text) => Some(text.to_string()),
        _ => None,
    };
    Ok(Packet {
        at: block.timestamp,
        head,
        wire: wire.to_vec(),
        comments: block.options.iter().filter_map(comment).collect(),
    })
}
