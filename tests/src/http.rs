//! A real nginx that writes down what it is asked, and answers as the path says. It may not know who asks.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::Signal;
use serde_json::Value;

use crate::authority::Authority;
use crate::command::until;
use crate::server::Server;
use crate::sshd::{free_port, listens};

/// The server. `/ok/…` is answered with 204, `/STATUS` with that status (200, 404, 410, 429, 500, 503), and
/// `/elsewhere` with a redirect to `/ok/elsewhere` under another host name.
#[derive(Debug)]
pub struct HttpServer {
    /// Its port for http on 127.0.0.1.
    pub port: u16,
    /// Its port for https.
    pub tls_port: u16,
    folder: PathBuf,
    server: Option<Server>,
}

impl HttpServer {
    /// Starts it with a new folder.
    pub fn start(folder: &Path, authority: &Authority) -> Self {
        fs::create_dir(folder).unwrap();
        // A port that was free a moment ago may be taken by another test; then the next is tried.
        for _ in 0..10 {
            let (port, tls_port) = (free_port(), free_port());
            fs::write(folder.join("config"), config(folder, port, tls_port, authority)).unwrap();
            let mut http = Self { port, tls_port, folder: folder.to_owned(), server: None };
            if http.try_start() {
                return http;
            }
        }
        panic!("nginx does not start: {}", fs::read_to_string(folder.join("stderr")).unwrap());
    }

    fn try_start(&mut self) -> bool {
        let config = self.folder.join("config");
        let argv = ["/usr/sbin/nginx", "-e", "stderr", "-c"].map(OsStr::new);
        let argv = [argv.as_slice(), &[config.as_os_str()]].concat();
        let mut server = Server::start("root", Signal::KILL, &argv, &self.folder.join("stderr"));
        let started = listens(self.port, &mut server);
        self.server = started.then_some(server);
        started
    }

    /// Ends it; what it was asked stays written down.
    pub fn stop(&mut self) {
        self.server = None;
    }

    /// Starts it again on the same ports.
    pub fn start_again(&mut self) {
        let log = self.folder.join("stderr");
        assert!(self.try_start(), "nginx does not come back: {}", fs::read_to_string(log).unwrap());
    }

    /// A URL of it, by http.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    /// A URL of it, by https.
    pub fn tls_url(&self, path: &str) -> String {
        format!("https://localhost:{}/{path}", self.tls_port)
    }

    /// What it was asked, as soon as there is so much: `method`, `path`, `status`, `type`, `token`, `key`, `agent`, and
    /// of paths below `/ok` the `body`.
    #[track_caller]
    pub fn asked(&self, number: usize) -> Vec<Value> {
        let mut asked: Vec<Value> = Vec::new();
        until(&format!("{number} requests are written down"), || {
            let log = fs::read_to_string(self.folder.join("asked")).unwrap();
            // The last line may be half written.
            asked = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
            asked.len() >= number
        });
        assert_eq!(asked.len(), number, "{asked:#?}");
        asked
    }
}

fn config(folder: &Path, port: u16, tls_port: u16, authority: &Authority) -> String {
    let path = folder.display();
    let mut own = String::new();
    for (name, directive) in [
        ("body", "client_body_temp_path"),
        ("proxy", "proxy_temp_path"),
        ("fastcgi", "fastcgi_temp_path"),
        ("uwsgi", "uwsgi_temp_path"),
        ("scgi", "scgi_temp_path"),
    ] {
        own += &format!("{directive} {path}/{name};\n");
    }
    let statuses = [200, 404, 410, 429, 500, 503];
    let answers: String =
        statuses.iter().map(|status| format!("location = /{status} {{ return {status}; }}\n")).collect();
    let (certificate, key) = (authority.certificate.display(), authority.key.display());
    format!(
        "daemon off;\nmaster_process off;\npid {path}/pid;\nevents {{ worker_connections 64; }}\nhttp {{\n{own}\
         client_body_buffer_size 1m;\nclient_max_body_size 1m;\nclient_body_in_single_buffer on;\n\
         log_format asked escape=json '{{\"method\":\"$request_method\",\"path\":\"$request_uri\",\
         \"status\":$status,\"type\":\"$content_type\",\"token\":\"$http_authorization\",\
         \"key\":\"$http_idempotency_key\",\"agent\":\"$http_user_agent\",\"body\":\"$request_body\"}}';\n\
         access_log {path}/asked asked;\n\
         server {{\nlisten 127.0.0.1:{port};\nlisten 127.0.0.1:{tls_port} ssl;\n\
         ssl_certificate {certificate};\nssl_certificate_key {key};\n{answers}\
         location = /elsewhere {{ return 307 http://localhost:{port}/ok/elsewhere; }}\n\
         # The body is known only where it is passed on.\n\
         location /ok {{ proxy_pass http://127.0.0.1:{port}/taken; }}\n\
         location /taken {{ access_log off; return 204; }}\n}}\n}}\n"
    )
}
