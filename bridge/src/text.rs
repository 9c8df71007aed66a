//! Plain text for people, 80 columns wide.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Columns of a text line.
pub const COLUMNS: usize = 80;

/// Appends `label` and `text`, wrapped at [`COLUMNS`] with the text lines aligned under each other
/// at column `indent`. A word longer than a line is not cut; control characters are escaped.
pub fn add_field(out: &mut String, label: &str, indent: usize, text: &str) {
    let mut column = label.chars().count();
    out.push_str(label);
    for (number, word) in printable(text).split_whitespace().enumerate() {
        let width = word.chars().count();
        if number > 0 && column + 1 + width > COLUMNS {
            out.push('\n');
            column = 0;
        }
        let gap = if column < indent {
            indent - column
        } else {
            usize::from(column > 0)
        };
        let _ = write!(out, "{:gap$}{word}", "");
        column += gap + width;
    }
    while out.ends_with(' ') {
        out.pop();
    }
    out.push('\n');
}

/// Appends `label` and, on the next line, `command`: one line, never wrapped, to be pasted as it is.
pub fn add_command(out: &mut String, label: &str, command: &str) {
    let _ = writeln!(out, "{label}\n    {}", printable(command));
}

/// The text with control characters escaped: what a user typed may act on a terminal.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    let acts = |c: char| c.is_control() && c != '\n';
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if acts(c) {
            let _ = write!(out, "\\x{:02x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// The text with every word cut into pieces of at most `width` columns.
#[must_use]
pub fn with_words_cut(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut column = 0;
    for c in text.chars() {
        if c.is_whitespace() {
            column = 0;
        } else if column == width {
            out.push(' ');
            column = 1;
        } else {
            column += 1;
        }
        out.push(c);
    }
    out
}

/// A number with a space between groups of three digits.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// A number of bytes in words.
#[must_use]
pub fn bytes(number: u64) -> String {
    let unit = if number == 1 { "byte" } else { "bytes" };
    format!("{} {unit}", grouped(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_wrapped_and_aligned() {
        let mut out = String::new();
        add_field(&mut out, "  cause", 10, &"word ".repeat(30));
        assert!(
            out.lines()
                .all(|line| line.len() <= COLUMNS && line.starts_with("  "))
        );
        assert_eq!(
            out.lines().nth(1).map(|line| line.find('w')),
            Some(Some(10))
        );
        assert_eq!(
            out.split_whitespace()
                .filter(|word| *word == "word")
                .count(),
            30
        );
    }

    #[test]
    fn what_acts_on_a_terminal_is_escaped() {
        let mut out = String::new();
        add_field(&mut out, "what", 6, "a\x1b[31mb\u{9b}c");
        assert_eq!(out, "what  a\\x1b[31mb\\x9bc\n");
        assert_eq!(printable("two\nlines"), "two\nlines");
    }

    #[test]
    fn a_word_that_is_too_long_for_a_line_is_cut() {
        assert_eq!(with_words_cut("ab abcdefg abc", 3), "ab abc def g abc");
        let mut out = String::new();
        add_field(&mut out, "x", 15, &with_words_cut(&"v".repeat(72), 65));
        assert!(out.lines().all(|line| line.len() <= COLUMNS), "{out}");
    }

    #[test]
    fn numbers_are_grouped_by_three() {
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(grouped),
            ["0", "999", "1 000", "1 234 567"]
        );
        assert_eq!(
            [0, 1, 4_096].map(bytes),
            ["0 bytes", "1 byte", "4 096 bytes"]
        );
    }
}
