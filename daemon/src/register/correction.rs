//! Corrections: new entries that say what an older one should have said. Nothing in the register is ever rewritten, and
//! what proves a backup (files, digests, times, outcome) cannot be corrected at all.

use chrono::{DateTime, FixedOffset};

use super::entry::{Correction, Draft, Entry, Made, Outcome, iso_week};
use super::error::RegisterError;

/// The fields that may be corrected, by the keys of the form. `observaciones` adds an observation; `ubicacion` is that
/// of all media of the entry, and `ubicacion:LABEL` that of one.
pub const CORRECTABLE: [&str; 7] = [
    "observaciones",
    "responsable",
    "directriz",
    "visto_bueno",
    "prueba_restauracion",
    "ubicacion",
    "ubicacion:ETIQUETA",
];

/// The most bytes of one change or reason.
const TEXT_BYTES_MAX: usize = 4096;

/// Drafts the correction of an entry. A correction of a correction refers to the original entry.
///
/// # Errors
/// [`RegisterError::Field`], [`RegisterError::NoMedium`] or [`RegisterError::Incomplete`].
pub fn correction(
    of: &Entry,
    at: DateTime<FixedOffset>,
    by: &str,
    reason: &str,
    changes: &[(String, String)],
) -> Result<Draft, RegisterError> {
    let short = |text: &str| !text.trim().is_empty() && text.len() <= TEXT_BYTES_MAX;
    if !short(by) || !short(reason) {
        return Err(RegisterError::Incomplete("a person and a reason, each of at most 4096 bytes"));
    }
    if changes.is_empty() || !changes.iter().all(|(_, text)| short(text)) {
        return Err(RegisterError::Incomplete("at least one change, each with a text of at most 4096 bytes"));
    }
    for (at, (field, _)) in changes.iter().enumerate() {
        check_field(of, field)?;
        if changes.iter().take(at).any(|(earlier, _)| earlier == field) {
            return Err(RegisterError::Incomplete("each field only once"));
        }
    }
    let original = of.draft.corrects.as_ref().map_or((of.year, of.number), |of| (of.year, of.number));
    Ok(Draft {
        at,
        week: iso_week(&at),
        plan: of.draft.plan.clone(),
        due: of.draft.due,
        started: None,
        ended: None,
        origin: of.draft.origin.clone(),
        tool: None,
        files: Vec::new(),
        compression: None,
        media: Vec::new(),
        verification: None,
        drill: None,
        outcome: Outcome::Correction,
        attempts: 0,
        responsible: by.to_owned(),
        directive: None,
        approval: None,
        notes: Vec::new(),
        made: Made::Manual,
        corrects: Some(Correction {
            year: original.0,
            number: original.1,
            reason: reason.to_owned(),
            changes: changes.iter().cloned().collect(),
        }),
    })
}

fn check_field(of: &Entry, field: &str) -> Result<(), RegisterError> {
    let Some(label) = field.strip_prefix("ubicacion:") else {
        let allowed = CORRECTABLE.contains(&field);
        return if allowed { Ok(()) } else { Err(RegisterError::Field { field: field.to_owned() }) };
    };
    // A correction has no media of its own: those of the original are not known here.
    if of.draft.corrects.is_some() || of.draft.media.iter().any(|medium| medium.label == label) {
        return Ok(());
    }
    let labels: Vec<&str> = of.draft.media.iter().map(|medium| medium.label.as_str()).collect();
    Err(RegisterError::NoMedium { label: label.to_owned(), labels: labels.join(", ") })
}

/// An entry as it is to be shown, once the corrections that refer to it are applied in the order of the chain. Other
/// entries among them, and fields that this program does not know, change nothing.
pub fn corrected<'a>(of: &Entry, corrections: impl IntoIterator<Item = &'a Entry>) -> Draft {
    let mut shown = of.draft.clone();
    for correction in corrections.into_iter().filter_map(|entry| entry.draft.corrects.as_ref()) {
        if (correction.year, correction.number) == (of.year, of.number) {
            correction.changes.iter().for_each(|(field, text)| apply(&mut shown, field, text));
        }
    }
    shown
}

fn apply(shown: &mut Draft, field: &str, text: &str) {
    let text = text.to_owned();
    match field {
        "observaciones" => shown.notes.push(text),
        "responsable" => shown.responsible = text,
        "directriz" => shown.directive = Some(text),
        "visto_bueno" => shown.approval = Some(text),
        "prueba_restauracion" => shown.drill = Some(text),
        "ubicacion" => shown.media.iter_mut().for_each(|medium| medium.location = Some(text.clone())),
        other => {
            let label = other.strip_prefix("ubicacion:");
            let named = shown.media.iter_mut().filter(|medium| Some(medium.label.as_str()) == label);
            named.for_each(|medium| medium.location = Some(text.clone()));
        }
    }
}
