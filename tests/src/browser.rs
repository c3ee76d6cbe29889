//! A browser without a screen: it keeps cookies, sends the key of the form that it last saw, and can also say what no browser
//! says. It may not know which pages there are.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(40);

/// The browser.
#[derive(Debug, Clone)]
pub struct Browser {
    /// The port of the pages on 127.0.0.1.
    pub port: u16,
    /// What it calls the host.
    pub host: String,
    /// The cookies by name.
    pub cookies: BTreeMap<String, String>,
    /// The key of the form that it last saw.
    pub key: String,
    /// Further headers of each request, such as those of a proxy.
    pub headers: Vec<(String, String)>,
}

/// An answer.
#[derive(Clone)]
pub struct Answer {
    /// The status; 0 where the connection was closed without one.
    pub status: u16,
    /// The headers, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// The same as it came, for what is no text.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut whole = out.debug_struct("Answer");
        whole.field("status", &self.status).field("headers", &self.headers).field("body", &self.body).finish()
    }
}

impl Answer {
    /// A header's value; empty where it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Fails unless it has this status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:#?}");
        self
    }

    /// Fails unless it says these words.
    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(self.body.contains(words), "it does not say {words:?} but: {}", self.body);
        self
    }

    /// Fails if it says these words.
    #[track_caller]
    pub fn never_says(self, words: &str) -> Self {
        assert!(!self.body.contains(words), "it says {words:?}: {}", self.body);
        self
    }
}

impl Browser {
    /// A browser that has seen nothing yet.
    pub fn new(port: u16) -> Self {
        let host = format!("127.0.0.1:{port}");
        Self { port, host, cookies: BTreeMap::new(), key: String::new(), headers: Vec::new() }
    }

    /// What each form brings along, as the last page told it.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Opens a page.
    #[track_caller]
    pub fn get(&mut self, path: &str) -> Answer {
        self.ask("GET", path, &[], b"")
    }

    /// Sends a form with the key that it knows.
    #[track_caller]
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let key = self.key.clone();
        let fields = [&[("form_key", key.as_str())], fields].concat();
        self.post_raw(path, &encoded(&fields))
    }

    /// Sends this as a form.
    #[track_caller]
    pub fn post_raw(&mut self, path: &str, body: &str) -> Answer {
        self.ask("POST", path, &[("Content-Type", "application/x-www-form-urlencoded")], body.as_bytes())
    }

    /// Asks anything.
    #[track_caller]
    pub fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.host);
        for (name, value) in &self.headers {
            request += &format!("{name}: {value}\r\n");
        }
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request += &format!("Cookie: {}\r\n", cookies.join("; "));
        }
        if !body.is_empty() || method == "POST" {
            request += &format!("Content-Length: {}\r\n", body.len());
        }
        let mut bytes = request.into_bytes();
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(body);
        let answer = self.say(&bytes);
        for (_, line) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, rest) = line.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap().to_owned();
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value);
            }
        }
        if let Some((_, rest)) = answer.body.split_once("name=\"form_key\" value=\"") {
            self.key = rest.split('"').next().unwrap().to_owned();
        }
        answer
    }

    /// Says these bytes and takes whatever comes back.
    #[track_caller]
    pub fn say(&self, bytes: &[u8]) -> Answer {
        let mut stream = self.connect();
        // A server that has heard enough may close before it has heard all.
        let _said = stream.write_all(bytes);
        read_answer(&mut stream)
    }

    /// A connection on which nothing was said.
    #[track_caller]
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Logs in; what comes of it is the answer.
    #[track_caller]
    pub fn log_in(&mut self, login: &str, password: &str) -> Answer {
        self.get("/entrar");
        self.post("/entrar", &[("login", login), ("password", password)])
    }
}

/// Reads an answer to its end.
pub fn read_answer(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    // What was read before it broke off is the answer.
    let _ended = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let head_ends = bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(bytes.len(), |at| at + 4);
    let body = body.to_owned();
    Answer { status: status.unwrap_or(0), headers, body, bytes: bytes.split_off(head_ends) }
}

/// Fields as a form sends them.
pub fn encoded(fields: &[(&str, &str)]) -> String {
    let one = |text: &str| {
        let mut out = String::new();
        for byte in text.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(char::from(byte)),
                other => out += &format!("%{other:02X}"),
            }
        }
        out
    };
    fields.iter().map(|(name, value)| format!("{}={}", one(name), one(value))).collect::<Vec<_>>().join("&")
}
