//! Passwords as they are kept: Argon2id, with the parameters that OWASP asks for. It may not know whose they are.

use std::sync::LazyLock;

use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version, password_hash};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// What one hash takes, in KiB.
const MEMORY_KIB: u32 = 19 * 1024;
/// How often it goes over that.
const PASSES: u32 = 2;
/// Hashes at once: with them comes all the memory that logging in ever takes.
const AT_ONCE: usize = 2;
/// No password that was taken has more bytes than four for each letter.
const BYTES_MAX: usize = 4 * super::strength::LETTERS_MAX;
/// A hash that no password has, made like all others: whom nobody knows costs as much time as anybody.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$8nqY1rmQ0cYbXrKhGm7Rvw$7C3mE2u0m4k7V5gkq1J4m3pB8yq9d0C1xS6t2wZ5a8E";

static ROOM: Semaphore = Semaphore::const_new(AT_ONCE);
static ARGON: LazyLock<Option<Argon2<'static>>> = LazyLock::new(|| {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
});

/// Why a password cannot be kept or compared.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// The library refuses.
    #[error("a password cannot be hashed")]
    Hash(#[source] password_hash::Error),
    /// What is stored is no hash.
    #[error("what is stored as a password is none; give the person a new one with `resguardo user password`")]
    Stored(#[source] password_hash::Error),
    /// The program is ending.
    #[error("the program is ending, and compares no password any more")]
    Ending,
}

/// The hash of a password, with a salt of its own, as text in the PHC format.
///
/// # Errors
/// [`HashError::Hash`], [`HashError::Ending`].
pub async fn hash(password: &str) -> Result<String, HashError> {
    let password = composed(password);
    aside(move || {
        let made = argon()?.hash_password(password.as_bytes()).map_err(HashError::Hash)?;
        Ok(made.to_string())
    })
    .await
}

/// Whether a password is the one of this hash. With no hash it never is, and that takes as long.
///
/// # Errors
/// [`HashError::Stored`], [`HashError::Ending`].
pub async fn is_right(password: &str, hash: Option<&str>) -> Result<bool, HashError> {
    let fits = password.len() <= BYTES_MAX;
    let password = if fits { composed(password) } else { Zeroizing::default() };
    let known = fits && hash.is_some();
    let hash = hash.unwrap_or(NOBODYS).to_owned();
    aside(move || match argon()?.verify_password(password.as_bytes(), hash.as_str()) {
        Ok(()) => Ok(known),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(HashError::Stored(error)),
    })
    .await
}

/// One letter has several writings; a keyboard gives one today and the other tomorrow.
fn composed(password: &str) -> Zeroizing<String> {
    Zeroizing::new(password.nfc().collect())
}

fn argon() -> Result<&'static Argon2<'static>, HashError> {
    ARGON.as_ref().ok_or(HashError::Hash(password_hash::Error::ParamsInvalid))
}

/// Works where it holds nobody up, once there is room.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
) -> Result<T, HashError> {
    let room = ROOM.acquire().await.map_err(|_| HashError::Ending)?;
    // Whoever asked may be gone before the work is done: the room is given back by the work.
    let worked = tokio::task::spawn_blocking(move || {
        let done = work();
        drop(room);
        done
    });
    worked.await.map_err(|_| HashError::Ending)?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Runtime::new().unwrap().block_on(future)
    }

    #[test]
    fn a_password_is_kept_as_argon2id_with_a_salt_of_its_own() {
        let (one, other) =
            wait(async { (hash("tres tristes tigres").await.unwrap(), hash("tres tristes tigres").await.unwrap()) });
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, other);
        assert!(wait(is_right("tres tristes tigres", Some(&one))).unwrap());
        assert!(!wait(is_right("tres tristes tigre", Some(&one))).unwrap());
        assert!(!wait(is_right("", Some(&one))).unwrap());
    }

    #[test]
    fn an_accent_is_the_same_however_it_is_written() {
        let hash = wait(hash("canci\u{f3}n de cuna")).unwrap();
        assert!(wait(is_right("cancio\u{301}n de cuna", Some(&hash))).unwrap());
    }

    #[test]
    fn nobodys_hash_is_one_and_opens_nothing() {
        for password in ["", "x", &"x".repeat(100_000)] {
            assert!(!wait(is_right(password, None)).unwrap());
        }
        assert!(matches!(wait(is_right("x", Some("no hash"))), Err(HashError::Stored(_))));
    }
}
