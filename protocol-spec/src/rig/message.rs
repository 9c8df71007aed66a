//! Messages of the rig dialect, version 1.
//!
//! On the wire a frame is `COBS(kind | body | crc32) 00`. `kind` is one byte: `01..=3f` go from
//! module to host, `41..=7f` from host to module. `body` is the postcard form of the struct of that
//! kind, except that [`Hello`] and the head of [`HelloAnswer`] have a fixed layout that every
//! version can read. `crc32` is CRC-32/ISO-HDLC over kind and body, little endian.
//!
//! The offset of a byte in the object is its sequence number: [`Data`] carries an absolute offset,
//! [`Ack`] a cumulative offset, up to [`SACK_RANGES_MAX`] ranges beyond it, and an absolute credit
//! limit. Requests are repeated by the module until answered; a host answers a repeated request
//! again and does the work once.

use serde::{Deserialize, Serialize};

/// Lowest version of the dialect that this code speaks.
pub const VERSION_MIN: u8 = 1;
/// Highest version of the dialect that this code speaks.
pub const VERSION_MAX: u8 = 1;
/// First bytes of a hello, in both directions.
pub const HELLO_MAGIC: [u8; 4] = *b"otar";
/// Most object bytes that one [`Data`] may carry.
pub const DATA_BYTES_MAX: usize = 4096;
/// Most ranges in an [`Ack`] beyond the cumulative offset.
pub const SACK_RANGES_MAX: usize = 4;
/// Most bytes of a version text.
pub const VERSION_BYTES_MAX: usize = 72;
/// Most bytes of a board name.
pub const BOARD_BYTES_MAX: usize = 32;
/// Most bytes of an authenticator (none is defined in version 1: empty).
pub const AUTH_BYTES_MAX: usize = 96;
/// Most regions in an erase map.
pub const REGIONS_MAX: usize = 4;

/// Module to host, kind 01, fixed layout: magic 4, min 1, max 1, nonce 4 (little endian).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hello {
    /// Lowest version that the module speaks.
    pub version_min: u8,
    /// Highest version that the module speaks.
    pub version_max: u8,
    /// Chosen by the module; the answer carries it back, so an old answer is recognised.
    pub nonce: u32,
}

/// Host to module, kind 41, fixed head: magic 4, version 1, min 1, max 1, nonce 4; then, when
/// `version` is not 0, a [`HostInfo`] of that version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HelloAnswer<'a> {
    /// The version in force from now on; 0 when the two ends have none in common.
    pub version: u8,
    /// Lowest version that the host speaks.
    pub version_min: u8,
    /// Highest version that the host speaks.
    pub version_max: u8,
    /// The nonce of the [`Hello`].
    pub nonce: u32,
    /// Present when `version` is not 0.
    pub info: Option<HostInfo<'a>>,
}

/// What a host says of itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HostInfo<'a> {
    /// Board name, at most [`BOARD_BYTES_MAX`] bytes, any bytes (peer text is hostile).
    #[serde(borrow)]
    pub board: &'a [u8],
    /// Differs from boot to boot, so that a reset is noticed.
    pub boot_id: u32,
    /// How an update is laid out.
    pub layout: LayoutKind,
    /// Address of the first byte of the slot that images run from.
    pub image_start: u32,
    /// Largest image, bytes.
    pub image_max: u32,
    /// Staging area, bytes.
    pub staging: u32,
    /// Scratch area, bytes; 0 when there is none.
    pub scratch: u32,
    /// RAM for decoding a patch, bytes; 0 when the host takes no patches.
    pub decode_ram: u32,
    /// Receive window, bytes of the object.
    pub window: u32,
    /// Most object bytes in one [`Data`], at most [`DATA_BYTES_MAX`].
    pub data_max: u16,
    /// Flash geometry.
    pub flash: FlashInfo,
    /// Version text of the running image, at most [`VERSION_BYTES_MAX`] bytes, any bytes.
    #[serde(borrow)]
    pub version: &'a [u8],
    /// Length of the running image, bytes.
    pub image_len: u32,
    /// Whether the running image is confirmed.
    pub confirmed: bool,
    /// Module status number of the last update that failed on the host, 0 when there is none.
    pub code: u8,
}

/// Flash geometry of a host.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FlashInfo {
    /// Erase map, lowest address first; unused entries are zero.
    pub regions: [RegionInfo; REGIONS_MAX],
    /// Program unit, bytes.
    pub program_unit: u16,
    /// Value of an erased byte: 00 or ff.
    pub erased: u8,
    /// Worst-case time to erase the largest erase unit, milliseconds.
    pub erase_ms_max: u32,
    /// Worst-case time to program 256 bytes, microseconds.
    pub program_us_max: u32,
}

/// A run of equal erase units.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct RegionInfo {
    /// Address of the first unit.
    pub start: u32,
    /// Bytes of one unit.
    pub unit: u32,
    /// Number of units.
    pub count: u32,
}

/// How a host lays out an update.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum LayoutKind {
    /// Two slots, swapped through scratch.
    TwoSlot,
    /// One slot, patched block by block through scratch.
    InPlace,
}

/// What an object is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ObjectKind {
    /// A whole image.
    Image,
    /// A patch against the running image.
    Patch,
}

/// Module to host, kind 02: an object to update with. Answer: [`Accept`] or [`StepStatus`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Offer<'a> {
    /// Number of this transfer, chosen by the module, new for every offer that is not a repeat.
    pub transfer: u16,
    /// What the object is.
    pub kind: ObjectKind,
    /// Length of the object, bytes.
    pub length: u32,
    /// SHA-256 of the object.
    pub digest: [u8; 32],
    /// Version text of the image that runs afterwards.
    #[serde(borrow)]
    pub version: &'a [u8],
    /// Authenticator; empty in version 1.
    #[serde(borrow)]
    pub auth: &'a [u8],
}

/// Host to module, kind 42: go ahead.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Accept {
    /// Transfer number of the offer.
    pub transfer: u16,
    /// Offset of the first byte that the host wants: not 0 when it resumes.
    pub offset: u32,
    /// Credit: the module may send bytes below this absolute offset.
    pub limit: u32,
    /// The host may be silent for this long from now, milliseconds.
    pub busy_ms: u32,
}

/// Module to host, kind 03: a piece of the object. Answer: [`Ack`], or [`StepStatus`] on error.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Data<'a> {
    /// Transfer number.
    pub transfer: u16,
    /// Offset of the first byte in the object.
    pub offset: u32,
    /// The bytes, 1 to [`DATA_BYTES_MAX`].
    #[serde(borrow)]
    pub bytes: &'a [u8],
}

/// Host to module, kind 43: what has arrived.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Ack {
    /// Transfer number.
    pub transfer: u16,
    /// Every byte below this offset has arrived.
    pub next: u32,
    /// Credit: the module may send bytes below this absolute offset. Never moves back.
    pub limit: u32,
    /// Every byte below this offset is in flash.
    pub stored: u32,
    /// The host may be silent for this long from now, milliseconds.
    pub busy_ms: u32,
    /// Ranges `start..end` beyond `next` that have arrived; unused entries are `0..0`.
    pub sack: [SackRange; SACK_RANGES_MAX],
}

/// A range of offsets `start..end`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct SackRange {
    /// First offset of the range.
    pub start: u32,
    /// First offset beyond the range.
    pub end: u32,
}

/// A step of an update that a [`StepStatus`] speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Step {
    /// The offer was refused.
    Offer,
    /// A piece of the object could not be taken.
    Data,
    /// The outcome of [`Finish`].
    Finish,
    /// The boot order was refused.
    Boot,
    /// The outcome of [`Abort`].
    Abort,
}

/// Host to module, kind 44: outcome of a step, with a module status number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StepStatus {
    /// Transfer number.
    pub transfer: u16,
    /// The step.
    pub step: Step,
    /// Module status number; 0 = good.
    pub code: u8,
    /// What the code speaks of: an offset or a limit, in bytes; 0 when there is nothing to add.
    pub detail: u32,
}

/// Module to host, kind 04: all bytes were acknowledged, verify them. Answer: [`StepStatus`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Finish {
    /// Transfer number.
    pub transfer: u16,
}

/// Host to module, kind 45: still working, be patient.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Busy {
    /// The host may be silent for this long from now, milliseconds.
    pub busy_ms: u32,
}

/// Module to host, kind 05: boot the staged object. Answer: [`BootAnswer`] or [`StepStatus`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Boot {
    /// Transfer number.
    pub transfer: u16,
}

/// Host to module, kind 46: the boot order is stored; the host resets after this frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BootAnswer {
    /// Transfer number.
    pub transfer: u16,
    /// Longest time until the host can report again, milliseconds.
    pub report_ms_max: u32,
}

/// Module to host, kind 06: say what runs. Answer: [`Report`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Query {}

/// Host to module, kind 47: what runs, from flash.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Report<'a> {
    /// Number of this report, for [`ReportAck`].
    pub id: u16,
    /// Version text of the running image.
    #[serde(borrow)]
    pub version: &'a [u8],
    /// Length of the running image, bytes.
    pub length: u32,
    /// SHA-256 of the running image, computed from flash.
    pub digest: [u8; 32],
    /// Whether the running image is confirmed.
    pub confirmed: bool,
    /// Module status number of the last update on the host; 0 = good.
    pub code: u8,
}

/// Module to host, kind 07: the report is what was expected; an unconfirmed host confirms now and
/// reports again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReportAck {
    /// Number of the report.
    pub id: u16,
}

/// Module to host, kind 08: forget the transfer. Answer: [`StepStatus`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Abort {
    /// Transfer number.
    pub transfer: u16,
}

/// Host to module, kind 48: how one patch block went.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BlockStatus {
    /// Index of the block.
    pub block: u32,
    /// Logical state: 255 none, 127 start, 63 copied, 0 done.
    pub state: u8,
    /// Module status number of the block; 0 = good.
    pub code: u8,
}

/// Both ways, kinds 3f and 7f: a message of this kind is not known here.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Unsupported {
    /// The kind byte that was not known.
    pub kind: u8,
}

/// Every message from module to host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each variant is the struct of the same name")]
pub enum ToHost<'a> {
    Hello(Hello),
    Offer(Offer<'a>),
    Data(Data<'a>),
    Finish(Finish),
    Boot(Boot),
    Query(Query),
    ReportAck(ReportAck),
    Abort(Abort),
    Unsupported(Unsupported),
}

/// Every message from host to module.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each variant is the struct of the same name")]
pub enum ToModule<'a> {
    HelloAnswer(HelloAnswer<'a>),
    Accept(Accept),
    Ack(Ack),
    StepStatus(StepStatus),
    Busy(Busy),
    BootAnswer(BootAnswer),
    Report(Report<'a>),
    BlockStatus(BlockStatus),
    Unsupported(Unsupported),
}
