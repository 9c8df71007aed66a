//! The two packets that every version of the dialect can read.
//!
//! Kind 01, HELLO, and kind 41, HELLO_ANSWER; offsets without the kind byte:
//!
//! | offset | size | HELLO             | offset | size | HELLO_ANSWER                          |
//! |--------|------|-------------------|--------|------|---------------------------------------|
//! | 0      | 4    | magic `otar`      | 0      | 4    | magic `otar`                          |
//! | 4      | 1    | lowest version    | 4      | 1    | version in force, 0 = none in common  |
//! | 5      | 1    | highest version   | 5      | 1    | lowest version                        |
//! | 6      | 4    | nonce, low first  | 6      | 1    | highest version                       |
//! |        |      |                   | 7      | 4    | nonce of the HELLO, low first         |
//! |        |      |                   | 11     | n    | a `HostInfo` of the version in force  |

use super::codec::{self, DecodeError, EncodeError};
use super::message::{HELLO_MAGIC, Hello, HelloAnswer, HostInfo, VERSION_MAX, VERSION_MIN};

/// Bytes of a HELLO without its kind.
pub const HELLO_BYTES: usize = 10;
/// Bytes of the head of a HELLO_ANSWER without its kind.
pub const ANSWER_HEAD_BYTES: usize = 11;

/// The version in force between a module that speaks `min..=max` and this code as host; 0 when
/// there is none.
#[must_use]
pub const fn choose_version(min: u8, max: u8) -> u8 {
    let highest = if max < VERSION_MAX { max } else { VERSION_MAX };
    if highest >= min && highest >= VERSION_MIN {
        highest
    } else {
        0
    }
}

pub(super) fn encode_hello(hello: &Hello) -> [u8; HELLO_BYTES] {
    let [m0, m1, m2, m3] = HELLO_MAGIC;
    let [n0, n1, n2, n3] = hello.nonce.to_le_bytes();
    [
        m0,
        m1,
        m2,
        m3,
        hello.version_min,
        hello.version_max,
        n0,
        n1,
        n2,
        n3,
    ]
}

pub(super) fn decode_hello(body: &[u8]) -> Result<Hello, DecodeError> {
    let (head, rest) = split_head::<HELLO_BYTES>(body)?;
    let [m0, m1, m2, m3, version_min, version_max, nonce @ ..] = head;
    check_magic([m0, m1, m2, m3])?;
    codec::refuse_rest(rest)?;
    Ok(Hello {
        version_min,
        version_max,
        nonce: u32::from_le_bytes(nonce),
    })
}

/// Writes the answer to `out` and returns its length.
pub(super) fn encode_answer(
    answer: &HelloAnswer<'_>,
    out: &mut [u8],
) -> Result<usize, EncodeError> {
    let no_room = EncodeError::NoRoom { len: out.len() };
    let [m0, m1, m2, m3] = HELLO_MAGIC;
    let [n0, n1, n2, n3] = answer.nonce.to_le_bytes();
    let versions = [answer.version, answer.version_min, answer.version_max];
    let [v0, v1, v2] = versions;
    let (head, rest) = out.split_first_chunk_mut().ok_or(no_room)?;
    *head = [m0, m1, m2, m3, v0, v1, v2, n0, n1, n2, n3];
    match &answer.info {
        Some(info) if answer.version != 0 => {
            codec::check_info(info)?;
            Ok(ANSWER_HEAD_BYTES + codec::write_body(info, rest)?)
        }
        None if answer.version == 0 => Ok(ANSWER_HEAD_BYTES),
        _ => Err(EncodeError::HelloInfo),
    }
}

/// Reads an answer. When its version is one that this code does not speak, what follows the head
/// is left alone and `info` is `None`.
pub(super) fn decode_answer(body: &[u8]) -> Result<HelloAnswer<'_>, DecodeError> {
    let (head, rest) = split_head::<ANSWER_HEAD_BYTES>(body)?;
    let [
        m0,
        m1,
        m2,
        m3,
        version,
        version_min,
        version_max,
        nonce @ ..,
    ] = head;
    check_magic([m0, m1, m2, m3])?;
    let info = match version {
        0 => {
            codec::refuse_rest(rest)?;
            None
        }
        VERSION_MIN..=VERSION_MAX => {
            let info: HostInfo<'_> = codec::read_body(rest)?;
            codec::check_info(&info)?;
            Some(info)
        }
        _ => None,
    };
    let nonce = u32::from_le_bytes(nonce);
    Ok(HelloAnswer {
        version,
        version_min,
        version_max,
        nonce,
        info,
    })
}

fn split_head<const N: usize>(body: &[u8]) -> Result<([u8; N], &[u8]), DecodeError> {
    let (head, rest) = body.split_first_chunk().ok_or(DecodeError::Body)?;
    Ok((*head, rest))
}

fn check_magic(found: [u8; 4]) -> Result<(), DecodeError> {
    if found == HELLO_MAGIC {
        Ok(())
    } else {
        Err(DecodeError::Magic(found))
    }
}
