//! Captures, written as a run goes on.

use std::borrow::Cow;
use std::io::{self, Write};
use std::time::Duration;

use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption,
};
use pcap_file::pcapng::blocks::section_header::{SectionHeaderBlock, SectionHeaderOption};
use pcap_file::{DataLink, Endianness, PcapError};
use protocol_spec::tick::Tick;

use super::head::{Head, Kind};
use crate::event::{Direction, Event, Stamped};
use crate::job::DialectKind;
use crate::text::printable;

/// Name of the one interface.
const INTERFACE: &str = "otarig";
/// Most characters of a comment: the file counts its bytes in 16 bits.
const COMMENT_CHARS_MAX: usize = 4096;
/// Times are in nanoseconds: ten to the power of minus nine.
const RESOLUTION: u8 = 9;

/// Writes the frames of a run, and stray bytes, as packets; what happens besides becomes a comment of
/// the packet before it.
pub struct Writer<W: Write> {
    out: PcapNgWriter<W>,
    /// Since 1970, when the run began.
    epoch: Duration,
    dialect: DialectKind,
    /// The last packet, whose comments may not be complete.
    held: Option<Held>,
    /// Comments that come before the first packet.
    early: Vec<String>,
}

struct Held {
    at: Tick,
    data: Vec<u8>,
    comments: Vec<String>,
}

impl<W: Write> Writer<W> {
    /// Begins a capture of a run that began `epoch` after 1970; zero where time is virtual.
    ///
    /// # Errors
    /// Why it could not be written.
    pub fn new(out: W, epoch: Duration) -> io::Result<Self> {
        let program = format!("otarig {}", env!("CARGO_PKG_VERSION"));
        let section = SectionHeaderBlock {
            endianness: Endianness::Little,
            options: vec![SectionHeaderOption::UserApplication(Cow::Owned(program))],
            ..SectionHeaderBlock::default()
        };
        let mut out = PcapNgWriter::with_section_header(out, section).map_err(failed)?;
        out.write_pcapng_block(InterfaceDescriptionBlock {
            linktype: DataLink::USER0,
            snaplen: 0,
            options: vec![
                InterfaceDescriptionOption::IfName(Cow::Borrowed(INTERFACE)),
                InterfaceDescriptionOption::IfTsResol(RESOLUTION),
            ],
        })
        .map_err(failed)?;
        Ok(Self {
            out,
            epoch,
            dialect: DialectKind::Rig,
            held: None,
            early: Vec::new(),
        })
    }

    /// Takes note of an event.
    ///
    /// # Errors
    /// Why the packet before could not be written.
    pub fn event(&mut self, stamped: &Stamped) -> io::Result<()> {
        match &stamped.event {
            Event::Started(start) => {
                self.dialect = start.dialect;
                Ok(())
            }
            Event::Frame(frame) => {
                let head = Head {
                    dialect: frame.dialect,
                    direction: frame.direction,
                    kind: Kind::Frame,
                    first_byte: frame.first_byte,
                    last_byte: frame.last_byte,
                };
                self.packet(stamped.at, &head, &frame.bytes)
            }
            Event::BadFrame(bad) => {
                let head = Head {
                    dialect: self.dialect,
                    direction: Direction::ToModule,
                    kind: Kind::Stray,
                    first_byte: stamped.at,
                    last_byte: stamped.at,
                };
                self.packet(stamped.at, &head, &bad.bytes)?;
                self.comment(&format!("bad frame: {}", bad.reason));
                Ok(())
            }
            Event::Phase(phase) => {
                self.comment(&format!("phase {phase}"));
                Ok(())
            }
            Event::Note(text) => {
                self.comment(text);
                Ok(())
            }
            Event::Verdict(verdict) => {
                self.comment(&format!("verdict {}: {}", verdict.class, verdict.headline));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Adds a comment to the last packet.
    pub fn comment(&mut self, text: &str) {
        let text: String = printable(text).chars().take(COMMENT_CHARS_MAX).collect();
        match &mut self.held {
            Some(held) => held.comments.push(text),
            None => self.early.push(text),
        }
    }

    /// Adds a packet that was handed over at `at`.
    ///
    /// # Errors
    /// Why the packet before could not be written.
    pub fn packet(&mut self, at: Tick, head: &Head, wire: &[u8]) -> io::Result<()> {
        self.write_held()?;
        self.held = Some(Held {
            at,
            data: [&head.encode()[..], wire].concat(),
            comments: std::mem::take(&mut self.early),
        });
        Ok(())
    }

    fn write_held(&mut self) -> io::Result<()> {
        let Some(held) = self.held.take() else {
            return Ok(());
        };
        let len = u32::try_from(held.data.len()).unwrap_or(u32::MAX);
        let comments = held.comments.into_iter();
        let packet = EnhancedPacketBlock {
            interface_id: 0,
            timestamp: self.epoch + Duration::from_nanos(held.at.as_nanos()),
            original_len: len,
            data: Cow::Owned(held.data),
            options: comments
                .map(|text| EnhancedPacketOption::Comment(Cow::Owned(text)))
                .collect(),
        };
        self.out.write_pcapng_block(packet).map_err(failed)?;
        Ok(())
    }

    /// Hands over to the file what can be; only the last packet may still get comments.
    ///
    /// # Errors
    /// Why it could not be written.
    pub fn save(&mut self) -> io::Result<()> {
        self.out.get_mut().flush()
    }

    /// Writes what waits; nothing may come after it.
    ///
    /// # Errors
    /// Why it could not be written.
    pub fn finish(&mut self) -> io::Result<()> {
        self.write_held()?;
        self.out.get_mut().flush()
    }
}

fn failed(error: PcapError) -> io::Error {
    match error {
        PcapError::IoError(error) => error,
        other => io::Error::other(other),
    }
}
