//! Bounds on text that comes from elsewhere: its length, and nothing in it that a header, a log line or a terminal would
//! take for more than text. It may not know where the text goes.

/// One line: control characters and line ends become spaces, and what is longer than `most` characters ends in `…`.
pub(super) fn line(text: &str, most: usize) -> String {
    let visible = |letter: char| if letter.is_control() || is_line_end(letter) { ' ' } else { letter };
    let words: String = text.trim().chars().map(visible).take(most + 1).collect();
    let words = words.trim();
    if words.chars().count() <= most {
        return words.to_owned();
    }
    words.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// Several lines: each ends in a line feed, other control characters are gone, and what is longer than `most` bytes ends
/// in `…`.
pub(super) fn lines(text: &str, most: usize) -> String {
    let mut kept = String::new();
    let whole = text.replace("\r\n", "\n").replace('\r', "\n");
    for letter in whole.chars().filter(|letter| matches!(letter, '\n' | '\t') || !letter.is_control()) {
        if kept.len() + letter.len_utf8() + '…'.len_utf8() > most {
            kept.push('…');
            break;
        }
        kept.push(letter);
    }
    kept
}

/// A word for a header: of at most 120 characters, `-` for all but `A-Z a-z 0-9 . _ -`.
pub(super) fn word(text: &str) -> String {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
    text.chars().take(120).map(|letter| if allowed(letter) { letter } else { '-' }).collect()
}

/// Unicode has line ends that are no control characters.
fn is_line_end(letter: char) -> bool {
    matches!(letter, '\u{2028}' | '\u{2029}')
}
