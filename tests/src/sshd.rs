//! A real sshd of OpenSSH on a port of its own. It may not know who logs in for what.

use std::ffi::OsStr;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::command::{sh, text};
use crate::server::Server;

/// The server, its keys and its log.
#[derive(Debug)]
pub struct Sshd {
    /// The port on 127.0.0.1.
    pub port: u16,
    folder: PathBuf,
    _server: Server,
}

impl Sshd {
    /// Starts it with everything that it needs in `folder`.
    pub fn start(folder: &Path) -> Self {
        fs::create_dir_all("/run/sshd").unwrap();
        fs::create_dir(folder).unwrap();
        keygen(&folder.join("host_key"), "");
        fs::write(folder.join("authorized"), "").unwrap();
        // A port that was free a moment ago may be taken by another test; then the next is tried.
        for _ in 0..10 {
            let port = free_port();
            let path = folder.display();
            // A login's bash reads no `.bashrc` that is not the shell's first level; what a machine's own says is no part of
            // any test.
            let config = format!(
                "Port {port}\nListenAddress 127.0.0.1\nHostKey {path}/host_key\nAuthorizedKeysFile {path}/authorized\n\
                 StrictModes no\nUsePAM no\nPidFile none\nPermitRootLogin prohibit-password\n\
                 PasswordAuthentication no\nMaxStartups 100\nLogLevel VERBOSE\nSetEnv SHLVL=1\n"
            );
            fs::write(folder.join("config"), config).unwrap();
            let config = folder.join("config");
            let argv = ["/usr/sbin/sshd", "-D", "-e", "-f"].map(OsStr::new);
            let argv = [argv.as_slice(), &[config.as_os_str()]].concat();
            let mut server = Server::start("root", Signal::KILL, &argv, &folder.join("log"));
            if listens(port, &mut server) {
                return Self { port, folder: folder.to_owned(), _server: server };
            }
        }
        panic!("sshd does not start: {}", fs::read_to_string(folder.join("log")).unwrap());
    }

    /// Its host key, `ALGORITHM BASE64 COMMENT`.
    pub fn host_key(&self) -> String {
        read(&self.folder.join("host_key.pub"))
    }

    /// Lets a key in whose public half lies beside it, with options such as `command="…",restrict`, or none.
    pub fn authorize(&self, key: &Path, options: &str) {
        let known = fs::read_to_string(self.folder.join("authorized")).unwrap();
        let public = read(&key.with_extension("pub"));
        let line = if options.is_empty() { public } else { format!("{options} {public}") };
        fs::write(self.folder.join("authorized"), format!("{known}{line}\n")).unwrap();
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap()
    }
}

/// Makes an ed25519 key, and its public half beside it.
pub fn keygen(path: &Path, passphrase: &str) {
    sh("ssh-keygen -q -t ed25519 -N \"$2\" -C prueba -f \"$1\"", &[text(path), passphrase]);
}

/// A port of 127.0.0.1 where nobody listens.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap().trim().to_owned()
}

/// Waits until a server listens on a port of 127.0.0.1, or ends.
pub fn listens(port: u16, server: &mut Server) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(10) && server.runs() {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    false
}
