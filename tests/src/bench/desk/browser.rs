//! A browser as the service sees it: one connection that is kept, a cookie, and answers that are read to their end. It may
//! not know what is asked. It costs little, because it runs on the same processors.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection.
pub(super) struct Browser {
    address: SocketAddr,
    stream: BufReader<TcpStream>,
    body: Vec<u8>,
}

impl Browser {
    pub(super) fn new(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Self { address, stream: BufReader::with_capacity(64 * 1024, stream), body: Vec::new() })
    }

    /// Asks for a page with a session's token, and returns what it holds.
    pub(super) fn get(&mut self, path: &str, token: &str) -> Result<&str> {
        let head = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: resguardo={token}\r\n\r\n", self.address);
        let status = self.ask(head.as_bytes()).with_context(|| path.to_owned())?;
        ensure!(status == 200, "{path}: {status}");
        Ok(std::str::from_utf8(&self.body)?)
    }

    /// Sends a form with files, of which there are none. The answer must be the way to another page.
    pub(super) fn post(&mut self, path: &str, (token, key): &(String, String), fields: &[(&str, &str)]) -> Result<()> {
        let mut body = String::new();
        for (name, value) in fields.iter().chain([&("form_key", key.as_str())]) {
            body += &format!("--border\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        }
        body += "--border--\r\n";
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nCookie: resguardo={token}\r\n\
             Content-Type: multipart/form-data; boundary=border\r\nContent-Length: {}\r\n\r\n{body}",
            body.len(),
            address = self.address,
        );
        let status = self.ask(head.as_bytes()).with_context(|| path.to_owned())?;
        ensure!(status == 303, "{path}: {status}");
        Ok(())
    }

    fn ask(&mut self, request: &[u8]) -> Result<u16> {
        self.stream.get_mut().write_all(request)?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let mut length = None;
        loop {
            line.clear();
            ensure!(self.stream.read_line(&mut line)? > 0, "it hung up");
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse().ok();
            }
        }
        let Some(length) = length else { bail!("an answer without a length") };
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body)?;
        status.context("no status")
    }
}
