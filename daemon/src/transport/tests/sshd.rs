//! A real sshd of OpenSSH, on a port of its own, with keys made for it, gone when dropped.

use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::transport::{HostKeys, Target};

/// The server, its folder, and its log.
pub(super) struct Sshd {
    pub(super) port: u16,
    pub(super) folder: tempfile::TempDir,
    child: Child,
}

/// What differs from one test to the next.
pub(super) struct Setup {
    /// Types of host keys, as `ssh-keygen -t` takes them.
    pub(super) host_keys: &'static [&'static str],
    /// Further lines of its configuration.
    pub(super) config: &'static str,
}

impl Sshd {
    pub(super) fn start() -> Self {
        Self::start_with(&Setup { host_keys: &["ed25519"], config: "" })
    }

    pub(super) fn start_with(setup: &Setup) -> Self {
        assert!(
            Path::new("/usr/sbin/sshd").exists(),
            "these tests need OpenSSH's server: install the package openssh-server"
        );
        fs::create_dir_all("/run/sshd").expect("sshd needs the folder /run/sshd; these tests run as root");
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let mut config = String::new();
        for kind in setup.host_keys {
            keygen(&path(&format!("host_{kind}")), kind, "");
            config += &format!("HostKey {}\n", path(&format!("host_{kind}")).display());
        }
        fs::write(path("authorized"), "").unwrap();
        // A port that was free a moment ago may be taken by a neighbour's test; then the next is tried.
        for _ in 0..10 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let text = format!(
                "{}Port {port}\nListenAddress 127.0.0.1\nAuthorizedKeysFile {}\nStrictModes no\nUsePAM no\nPidFile none\n\
                 PermitRootLogin prohibit-password\nPasswordAuthentication no\nLogLevel DEBUG3\nMaxStartups 100\n{config}",
                setup.config,
                path("authorized").display(),
            );
            fs::write(path("config"), text).unwrap();
            let log = fs::File::create(path("log")).unwrap();
            let mut command = Command::new("/usr/sbin/sshd");
            command.args(["-D", "-e", "-f"]).arg(path("config"));
            let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap();
            if listens(port, &mut child) {
                return Self { port, folder, child };
            }
        }
        panic!("sshd does not start: {}", fs::read_to_string(path("log")).unwrap());
    }

    /// The first host key of that type, `ALGORITHM BASE64 COMMENT`.
    pub(super) fn host_key(&self, kind: &str) -> String {
        fs::read_to_string(self.path(&format!("host_{kind}.pub"))).unwrap().trim().to_owned()
    }

    /// A login with a new key of that type, and the host's ed25519 key pinned.
    pub(super) fn target(&self, kind: &str, passphrase: &str) -> Target {
        let key = self.path(&format!("login_{kind}"));
        keygen(&key, kind, passphrase);
        let public = fs::read_to_string(key.with_extension("pub")).unwrap();
        let authorized = fs::read_to_string(self.path("authorized")).unwrap();
        fs::write(self.path("authorized"), authorized + &public).unwrap();
        Target {
            key_pem: fs::read_to_string(key).unwrap().into(),
            host_keys: HostKeys::Pinned(vec![self.host_key("ed25519")]),
            ..super::target(self.port)
        }
    }

    /// Writes a file of known hosts and gives it to the target.
    pub(super) fn know(&self, target: &mut Target, text: &str) -> PathBuf {
        let path = self.path("known_hosts");
        fs::write(&path, text).unwrap();
        target.host_keys = HostKeys::KnownHosts { path: path.clone() };
        path
    }

    pub(super) fn log(&self) -> String {
        let mut text = Vec::new();
        let mut file = fs::File::open(self.path("log")).unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.read_to_end(&mut text).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

pub(super) fn keygen(path: &Path, kind: &str, passphrase: &str) {
    let bits: &[&str] = if kind == "rsa" { &["-b", "2048"] } else { &[] };
    let mut command = Command::new("ssh-keygen");
    command.args(["-q", "-t", kind, "-N", passphrase, "-C", "a comment"]).args(bits).arg("-f").arg(path);
    let made = command.status().expect("these tests need ssh-keygen: install the package openssh-client");
    assert!(made.success());
}

/// Waits until it listens or ends.
fn listens(port: u16, child: &mut Child) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(10) {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return true;
        }
        std::thread::yield_now();
    }
    false
}
