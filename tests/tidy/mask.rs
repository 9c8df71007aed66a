//! Tells code from comments and literals in Rust text, so that a rule sees only what it is about.

/// A text without its comments, in two halves: blanks stand where the other half has something,
/// and line breaks stay where they are in both.
pub struct Halves {
    /// What is neither comment nor literal.
    pub code: String,
    /// String and character literals.
    pub literals: String,
}

impl Halves {
    /// The halves of `text`.
    pub fn of(text: &str) -> Self {
        let mut halves = Self {
            code: String::with_capacity(text.len()),
            literals: String::with_capacity(text.len()),
        };
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let masked = masked_len(rest, halves.code.chars().next_back());
            let comment = rest.starts_with("//") || rest.starts_with("/*");
            let (piece, after) = rest.split_at(masked.max(first.len_utf8()));
            halves.code += &kept_if(masked == 0, piece);
            halves.literals += &kept_if(masked > 0 && !comment, piece);
            rest = after;
        }
        halves
    }
}

/// `piece` itself, or as many blanks and line breaks.
fn kept_if(kept: bool, piece: &str) -> String {
    let blank = |c| if kept || c == '\n' { c } else { ' ' };
    piece.chars().map(blank).collect()
}

/// Bytes of the comment or literal that `rest` begins with; 0 if it begins with code.
fn masked_len(rest: &str, before: Option<char>) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment_len(rest);
    }
    if rest.starts_with('"') {
        return string_len(rest);
    }
    if rest.starts_with('\'') {
        return char_len(rest);
    }
    let word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if rest.starts_with('r') && (!word || before == Some('b')) {
        return raw_string_len(rest);
    }
    0
}

fn block_comment_len(rest: &str) -> usize {
    let mut depth = 0_usize;
    for (at, _) in rest.char_indices() {
        if rest[at..].starts_with("/*") {
            depth += 1;
        } else if at > 0 && rest[at - 1..].starts_with("*/") {
            depth -= 1;
            if depth == 0 {
                return at + 1;
            }
        }
    }
    rest.len()
}

fn string_len(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// A character literal, as opposed to a lifetime.
fn char_len(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => rest[3..].find('\'').map_or(0, |at| at + 4),
        Some(_) => chars
            .next()
            .map_or(0, |(at, c)| if c == '\'' { at + 1 } else { 0 }),
        None => 0,
    }
}

fn raw_string_len(rest: &str) -> usize {
    let hashes = rest[1..].chars().take_while(|c| *c == '#').count();
    if !rest[1 + hashes..].starts_with('"') {
        return 0;
    }
    let close = format!("\"{}", "#".repeat(hashes));
    let body = 2 + hashes;
    rest[body..]
        .find(&close)
        .map_or(rest.len(), |at| body + at + close.len())
}

#[test]
fn code_and_literals_are_told_apart() {
    let text =
        "let a = \"b // \\\" c\"; // d\nlet e = '\"'; let f: &'g str = r#\"h \" i\"#; /* j */ k";
    let Halves { code, literals } = Halves::of(text);
    for gone in ["b", "c", "d", "h", "i", "j"] {
        assert!(
            !code.contains(&format!(" {gone} ")),
            "{gone} is left in {code}"
        );
    }
    for kept in ["let a", "let e", "let f", "&'g str", "k"] {
        assert!(code.contains(kept), "{kept} is gone from {code}");
    }
    assert_eq!(code.lines().count(), text.lines().count());
    assert!(!code.contains('"'), "{code}");
    assert_eq!(literals.lines().count(), text.lines().count());
    for (piece, there) in [
        ("b // ", true),
        ("h \" i", true),
        ("let", false),
        ("j", false),
    ] {
        assert_eq!(literals.contains(piece), there, "{piece} in {literals}");
    }
}
