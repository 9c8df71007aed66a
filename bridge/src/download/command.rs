//! The command that orders an update: JSON, as the platforms send it.
//!
//! The job is the object under `ota`, `params` or `data`, or the whole command where none of them
//! is there. Keys that nobody here knows are passed over, as every platform has its own.
//!
//! | fact | keys | else |
//! |---|---|---|
//! | type | `type`: `host_mcu`, `image`, `patch`, `FILE`, `URL_LIST`; `channel`: 9; none: an image | `TYPE` |
//! | address | `httpsUrl`, `url`, `fileUrl`, `payload` (a text, or a list of one) | `URL` |
//! | version | `version`, `ver`: a text of at most 72 bytes | `VER` |
//! | length | `size`, `length`, `fileSize`: a number, also as text | `SIZE`, `MEM` |
//! | checksum | `checksum`, `sha256`, `digest`, `md5`; `sign` with `signMethod` | `REQ` |
//! | board | `board`, `model`: a text | `REQ` |
//! | port | `port`: 1 to 65535, where the address has none | `REQ` |
//!
//! The checks run in the order of this table. No error repeats what the command says, for an
//! address may hold a secret.

use protocol_spec::codes::Status;
use protocol_spec::rig::message::{BOARD_BYTES_MAX, ObjectKind};
use protocol_spec::text::Version;
use serde_json::{Map, Value};

use super::checksum::Checksum;
use super::url::{ImageUrl, OpenHttp, UrlError};
use crate::job::{VersionError, offered_version};
use crate::text::grouped;

/// Longest command, bytes.
pub const COMMAND_BYTES_MAX: usize = 64 * 1024;
/// Longest object that is downloaded, bytes.
pub const DOWNLOAD_BYTES_MAX: u32 = 64 << 20;
/// The update channel of a host MCU where a platform numbers them.
const CHANNEL_OF_HOST: u64 = 9;
/// Objects that may hold the job.
const NESTS: [&str; 3] = ["ota", "params", "data"];

/// An order to update, checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OtaCommand {
    /// What is at the address.
    pub kind: ObjectKind,
    /// Where it is.
    pub url: ImageUrl,
    /// The version that the host must report afterwards.
    pub version: Version,
    /// Its length, bytes: 1 to [`DOWNLOAD_BYTES_MAX`].
    pub length: u32,
    /// What its bytes must sum up to; `None` where the command does not say.
    pub checksum: Option<Checksum>,
    /// The board that it is for; `None` where the command does not say.
    pub board: Option<String>,
}

/// Why a command cannot be carried out. No text repeats the command.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CommandError {
    /// Too many bytes.
    #[error("the command is longer than {COMMAND_BYTES_MAX} bytes")]
    TooLong,
    /// No JSON.
    #[error("the command is no JSON: line {line}, column {column}")]
    NotJson {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// JSON, but no object.
    #[error("the command is JSON, but no object")]
    NotObject,
    /// A type that this module does not carry out.
    #[error("`{key}` names neither an image nor a patch for a host")]
    Type {
        /// The key.
        key: &'static str,
    },
    /// A patch in a dialect that carries none.
    #[error("the job is a patch, and patches travel in the rig dialect only")]
    NoPatches,
    /// No address.
    #[error("the job has no address: no `url` that is a text, and no list of one")]
    NoUrl,
    /// An address that cannot be used.
    #[error("{0}")]
    Url(#[from] UrlError),
    /// No version.
    #[error("the job has no `version` that is a text")]
    NoVersion,
    /// A version that cannot be offered.
    #[error("{0}")]
    Version(#[from] VersionError),
    /// No length, or zero.
    #[error("the job has no `size` that is a number from 1 on")]
    NoSize,
    /// More bytes than are taken.
    #[error("the job is about {} bytes, at most {} are taken", grouped(*.bytes), grouped(DOWNLOAD_BYTES_MAX.into()))]
    TooLarge {
        /// Its length.
        bytes: u64,
    },
    /// A field of another kind than it must be.
    #[error("`{key}` is not {wanted}")]
    Field {
        /// The key.
        key: &'static str,
        /// What it must be.
        wanted: &'static str,
    },
}

impl CommandError {
    /// The module's code for it.
    #[must_use]
    pub fn status(&self) -> Status {
        match self {
            Self::TooLong | Self::NotJson { .. } | Self::NotObject | Self::Field { .. } => {
                Status::REQ
            }
            Self::Type { .. } | Self::NoPatches => Status::TYPE,
            Self::NoUrl | Self::Url(_) => Status::URL,
            Self::NoVersion | Self::Version(_) => Status::VER,
            Self::NoSize => Status::SIZE,
            Self::TooLarge { .. } => Status::MEM,
        }
    }
}

impl OtaCommand {
    /// Reads a command; `open` says where plain http may go.
    ///
    /// # Errors
    /// The first thing that is wrong with it, in the order of the table above.
    pub fn parse(text: &[u8], open: OpenHttp) -> Result<Self, CommandError> {
        let job = &job(text)?;
        let kind = kind(job)?;
        let url = ImageUrl::parse(address(job).ok_or(CommandError::NoUrl)?, open)?;
        let version = text_of(job, &["version", "ver"]).ok_or(CommandError::NoVersion)?;
        let version = offered_version(version)?;
        let length = length(job)?;
        let checksum = checksum(job)?;
        let board = board(job)?;
        let url = match port(job)? {
            None => url,
            Some(port) => url.with_port(port),
        };
        Ok(Self {
            kind,
            url,
            version,
            length,
            checksum,
            board,
        })
    }
}

type Job = Map<String, Value>;

fn job(text: &[u8]) -> Result<Job, CommandError> {
    if text.len() > COMMAND_BYTES_MAX {
        return Err(CommandError::TooLong);
    }
    let value: Value = serde_json::from_slice(text).map_err(|error| CommandError::NotJson {
        line: error.line(),
        column: error.column(),
    })?;
    let Value::Object(mut all) = value else {
        return Err(CommandError::NotObject);
    };
    let nest = NESTS.into_iter().find(|key| all.contains_key(*key));
    match nest.and_then(|key| all.remove(key)) {
        None => Ok(all),
        Some(Value::Object(job)) => Ok(job),
        Some(_) => Err(CommandError::NotObject),
    }
}

fn kind(job: &Job) -> Result<ObjectKind, CommandError> {
    if let Some(channel) = job.get("channel")
        && number(channel) != Some(CHANNEL_OF_HOST)
    {
        return Err(CommandError::Type { key: "channel" });
    }
    match job.get("type").map(Value::as_str) {
        None | Some(Some("host_mcu" | "image" | "FILE" | "URL_LIST")) => Ok(ObjectKind::Image),
        Some(Some("patch")) => Ok(ObjectKind::Patch),
        Some(_) => Err(CommandError::Type { key: "type" }),
    }
}

fn address(job: &Job) -> Option<&str> {
    text_of(job, &["httpsUrl", "url", "fileUrl"]).or_else(|| match job.get("payload")? {
        Value::String(url) => Some(url),
        Value::Array(urls) => match &urls[..] {
            [url] => url.as_str(),
            _ => None,
        },
        _ => None,
    })
}

fn length(job: &Job) -> Result<u32, CommandError> {
    let said = first(job, &["size", "length", "fileSize"]).and_then(|(_, value)| number(value));
    match said {
        None | Some(0) => Err(CommandError::NoSize),
        Some(bytes) => match u32::try_from(bytes) {
            Ok(len) if len <= DOWNLOAD_BYTES_MAX => Ok(len),
            _ => Err(CommandError::TooLarge { bytes }),
        },
    }
}

fn checksum(job: &Job) -> Result<Option<Checksum>, CommandError> {
    let Some((key, value)) = first(job, &["checksum", "sha256", "digest", "md5", "sign"]) else {
        return Ok(None);
    };
    let wrong = CommandError::Field {
        key,
        wanted: "a SHA-256 or an MD5 in hexadecimal digits",
    };
    match value.as_str() {
        // A platform that has none sends an empty text.
        Some("") => Ok(None),
        Some(text) => {
            let sum = Checksum::from_hex(text).ok_or(wrong)?;
            is_method(job, key, sum).map(|()| Some(sum))
        }
        None => Err(wrong),
    }
}

/// A signature says which method it is made with, in any letter case.
fn is_method(job: &Job, key: &str, sum: Checksum) -> Result<(), CommandError> {
    let method = match job.get("signMethod").map(Value::as_str) {
        Some(method) if key == "sign" => method.unwrap_or_default(),
        _ => return Ok(()),
    };
    let plain = |name: &str| name.replace('-', "").to_ascii_lowercase();
    if plain(method) == plain(sum.method()) {
        return Ok(());
    }
    Err(CommandError::Field {
        key: "signMethod",
        wanted: "the method that `sign` is as long as",
    })
}

fn board(job: &Job) -> Result<Option<String>, CommandError> {
    let Some((key, value)) = first(job, &["board", "model"]) else {
        return Ok(None);
    };
    match value.as_str() {
        Some(name) if !name.is_empty() && name.len() <= BOARD_BYTES_MAX => {
            Ok(Some(name.to_owned()))
        }
        _ => Err(CommandError::Field {
            key,
            wanted: "the short name of a board",
        }),
    }
}

fn port(job: &Job) -> Result<Option<u16>, CommandError> {
    let Some(value) = job.get("port") else {
        return Ok(None);
    };
    let port = number(value).and_then(|port| u16::try_from(port).ok());
    match port {
        Some(port @ 1..) => Ok(Some(port)),
        _ => Err(CommandError::Field {
            key: "port",
            wanted: "1 to 65535",
        }),
    }
}

/// The first of these keys that is there.
fn first<'j>(job: &'j Job, keys: &[&'static str]) -> Option<(&'static str, &'j Value)> {
    keys.iter().find_map(|key| Some((*key, job.get(*key)?)))
}

fn text_of<'j>(job: &'j Job, keys: &[&'static str]) -> Option<&'j str> {
    first(job, keys).and_then(|(_, value)| value.as_str())
}

/// A number, also as a text of digits alone.
fn number(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        value => value.as_u64(),
    }
}

#[cfg(test)]
mod tests;
