//! Letters to people by templates that anybody can edit: a first line `Asunto: …`, an empty one, and text, in which names in
//! braces stand for what is told. It may not know tickets.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The most bytes of a template.
const BYTES_MAX: u64 = 64 * 1024;

/// What a template may name.
pub const FIELDS: &[&str] = &[
    "nombre",
    "numero",
    "asunto",
    "solicitante",
    "unidad",
    "tecnico",
    "estado",
    "limite",
    "resultado",
    "enlace",
    "enlace_calificar",
    "persona",
    "enlace_personas",
    "tarea",
    "motivo",
    "plazo",
    "enlace_vencimientos",
    "equipo",
    "semana",
    "propuesta",
];

/// The templates that come with the program.
const OWN: &[(&str, &str)] = &[
    ("ampliacion_confirmada", include_str!("../../letters/ampliacion_confirmada.txt")),
    ("ampliacion_propuesta", include_str!("../../letters/ampliacion_propuesta.txt")),
    ("ampliacion_rechazada", include_str!("../../letters/ampliacion_rechazada.txt")),
    ("anulada", include_str!("../../letters/anulada.txt")),
    ("asignada", include_str!("../../letters/asignada.txt")),
    ("calificada_no_conforme", include_str!("../../letters/calificada_no_conforme.txt")),
    ("comentario", include_str!("../../letters/comentario.txt")),
    ("conformidad", include_str!("../../letters/conformidad.txt")),
    ("cuenta_de_baja", include_str!("../../letters/cuenta_de_baja.txt")),
    ("cuenta_informada", include_str!("../../letters/cuenta_informada.txt")),
    ("cuenta_por_autorizar", include_str!("../../letters/cuenta_por_autorizar.txt")),
    ("cuenta_por_cargar", include_str!("../../letters/cuenta_por_cargar.txt")),
    ("dictamen_entregado", include_str!("../../letters/dictamen_entregado.txt")),
    ("directriz_emitida", include_str!("../../letters/directriz_emitida.txt")),
    ("directriz_por_leer", include_str!("../../letters/directriz_por_leer.txt")),
    ("directriz_por_revisar", include_str!("../../letters/directriz_por_revisar.txt")),
    ("excepcion_propuesta", include_str!("../../letters/excepcion_propuesta.txt")),
    ("informe_por_entregar", include_str!("../../letters/informe_por_entregar.txt")),
    ("informe_vencido", include_str!("../../letters/informe_vencido.txt")),
    ("mantenimiento_semana", include_str!("../../letters/mantenimiento_semana.txt")),
    ("programa_por_hacer", include_str!("../../letters/programa_por_hacer.txt")),
    ("programa_vencido", include_str!("../../letters/programa_vencido.txt")),
    ("no_disponible", include_str!("../../letters/no_disponible.txt")),
    ("recordatorio_calificar", include_str!("../../letters/recordatorio_calificar.txt")),
    ("reprogramado", include_str!("../../letters/reprogramado.txt")),
    ("respuesta_no_conforme", include_str!("../../letters/respuesta_no_conforme.txt")),
    ("ticket_finalizado", include_str!("../../letters/ticket_finalizado.txt")),
    ("ticket_recibido", include_str!("../../letters/ticket_recibido.txt")),
    ("vence_hoy", include_str!("../../letters/vence_hoy.txt")),
    ("vence_manana", include_str!("../../letters/vence_manana.txt")),
    ("vencida", include_str!("../../letters/vencida.txt")),
];

/// A template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    subject: String,
    text: String,
}

/// What is wrong with a template.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// There is no template of this name.
    #[error("there is no letter `{name}`; there are {known}")]
    Unknown {
        /// The name.
        name: String,
        /// Those there are.
        known: String,
    },
    /// Its file cannot be read.
    #[error("cannot read the letter {path}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It does not begin as a letter does.
    #[error("{place}: the first line is `Asunto: ` and the subject, and the second is empty")]
    Head {
        /// The file and line.
        place: String,
    },
    /// It names something that no letter can tell.
    #[error("{place}: `{{{field}}}` is nothing that a letter can tell; write one of {known}")]
    Field {
        /// The file and line.
        place: String,
        /// What it names.
        field: String,
        /// What it may name.
        known: String,
    },
}

impl Template {
    /// The template of this name: from the folder of those that were changed here, if it has one, or the program's own.
    ///
    /// # Errors
    /// [`TemplateError`].
    pub fn load(folder: Option<&Path>, name: &str) -> Result<Self, TemplateError> {
        let own = OWN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
        let Some(own) = own else {
            let known = OWN.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", ");
            return Err(TemplateError::Unknown { name: name.to_owned(), known });
        };
        let Some(path) = folder.map(|folder| folder.join(format!("{name}.txt"))) else { return Self::parse(name, own) };
        match read(&path) {
            Ok(text) => Self::parse(&path.display().to_string(), &text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::parse(name, own),
            Err(source) => Err(TemplateError::Read { path, source }),
        }
    }

    /// All templates that are used here, or what is wrong with the first bad one.
    ///
    /// # Errors
    /// [`TemplateError`].
    pub fn check(folder: Option<&Path>) -> Result<(), TemplateError> {
        OWN.iter().try_for_each(|(name, _)| Self::load(folder, name).map(drop))
    }

    fn parse(file: &str, text: &str) -> Result<Self, TemplateError> {
        let text = text.replace("\r\n", "\n");
        let head = || TemplateError::Head { place: format!("{file}, line 1") };
        let (first, rest) = text.split_once('\n').ok_or_else(head)?;
        let subject = first.trim_start_matches('\u{feff}').strip_prefix("Asunto:").map(str::trim).ok_or_else(head)?;
        let body = rest.strip_prefix('\n').ok_or_else(head)?;
        if subject.is_empty() || body.trim().is_empty() {
            return Err(head());
        }
        for (line, text) in text.lines().enumerate() {
            if let Some(field) = fields(text).find(|field| !FIELDS.contains(field)) {
                let place = format!("{file}, line {}", line + 1);
                return Err(TemplateError::Field { place, field: field.to_owned(), known: FIELDS.join(", ") });
            }
        }
        Ok(Self { subject: subject.to_owned(), text: body.to_owned() })
    }

    /// The subject and the text. What is told is put in as it is, and nothing in it is looked at again.
    pub fn fill(&self, values: &BTreeMap<&'static str, String>) -> (String, String) {
        let one_line = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        (one_line(filled(&self.subject, values)), filled(&self.text, values))
    }
}

fn read(path: &Path) -> std::io::Result<String> {
    use std::io::Read as _;
    let mut text = String::new();
    std::fs::File::open(path)?.take(BYTES_MAX).read_to_string(&mut text)?;
    Ok(text)
}

/// The names in braces of a line.
fn fields(line: &str) -> impl Iterator<Item = &str> {
    line.split('{').skip(1).filter_map(|after| after.split_once('}').map(|(field, _)| field))
}

fn filled(template: &str, values: &BTreeMap<&'static str, String>) -> String {
    let mut pieces = template.split('{');
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once('}') {
            Some((field, after)) => {
                filled.push_str(values.get(field).map_or("-", String::as_str));
                filled.push_str(after);
            }
            None => filled.push_str(piece),
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> BTreeMap<&'static str, String> {
        FIELDS.iter().map(|field| (*field, format!("<{field}>"))).collect()
    }

    #[test]
    fn every_letter_of_the_program_can_be_filled_and_leaves_no_brace() {
        for (name, _) in OWN {
            let (subject, text) = Template::load(None, name).unwrap().fill(&values());
            assert!(!subject.contains(['{', '\n']) && !text.contains('{'), "{name}: {subject}\n{text}");
            let says_what = subject.contains("<numero>") || text.contains("<tarea>") || subject.contains("<equipo>");
            assert!(says_what && text.contains("<nombre>"), "{name} says what and to whom");
            assert!(text.contains("<enlace"), "{name} says where");
        }
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/letters")).unwrap().count();
        assert_eq!(files, OWN.len(), "each file is a letter");
    }

    #[test]
    fn what_is_told_is_never_read_as_a_template_or_a_header() {
        let template = Template::parse("x", "Asunto: {asunto}\n\n{asunto} y {nombre}\n").unwrap();
        let hostile = "{nombre}\r\nBcc: x@evil.test {{7*7}}".to_owned();
        let values = BTreeMap::from([("asunto", hostile.clone()), ("nombre", "Ana".to_owned())]);
        let (subject, text) = template.fill(&values);
        assert_eq!(subject, "{nombre} Bcc: x@evil.test {{7*7}}");
        assert_eq!(text, format!("{hostile} y Ana\n"));
    }

    #[test]
    fn a_template_of_the_house_takes_the_place_of_ours_and_a_bad_one_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let put = |text: &str| std::fs::write(folder.path().join("anulada.txt"), text).unwrap();
        let load = || Template::load(Some(folder.path()), "anulada");
        assert_eq!(load().unwrap(), Template::load(None, "anulada").unwrap());
        put("Asunto: ya no {numero}\r\n\r\nHola {nombre}\r\n");
        assert_eq!(load().unwrap().fill(&values()).1, "Hola <nombre>\n");
        for (text, said) in [
            ("Hola\n\nx", "line 1: the first line is `Asunto: `"),
            ("Asunto: x\nsin vacía\n", "the second is empty"),
            ("Asunto: x\n\nuno\n{clave}\n", "line 4: `{clave}` is nothing"),
        ] {
            put(text);
            let error = load().unwrap_err().to_string();
            assert!(error.contains(said) && error.contains("anulada.txt"), "{error}");
        }
        assert!(Template::load(None, "otra").unwrap_err().to_string().contains("there are ampliacion_confirmada"));
    }
}
