//! Texts that anybody wrote, made such that the fonts of the forms can print them: composed, without what cannot be seen,
//! with a box for each letter that is missing, and with an end to what would never end. It may not know which field a text is of.

use serde_json::Value;
use typst::text::Coverage;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::canonical_combining_class;

/// What stands for a letter that the fonts do not have.
const MISSING: char = '□';
/// The most line feeds of one text; further ones become [`FOLDED`].
const LINES_MAX: usize = 400;
/// What stands for a line feed too many.
const FOLDED: &str = " ¶ ";
/// The most marks on one letter.
const MARKS_MAX: usize = 2;
/// The longest word that is left whole. Where a place is narrower, the template breaks earlier.
const WORD_CHARS_MAX: usize = 64;
/// Where a long word may break.
const BREAK: char = '\u{200b}';

/// Makes all texts of a value printable; says how many letters were replaced.
pub(crate) fn printable(value: &mut Value, coverage: &Coverage) -> usize {
    match value {
        Value::String(text) => {
            let (clean, missing) = clean(text, coverage);
            *text = clean;
            missing
        }
        Value::Array(list) => list.iter_mut().map(|value| printable(value, coverage)).sum(),
        Value::Object(fields) => fields.values_mut().map(|value| printable(value, coverage)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// One text, and how many letters of it were replaced.
pub(crate) fn clean(text: &str, coverage: &Coverage) -> (String, usize) {
    let mut out = String::with_capacity(text.len());
    let (mut missing, mut lines, mut empty_lines, mut marks) = (0, 0, 0, 0);
    for letter in text.trim().replace("\r\n", "\n").nfc() {
        let letter = match letter {
            '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
            '\t' | '\u{a0}' => ' ',
            other => other,
        };
        if is_unseen(letter) {
            continue;
        }
        if letter == '\n' {
            // One empty line between paragraphs is enough.
            empty_lines += 1;
            if empty_lines <= 2 && lines < LINES_MAX {
                out.push('\n');
                lines += 1;
            } else if empty_lines == 1 {
                out.push_str(FOLDED);
            }
            continue;
        }
        empty_lines = if letter == ' ' { empty_lines } else { 0 };
        marks = if canonical_combining_class(letter) == 0 { 0 } else { marks + 1 };
        if marks > MARKS_MAX {
            continue;
        }
        if coverage.contains(u32::from(letter)) {
            out.push(letter);
        } else {
            out.push(MISSING);
            missing += 1;
        }
    }
    (breakable(&out), missing)
}

/// What joins, varies or marks other letters and would be a box for nothing.
fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0100}'..='\u{e01ef}')
}

/// The same text with places to break inside words that are too long for any line.
fn breakable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive([' ', '\n']) {
        if word.chars().count() <= WORD_CHARS_MAX {
            out.push_str(word);
            continue;
        }
        for letter in word.chars() {
            // A mark stays with its letter.
            if canonical_combining_class(letter) == 0 && !out.ends_with([' ', '\n']) && !out.is_empty() {
                out.push(BREAK);
            }
            out.push(letter);
        }
    }
    out
}
