//! Addresses of images, in which secrets may travel: they are never shown whole.

use core::fmt;

/// Longest address, bytes.
pub const URL_BYTES_MAX: usize = 2048;

/// The address of an image. Its texts show scheme, host and port only, for path and query may hold
/// a token.
#[derive(Clone, PartialEq, Eq)]
pub struct ImageUrl {
    scheme: Scheme,
    /// In brackets where it is an IPv6 address.
    host: String,
    port: Option<u16>,
    /// Path and query, from the first `/` on.
    target: String,
}

/// How the server is reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scheme {
    /// In the open.
    Http,
    /// Over TLS.
    Https,
}

/// Whether images may be fetched in the open from any server, or from this machine only.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum OpenHttp {
    /// From this machine only.
    #[default]
    Loopback,
    /// From anywhere.
    Anywhere,
}

/// Why an address cannot be used. No text holds the address.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum UrlError {
    /// It is empty.
    #[error("the address is empty")]
    Empty,
    /// It is too long.
    #[error("the address has {bytes} bytes, at most {URL_BYTES_MAX} are taken")]
    TooLong {
        /// Its bytes.
        bytes: usize,
    },
    /// A byte that stands in no address.
    #[error("byte {at} of the address is none that an address may hold")]
    Byte {
        /// Offset, from 0.
        at: usize,
    },
    /// It does not begin with a known protocol.
    #[error("the address begins neither with https:// nor with http://")]
    Scheme,
    /// It names a user.
    #[error("the address carries a user name")]
    User,
    /// It names no host, or none that can be one.
    #[error("the address names no host")]
    Host,
    /// Its port is none.
    #[error("the port of the address is not 1 to 65535")]
    Port,
    /// Plain http to another machine.
    #[error("the address is plain http to another machine")]
    Open,
}

impl ImageUrl {
    /// Reads an address; `open` says where plain http may go.
    ///
    /// # Errors
    /// [`UrlError`], which never repeats the address.
    pub fn parse(text: &str, open: OpenHttp) -> Result<Self, UrlError> {
        check_bytes(text)?;
        let (scheme, rest) = split_scheme(text).ok_or(UrlError::Scheme)?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        if authority.contains('@') {
            return Err(UrlError::User);
        }
        let (host, port) = split_port(authority)?;
        if !is_host(host) {
            return Err(UrlError::Host);
        }
        let url = Self {
            scheme,
            host: host.to_ascii_lowercase(),
            port,
            target: target_of(target),
        };
        if scheme == Scheme::Http && open == OpenHttp::Loopback && !url.is_loopback() {
            return Err(UrlError::Open);
        }
        Ok(url)
    }

    /// Where a redirection leads from here: an address of its own, or a path on this host.
    ///
    /// # Errors
    /// [`UrlError`], also when it would leave TLS.
    pub fn redirected(&self, location: &str, open: OpenHttp) -> Result<Self, UrlError> {
        if location.starts_with('/') && !location.starts_with("//") {
            check_bytes(location)?;
            return Ok(Self {
                target: target_of(location),
                ..self.clone()
            });
        }
        let url = Self::parse(location, open)?;
        if self.scheme == Scheme::Https && url.scheme == Scheme::Http {
            return Err(UrlError::Open);
        }
        Ok(url)
    }

    /// The address with `port`, where it names none itself.
    #[must_use]
    pub fn with_port(self, port: u16) -> Self {
        let port = self.port.or(Some(port));
        Self { port, ..self }
    }

    /// Whether the server is this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let v4: Result<core::net::Ipv4Addr, _> = self.host.parse();
        self.host == "localhost" || self.host == "[::1]" || v4.is_ok_and(|ip| ip.is_loopback())
    }

    /// The whole address, for the client alone: it may hold a secret.
    #[must_use]
    pub fn secret_text(&self) -> String {
        format!("{}{}", self, self.target)
    }

    /// Path and query, for a server alone: they may hold a secret.
    #[must_use]
    pub fn secret_target(&self) -> &str {
        &self.target
    }
}

/// Scheme, host and port.
impl fmt::Display for ImageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        write!(f, "{scheme}://{}", self.host)?;
        match self.port {
            None => Ok(()),
            Some(port) => write!(f, ":{port}"),
        }
    }
}

impl fmt::Debug for ImageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ImageUrl({self}/...)")
    }
}

fn check_bytes(text: &str) -> Result<(), UrlError> {
    if text.is_empty() {
        return Err(UrlError::Empty);
    }
    if text.len() > URL_BYTES_MAX {
        return Err(UrlError::TooLong { bytes: text.len() });
    }
    let bad = |byte: u8| !byte.is_ascii_graphic() || b"\"<>\\^`{|}".contains(&byte);
    match text.bytes().position(bad) {
        None => Ok(()),
        Some(at) => Err(UrlError::Byte { at }),
    }
}

fn split_scheme(text: &str) -> Option<(Scheme, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    match scheme.to_ascii_lowercase().as_str() {
        "http" => Some((Scheme::Http, rest)),
        "https" => Some((Scheme::Https, rest)),
        _ => None,
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), UrlError> {
    let after_host = authority.rfind(']').map_or(0, |at| at + 1);
    let Some(colon) = authority.get(after_host..).and_then(|rest| rest.find(':')) else {
        return Ok((authority, None));
    };
    let (host, port) = authority.split_at(after_host + colon);
    let digits = port.trim_start_matches(':');
    let port: u16 = digits.parse().map_err(|_| UrlError::Port)?;
    if port == 0 || port.to_string() != digits {
        return Err(UrlError::Port);
    }
    Ok((host, Some(port)))
}

fn is_host(host: &str) -> bool {
    if let Some(inside) = host.strip_prefix('[') {
        let inside = inside.strip_suffix(']').unwrap_or_default();
        return inside.parse::<core::net::Ipv6Addr>().is_ok();
    }
    let name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    !host.is_empty() && host.len() <= 253 && host.bytes().all(name)
}

/// Path and query without what stands behind `#`, which no server gets.
fn target_of(text: &str) -> String {
    let target = text.split('#').next().unwrap_or_default();
    if target.starts_with('/') {
        target.to_owned()
    } else {
        format!("/{target}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ImageUrl, UrlError> {
        ImageUrl::parse(text, OpenHttp::Loopback)
    }

    #[test]
    fn what_is_shown_holds_neither_path_nor_query() {
        let url = parse("HTTPS://Images.example:8443/a/TOKEN/b.bin?sig=TOKEN#TOKEN").unwrap();
        assert_eq!(url.to_string(), "https://images.example:8443");
        assert!(!format!("{url:?}").contains("TOKEN"));
        assert_eq!(
            url.secret_text(),
            "https://images.example:8443/a/TOKEN/b.bin?sig=TOKEN"
        );
    }

    #[test]
    fn an_address_that_cannot_be_used_says_why_without_itself() {
        let cases = [
            ("", UrlError::Empty),
            ("ftp://a/TOKEN", UrlError::Scheme),
            ("TOKEN", UrlError::Scheme),
            ("https://", UrlError::Host),
            ("https:///TOKEN", UrlError::Host),
            ("https://me:TOKEN@a/", UrlError::User),
            ("https://a:0/", UrlError::Port),
            ("https://a:+80/", UrlError::Port),
            ("https://a:65536/", UrlError::Port),
            ("https://[::1/", UrlError::Host),
            ("https://a/TOKEN here", UrlError::Byte { at: 15 }),
            ("https://a/\r\nTOKEN: x", UrlError::Byte { at: 10 }),
            ("https://b\u{fc}cher/", UrlError::Byte { at: 9 }),
            ("http://a/TOKEN", UrlError::Open),
            ("http://127.0.0.1.a/", UrlError::Open),
        ];
        for (text, wanted) in cases {
            let error = parse(text).expect_err(text);
            assert_eq!(error, wanted, "{text:?}");
            assert!(!error.to_string().contains("TOKEN"), "{error}");
        }
        let long = format!("https://a/{}", "x".repeat(URL_BYTES_MAX));
        assert!(matches!(parse(&long), Err(UrlError::TooLong { .. })));
    }

    #[test]
    fn plain_http_stays_on_this_machine_unless_asked() {
        for here in [
            "http://127.0.0.1:80/",
            "http://localhost",
            "http://[::1]:8/x",
        ] {
            assert!(parse(here).is_ok(), "{here}");
        }
        assert!(ImageUrl::parse("http://a/", OpenHttp::Anywhere).is_ok());
    }

    #[test]
    fn a_redirection_never_leaves_tls() {
        let url = parse("https://a/b?c").unwrap();
        let to = |location| url.redirected(location, OpenHttp::Anywhere);
        assert_eq!(to("/x?y#z").unwrap().secret_text(), "https://a/x?y");
        assert_eq!(to("https://d:1").unwrap().secret_text(), "https://d:1/");
        assert_eq!(to("http://a/b"), Err(UrlError::Open));
        assert_eq!(to("//evil/b"), Err(UrlError::Scheme));
        assert_eq!(to("b.bin"), Err(UrlError::Scheme));
    }

    #[test]
    fn a_port_of_the_job_is_used_where_the_address_has_none() {
        let port = |text| parse(text).unwrap().with_port(8443).to_string();
        assert_eq!(port("https://a/"), "https://a:8443");
        assert_eq!(port("https://a:9/"), "https://a:9");
    }
}
