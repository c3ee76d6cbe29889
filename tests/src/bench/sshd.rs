//! A real sshd on a port of its own, with Debian's defaults for everything that costs time, and a client's
//! configuration for it.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// A running server, which ends when this is dropped.
pub(crate) struct Sshd {
    /// Its port on 127.0.0.1.
    pub(crate) port: u16,
    /// The login.
    pub(crate) user: String,
    folder: PathBuf,
    child: Child,
}

impl Sshd {
    /// Starts a server whose keys and configuration lie in `folder`.
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        // Only root's sshd wants this folder.
        let _not_needed = std::fs::create_dir_all("/run/sshd");
        for name in ["host", "login"] {
            let mut keygen = Command::new("ssh-keygen");
            keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"]).arg(folder.join(name));
            ensure!(keygen.status()?.success(), "ssh-keygen failed");
        }
        std::fs::copy(folder.join("login.pub"), folder.join("authorized"))?;
        let user = String::from_utf8(Command::new("id").arg("-un").output()?.stdout)?.trim().to_owned();
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let at = folder.display();
        // The login's own profile would cost every command the same, and each machine another.
        let text = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {at}/host\nAuthorizedKeysFile {at}/authorized\nStrictModes no\n\
             UsePAM no\nPidFile none\nPermitRootLogin prohibit-password\nPasswordAuthentication no\nLogLevel ERROR\n\
             SetEnv HOME={at}\n"
        );
        std::fs::write(folder.join("config"), text)?;
        let log = std::fs::File::create(folder.join("log"))?;
        let mut command = Command::new("/usr/sbin/sshd");
        command.args(["-D", "-e", "-f"]).arg(folder.join("config")).stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.stderr(log).spawn().context("/usr/sbin/sshd")?;
        let mut sshd = Self { port, user, folder: folder.to_owned(), child };
        sshd.wait()?;
        std::fs::write(sshd.client_config(), sshd.client(port)?)?;
        Ok(sshd)
    }

    fn wait(&mut self) -> Result<()> {
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if self.child.try_wait()?.is_some() || began.elapsed() > Duration::from_secs(10) {
                bail!("sshd does not start: {}", std::fs::read_to_string(self.folder.join("log"))?);
            }
            std::thread::yield_now();
        }
        Ok(())
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The host key, as the configuration takes it.
    pub(crate) fn host_key(&self) -> Result<String> {
        Ok(std::fs::read_to_string(self.folder.join("host.pub"))?.trim().to_owned())
    }

    /// The private key of the login.
    pub(crate) fn key(&self) -> PathBuf {
        self.folder.join("login")
    }

    /// The configuration with which `ssh -F` reaches the server as the host `h`.
    pub(crate) fn client_config(&self) -> PathBuf {
        self.folder.join("client")
    }

    fn client(&self, port: u16) -> Result<String> {
        let at = self.folder.display();
        std::fs::write(self.folder.join("known"), format!("h {}\n", self.host_key()?))?;
        Ok(format!(
            "Host h\nHostName 127.0.0.1\nHostKeyAlias h\nPort {port}\nUser {}\nIdentityFile {at}/login\nIdentitiesOnly yes\n\
             UserKnownHostsFile {at}/known\nStrictHostKeyChecking yes\nBatchMode yes\nLogLevel ERROR\n",
            self.user
        ))
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _ended = self.child.wait();
    }
}
