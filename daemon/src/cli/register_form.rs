//! An entry as the form DIACO-IN-FO-06 shows it, in Spanish, since it is read by office staff and auditors. It may not
//! ask anybody.

use chrono::{DateTime, FixedOffset};

use crate::register::correction::corrected;
use crate::register::entry::{Archive, Draft, Entry, Medium, name, word};
use crate::units;

/// The width of the labels.
const WIDTH: usize = 24;

/// The form of an entry, as it is to be read once its corrections are applied, and those corrections.
pub(super) fn form(entry: &Entry, hash: &str, corrections: &[&Entry]) -> String {
    let draft = corrected(entry, corrections.iter().copied());
    let mut text = format!("{} v{}  Registro de Seguridad de la Información\n\n", entry.form, entry.version);
    line(&mut text, "Correlativo", &format!("{} (secuencia {})", entry.name(), entry.sequence));
    line(&mut text, "Asentado", &time(&draft.at));
    when_and_what(&mut text, &draft);
    for archive in &draft.files {
        lines(&mut text, "Archivo", &archive_lines(archive));
    }
    line(&mut text, "Compresión", &or_dash(draft.compression.as_deref()));
    for medium in &draft.media {
        lines(&mut text, "Medio", &medium_lines(medium));
    }
    line(&mut text, "Verificación de lectura", &or_dash(draft.verification.as_deref()));
    line(&mut text, "Prueba de restauración", &or_dash(draft.drill.as_deref()));
    line(&mut text, "Resultado", &word(&draft.outcome));
    line(&mut text, "Intentos", &draft.attempts.to_string());
    line(&mut text, "Responsable", &draft.responsible);
    line(&mut text, "Directriz vigente", &or_dash(draft.directive.as_deref()));
    line(&mut text, "Visto bueno jefe DTI", &or_dash(draft.approval.as_deref()));
    lines(&mut text, "Observaciones", &if draft.notes.is_empty() { vec!["-".to_owned()] } else { draft.notes.clone() });
    line(&mut text, "Asiento", &word(&draft.made));
    if draft.corrects.is_some() {
        lines(&mut text, "Corrige", &correction_lines(entry, false));
    }
    for correction in corrections {
        lines(&mut text, "Corregido por", &correction_lines(correction, true));
    }
    line(&mut text, "Hash anterior", &entry.previous);
    line(&mut text, "Hash", hash);
    text
}

fn when_and_what(text: &mut String, draft: &Draft) {
    let optional = |at: &Option<DateTime<FixedOffset>>| at.as_ref().map_or_else(|| "-".to_owned(), time);
    line(text, "Semana", &draft.week);
    line(text, "Plan", &or_dash(draft.plan.as_deref()));
    line(text, "Turno", &optional(&draft.due));
    line(text, "Inicio", &optional(&draft.started));
    line(text, "Fin", &optional(&draft.ended));
    line(text, "Origen", &format!("{}/{}", draft.origin.server, draft.origin.name));
    line(text, "Tipo", &word(&draft.origin.kind));
    line(text, "Herramienta", &or_dash(draft.tool.as_deref()));
}

fn archive_lines(archive: &Archive) -> Vec<String> {
    let size = |bytes: u64| format!("{} ({bytes} bytes)", units::bytes(bytes));
    vec![
        archive.name.clone(),
        format!("tamaño    {}", size(archive.bytes)),
        format!("SHA-256   {}", archive.sha256),
        format!("original  {}", size(archive.plain_bytes)),
        format!("SHA-256   {}", archive.plain_sha256),
    ]
}

fn medium_lines(medium: &Medium) -> Vec<String> {
    let mut lines = vec![
        format!("{} {}", word(&medium.kind), medium.label),
        format!("serie      {}", medium.id),
        format!("ubicación  {}", or_dash(medium.location.as_deref())),
    ];
    if let Some(at) = &medium.read_at {
        let how = medium.read_how.as_deref().map(|how| format!(" ({how})")).unwrap_or_default();
        lines.push(format!("leído      {}{how}", time(at)));
    }
    lines
}

/// What a correction says; with its own name where another entry is shown.
fn correction_lines(correction: &Entry, named: bool) -> Vec<String> {
    let Some(corrects) = &correction.draft.corrects else { return Vec::new() };
    let of = name(corrects.year, corrects.number);
    let first = if named {
        format!("{}, {}, {}", correction.name(), time(&correction.draft.at), correction.draft.responsible)
    } else {
        of
    };
    let changes = corrects.changes.iter().map(|(field, text)| format!("{field}: {text}"));
    [first, format!("motivo: {}", corrects.reason)].into_iter().chain(changes).collect()
}

fn time(at: &DateTime<FixedOffset>) -> String {
    at.format("%Y-%m-%d %H:%M:%S %:z").to_string()
}

fn or_dash(text: Option<&str>) -> String {
    text.unwrap_or("-").to_owned()
}

fn line(text: &mut String, label: &str, value: &str) {
    text.push_str(&format!("{label:<WIDTH$}{value}\n"));
}

fn lines(text: &mut String, label: &str, values: &[String]) {
    for (index, value) in values.iter().enumerate() {
        line(text, if index == 0 { label } else { "" }, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::correction::correction;
    use crate::register::sample::{draft, hourly};
    use crate::register::seal::{FIRST, Place, seal};

    fn entries() -> (Entry, String, Entry) {
        let at = hourly(1)[0];
        let first = seal(&draft(at), &Place { sequence: 1, number: 1, previous: FIRST.to_owned() }).unwrap();
        let entry = Entry::parse(&first.text).unwrap();
        let changes = [("observaciones".to_owned(), "se cambió el disco".to_owned())];
        let fixed = correction(&entry, at, "Ana Pérez", "error de captura", &changes).unwrap();
        let second = seal(&fixed, &Place { sequence: 2, number: 2, previous: first.hash.clone() }).unwrap();
        (entry, first.hash, Entry::parse(&second.text).unwrap())
    }

    #[test]
    fn every_field_of_the_form_is_shown_by_its_label() {
        let (entry, hash, _) = entries();
        let text = form(&entry, &hash, &[]);
        let labels = [
            "Correlativo",
            "Semana",
            "Inicio",
            "Fin",
            "Origen",
            "Tipo",
            "Herramienta",
            "Archivo",
            "Compresión",
            "Medio",
            "Verificación de lectura",
            "Prueba de restauración",
            "Resultado",
            "Responsable",
            "Directriz vigente",
            "Visto bueno jefe DTI",
            "Observaciones",
            "Asiento",
            "Hash anterior",
            "Hash",
        ];
        for label in labels {
            assert!(text.lines().any(|line| line.starts_with(label)), "{label}\n{text}");
        }
        assert!(text.starts_with("DIACO-IN-FO-06 v03  Registro de Seguridad de la Información\n"), "{text}");
    }

    #[test]
    fn a_corrected_entry_shows_what_it_should_say_and_who_says_so() {
        let (entry, hash, correction) = entries();
        let text = form(&entry, &hash, &[&correction]);
        for words in [
            "Observaciones",
            "se cambió el disco",
            "Corregido por",
            "2026-2, ",
            "Ana Pérez",
            "motivo: error de captura",
        ] {
            assert!(text.contains(words), "{words}\n{text}");
        }
    }

    #[test]
    fn a_correction_says_what_it_corrects() {
        let (.., correction) = entries();
        let text = form(&correction, "hash", &[]);
        assert!(text.contains(&format!("{:<WIDTH$}2026-1\n", "Corrige")), "{text}");
        assert!(text.contains("observaciones: se cambió el disco"), "{text}");
    }
}
