//! Random tokens and first passwords, and what is stored of a token. It may not know what they open.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// How many letters a first password has beside its hyphens: 80 random bits.
const FIRST_PASSWORD_LETTERS: usize = 16;
/// Letters and digits that nobody takes for another; 32 of them, so that each random byte is as likely to give any.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// The system gave no random numbers.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random numbers; try again")]
pub struct NoRandom(#[source] getrandom::Error);

/// A new token: 256 random bits, as 64 lower-case hexadecimal digits.
///
/// # Errors
/// [`NoRandom`].
pub fn new() -> Result<String, NoRandom> {
    Ok(hex(&random::<32>()?))
}

/// Random bytes.
///
/// # Errors
/// [`NoRandom`].
pub fn random<const N: usize>() -> Result<[u8; N], NoRandom> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(NoRandom)?;
    Ok(bytes)
}

/// What is stored of a token: its SHA-256. None for what cannot be one.
pub fn stored(token: &str) -> Option<Vec<u8>> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (token.len() == 64 && token.bytes().all(is_digit)).then(|| Sha256::digest(token.as_bytes()).to_vec())
}

/// A first password, such as `k7mw-p2xq-9abc-tnzd`, which somebody reads to somebody else over the telephone.
///
/// # Errors
/// [`NoRandom`].
pub fn first_password() -> Result<String, NoRandom> {
    let bytes = random::<FIRST_PASSWORD_LETTERS>()?;
    let mut password = String::with_capacity(FIRST_PASSWORD_LETTERS + 3);
    for (place, byte) in bytes.into_iter().enumerate() {
        if place > 0 && place % 4 == 0 {
            password.push('-');
        }
        let letter = LETTERS.get(usize::from(byte % 32)).copied().unwrap_or(b'x');
        password.push(char::from(letter));
    }
    Ok(password)
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a text cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
}

/// What [`hex`] was made of; whatever is no digit counts as zero, and one without a pair not at all.
pub fn unhex(hex: &str) -> Vec<u8> {
    let digit =
        |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).unwrap_or_default();
    let (pairs, _) = hex.as_bytes().as_chunks::<2>();
    pairs.iter().map(|[high, low]| digit(*high) << 4 | digit(*low)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_tokens_are_the_same_and_only_tokens_have_something_stored() {
        let tokens: HashSet<String> = (0..100).map(|_| new().unwrap()).collect();
        assert_eq!(tokens.len(), 100);
        assert!(tokens.iter().all(|token| stored(token).is_some_and(|stored| stored.len() == 32)));
        let long = "a".repeat(65);
        for bad in ["", "abc", &long, &"G".repeat(64), &"A".repeat(64), &"é".repeat(32)] {
            assert_eq!(stored(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_first_password_can_be_read_over_the_telephone() {
        let passwords: HashSet<String> = (0..100).map(|_| first_password().unwrap()).collect();
        assert_eq!(passwords.len(), 100);
        for password in passwords {
            assert_eq!(password.len(), 19);
            assert!(password.split('-').all(|group| group.len() == 4), "{password}");
            assert!(!password.contains(['0', 'o', '1', 'l']), "{password}");
        }
    }
}
