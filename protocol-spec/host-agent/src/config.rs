//! What an agent is built with.

use core::time::Duration;

use heapless::Vec;
use protocol_spec::ayla::feature::{Feature, Features};
use protocol_spec::rig::message::BOARD_BYTES_MAX;

use crate::image_format::ImageFormat;
use crate::layout::Layout;

/// The dialect that a host speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// Flagged frames, TLV messages, stop and wait.
    Ayla,
    /// COBS frames and credit in bytes.
    Rig,
}

/// Name of a board, at most [`BOARD_BYTES_MAX`] bytes.
pub type BoardName = Vec<u8, BOARD_BYTES_MAX>;

/// What a host is, and how patient it is.
#[derive(Clone, Debug)]
pub struct AgentConfig {
    /// The dialect.
    pub dialect: Dialect,
    /// How a staged image is checked.
    pub image_format: ImageFormat,
    /// Where everything lies in flash.
    pub layout: Layout,
    /// Board name, for the hello of the rig dialect.
    pub board: BoardName,
    /// Differs from boot to boot, for the hello of the rig dialect.
    pub boot_id: u32,
    /// Receive window of the rig dialect, bytes; at most the window buffer's length counts.
    pub window: u32,
    /// Most object bytes in one data frame of the rig dialect; at most what the frame buffer holds
    /// counts.
    pub data_max: u16,
    /// RAM for decoding a patch, bytes; at most the decode buffer's length counts. 0: takes no
    /// patches.
    pub decode_ram: u32,
    /// Features that the ayla host states.
    pub features: Features,
    /// How long an ayla data frame waits for its link ACK.
    pub link_ack: Duration,
    /// How long a rig acknowledgement may wait for one more data frame.
    pub ack_delay: Duration,
    /// How often a rig host that works repeats that it is busy.
    pub still_busy: Duration,
}

impl AgentConfig {
    /// A host of the given dialect and layout with the published timers; raw images.
    #[must_use]
    pub const fn new(dialect: Dialect, layout: Layout) -> Self {
        Self {
            dialect,
            image_format: ImageFormat::Raw,
            layout,
            board: Vec::new(),
            boot_id: 0,
            window: 8 * 1024,
            data_max: 1024,
            decode_ram: 0,
            features: Features(0)
                .with(Feature::LAN)
                .with(Feature::HOST_OTA)
                .with(Feature::CONFIRM),
            link_ack: LINK_ACK,
            ack_delay: ACK_DELAY,
            still_busy: STILL_BUSY,
        }
    }
}

/// Memory of the host, given by the caller: slices on an MCU, vectors in emulation.
#[derive(Clone, Debug)]
pub struct Buffers<B> {
    /// Holds one frame; [`frame_bytes_for`] says how long. Unused in the ayla dialect.
    pub frame: B,
    /// Holds bytes that arrived before they go to flash: the receive window. Unused in ayla.
    pub window: B,
    /// Decodes patches; empty where none are taken.
    pub decode: B,
}

/// What the update core decodes patches with.
#[derive(Clone, Debug)]
pub struct Decode<M> {
    /// The host's own name: a patch for another board is refused.
    pub board: BoardName,
    /// The memory, lent for as long as the core lives; empty where no patches are taken.
    pub ram: M,
    /// Bytes of it that may be used.
    pub ram_len: u32,
}

impl<M: AsRef<[u8]> + AsMut<[u8]>> Decode<M> {
    /// All of `ram` for a host of this name.
    #[must_use]
    pub fn new(board: BoardName, ram: M) -> Self {
        let ram_len = u32::try_from(ram.as_ref().len()).unwrap_or(u32::MAX);
        Self {
            board,
            ram,
            ram_len,
        }
    }
}

impl Decode<[u8; 0]> {
    /// Takes no patches.
    pub const NONE: Self = Self {
        board: Vec::new(),
        ram: [],
        ram_len: 0,
    };
}

/// Bytes of frame buffer that data frames of `data_max` object bytes need.
#[must_use]
pub const fn frame_bytes_for(data_max: u16) -> usize {
    protocol_spec::rig::frame::data_frame_bytes_max(data_max as usize)
}

/// Published value of the link timer, on both ends of the ayla link.
const LINK_ACK: Duration = Duration::from_secs(5);
/// Shorter than the time of one data frame at the slowest usual rate, and below a module's patience.
const ACK_DELAY: Duration = Duration::from_millis(10);
/// Half of what a busy host promises, so that one lost frame does no harm.
const STILL_BUSY: Duration = Duration::from_millis(250);
