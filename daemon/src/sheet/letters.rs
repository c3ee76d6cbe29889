//! Letters as the fonts that every reader of PDF has know them: their codes (WinAnsi, which is Windows-1252) and widths. It
//! may not know what is written.

/// The code of a letter; a question mark for one that these fonts do not have.
fn code(letter: char) -> u8 {
    match letter {
        ' '..='~' => u8::try_from(letter).unwrap_or(b'?'),
        '\u{a1}'..='\u{ff}' => u8::try_from(u32::from(letter)).unwrap_or(b'?'),
        '€' => 0x80,
        '…' => 0x85,
        '‘' => 0x91,
        '’' => 0x92,
        '“' => 0x93,
        '”' => 0x94,
        '•' => 0x95,
        '–' => 0x96,
        '—' => 0x97,
        letter if letter.is_whitespace() || letter.is_control() => b' ',
        _ => b'?',
    }
}

/// A text in these codes.
pub(super) fn encode(text: &str) -> Vec<u8> {
    text.chars().map(code).collect()
}

/// Widths of Helvetica from the space on, in thousandths of the size (Adobe's Core 14 AFM).
const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, // space to /
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, // 0 to ?
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, // @ to O
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, // P to _
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, // ` to o
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584, // p to ~
];

/// How wide a text is in Helvetica of size 1. Letters with an accent are as wide as without; the rest is taken for as wide as
/// a dash, which is wider than any of it.
pub(super) fn width(text: &str) -> f32 {
    let letter = |letter: char| {
        let plain = match letter {
            'á' | 'à' | 'ä' => 'a',
            'é' | 'è' => 'e',
            'í' | 'ì' => 't',
            'ó' | 'ò' | 'ö' => 'o',
            'ú' | 'ü' => 'u',
            'ñ' => 'n',
            'Á' => 'A',
            'É' => 'E',
            'Í' => 'I',
            'Ó' => 'O',
            'Ú' | 'Ü' => 'U',
            'Ñ' => 'N',
            '«' | '»' | '–' => 'n',
            '¡' => '(',
            '¿' => 'T',
            other => other,
        };
        let index = u32::from(plain).checked_sub(32).and_then(|index| usize::try_from(index).ok());
        index.and_then(|index| HELVETICA.get(index)).copied().unwrap_or(1000)
    };
    text.chars().map(|char| f32::from(letter(char)) / 1000.0).sum()
}

/// Breaks a text into lines of at most this width in Helvetica of size 1. A word that is wider has a line of its own.
pub(super) fn wrap(text: &str, widest: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line) + width(" ") + width(word) <= widest => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spanish_letters_have_their_codes_and_strange_ones_a_question_mark() {
        assert_eq!(encode("áéíóúñ¿¡Ñü«»—"), b"\xe1\xe9\xed\xf3\xfa\xf1\xbf\xa1\xd1\xfc\xab\xbb\x97");
        assert_eq!(encode("a\n\t日"), b"a  ?");
    }

    #[test]
    fn no_line_is_wider_than_it_may_be_and_no_word_is_lost() {
        let text = "Sin la llave privada nadie puede leer las copias, tampoco quien las hizo: guárdela bien.";
        let lines = wrap(text, 12.0);
        assert!(lines.len() > 2 && lines.iter().all(|line| width(line) <= 12.0), "{lines:?}");
        assert_eq!(lines.join(" "), text);
    }
}
