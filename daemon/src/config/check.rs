//! What a single text of the configuration may be. Each check is a pure function that says what is wrong and what would
//! be right; none shows the text, since it may hold a secret by mistake. It may not know YAML or keys.

use std::net::{IpAddr, Ipv6Addr};
use std::path::PathBuf;

/// Where secrets belong; part of each message about one.
pub(super) const SECRETS_BELONG: &str = "put the secret in a file that only Resguardo's user can read (mode 0600) and \
     write `{file: /ABSOLUTE/PATH}`, or in a systemd credential and write `{credential: NAME}`";

/// What is wrong, as a fragment that follows the path or the value, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) what: String,
    pub(super) remedy: String,
}

impl Fault {
    /// The same, naming the value, cut to a length that a line can hold. A value that has the signs of a login, a
    /// connection string or a key is not named.
    pub(super) fn of(self, value: &str) -> Self {
        let short: String = value.escape_debug().take(60).collect();
        let telling = value.contains(['@', '=']) || value.contains("://") || value.contains("PRIVATE KEY");
        let what = if value.is_empty() || telling { self.what } else { format!("`{short}` {}", self.what) };
        Self { what, remedy: self.remedy }
    }
}

pub(super) fn fault(what: &str, remedy: &str) -> Fault {
    Fault { what: what.to_owned(), remedy: remedy.to_owned() }
}

/// Whether a key's name says that its value is a secret.
pub(super) fn reads_as_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    ["pass", "pwd", "secret", "token", "clave", "contrase", "credential"].iter().any(|word| key.contains(word))
}

/// Whether an argument of a command carries a password where every user of the server can see it. A shell variable
/// is none.
pub(super) fn holds_password(text: &str) -> bool {
    let in_url = text.split("://").skip(1).any(|rest| {
        let authority = rest.split(['/', '?', '"', '\'']).next().unwrap_or_default();
        let login = authority.rsplit_once('@').and_then(|(login, _)| login.split_once(':'));
        login.is_some_and(|(_, password)| !password.starts_with('$') && !password.contains(char::is_whitespace))
    });
    if in_url {
        return true;
    }
    let lower = text.to_lowercase();
    ["password=", "passwd=", "pwd=", "passphrase="].iter().any(|word| {
        lower.match_indices(word).any(|(at, word)| {
            let value = lower.get(at + word.len()..).unwrap_or_default().trim_start_matches(['"', '\'']);
            !(value.is_empty() || value.starts_with(['$', ' ']))
        })
    })
}

/// One line of text that says something.
pub(super) fn line(text: &str) -> Result<String, Fault> {
    if text.trim().is_empty() {
        return Err(fault("is empty", "give it a value or take the key out"));
    }
    if text.len() > 4096 {
        return Err(fault("is longer than 4096 bytes", "shorten it"));
    }
    if text.chars().any(char::is_control) {
        return Err(fault("holds a control character such as a line break", "write it on one line"));
    }
    Ok(text.to_owned())
}

/// A word that a command takes as one argument and cannot take for an option.
pub(super) fn word(text: &str) -> Result<String, Fault> {
    let text = line(text)?;
    if text.starts_with('-') {
        return Err(fault("begins with `-` and would be taken for an option", "write it without the `-`"));
    }
    if text.chars().any(char::is_whitespace) {
        return Err(fault("holds a space", "write it as one word"));
    }
    Ok(text)
}

/// A name that becomes a folder on disks, whatever their file system.
pub(super) fn name(text: &str) -> Result<String, Fault> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let right = "use 1 to 64 of the characters A-Z a-z 0-9 . _ -, beginning with a letter, a digit or _";
    if text.is_empty() {
        return Err(fault("is an empty name", right));
    }
    if text.len() > 64 || !text.bytes().all(allowed) || text.starts_with(['.', '-']) || text.ends_with('.') {
        return Err(fault("cannot be a folder's name on every disk", right));
    }
    Ok(text.to_owned())
}

/// The name of a systemd credential.
pub(super) fn credential(text: &str) -> Result<String, Fault> {
    super::secret::is_credential_name(text)
        .then(|| text.to_owned())
        .ok_or_else(|| fault("is no name of a credential", "use the characters A-Z a-z 0-9 . _ -, not `.` or `..`"))
}

/// A host name or address, without user and port.
pub(super) fn host(text: &str) -> Result<String, Fault> {
    let text = word(text)?;
    if text.contains('@') {
        return Err(fault("holds a user", "write the login under `user` and only the host here"));
    }
    let address = text.split_once('%').map_or(text.as_str(), |(address, _)| address);
    if text.contains(':') && address.parse::<Ipv6Addr>().is_err() {
        return Err(fault("is no host name or address", "write only the host, and its port under `port`"));
    }
    if text.len() > 253 || text.contains(['/', '[', ']', '\\', '"', '\'']) {
        return Err(fault("is no host name or address", "write it like `bd-minecodc` or `10.0.0.5`"));
    }
    Ok(text)
}

/// A host, or the folder of a Unix socket.
pub(super) fn host_or_socket(text: &str) -> Result<String, Fault> {
    if text.starts_with('/') { absolute_text(text) } else { host(text) }
}

/// The name of a database, which must not be a connection string: those may carry passwords and change the server.
pub(super) fn database_name(text: &str) -> Result<String, Fault> {
    let text = line(text)?;
    if text.starts_with('-') {
        return Err(fault("begins with `-` and would be taken for an option", "write the database's name"));
    }
    if text.contains('=') || text.contains("://") {
        return Err(fault(
            "is a connection string",
            "write only the database's name, and `host`, `port`, `user` apart",
        ));
    }
    Ok(text)
}

/// An absolute path on this machine.
pub(super) fn absolute(text: &str) -> Result<PathBuf, Fault> {
    absolute_text(text).map(PathBuf::from)
}

/// The path of a Unix socket, whose length the system bounds (unix(7)).
pub(super) fn socket(text: &str) -> Result<PathBuf, Fault> {
    let path = absolute(text)?;
    if text.len() > 107 {
        return Err(fault(
            "is longer than the 107 bytes that the path of a socket may have",
            "choose a shorter folder",
        ));
    }
    Ok(path)
}

/// An absolute path, on this machine or on a server.
pub(super) fn absolute_text(text: &str) -> Result<String, Fault> {
    let text = line(text)?;
    if text.starts_with('~') {
        return Err(fault("begins with `~`, which is not expanded", "write the absolute path, beginning with `/`"));
    }
    if !text.starts_with('/') {
        return Err(fault("is a relative path", "write the absolute path, beginning with `/`"));
    }
    if text.split('/').any(|part| part == "..") {
        return Err(fault("holds `..`", "write the path without detours"));
    }
    Ok(text)
}

/// An `http` or `https` URL without a login in it.
pub(super) fn http_url(text: &str) -> Result<String, Fault> {
    let right = "write it like `https://HOST/PATH`";
    let text = word(text)?;
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let rest = rest.ok_or_else(|| fault("is no http or https URL", right))?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(fault("has a login in its URL", &format!("take it out; {SECRETS_BELONG}")));
    }
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    let names = query.split(['&', ';', '#']).filter_map(|pair| pair.split_once('=')).map(|(name, _)| name);
    if names.into_iter().any(reads_as_secret) {
        return Err(fault("has a secret in its URL", &format!("take it out; {SECRETS_BELONG}")));
    }
    let (host_text, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let bare = host_text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(host_text);
    if port.is_some_and(|port| !is_port(port)) || host(bare).is_err() {
        return Err(fault("is a URL without a proper host", right));
    }
    Ok(text)
}

/// `HOST:PORT`.
pub(super) fn host_and_port(text: &str) -> Result<String, Fault> {
    let right = "write it like `smtp.mineco.gob.gt:587`";
    let (host_text, port) = text.rsplit_once(':').ok_or_else(|| fault("has no port", right))?;
    let bare = host_text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(host_text);
    host(bare)?;
    if !is_port(port) {
        return Err(fault("has no proper port", right));
    }
    Ok(text.to_owned())
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok_and(|port| port > 0) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether `HOST:PORT` is on this machine.
pub(super) fn is_local(host_and_port: &str) -> bool {
    let host = host_and_port.rsplit_once(':').map_or(host_and_port, |(host, _)| host);
    let bare = host.trim_matches(['[', ']']);
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The URL of Resguardo's own database.
pub(super) fn database_url(text: &str) -> Result<String, Fault> {
    let right = "write `sqlite:/ABSOLUTE/PATH` or `postgres://USER@HOST:PORT/NAME`";
    let text = word(text)?;
    if let Some(path) = text.strip_prefix("sqlite:") {
        absolute_text(path).map_err(|problem| Fault { what: problem.what, remedy: right.to_owned() })?;
        return Ok(text);
    }
    let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
    let rest = rest.ok_or_else(|| fault("is no URL of SQLite or PostgreSQL", right))?;
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    let in_login = authority.rsplit_once('@').is_some_and(|(login, _)| login.contains(':'));
    if in_login || rest.split(['?', '&']).filter_map(|pair| pair.split_once('=')).any(|(key, _)| reads_as_secret(key)) {
        let remedy = "take it out and write `password: {file: PATH}` or `password: {credential: NAME}` beside `url`";
        return Err(fault("has a password in its URL", remedy));
    }
    if authority.is_empty() || database.is_empty() || database.starts_with('?') {
        return Err(fault("lacks the host or the database's name", right));
    }
    Ok(text)
}

/// A public host key, as `ALGORITHM BASE64` without its comment.
pub(super) fn host_key(text: &str) -> Result<String, Fault> {
    let right = "copy the two words of `/etc/ssh/ssh_host_ed25519_key.pub` from the server's own console";
    if text.contains("PRIVATE KEY") {
        return Err(fault("is a private key", "take it out at once, and write the server's public host key"));
    }
    let text = line(text)?;
    ssh_key::PublicKey::from_openssh(&text).map_err(|error| fault(&format!("is no public key ({error})"), right))?;
    Ok(text.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
}

/// A mail address, alone or as `NAME <ADDRESS>`.
pub(super) fn mail_address(text: &str) -> Result<String, Fault> {
    let text = line(text)?;
    let address = match text.split_once('<') {
        Some((_, rest)) => rest.strip_suffix('>').unwrap_or_default(),
        None => text.as_str(),
    };
    let parts = address.split_once('@').filter(|(user, host)| {
        !user.is_empty()
            && !host.contains(['@', ',', ';'])
            && !host.is_empty()
            && !address.contains(char::is_whitespace)
    });
    parts.ok_or_else(|| fault("is no mail address", "write it like `informatica@diaco.gob.gt`"))?;
    Ok(text)
}

/// The suffix of a command's dump.
pub(super) fn suffix(text: &str) -> Result<String, Fault> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.';
    let dots = text.starts_with('.') || text.ends_with('.') || text.contains("..");
    if dots || !(1..=16).contains(&text.len()) || !text.bytes().all(allowed) {
        let right = "use 1 to 16 of the characters a-z 0-9 . without a dot at an end, such as `bak` or `ldif`";
        return Err(fault("is no suffix of a file name", right));
    }
    Ok(text.to_owned())
}
