//! The cookies: the session's, the one before it, and a word to be shown once. It may not know what a session is.

use axum::http::{HeaderMap, HeaderValue, header};

/// Which of the cookies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cookie {
    /// The session's token.
    Session,
    /// The key of the forms before anybody has logged in.
    Before,
    /// What the next page is to say once, in hexadecimal digits.
    Word,
}

impl Cookie {
    /// Its name. The prefix keeps other hosts of the domain from setting it.
    fn name(self, https: bool) -> &'static str {
        match (self, https) {
            (Self::Session, true) => "__Host-resguardo",
            (Self::Session, false) => "resguardo",
            (Self::Before, true) => "__Host-resguardo-antes",
            (Self::Before, false) => "resguardo-antes",
            (Self::Word, true) => "__Host-resguardo-aviso",
            (Self::Word, false) => "resguardo-aviso",
        }
    }

    /// Its value in a request, if it is made of hexadecimal digits alone and stands there once.
    pub(super) fn read(self, headers: &HeaderMap, https: bool) -> Option<String> {
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut named = pairs.filter(|(name, _)| *name == self.name(https)).map(|(_, value)| value);
        let value = named.next().filter(|_| named.next().is_none())?;
        let is_hex = !value.is_empty() && value.len() <= 2048 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then(|| value.to_owned())
    }

    /// The header that sets it, to a value of hexadecimal digits.
    pub(super) fn set(self, value: &str, https: bool) -> Option<HeaderValue> {
        let secure = if https { "; Secure" } else { "" };
        let age = if self == Self::Word { "; Max-Age=120" } else { "" };
        let line = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}", self.name(https));
        HeaderValue::from_str(&line).ok()
    }

    /// The header that takes it away.
    pub(super) fn clear(self, https: bool) -> Option<HeaderValue> {
        let secure = if https { "; Secure" } else { "" };
        let name = self.name(https);
        HeaderValue::from_str(&format!("{name}=; Path=/; HttpOnly; SameSite=Lax{secure}; Max-Age=0")).ok()
    }
}

/// The text of hexadecimal digits.
pub(super) fn unhex(digits: &str) -> Option<String> {
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(value(*high)? << 4 | value(*low)?),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = digits.as_bytes().chunks(2).map(pair).collect();
    String::from_utf8(bytes?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::token::hex;

    #[test]
    fn a_cookie_is_read_only_where_it_stands_once_and_plainly() {
        let read = |line: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, line.parse().unwrap());
            Cookie::Session.read(&headers, true)
        };
        assert_eq!(read("a=b; __Host-resguardo=00ff; c=d"), Some("00ff".to_owned()));
        for bad in
            ["resguardo=00ff", "__Host-resguardo=", "__Host-resguardo=<x>", "__Host-resguardo=0; __Host-resguardo=1"]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
        let set = Cookie::Session.set("00ff", true).unwrap();
        assert_eq!(set, "__Host-resguardo=00ff; Path=/; HttpOnly; SameSite=Lax; Secure");
    }

    #[test]
    fn a_word_goes_and_comes_back() {
        assert_eq!(unhex(&hex("Se guardó «ñ»".as_bytes())).as_deref(), Some("Se guardó «ñ»"));
        assert_eq!(unhex("0"), None);
        assert_eq!(unhex("zz"), None);
        assert_eq!(unhex("ff"), None);
    }
}
