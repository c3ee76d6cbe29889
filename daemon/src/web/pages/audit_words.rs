//! What stands in a line of the audit log, in the words of whoever reads it: names for ids, Spanish for the words of programs, and
//! of a change only what changed. What it does not know it shows as it stands. It may not know who reads it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::desk::people::{Role, UnitKind};
use crate::upkeep::equipment::Kind;
use crate::web::dates;

/// What people call each field.
const FIELDS: &[(&str, &str)] = &[
    ("name", "nombre"),
    ("post", "puesto"),
    ("email", "correo"),
    ("unit", "unidad"),
    ("superior", "jefe inmediato"),
    ("directory", "entra por el directorio"),
    ("role", "cargo"),
    ("from", "desde"),
    ("until", "hasta"),
    ("kind", "qué es"),
    ("head", "jefe"),
    ("active", "activa"),
    ("user", "en nombre de"),
    ("scopes", "permisos"),
    ("expires", "vence"),
    ("brand", "marca"),
    ("model", "modelo"),
    ("serial", "serie"),
    ("responsible", "responsable"),
    ("location", "ubicación"),
    ("day", "fecha"),
    ("reason", "motivo"),
    ("document", "documento"),
    ("items", "renglones"),
    ("week", "semana"),
    ("technician", "técnico"),
    ("activity", "actividad"),
    ("digest", "huella"),
    ("comment", "comentario"),
    ("medium", "medio"),
    ("units", "unidades"),
    ("title", "título"),
    ("topic", "tema"),
    ("attendees", "asistentes"),
    ("text", "descripción"),
    ("by", "quién"),
    ("hours", "horas"),
    ("evidence", "evidencia"),
    ("void", "ya no cuenta"),
    ("revision", "revisión"),
    ("business_day", "día hábil"),
    ("item", "renglón"),
    ("old_week", "semana anterior"),
    ("available", "disponible"),
    ("proposed", "semana propuesta"),
    ("informed_by", "informó"),
    ("result", "resultado"),
    ("notes", "observaciones"),
    ("received_by", "recibió"),
    ("open", "sin ejecutar"),
];
/// What people call what was acted on.
const OBJECTS: &[(&str, &str)] = &[
    ("user", "usuario"),
    ("unit", "unidad"),
    ("equipment", "equipo"),
    ("programme", "programa"),
    ("token", "clave de programa"),
    ("form", "formato"),
    ("event", "evento"),
    ("record", "registro"),
    ("rescheduling", "reprogramación"),
    ("pack", "paquete de auditoría"),
    ("backup", "respaldo de"),
    ("run", "corrida"),
    ("dataset", "conjunto de datos"),
    ("archive", "respaldo"),
    ("task", "tarea del"),
    ("report", "informe de"),
    ("directive", "directriz"),
];

/// Who and what the ids of the lines are.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) people: BTreeMap<i64, String>,
    pub(super) units: BTreeMap<i64, String>,
}

/// A piece of what a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    /// The field; empty for what is none.
    pub(super) field: String,
    pub(super) text: String,
}

enum Piece<'a> {
    Words(&'a str),
    Fields(Map<String, Value>),
}

/// The pieces of a line: objects of JSON, and words around them.
fn pieces(detail: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut rest) = (Vec::new(), detail);
    while let Some((words, from)) = rest.find('{').and_then(|at| rest.split_at_checked(at)) {
        let mut read = serde_json::Deserializer::from_str(from).into_iter::<Map<String, Value>>();
        let Some(Ok(fields)) = read.next() else { break };
        let Some((_, after)) = from.split_at_checked(read.byte_offset()) else { break };
        pieces.extend([Piece::Words(words), Piece::Fields(fields)]);
        rest = after;
    }
    pieces.push(Piece::Words(rest));
    pieces
}

/// The people whom a line names by their ids.
pub(super) fn people(detail: &str) -> BTreeSet<i64> {
    let of = |piece: Piece<'_>| match piece {
        Piece::Fields(fields) => {
            ["superior", "head", "technician"].iter().filter_map(|key| fields.get(*key)?.as_i64()).collect()
        }
        Piece::Words(_) => Vec::new(),
    };
    pieces(detail).into_iter().flat_map(of).collect()
}

/// What was acted on: *usuario ana*.
pub(super) fn object(object: &str) -> String {
    let known = |kind: &str| OBJECTS.iter().find(|(word, _)| *word == kind).map(|(_, label)| *label);
    let told = object.split_once(' ').and_then(|(kind, name)| Some(format!("{} {name}", known(kind)?)));
    told.unwrap_or_else(|| object.to_owned())
}

/// What a line says.
pub(super) fn detail(detail: &str, names: &Names) -> Vec<Said> {
    let (mut said, mut before, mut changes) = (Vec::new(), None::<Map<String, Value>>, false);
    for piece in pieces(detail) {
        match piece {
            Piece::Words(words) if words.trim() == "->" => changes = true,
            Piece::Words(words) => {
                // What was before and led to nothing stands alone.
                said.extend(before.take().into_iter().flat_map(|fields| each(&fields, names)));
                said.extend(plain(words));
            }
            Piece::Fields(after) => {
                match before.take().filter(|_| changes) {
                    Some(old) => said.extend(changed(&old, &after, names)),
                    None => before = Some(after),
                }
                changes = false;
            }
        }
    }
    said.extend(before.into_iter().flat_map(|fields| each(&fields, names)));
    said
}

/// Words outside of any object: a field with its value, where they begin with one.
fn plain(words: &str) -> Option<Said> {
    let words = words.trim();
    let field = words.split_once(' ').and_then(|(key, text)| Some((label(key)?, text)));
    let (field, text) = field.unwrap_or(("", words));
    (!words.is_empty() && label(words).is_none()).then(|| Said { field: field.to_owned(), text: text.to_owned() })
}

fn each(fields: &Map<String, Value>, names: &Names) -> Vec<Said> {
    let said = |(key, value): (&String, &Value)| Said { field: named(key), text: text(key, value, names) };
    fields.iter().filter(|(_, value)| !value.is_null() && *value != "").map(said).collect()
}

fn changed(old: &Map<String, Value>, new: &Map<String, Value>, names: &Names) -> Vec<Said> {
    let none = Value::Null;
    let said = |(key, value): (&String, &Value)| {
        let before = old.get(key).unwrap_or(&none);
        let text = format!("{} → {}", text(key, before, names), text(key, value, names));
        (before != value).then(|| Said { field: named(key), text })
    };
    let said: Vec<Said> = new.iter().filter_map(said).collect();
    if said.is_empty() { vec![Said { field: String::new(), text: "sin cambios".to_owned() }] } else { said }
}

fn label(key: &str) -> Option<&'static str> {
    FIELDS.iter().find(|(word, _)| *word == key).map(|(_, label)| *label)
}

fn named(key: &str) -> String {
    label(key).map_or_else(|| key.to_owned(), str::to_owned)
}

fn text(key: &str, value: &Value, names: &Names) -> String {
    match (key, value) {
        (_, Value::Null) => "ninguno".to_owned(),
        (_, Value::Bool(yes)) => if *yes { "sí" } else { "no" }.to_owned(),
        ("unit" | "units", Value::Number(id)) => of_id(id.as_i64(), &names.units),
        ("superior" | "head" | "technician", Value::Number(id)) => of_id(id.as_i64(), &names.people),
        (_, Value::Array(all)) => all.iter().map(|one| text(key, one, names)).collect::<Vec<_>>().join(", "),
        (_, Value::String(word)) if word.is_empty() => "vacío".to_owned(),
        ("role", Value::String(word)) => Role::of_word(word).map_or(word.clone(), |role| role.label().to_owned()),
        ("kind", Value::String(word)) => kind(word).unwrap_or(word).to_owned(),
        ("from" | "until" | "day", Value::String(day)) => day.parse().map_or(day.clone(), dates::day),
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}

/// What a unit or a piece of equipment is; no word is both.
fn kind(word: &str) -> Option<&'static str> {
    UnitKind::of_word(word).map(UnitKind::label).or_else(|| Kind::of_word(word).map(Kind::label))
}

fn of_id(id: Option<i64>, names: &BTreeMap<i64, String>) -> String {
    let id = id.unwrap_or_default();
    names.get(&id).cloned().unwrap_or_else(|| format!("n.º {id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> Vec<String> {
        let names = Names {
            people: [(7, "inés".to_owned())].into(),
            units: [(1, "Financiero".to_owned()), (2, "Verificación".to_owned())].into(),
        };
        let one = |said: Said| if said.field.is_empty() { said.text } else { format!("{}: {}", said.field, said.text) };
        detail(line, &names).into_iter().map(one).collect()
    }

    #[test]
    fn a_line_is_said_in_words() {
        assert_eq!(
            said(r#"{"kind":"department","head":7,"active":true}"#),
            ["activa: sí", "jefe: inés", "qué es: Departamento"]
        );
        assert_eq!(
            said(r#"{"role":"chief","from":"2026-01-05","until":null}"#),
            ["desde: 05-01-2026", "cargo: Jefe del DTI"]
        );
        assert_eq!(said(r#"{"scopes":["read","write"],"user":"ana"}"#), ["permisos: read, write", "en nombre de: ana"]);
        assert_eq!(said(r#"{"kind":"ups","day":"2026-01-05"}"#), ["fecha: 05-01-2026", "qué es: UPS"]);
        assert_eq!(said(""), Vec::<String>::new());
        assert_eq!(said("libre {no json"), ["libre {no json"], "what it does not know it shows as it stands");
        assert_eq!(said(r#"{"otra":[1,{"x":2}]}"#), [r#"otra: 1, {"x":2}"#]);
    }

    #[test]
    fn of_a_change_only_what_changed_is_said() {
        let line = r#"{"name":"Ana","unit":1,"superior":null} -> {"name":"Ana","unit":2,"superior":7}"#;
        assert_eq!(said(line), ["jefe inmediato: ninguno → inés", "unidad: Financiero → Verificación"]);
        let line = r#"{"name":"A } B"} -> {"name":"<b>"} superior inés"#;
        assert_eq!(said(line), ["nombre: A } B → <b>", "jefe inmediato: inés"]);
        assert_eq!(said(r#"{"name":"A"} -> {"name":"A"}"#), ["sin cambios"]);
        assert_eq!(said(r#"{"name":"A"} superior "#), ["nombre: A"]);
        assert_eq!(people(r#"{"superior":7} -> {"superior":null,"head":9}"#), [7, 9].into());
    }

    #[test]
    fn what_was_acted_on_has_a_spanish_name() {
        assert_eq!(
            (object("user ana"), object("unit A B"), object("raro")),
            ("usuario ana".into(), "unidad A B".into(), "raro".into())
        );
    }
}
