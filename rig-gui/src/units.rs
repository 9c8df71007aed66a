//! Numbers as people read them.

use std::time::Duration;

const KIB: f64 = 1024.0;
const MIB: f64 = KIB * KIB;

/// Bytes, in the unit that leaves three figures: `912 B`, `41.2 KB`, `3.40 MB`.
#[must_use]
pub fn bytes(count: u64) -> String {
    if count < 1024 {
        return format!("{count} B");
    }
    let (value, unit) = scaled(count);
    let digits = if value < 10.0 {
        2
    } else {
        usize::from(value < 100.0)
    };
    format!("{value:.digits$} {unit}")
}

/// Bytes of a whole, in the whole's unit: `41.2 of 64.0 KB`.
#[must_use]
pub fn bytes_of(count: u64, whole: u64) -> String {
    if whole < 1024 {
        return format!("{count} of {whole} B");
    }
    let (value, unit) = scaled(whole);
    let part = as_f64(count) * value / as_f64(whole);
    format!("{part:.1} of {value:.1} {unit}")
}

/// A rate: `88.3 KB/s`.
#[must_use]
pub fn rate(bytes_per_second: f64) -> String {
    if bytes_per_second < KIB {
        return format!("{bytes_per_second:.0} B/s");
    }
    if bytes_per_second < MIB {
        return format!("{:.1} KB/s", bytes_per_second / KIB);
    }
    format!("{:.2} MB/s", bytes_per_second / MIB)
}

/// A span of time: `0.42 s`, `12.3 s`, `2 min 05 s`; `12 ms` below a tenth of a second.
#[must_use]
pub fn span(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        s if s < 0.1 => format!("{:.0} ms", s * 1000.0),
        s if s < 10.0 => format!("{s:.2} s"),
        s if s < 60.0 => format!("{s:.1} s"),
        _ => format!("{} min {:02} s", time.as_secs() / 60, time.as_secs() % 60),
    }
}

/// The text as it stands alone: with a capital, where it begins with a word and not with a name.
#[must_use]
pub fn sentence(text: &str) -> String {
    let first = text.split_whitespace().next().unwrap_or_default();
    if !first.chars().all(|c| c.is_alphabetic() || c == '\'') {
        return text.to_owned();
    }
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The nearest floating-point number; exact below 2^53.
#[must_use]
pub fn as_f64(count: u64) -> f64 {
    let high = u32::try_from(count >> 32).unwrap_or(u32::MAX);
    let low = u32::try_from(count & u64::from(u32::MAX)).unwrap_or(u32::MAX);
    f64::from(high) * 4_294_967_296.0 + f64::from(low)
}

/// A fraction as the painter wants it.
#[must_use]
pub fn narrow(fraction: f64) -> f32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a fraction loses nothing that could be seen"
    )]
    let fraction = fraction as f32;
    fraction
}

fn scaled(count: u64) -> (f64, &'static str) {
    let value = as_f64(count);
    if value < MIB {
        (value / KIB, "KB")
    } else {
        (value / MIB, "MB")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_keep_three_figures() {
        let shown = [0, 1023, 1024, 42_189, 131_072, 50_331_648].map(bytes);
        assert_eq!(
            shown,
            ["0 B", "1023 B", "1.00 KB", "41.2 KB", "128 KB", "48.0 MB"]
        );
        assert_eq!(bytes_of(32_768, 65_536), "32.0 of 64.0 KB");
        assert_eq!(bytes_of(5, 1000), "5 of 1000 B");
    }

    #[test]
    fn rates_and_spans_read_well() {
        assert_eq!([rate(512.0), rate(90_419.2)], ["512 B/s", "88.3 KB/s"]);
        let shown = [12, 420, 12_345, 125_000].map(|ms| span(Duration::from_millis(ms)));
        assert_eq!(sentence("the host"), "The host");
        assert_eq!(sentence("a/b.bin: gone"), "a/b.bin: gone");
        assert_eq!(shown, ["12 ms", "0.42 s", "12.3 s", "2 min 05 s"]);
    }
}
