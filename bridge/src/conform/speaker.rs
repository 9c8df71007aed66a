//! One end of a line in either dialect.

use std::collections::BTreeMap;

use fixtures::scenario::Dialect;
use fixtures::script::{Auto, Damage, Value};
use protocol_spec::tick::Tick;

use super::MadeObject;
use super::ayla_line::{ACK_TIME, AylaLine, BLOCK_BYTES};
use super::heard::Heard;
use super::rig_line::{DATA_BYTES_MAX, RigLine};

/// Fields by name.
pub(super) type Fields = BTreeMap<&'static str, Value>;

/// A message that a step wants to send.
pub(super) struct Order<'a> {
    pub(super) message: &'a str,
    pub(super) fields: &'a Fields,
    pub(super) object: Option<&'a MadeObject>,
    pub(super) damage: Option<Damage>,
}

/// Why a message cannot be sent: a mistake in the script.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum SpeakError {
    #[error("the field {name} does not hold {value}: {least} to {most} is allowed")]
    Range {
        name: &'static str,
        value: i64,
        least: i64,
        most: i64,
    },
    #[error("the field {name} does not hold {len} bytes: at most {most} are allowed")]
    Long {
        name: &'static str,
        len: usize,
        most: usize,
    },
    #[error("the message does not fit a frame")]
    Encode,
    #[error("`of` names no object")]
    NoObject,
}

/// How far a transfer is, by what the host says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Flow {
    /// The offset that is wanted next.
    pub(super) next: i64,
    /// Bytes may be sent below it (rig).
    pub(super) limit: i64,
    /// The host said that it may be silent until then (rig).
    pub(super) busy_until: Tick,
}

/// The line.
pub(super) enum Speaker {
    Ayla(Box<AylaLine>),
    Rig(Box<RigLine>),
}

/// What bytes of the host were.
#[derive(Default)]
pub(super) struct Fed {
    pub(super) heard: Vec<Heard>,
    /// Frames that go out at once.
    pub(super) out: Vec<(Vec<u8>, Heard)>,
    /// Runs of bytes that are no frame.
    pub(super) bad: usize,
}

impl Order<'_> {
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        match self.fields.get(name) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// A number that fits its field; `usual` when the script does not say.
    pub(super) fn small<T: Small>(&self, name: &'static str, usual: T) -> Result<T, SpeakError> {
        let (least, most) = (0, T::MOST);
        match self.number(name) {
            None => Ok(usual),
            Some(value) => T::try_from(value).map_err(|_| SpeakError::Range {
                name,
                value,
                least,
                most,
            }),
        }
    }

    /// A number from 0 to `most`; `usual` when the script does not say.
    pub(super) fn up_to(
        &self,
        name: &'static str,
        usual: i64,
        most: i64,
    ) -> Result<i64, SpeakError> {
        self.number(name)
            .map_or(Ok(usual), |value| in_range(name, value, 0, most))
    }

    pub(super) fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        match self.fields.get(name) {
            Some(Value::Text(bytes) | Value::Bytes(bytes)) => Some(bytes.clone()),
            _ => None,
        }
    }
}

/// What a field of a message holds.
pub(super) trait Small: TryFrom<i64> {
    /// The largest number.
    const MOST: i64;
}

impl Small for u8 {
    const MOST: i64 = u8::MAX as i64;
}

impl Small for u16 {
    const MOST: i64 = u16::MAX as i64;
}

impl Small for u32 {
    const MOST: i64 = u32::MAX as i64;
}

/// The value, when it is in its range.
pub(super) fn in_range(
    name: &'static str,
    value: i64,
    least: i64,
    most: i64,
) -> Result<i64, SpeakError> {
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    Err(SpeakError::Range {
        name,
        value,
        least,
        most,
    })
}

impl Speaker {
    pub(super) fn new(dialect: Dialect, seed: u32) -> Self {
        match dialect {
            Dialect::Ayla => Self::Ayla(Box::new(AylaLine::new())),
            Dialect::Rig => Self::Rig(Box::new(RigLine::new(seed))),
        }
    }

    pub(super) fn feed(&mut self, now: Tick, bytes: &[u8]) -> Fed {
        let mut fed = Fed::default();
        fed.bad = match self {
            Self::Ayla(line) => line.feed(now, bytes, &mut fed.heard, &mut fed.out),
            Self::Rig(line) => line.feed(now, bytes, &mut fed.heard),
        };
        fed
    }

    /// The frame of an order, and in ayla the seq that its ACK carries.
    pub(super) fn encode(
        &mut self,
        now: Tick,
        order: &Order<'_>,
    ) -> Result<(Vec<u8>, Option<u8>, Heard), SpeakError> {
        match self {
            Self::Ayla(line) => {
                let (frame, seq, shown) = line.encode(now, order)?;
                let awaited = (order.message != "link-ack").then_some(seq);
                Ok((frame, awaited, shown))
            }
            Self::Rig(line) => {
                let (frame, shown) = line.encode(now, order)?;
                Ok((frame, None, shown))
            }
        }
    }

    /// An answer that goes out by itself.
    pub(super) fn next_answer(&mut self, now: Tick, idle: bool) -> Option<(Vec<u8>, Heard)> {
        match self {
            Self::Ayla(line) => line.next_answer(now, idle),
            Self::Rig(_) => None,
        }
    }

    /// Until when no frame of a script may go out.
    pub(super) fn busy_until(&self) -> Option<Tick> {
        match self {
            Self::Ayla(line) => line.busy_until(),
            Self::Rig(_) => None,
        }
    }

    /// The host has lost its RAM, or (`whole`) another module has spoken to it.
    pub(super) fn restart(&mut self, whole: bool) {
        match self {
            Self::Ayla(line) => line.restart(whole),
            Self::Rig(line) => line.restart(),
        }
    }

    pub(super) fn set_auto(&mut self, auto: Auto) {
        if let Self::Ayla(line) = self {
            line.auto = auto;
        }
    }

    pub(super) fn flow(&self) -> Flow {
        match self {
            Self::Ayla(line) => line.flow,
            Self::Rig(line) => line.flow,
        }
    }

    /// Object bytes in one frame, at most.
    pub(super) fn piece_max(&self) -> i64 {
        match self {
            Self::Ayla(_) => BLOCK_BYTES,
            Self::Rig(line) => line.data_max,
        }
    }

    /// The same, where a host does not count.
    pub(super) fn piece_limit(&self) -> i64 {
        match self {
            Self::Ayla(_) => BLOCK_BYTES,
            Self::Rig(_) => DATA_BYTES_MAX,
        }
    }

    pub(super) fn stop_and_wait(&self) -> bool {
        matches!(self, Self::Ayla(_))
    }
}

/// How long an ACK or an answer to a piece of an object is waited for.
pub(super) const ANSWER_TIME: core::time::Duration = ACK_TIME;
