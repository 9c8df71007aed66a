//! What the head of a reply means for the range that was asked for.

use super::fault::{DownloadFault, TryFault};

/// The head of a reply, as far as a download looks at it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ReplyHead {
    /// Status number of HTTP.
    pub status: u16,
    /// `Content-Range`.
    pub content_range: Option<String>,
    /// `Content-Length`.
    pub content_length: Option<u64>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// `Location`: may hold a secret.
    pub location: Option<String>,
    /// `ETag`.
    pub etag: Option<String>,
}

/// A reply that leads on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Taken<'h> {
    /// The body is the range.
    Range,
    /// The body is the whole object.
    Whole,
    /// It is elsewhere.
    Elsewhere(&'h str),
}

/// What a reply to the request for the bytes `first..end` of an object of `length` bytes means.
pub(super) fn take(
    head: &ReplyHead,
    first: u32,
    end: u32,
    length: u32,
) -> Result<Taken<'_>, DownloadFault> {
    let coded = head.content_encoding.as_deref();
    let plain = coded.is_none_or(|coding| coding.eq_ignore_ascii_case("identity"));
    match head.status {
        206 | 200 if !plain => Err(DownloadFault::Coded),
        206 => range(head, first, end, length),
        200 if first > 0 => Err(DownloadFault::NoRanges { first }),
        200 => match head.content_length {
            Some(said) if said != u64::from(length) => Err(DownloadFault::OtherLength { said }),
            _ => Ok(Taken::Whole),
        },
        301 | 302 | 303 | 307 | 308 => match &head.location {
            Some(location) => Ok(Taken::Elsewhere(location)),
            None => Err(TryFault::Status(head.status).into()),
        },
        408 | 429 | 500..=599 => Err(TryFault::Status(head.status).into()),
        status @ 400..=499 => Err(DownloadFault::Refused { status }),
        status => Err(TryFault::Status(status).into()),
    }
}

fn range(head: &ReplyHead, first: u32, end: u32, length: u32) -> Result<Taken<'_>, DownloadFault> {
    let text = head.content_range.as_deref().unwrap_or_default();
    let (from, to, total) = content_range(text).ok_or(TryFault::OtherRange)?;
    if let Some(said) = total.filter(|said| *said != u64::from(length)) {
        return Err(DownloadFault::OtherLength { said });
    }
    if from != u64::from(first) || to < from || to >= u64::from(end) {
        return Err(TryFault::OtherRange.into());
    }
    let len = to - from + 1;
    match head.content_length {
        Some(said) if said != len => Err(TryFault::OtherRange.into()),
        _ => Ok(Taken::Range),
    }
}

/// First byte, last byte and length of `bytes 0-99/1000`; the length may be `*`.
fn content_range(text: &str) -> Option<(u64, u64, Option<u64>)> {
    let rest = text.trim().strip_prefix("bytes ")?;
    let (range, total) = rest.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let total = match total {
        "*" => None,
        total => Some(digits(total)?),
    };
    Some((digits(first)?, digits(last)?, total))
}

fn digits(text: &str) -> Option<u64> {
    let all = text.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_range_is_read_strictly() {
        assert_eq!(content_range("bytes 0-9/10"), Some((0, 9, Some(10))));
        assert_eq!(content_range("bytes 5-9/*"), Some((5, 9, None)));
        let bad = [
            "",
            "bytes",
            "bytes */10",
            "bytes 0-9",
            "bytes 0-/10",
            "bytes +0-9/10",
            "items 0-9/10",
            "bytes 0-99999999999999999999/1",
            "bytes -1-9/10",
        ];
        for text in bad {
            assert_eq!(content_range(text), None, "{text}");
        }
    }

    #[test]
    fn another_range_than_asked_for_is_not_taken() {
        let head = |range: &str, len: u64| ReplyHead {
            status: 206,
            content_range: Some(range.to_owned()),
            content_length: Some(len),
            ..ReplyHead::default()
        };
        let taken = |range, len| take(&head(range, len), 10, 20, 100).map(|_| ());
        assert_eq!(taken("bytes 10-19/100", 10), Ok(()));
        assert_eq!(taken("bytes 10-14/*", 5), Ok(()), "less than asked for");
        for (range, len) in [
            ("bytes 0-9/100", 10),
            ("bytes 10-20/100", 11),
            ("bytes 10-9/100", 0),
            ("bytes 10-19/100", 9),
        ] {
            assert_eq!(
                taken(range, len),
                Err(TryFault::OtherRange.into()),
                "{range}"
            );
        }
        let other = DownloadFault::OtherLength { said: 101 };
        assert_eq!(taken("bytes 10-19/101", 10), Err(other));
    }
}
