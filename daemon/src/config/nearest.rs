//! The known word that a misspelt one most resembles. It may not know what the words are for.

/// The word of `known` that is nearest to `text`, if it is near enough to be meant.
pub(super) fn nearest<'k>(text: &str, known: &[&'k str]) -> Option<&'k str> {
    // A distance costs the product of both lengths, and no word that is known is this long.
    if text.len() > 64 {
        return None;
    }
    // Two letters that changed places count twice, and happen in words of five letters.
    let most = ((text.chars().count() + 1) / 3).max(1);
    let text = text.to_lowercase();
    let measured = known.iter().map(|word| (distance(&text, &word.to_lowercase()), *word));
    measured.filter(|(distance, _)| *distance <= most).min_by_key(|(distance, _)| *distance).map(|(_, word)| word)
}

/// How many letters must be put in, taken out or changed to make one of the other (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, from) in left.chars().enumerate() {
        let mut next = vec![index + 1];
        for ((to, above), above_left) in right.iter().zip(row.iter().skip(1)).zip(&row) {
            let before = next.last().copied().unwrap_or_default();
            next.push((above_left + usize::from(*to != from)).min(above + 1).min(before + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_finds_its_neighbour_and_a_strange_one_none() {
        let known = ["password", "password_file", "port", "prefix"];
        assert_eq!(nearest("pasword_file", &known), Some("password_file"));
        assert_eq!(nearest("Prot", &known), None, "two of four letters differ");
        assert_eq!(nearest("prt", &known), Some("port"));
        assert_eq!(nearest("retention", &known), None);
    }
}
