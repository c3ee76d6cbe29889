//! Whether a text seems to tell a password: tickets are where credentials leak. Whoever wrote it is only asked to look again, so
//! that a guess is enough; but who asks for help with a password says the word, and is not to be bothered. Pure.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// What a password is called. In plain letters, as all words here.
const NAMES: &[&str] = &["contrasena", "contrasenia", "password", "passwd", "clave", "pwd", "pin"];
/// Which of them, after its name.
const WHICH: &[&str] = &["actual", "nueva", "vieja", "anterior", "temporal", "provisional"];
/// What may stand between it and what it is: *la clave de la red es …*, *mi contraseña actual es …*.
const BETWEEN_MAX: usize = 5;
/// What stands before what it is.
const LINKS: &[&str] = &["es", "era", "sera", "is"];
/// What begins another thought.
const STOPS: &[&str] = &["y", "pero", "no", "ni", "si", "porque", "cuando", "o", "and", "but"];
/// What is said of a password without telling it: *la clave es incorrecta*, *la contraseña es muy larga*.
const SAID: &[&str] = &[
    "que",
    "la",
    "el",
    "lo",
    "las",
    "los",
    "una",
    "uno",
    "muy",
    "mas",
    "del",
    "para",
    "por",
    "con",
    "sin",
    "tan",
    "demasiado",
    "siempre",
    "nunca",
    "solo",
    "necesaria",
    "necesario",
    "obligatoria",
    "secreta",
    "personal",
    "privada",
    "nueva",
    "vieja",
    "otra",
    "misma",
    "igual",
    "diferente",
    "distinta",
    "correcta",
    "incorrecta",
    "valida",
    "invalida",
    "erronea",
    "mala",
    "buena",
    "larga",
    "corta",
    "facil",
    "dificil",
    "debil",
    "segura",
    "insegura",
    "provisional",
    "temporal",
    "actual",
    "urgente",
    "otro",
    "desconocida",
    "imposible",
    "requerida",
    "wrong",
    "invalid",
    "incorrect",
    "the",
    "not",
    "too",
];

/// Whether a text seems to tell a password.
pub fn tells_a_password(text: &str) -> bool {
    let plain: String = text.nfd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase).collect();
    plain.split(['\n', '.', ';', '?', '!']).any(tells_by_words) || tells_by_sign(&plain)
}

/// *contraseña: …*, *clave = …*.
fn tells_by_sign(plain: &str) -> bool {
    let mut rest = plain;
    while let Some((before, after)) = rest.split_once([':', '=']) {
        let mut words = before.trim_end().rsplit(|letter: char| !letter.is_alphanumeric());
        let word = words.next().map(|word| if WHICH.contains(&word) { words.next().unwrap_or(word) } else { word });
        let word = word.unwrap_or_default();
        let value = after.split_whitespace().next().unwrap_or_default();
        if NAMES.contains(&word) && is_telling(value) {
            return true;
        }
        rest = after;
    }
    false
}

/// *la contraseña es: …*, *mi clave de la red es …*, within one sentence.
fn tells_by_words(sentence: &str) -> bool {
    let mut words = sentence.split_whitespace();
    let bare = |word: &str| word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_owned();
    while let Some(word) = words.next() {
        if !NAMES.contains(&bare(word).as_str()) {
            continue;
        }
        // What comes after a comma or an *and* speaks of something else.
        let goes_on = !word.ends_with([',', ':']);
        let mut after = words.clone();
        let mut between = after.by_ref().take(BETWEEN_MAX + 1).take_while(|word| {
            let ends = word.ends_with(',') && !LINKS.contains(&bare(word).as_str());
            goes_on && !ends && !STOPS.contains(word)
        });
        if between.any(|word| LINKS.contains(&bare(word).as_str())) && after.next().is_some_and(is_telling) {
            return true;
        }
    }
    false
}

/// Whether what stands where a password would stand may be one.
fn is_telling(value: &str) -> bool {
    let quotes = |letter: char| "\"'«»“”()[]<>,:".contains(letter);
    let value = value.trim_matches(quotes);
    let is_written = value.chars().count() >= 3 && value.chars().any(char::is_alphanumeric);
    // What hides it tells nothing: xxxx.
    let is_masked = value.chars().all(|letter| letter == 'x');
    // Words of a sentence on it: olvidada, rechazado, vencida.
    let is_past = ["ada", "ado", "ida", "ido"].iter().any(|end| value.ends_with(end)) && value.len() > 5;
    is_written && !is_masked && !is_past && !SAID.contains(&value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_a_text_is_noticed() {
        for text in [
            "contraseña: 12345",
            "mi Password=secreto",
            "la CLAVE : abcd",
            "dice: pwd=x1y",
            "la contraseña es: Quetzal.2026",
            "La contraseña es Quetzal.2026, gracias",
            "mi clave es quetzal",
            "Mi clave es «jade 33»",
            "password: hola123",
            "The password is hola123",
            "No entra. La clave de la red es abc12345.",
            "mi contraseña del correo institucional es: Jade#4",
            "usuario ana\ncontraseña actual: \"jade\"",
            "mi contraseña era luna77 y la cambiaron",
        ] {
            assert!(tells_a_password(text), "{text}");
        }
    }

    #[test]
    fn who_asks_for_help_with_a_password_is_not_bothered() {
        for text in [
            "olvidé mi contraseña",
            "cambio de contraseña",
            "Necesito un cambio de contraseña: es urgente",
            "la clave: es",
            "hora: 10:30",
            "contraseña:",
            "contraseña: ********",
            "clave: xxxx",
            "pasword",
            "la contraseña es incorrecta",
            "dice: contraseña: inválida",
            "El sistema dice que mi clave es rechazada",
            "mi contraseña es muy larga",
            "la clave es la misma de siempre",
            "¿Cuál es la contraseña de la red?",
            "no recuerdo la contraseña. Mi usuario es ana.perez",
            "cambié la contraseña y el problema es otro",
            "la contraseña que me dieron no es válida",
            "reinicio de clave del correo",
            "mi clave está vencida; es de enero",
        ] {
            assert!(!tells_a_password(text), "{text}");
        }
    }
}
