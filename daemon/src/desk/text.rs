//! What people write: plain text, cleaned before it is looked at in any other way.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::Refused;

/// Marks that may follow one letter; more are no writing of any language.
const MARKS_MAX: usize = 4;

/// One line of at most so many characters; `required` says whether it may be empty.
///
/// # Errors
/// [`Refused::Field`].
pub fn line(field: &'static str, text: &str, most: usize, required: bool) -> Result<String, Refused> {
    let clean = cleaned(text).replace('\n', " ");
    bounded(field, clean.split_whitespace().collect::<Vec<_>>().join(" "), most, required)
}

/// Text of several lines, at most so many characters.
///
/// # Errors
/// [`Refused::Field`].
pub fn lines(field: &'static str, text: &str, most: usize, required: bool) -> Result<String, Refused> {
    bounded(field, cleaned(text).trim().to_owned(), most, required)
}

fn bounded(field: &'static str, text: String, most: usize, required: bool) -> Result<String, Refused> {
    if required && text.is_empty() {
        return Err(Refused::field(field, "escriba algo; este campo es obligatorio"));
    }
    let has = text.chars().count();
    if has > most {
        return Err(Refused::field(field, format!("tiene {has} caracteres y caben {most}; acórtelo")));
    }
    Ok(text)
}

/// Composed letters, line breaks as `\n`, and nothing that is not seen: such things hide what a name or a sentence says.
pub fn cleaned(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n").replace('\t', " ");
    let mut marks = 0;
    let kept = text.nfc().filter(|&letter| {
        marks = if is_combining_mark(letter) { marks + 1 } else { 0 };
        marks <= MARKS_MAX && (letter == '\n' || !is_unseen(letter))
    });
    kept.collect()
}

/// Control characters, those that turn, hide or join text, and letters that are blank.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{2800}' | '\u{3164}'
            | '\u{ffa0}' | '\u{1d173}'..='\u{1d17a}')
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// The words of a text as the search compares them: without accents, in lower case, a space between them.
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase) {
        if letter.is_alphanumeric() {
            folded.push(letter);
        } else if !folded.ends_with(' ') && !folded.is_empty() {
            folded.push(' ');
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_goes_and_what_is_written_stays() {
        let seen = |text| line("asunto", text, 100, true).unwrap();
        assert_eq!(seen("factura\u{202e}gpj.exe"), "facturagpj.exe");
        assert_eq!(seen("\u{200b}.htaccess\0"), ".htaccess");
        assert_eq!(seen("dicta\u{301}men  te\u{301}cnico\tñ\r\n2"), "dictámen técnico ñ 2", "composed, and one line");
        assert_eq!(
            seen("<script>alert(1)</script> ʼ é \u{1f600} عربي"),
            "<script>alert(1)</script> ʼ é \u{1f600} عربي"
        );
        let zalgo: String = std::iter::once('a').chain(std::iter::repeat_n('\u{316}', 500)).collect();
        assert_eq!(seen(&zalgo).chars().count(), 1 + MARKS_MAX);
        assert_eq!(lines("d", "uno\r\ndos\rtres\n", 100, true).unwrap(), "uno\ndos\ntres");
    }

    #[test]
    fn what_is_missing_or_too_long_is_refused_with_the_field_and_the_remedy() {
        let error = line("subject", " \u{200b}\n \u{3164}\u{2800}", 10, true).unwrap_err().to_string();
        assert!(error.starts_with("subject: ") && error.contains("obligatorio"), "{error}");
        assert_eq!(line("phone", " ", 10, false), Ok(String::new()));
        let error = lines("description", &"á".repeat(11), 10, true).unwrap_err().to_string();
        assert!(error.contains("tiene 11 caracteres y caben 10"), "{error}");
    }

    #[test]
    fn a_search_ignores_accents_case_and_signs() {
        assert_eq!(folded("¡Impresión, AVERÍA! del 2.º (piso)"), "impresion averia del 2 º piso");
        assert_eq!(folded("  "), "");
    }
}
