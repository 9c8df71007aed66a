//! One end of a line in either dialect.

use std::collections::BTreeMap;

use fixtures::scenario::Dialect;
use fixtures::script::{Auto, Damage, Value};
use protocol_spec::tick::Tick;

use super::MadeObject;
use super::ayla_line::{ACK_TIME, AylaLine, BLOCK_BYTES};
use super::heard::Heard;
use super::rig_line::RigLine;

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
    #[error("the field {0} does not hold this value")]
    Range(&'static str),
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
    pub(super) fn small<T: TryFrom<i64>>(
        &self,
        name: &'static str,
        usual: T,
    ) -> Result<T, SpeakError> {
        match self.number(name) {
            None => Ok(usual),
            Some(number) => T::try_from(number).map_err(|_| SpeakError::Range(name)),
        }
    }

    pub(super) fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        match self.fields.get(name) {
            Some(Value::Text(bytes) | Value::Bytes(bytes)) => Some(bytes.clone()),
            _ => None,
        }
    }
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

    pub(super) fn stop_and_wait(&self) -> bool {
        matches!(self, Self::Ayla(_))
    }
}

/// How long an ACK or an answer to a piece of an object is waited for.
pub(super) const ANSWER_TIME: core::time::Duration = ACK_TIME;
