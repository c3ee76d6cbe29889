//! What a file would do, line by line, as the pages of imports show it. It may not know what the lines are of.

use crate::desk::text::cleaned;
use crate::jobs::people::import::Outcome;
use crate::web::failure::sentence;
use crate::web::fields::Fields;

/// A line of the file as it is shown.
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) title: String,
    pub(super) sub: String,
    /// What becomes of it: its text and tone.
    pub(super) outcome: (&'static str, &'static str),
    pub(super) what: Vec<String>,
}

/// How many lines are how.
#[derive(Clone)]
pub(super) struct Counts {
    pub(super) new: usize,
    pub(super) changed: usize,
    pub(super) same: usize,
    pub(super) wrong: usize,
}

impl Row {
    /// A line with what is said of it; `labels` are what people read of each column.
    pub(super) fn new(
        line: u64,
        title: &str,
        sub: &str,
        outcome: Outcome,
        what: &[String],
        labels: &[(&str, &str)],
    ) -> Self {
        let outcome = match outcome {
            Outcome::Created => ("se agrega", "good"),
            Outcome::Changed => ("cambia", "warn"),
            Outcome::Unchanged => ("sin cambios", "calm"),
            Outcome::Wrong => ("error", "bad"),
        };
        let what = what.iter().map(|what| in_words(what, labels)).collect();
        Self { line, title: shown(title), sub: shown(sub), outcome, what }
    }
}

impl Counts {
    pub(super) fn of(outcomes: impl Iterator<Item = Outcome> + Clone) -> Self {
        let count = |wanted: Outcome| outcomes.clone().filter(|outcome| *outcome == wanted).count();
        Self {
            new: count(Outcome::Created),
            changed: count(Outcome::Changed),
            same: count(Outcome::Unchanged),
            wrong: count(Outcome::Wrong),
        }
    }
}

fn shown(text: &str) -> String {
    cleaned(text).replace('\n', " ")
}

/// The text that was sent: in a file, or pasted. Else the field that cannot be, with why.
pub(super) fn sent(fields: &Fields) -> Result<String, (&'static str, &'static str)> {
    match fields.files("file").next() {
        Some(file) => match std::str::from_utf8(&file.bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => Err(("file", "no es texto en UTF-8; en la hoja de cálculo guárdelo como «CSV UTF-8»")),
        },
        None if fields.text("text").trim().is_empty() => Err(("file", "elija un archivo, o pegue sus líneas abajo")),
        None => Ok(fields.text("text").to_owned()),
    }
}

/// What is said of a column, with its Spanish name before it.
fn in_words(what: &str, labels: &[(&str, &str)]) -> String {
    let what = shown(what);
    let known = what.split_once(": ").and_then(|(column, rest)| {
        labels.iter().find(|(name, _)| *name == column).map(|(_, label)| format!("{label}: {rest}"))
    });
    known.unwrap_or_else(|| sentence(&what)).replace("«»", "nada")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_column_has_its_spanish_name() {
        let labels = [("email", "Correo")];
        assert_eq!(in_words("email: «a@b.gt» → «»", &labels), "Correo: «a@b.gt» → nada");
        assert_eq!(in_words("nadie: «x»", &labels), "Nadie: «x».");
    }
}
