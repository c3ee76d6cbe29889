//! Fetching a secret from where the configuration says it is. It may not know what the secret is for.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use zeroize::Zeroizing;

use super::model::SecretSource;

/// No key or password is longer.
const LARGEST_BYTES: u64 = 64 * 1024;

/// A secret text. It is wiped from memory when dropped and never shown.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The secret itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

/// Why a secret cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// There are no credentials.
    #[error(
        "{what} is to come from the credential `{name}`, but there is no $CREDENTIALS_DIRECTORY: start Resguardo by \
         systemd with `LoadCredential={name}:PATH`, or write `{{file: PATH}}` in the configuration"
    )]
    NoCredentials {
        /// What the secret is for.
        what: String,
        /// The credential.
        name: String,
    },
    /// The credential's name is a path.
    #[error("{what} is to come from a credential whose name is not made of A-Z a-z 0-9 . _ -")]
    Name {
        /// What the secret is for.
        what: String,
    },
    /// It cannot be read.
    #[error("{what} cannot be read from {}", path.display())]
    Read {
        /// What the secret is for.
        what: String,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no ordinary file.
    #[error("{what} is to come from {}, which is no regular file", path.display())]
    NotAFile {
        /// What the secret is for.
        what: String,
        /// The file.
        path: PathBuf,
    },
    /// Somebody else owns it and could change it.
    #[error("{what} is in {}, which belongs to user {owner}: run `chown {me} {}`", path.display(), path.display())]
    Owner {
        /// What the secret is for.
        what: String,
        /// The file.
        path: PathBuf,
        /// Whose it is, by number.
        owner: u32,
        /// Whose it may be, by number.
        me: u32,
    },
    /// Others can read or change it.
    #[error("{what} is in {}, which others can open (mode {mode:04o}): run `chmod 600 {}`", path.display(), path.display())]
    Mode {
        /// What the secret is for.
        what: String,
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It is too long to be one.
    #[error("{what} is in {}, which is larger than 64 KiB: is it the right file?", path.display())]
    Large {
        /// What the secret is for.
        what: String,
        /// The file.
        path: PathBuf,
    },
    /// It is not text.
    #[error("{what} is in {}, which is not UTF-8 text", path.display())]
    NotText {
        /// What the secret is for.
        what: String,
        /// The file.
        path: PathBuf,
    },
    /// There is nothing in it.
    #[error("{what} is in {}, which is empty", path.display())]
    Empty {
        /// What the secret is for.
        what: String,
        /// The file.
        path: PathBuf,
    },
}

/// Fetches a secret; `what` names it in errors, such as "the key of server web". One line break at its end is not
/// part of it.
///
/// # Errors
/// Whatever keeps it from being had, or would let others have it too.
pub fn read(source: &SecretSource, what: &str) -> Result<Secret, SecretError> {
    read_from(source, what, std::env::var_os("CREDENTIALS_DIRECTORY"))
}

/// Whether a text can name a credential: a file's name and not a path.
pub(super) fn is_credential_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=255).contains(&text.len()) && text.bytes().all(allowed) && text != "." && text != ".."
}

/// The same with the folder of the credentials as an argument.
fn read_from(source: &SecretSource, what: &str, credentials: Option<OsString>) -> Result<Secret, SecretError> {
    match source {
        SecretSource::File(path) => read_file(path, what, 0o077),
        SecretSource::Credential(name) if !is_credential_name(name) => Err(SecretError::Name { what: what.to_owned() }),
        SecretSource::Credential(name) => match credentials {
            // systemd lets the service's user read by an access list, which shows as the group's right to read.
            Some(folder) => read_file(&Path::new(&folder).join(name), what, 0o037),
            None => Err(SecretError::NoCredentials { what: what.to_owned(), name: name.clone() }),
        },
    }
}

/// Reads a file whose mode has no bit of `forbidden`.
fn read_file(path: &Path, what: &str, forbidden: u32) -> Result<Secret, SecretError> {
    let (what, path) = (what.to_owned(), path.to_owned());
    let opened = rustix::fs::open(&path, OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK, Mode::empty());
    let file = match opened {
        Ok(file) => File::from(file),
        Err(error) => return Err(SecretError::Read { what, path, source: error.into() }),
    };
    // The open file is examined, not its path, which could lead elsewhere a moment later. A pipe was opened without
    // waiting for its other end.
    let about = match file.metadata() {
        Ok(about) => about,
        Err(source) => return Err(SecretError::Read { what, path, source }),
    };
    let me = rustix::process::geteuid().as_raw();
    if !about.is_file() {
        return Err(SecretError::NotAFile { what, path });
    }
    if about.uid() != 0 && about.uid() != me {
        return Err(SecretError::Owner { what, path, owner: about.uid(), me });
    }
    if about.mode() & forbidden != 0 {
        return Err(SecretError::Mode { what, path, mode: about.mode() & 0o7777 });
    }
    // Room for all of it at once, since growing would leave copies behind that nobody wipes.
    let mut bytes = Zeroizing::new(Vec::with_capacity(64 * 1024 + 1));
    if let Err(source) = file.take(LARGEST_BYTES + 1).read_to_end(&mut bytes) {
        return Err(SecretError::Read { what, path, source });
    }
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LARGEST_BYTES) {
        return Err(SecretError::Large { what, path });
    }
    let Ok(text) = std::str::from_utf8(&bytes) else { return Err(SecretError::NotText { what, path }) };
    let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    if text.is_empty() {
        return Err(SecretError::Empty { what, path });
    }
    Ok(Secret(Zeroizing::new(text.to_owned())))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn put(folder: &Path, name: &str, content: &[u8], mode: u32) -> PathBuf {
        let path = folder.join(name);
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    fn refusal(path: PathBuf) -> String {
        read_from(&SecretSource::File(path), "the password", None).unwrap_err().to_string()
    }

    #[test]
    fn one_line_break_at_the_end_is_not_part_of_a_secret() {
        let folder = tempfile::tempdir().unwrap();
        for (content, expected) in [("abc\n", "abc"), ("abc\n\n", "abc\n"), ("abc\r\n", "abc"), (" abc", " abc")] {
            let path = put(folder.path(), "secret", content.as_bytes(), 0o600);
            assert_eq!(read(&SecretSource::File(path), "it").unwrap().expose(), expected);
        }
    }

    #[test]
    fn a_secret_is_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = put(folder.path(), "secret", b"hunter2", 0o400);
        let secret = read(&SecretSource::File(path), "it").unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }

    #[test]
    fn a_file_that_others_can_open_is_refused_with_the_command_that_mends_it() {
        let folder = tempfile::tempdir().unwrap();
        for mode in [0o640, 0o604, 0o620, 0o610] {
            let path = put(folder.path(), "secret", b"hunter2", mode);
            let message = refusal(path.clone());
            assert!(message.contains(&format!("chmod 600 {}", path.display())), "{message}");
            assert!(message.contains("the password") && !message.contains("hunter2"), "{message}");
        }
    }

    #[test]
    fn a_file_of_another_user_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = put(folder.path(), "secret", b"hunter2", 0o600);
        // Only root can give a file away, and nobody else can open one that is so kept.
        if std::os::unix::fs::chown(&path, Some(12_345), None).is_ok() {
            assert!(refusal(path).contains("belongs to user 12345"));
        } else {
            assert!(!rustix::process::geteuid().is_root());
        }
    }

    #[test]
    fn what_is_no_small_text_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(refusal(folder.path().to_owned()).contains("no regular file"));
        assert!(refusal("/dev/null".into()).contains("no regular file"));
        assert!(refusal(folder.path().join("none")).contains("cannot be read"));
        assert!(refusal(put(folder.path(), "empty", b"\n", 0o600)).contains("is empty"));
        assert!(refusal(put(folder.path(), "bytes", b"\xff\xfe", 0o600)).contains("not UTF-8"));
        assert!(refusal(put(folder.path(), "large", &[b'x'; 65_537], 0o600)).contains("64 KiB"));
        let path = put(folder.path(), "just", &[b'x'; 65_536], 0o600);
        assert_eq!(read(&SecretSource::File(path), "it").unwrap().expose().len(), 65_536);
    }

    #[test]
    fn a_credential_is_a_file_in_its_folder_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), "web.key", b"abc", 0o440);
        let credential = |name: &str| SecretSource::Credential(name.to_owned());
        let there = Some(folder.path().as_os_str().to_owned());
        assert_eq!(read_from(&credential("web.key"), "it", there.clone()).unwrap().expose(), "abc");
        for name in ["../web.key", "..", "", "a/b", "/etc/shadow"] {
            let error = read_from(&credential(name), "it", there.clone()).unwrap_err();
            assert!(matches!(error, SecretError::Name { .. }), "{name}");
        }
        let error = read_from(&credential("web.key"), "the key", None).unwrap_err().to_string();
        assert!(error.contains("LoadCredential=web.key"), "{error}");
    }
}
