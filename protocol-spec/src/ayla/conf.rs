//! Paths of configuration items: each level is a token, and the tokens are coded like UTF-8.

use core::fmt;

code_space! {
    /// One level of a configuration path. Tokens above `7f` take two bytes and are not listed.
    pub struct Token: TokenRow, named;
    gaps [];
    /// The module as a system.
    0x03 SYS {}
    /// Wi-Fi.
    0x04 WIFI {}
    /// The client of the cloud.
    0x06 CLIENT {}
    /// The time.
    0x0d TIME {}
    /// A version.
    0x10 VERSION {}
    /// The module's model.
    0x14 MODEL {}
    /// The module's serial number at the cloud.
    0x1b DEV_ID {}
    /// A reset.
    0x1f RESET {}
}

/// What is known of a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TokenRow {
    /// The number.
    pub number: u8,
    /// The name, upper case.
    pub name: &'static str,
    /// What it is for, one sentence.
    pub sentence: &'static str,
}

/// Path of the module's serial number.
pub const SYS_DEV_ID: ConfPath<'static> = ConfPath(&[Token::SYS.0, Token::DEV_ID.0]);
/// Path of the module's model.
pub const SYS_MODEL: ConfPath<'static> = ConfPath(&[Token::SYS.0, Token::MODEL.0]);

/// A path: the value of a CONF TLV. Prints as `sys/dev_id`, unknown tokens in hex.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ConfPath<'a>(pub &'a [u8]);

impl fmt::Display for ConfPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gap = "";
        for chunk in self.0.utf8_chunks() {
            for number in chunk.valid().chars().map(u32::from) {
                f.write_str(gap)?;
                show_token(f, number)?;
                gap = "/";
            }
            for byte in chunk.invalid() {
                write!(f, "{gap}?{byte:02x}")?;
                gap = "/";
            }
        }
        Ok(())
    }
}

impl fmt::Debug for ConfPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn show_token(f: &mut fmt::Formatter<'_>, number: u32) -> fmt::Result {
    use fmt::Write as _;
    let row = u8::try_from(number)
        .ok()
        .and_then(|number| Token(number).row());
    match row {
        Some(row) => row
            .name
            .chars()
            .try_for_each(|c| f.write_char(c.to_ascii_lowercase())),
        None => write!(f, "0x{number:02x}"),
    }
}
