//! Quoting for a POSIX shell, because SSH carries one string and the far side hands it to a shell.

/// The words as one command line that a POSIX shell splits into exactly these words.
pub fn join<S: AsRef<str>>(words: &[S]) -> String {
    words.iter().map(|word| quote(word.as_ref())).collect::<Vec<_>>().join(" ")
}

/// One word, quoted where it needs to be.
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_from_a_real_shell_as_they_went() {
        let words = ["a b", "", "it's", "$HOME", "`id`", "\"q\"", "línea\nnueva", "a\\b", "*", "~", "-n", "x=y;z"];
        let line = format!("printf '%s\\0' {}", join(&words));
        let output = std::process::Command::new("sh").args(["-c", &line]).output().unwrap();
        let expected: String = words.iter().map(|word| format!("{word}\0")).collect();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    }
}
