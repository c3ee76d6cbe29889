//! Where the pages are: the one origin that the configuration names. What a request says of its host, its origin and where
//! to go next is held against it and never repeated. Pure; it may not know which pages there are.

use axum::http::{HeaderMap, Uri, header};

/// The scheme and host of the pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// `https://HOST` or `https://HOST:PORT`, in lower case.
    url: String,
}

impl Origin {
    /// The origin of the configured base URL, which has no path.
    pub fn new(base_url: &str) -> Self {
        let (scheme, host) = base_url.split_once("://").unwrap_or(("http", base_url));
        let usual = if scheme == "https" { ":443" } else { ":80" };
        let host = host.strip_suffix(usual).unwrap_or(host);
        Self { url: format!("{scheme}://{host}").to_lowercase() }
    }

    /// Whether people reach it by TLS, here or at a proxy.
    pub fn is_https(&self) -> bool {
        self.url.starts_with("https://")
    }

    /// Whether a request means this host. A proxy may have left the port away or put it in.
    pub fn is_asked(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let mut named = headers.get_all(header::HOST).iter();
        let host = named.next().and_then(|host| host.to_str().ok());
        if named.next().is_some() {
            return false;
        }
        let asked = uri.authority().map(axum::http::uri::Authority::as_str).or(host);
        let scheme = if self.is_https() { "https" } else { "http" };
        asked.is_some_and(|asked| Self::new(&format!("{scheme}://{asked}")) == *self)
    }

    /// Whether a request that changes something comes from these pages, as far as the browser says. What says nothing is no
    /// browser; the form's key is asked for in any case.
    pub fn is_sender(&self, headers: &HeaderMap) -> bool {
        let from_here = |value: &axum::http::HeaderValue| value.to_str().is_ok_and(|from| Self::new(from) == *self);
        let origin = headers.get_all(header::ORIGIN).iter().all(from_here);
        let site = headers.get_all("sec-fetch-site").iter().all(|site| site == "same-origin");
        origin && site
    }
}

/// The place to go next, if it is one of these pages: a path, and nothing that a browser could read as another host.
pub fn local_path(text: &str) -> Option<&str> {
    let mut letters = text.chars();
    let is_path = letters.next() == Some('/') && !matches!(letters.next(), Some('/' | '\\'));
    let is_plain = text.chars().all(|letter| letter.is_ascii_graphic() && letter != '\\');
    (is_path && is_plain && text.len() <= 512).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(base: &str, host: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        Origin::new(base).is_asked(&"/".parse().unwrap(), &headers)
    }

    #[test]
    fn only_the_configured_host_is_meant() {
        let base = "https://soporte.diaco.gob.gt";
        assert!(asked(base, "soporte.diaco.gob.gt") && asked(base, "Soporte.DIACO.gob.gt:443"));
        for other in ["evil.test", "soporte.diaco.gob.gt:8080", "soporte.diaco.gob.gt.evil.test", "", "a@soporte"] {
            assert!(!asked(base, other), "{other}");
        }
        assert!(asked("http://127.0.0.1:8080", "127.0.0.1:8080") && !asked("http://127.0.0.1:8080", "127.0.0.1"));
        let mut two = HeaderMap::new();
        two.append(header::HOST, "soporte.diaco.gob.gt".parse().unwrap());
        two.append(header::HOST, "evil.test".parse().unwrap());
        assert!(!Origin::new(base).is_asked(&"/".parse().unwrap(), &two));
    }

    #[test]
    fn what_another_page_sends_is_known_by_its_origin() {
        let from = |name: &'static str, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            Origin::new("https://s.gt").is_sender(&headers)
        };
        assert!(from("origin", "https://s.gt") && from("sec-fetch-site", "same-origin") && from("x-other", "x"));
        for origin in ["null", "http://s.gt", "https://evil.test", "https://s.gt.evil.test", "https://s.gt:444"] {
            assert!(!from("origin", origin), "{origin}");
        }
        assert!(!from("sec-fetch-site", "cross-site") && !from("sec-fetch-site", "same-site"));
    }

    #[test]
    fn nobody_is_sent_elsewhere() {
        for good in ["/", "/personas?pagina=2", "/solicitudes/ST-2026-000123#ultimo"] {
            assert_eq!(local_path(good), Some(good));
        }
        let bad =
            ["//evil.test", "/\\evil.test", "https:evil", "javascript:alert(1)", "", "evil", "/a\\b", "/\t/evil.test"];
        for bad in bad.into_iter().chain(["/á", "/a b", "/\r\nSet-Cookie: x=1"]) {
            assert_eq!(local_path(bad), None, "{bad:?}");
        }
    }
}
