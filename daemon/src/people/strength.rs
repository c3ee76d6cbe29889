//! Whether a new password is good enough, in words that whoever chose it reads. It may not know how passwords are kept.

use crate::desk::text::folded;

/// The fewest letters.
pub const LETTERS_MIN: usize = 12;
/// The most letters; nobody types more, and hashing takes longer the more there are.
pub const LETTERS_MAX: usize = 256;
/// The fewest letters that differ.
const DIFFERENT_MIN: usize = 5;

/// What the commonest passwords of lists that were stolen begin with, folded; digits and signs around them are not looked at.
const COMMON: &[&str] = &[
    "contrasena",
    "contrasenia",
    "password",
    "passw0rd",
    "passwort",
    "clave",
    "micontrasena",
    "miclave",
    "administrador",
    "administrator",
    "admin",
    "adminadmin",
    "usuario",
    "bienvenido",
    "bienvenida",
    "welcome",
    "guatemala",
    "guate",
    "diaco",
    "mineco",
    "temporal",
    "cambiame",
    "changeme",
    "letmein",
    "iloveyou",
    "teamo",
    "tequiero",
    "teamomucho",
    "qwerty",
    "qwertyuiop",
    "qwertyuiopasdfgh",
    "asdfghjkl",
    "zxcvbnm",
    "qazwsxedc",
    "abcdefghijkl",
    "futbol",
    "barcelona",
    "realmadrid",
    "princesa",
    "princess",
    "estrella",
    "dragon",
    "monkey",
    "football",
    "baseball",
    "superman",
    "batman",
    "secret",
    "secreto",
    "computadora",
    "computer",
    "internet",
    "soporte",
    "seguridad",
    "sistema",
    "sistemas",
];

/// Why a password is not good enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// Too short.
    #[error("la contraseña nueva tiene menos de 12 caracteres; use una frase de varias palabras")]
    Short,
    /// Too long.
    #[error("la contraseña nueva tiene más de 256 caracteres; acórtela")]
    Long,
    /// The own name.
    #[error("la contraseña nueva es su nombre o su usuario; elija otra que nadie pueda adivinar")]
    Own,
    /// What everybody tries first.
    #[error("la contraseña nueva es de las primeras que cualquiera probaría; elija una frase de varias palabras")]
    Common,
    /// A few letters again and again.
    #[error("la contraseña nueva repite muy pocos caracteres; use una frase de varias palabras")]
    Repeated,
}

/// Looks at a new password of somebody with this login and name.
///
/// # Errors
/// [`Weak`], the first that holds.
pub fn check(password: &str, login: &str, name: &str) -> Result<(), Weak> {
    let letters = password.chars().count();
    if letters < LETTERS_MIN {
        return Err(Weak::Short);
    }
    if letters > LETTERS_MAX {
        return Err(Weak::Long);
    }
    let mut different: Vec<char> = password.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < DIFFERENT_MIN {
        return Err(Weak::Repeated);
    }
    let core = core(password);
    if core.chars().count() < 3 {
        return Err(Weak::Common);
    }
    let login = login.split('@').next().unwrap_or_default();
    let own = [squeezed(login), squeezed(name)];
    let parts = name.split_whitespace().chain(login.split(['.', '-', '_'])).map(squeezed);
    if own.iter().cloned().chain(parts).any(|own| !own.is_empty() && is_made_of(&core, &own)) {
        return Err(Weak::Own);
    }
    if COMMON.iter().any(|common| is_made_of(&core, common)) {
        return Err(Weak::Common);
    }
    Ok(())
}

/// Letters and digits alone, without accents, in lower case.
fn squeezed(text: &str) -> String {
    folded(text).split(' ').collect()
}

/// The same without digits at both ends, which are what people add to a word.
fn core(password: &str) -> String {
    squeezed(password).trim_matches(|letter: char| letter.is_numeric()).to_owned()
}

/// Whether a text is a word, or the word again and again.
fn is_made_of(text: &str, word: &str) -> bool {
    let word = word.trim_matches(|letter: char| letter.is_numeric());
    !word.is_empty() && text.replace(word, "").chars().all(char::is_numeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_guessed_is_refused_with_what_to_do() {
        let refused = |password: &str| check(password, "mlopez", "María José López").unwrap_err();
        assert_eq!(refused("corta"), Weak::Short);
        assert_eq!(refused("ññññññññññ1"), Weak::Short, "letters are counted, and not bytes");
        assert_eq!(refused(&"frase larga ".repeat(22)), Weak::Long);
        assert_eq!(refused("aaaaaaaaaaaab"), Weak::Repeated);
        for own in ["mlopez-mlopez", "MLopez2026!!!", "María José López", "maria jose lopez 1", "Lopez1234567"] {
            assert_eq!(refused(own), Weak::Own, "{own}");
        }
        for common in
            ["Contraseña123!", "password1234", "123456789012", "qwertyuiop12", "Guatemala2026*", "diaco2026diaco"]
        {
            assert_eq!(refused(common), Weak::Common, "{common}");
        }
        assert!(Weak::Short.to_string().contains("frase"));
    }

    #[test]
    fn a_phrase_is_good_enough() {
        for good in ["tres tristes tigres", "caballo grapa pila", "k7mw-p2xq-9abc-tnzd", "пароль для работы"]
        {
            assert_eq!(check(good, "mlopez", "María López"), Ok(()), "{good}");
        }
    }
}
