//! A real exim4 that keeps what it is sent. It may not know what the mail is about.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::Signal;

use crate::authority::Authority;
use crate::command::{sh, text, until};
use crate::server::Server;
use crate::sshd::{free_port, listens};

/// Whom the server lets in where it wants a login.
pub const USER: &str = "respaldos";
/// The password of [`USER`].
pub const PASSWORD: &str = "Clave-del-correo-3b8d";
/// The recipient that the server refuses for good, at any domain.
pub const NOBODY: &str = "nadie";
/// The recipient that the server refuses for now, at any domain.
pub const LATER: &str = "luego";

/// What the server wants before it takes mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// Nothing: a relay on the same machine.
    Nothing,
    /// STARTTLS and then a login, by PLAIN or by LOGIN.
    StartTls(&'static str),
    /// TLS from the first byte, and then a login by PLAIN.
    Tls,
}

/// The server. Everything it has is in its folder.
#[derive(Debug)]
pub struct MailServer {
    /// The port on 127.0.0.1; it stays the same when the server comes back.
    pub port: u16,
    folder: PathBuf,
    server: Option<Server>,
}

impl MailServer {
    /// Starts it with a new folder.
    pub fn start(folder: &Path, wants: Wants, authority: &Authority) -> Self {
        sh("install -d -o Debian-exim -g Debian-exim \"$1\"", &[text(folder)]);
        // A port that was free a moment ago may be taken by another test; then the next is tried.
        for _ in 0..10 {
            let port = free_port();
            fs::write(folder.join("config"), config(folder, port, wants, authority)).unwrap();
            let mut mail = Self { port, folder: folder.to_owned(), server: None };
            if mail.try_start() {
                return mail;
            }
        }
        panic!("exim4 does not start: {}", read(&folder.join("stderr")));
    }

    fn try_start(&mut self) -> bool {
        let config = self.folder.join("config");
        let argv = ["/usr/sbin/exim4", "-bdf", "-C"].map(OsStr::new);
        let argv = [argv.as_slice(), &[config.as_os_str()]].concat();
        let mut server = Server::start("Debian-exim", Signal::KILL, &argv, &self.folder.join("stderr"));
        let started = listens(self.port, &mut server);
        self.server = started.then_some(server);
        started
    }

    /// Ends it; what it has taken stays. Its children end by themselves, once nobody speaks to them any more, and until
    /// then they would make their folder anew.
    pub fn stop(&mut self) {
        self.server = None;
        let config = self.folder.join("config");
        until("the last child of exim4 has ended", || !is_named_by_a_process(text(&config)));
    }

    /// Starts it again on the same port.
    pub fn start_again(&mut self) {
        assert!(self.try_start(), "exim4 does not come back: {}", read(&self.folder.join("stderr")));
    }

    /// The mails it has delivered, head and body as they arrived, as soon as there are so many.
    #[track_caller]
    pub fn letters(&self, number: usize) -> Vec<String> {
        let mut letters = Vec::new();
        until(&format!("{number} letters have arrived: {}", self.log()), || {
            let Ok(entries) = fs::read_dir(self.folder.join("mail/new")) else { return number == 0 };
            letters = entries.map(|entry| read(&entry.unwrap().path())).collect();
            letters.len() >= number
        });
        assert_eq!(letters.len(), number, "{letters:#?}");
        letters
    }

    /// The letter that says this, as people read it: its subject, and its text.
    #[track_caller]
    pub fn letter(&self, words: &str) -> String {
        let read = "import email.policy, sys\nfor name in sys.argv[1:]:\n  m = email.message_from_binary_file(open(name, 'rb'), \
             policy=email.policy.default)\n  print(m['subject'], m.get_content(), sep='\\n\\n', end='\\0')";
        let mut found = String::new();
        until(&format!("a letter says {words:?}: {}", self.log()), || {
            let Ok(entries) = fs::read_dir(self.folder.join("mail/new")) else { return false };
            let paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
            let mut argv = vec![read];
            argv.extend(paths.iter().map(|path| text(path)));
            let letters = String::from_utf8(sh("exec python3 -c \"$@\"", &argv)).unwrap();
            found = letters.split('\0').find(|letter| letter.contains(words)).unwrap_or_default().to_owned();
            !found.is_empty()
        });
        found
    }

    /// Its log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log-main")).unwrap_or_default()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Whether the command line of a process holds this path, which is no other's.
fn is_named_by_a_process(path: &str) -> bool {
    let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    // Those that end meanwhile have no command line any more.
    let lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    lines.into_iter().any(|line| String::from_utf8_lossy(&line).contains(path))
}

fn config(folder: &Path, port: u16, wants: Wants, authority: &Authority) -> String {
    let path = folder.display();
    let mut config = format!(
        "primary_hostname = correo.prueba\nspool_directory = {path}/spool\nlog_file_path = {path}/log-%s\n\
         pid_file_path = {path}/pid\nlocal_interfaces = 127.0.0.1\ndaemon_smtp_ports = {port}\n\
         deliver_drop_privilege = true\nhost_lookup =\nrfc1413_query_timeout = 0s\nmessage_size_limit = 1M\n\
         keep_environment =\ndisable_ipv6 = true\nsmtp_enforce_sync = false\nacl_smtp_rcpt = rcpt\n"
    );
    if wants == Wants::Nothing {
        config += "tls_advertise_hosts =\n";
    } else {
        let (certificate, key) = (authority.certificate.display(), authority.key.display());
        config += &format!("tls_advertise_hosts = *\ntls_certificate = {certificate}\ntls_privatekey = {key}\n");
    }
    if wants == Wants::Tls {
        config += &format!("tls_on_connect_ports = {port}\n");
    }
    let who = if wants == Wants::Nothing { "" } else { "authenticated = *" };
    config += &format!(
        "begin acl\nrcpt:\n  deny local_parts = {NOBODY}\n    message = no such person\n  defer local_parts = {LATER}\n    \
         message = try again\n  accept {who}\n  deny message = log in first\n\
         begin routers\neverybody:\n  driver = accept\n  transport = keep\n\
         begin transports\nkeep:\n  driver = appendfile\n  directory = {path}/mail\n  maildir_format\n  \
         create_directory\n  envelope_to_add\n  batch_max = 100\nbegin authenticators\n"
    );
    config + &authenticator(wants)
}

/// Exim counts the login's words from another number in each mechanism.
fn authenticator(wants: Wants) -> String {
    let (name, prompts, user, password) = match wants {
        Wants::Nothing => return String::new(),
        Wants::StartTls("LOGIN") => ("LOGIN", "Username:: : Password::", "$auth1", "$auth2"),
        Wants::StartTls(_) | Wants::Tls => ("PLAIN", ":", "$auth2", "$auth3"),
    };
    format!(
        "one:\n  driver = plaintext\n  public_name = {name}\n  server_prompts = {prompts}\n  \
         server_advertise_condition = ${{if def:tls_in_cipher}}\n  \
         server_condition = ${{if and{{{{eq{{{user}}}{{{USER}}}}}{{eq{{{password}}}{{{PASSWORD}}}}}}}}}\n  \
         server_set_id = {user}\n"
    )
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}
