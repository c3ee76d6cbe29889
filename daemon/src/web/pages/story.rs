//! What happened to a ticket, and its papers, as people read them in Spanish. It may not know who reads.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde_json::Value;

use super::shown::{name, sentence};
use crate::desk::Verdict;
use crate::desk::account::{AccountKind, Outcome};
use crate::desk::ticket::{Decision, Exception, Extension, Rating, Ruling};
use crate::jobs::desk::view::View;
use crate::store::desk_people::Face;
use crate::store::desk_rows::Event;
use crate::web::dates;

/// Something that happened.
pub(super) struct Happened {
    pub(super) at: String,
    pub(super) what: String,
    pub(super) by: String,
}

/// A ruling, extension, exception or visit, or what was written once.
pub(super) struct Paper {
    pub(super) title: String,
    pub(super) about: String,
    pub(super) parts: Vec<(&'static str, String)>,
}

/// An event as a line of the story.
pub(super) fn happened(event: &Event, faces: &BTreeMap<i64, Face>, zone: Tz) -> Happened {
    let detail = &event.detail;
    let day = |field: &str| {
        let day = detail[field].as_str().and_then(|text| text.parse().ok());
        day.map(dates::day).unwrap_or_default()
    };
    let person = |field: &str| name(faces, detail[field].as_i64());
    let late = if detail["late"] == true { ", extemporánea" } else { "" };
    let label = |labels: Option<&'static str>| labels.unwrap_or_default();
    let verdict = || label(word(&detail["verdict"]).and_then(Verdict::of_word).map(Verdict::label));
    let rating = || label(word(&detail["rating"]).and_then(Rating::of_word).map(Rating::label));
    let what = match event.kind.as_str() {
        "entered" => format!("Ingresó; vence el {}", day("limit")),
        "taken" => "La tomó".to_owned(),
        "assigned" => format!("La asignó a {}", person("to")),
        "analysed" => "Escribió el análisis previo".to_owned(),
        "commented" if detail["internal"] == true => "Escribió una nota interna".to_owned(),
        "commented" => "Escribió un mensaje".to_owned(),
        "visited" => "Registró una visita".to_owned(),
        "extension_proposed" => format!("Propuso ampliar el plazo hasta el {}{late}", day("new_limit")),
        "extension_confirmed" => format!("Confirmó la ampliación hasta el {}", day("new_limit")),
        "extension_refused" => "Rechazó la ampliación".to_owned(),
        "exception_registered" => format!("Registró una excepción{late}"),
        "exception_confirmed" => "Confirmó la excepción".to_owned(),
        "exception_refused" => "Rechazó la excepción".to_owned(),
        "resumed" => "Reanudó la atención".to_owned(),
        "ruled" => format!("Emitió el dictamen: {}", verdict()),
        "ruling_delivered" => format!("Entregó el dictamen a {}", person("to")),
        "ruling_acknowledged" => "Acusó de recibido el dictamen".to_owned(),
        "finished" => "La finalizó".to_owned(),
        "rated" => format!("Calificó: {}", rating()),
        "answered" => "Respondió a la calificación".to_owned(),
        "voided" => "La anuló".to_owned(),
        "recounted" => format!("El calendario cambió: vence el {} y no el {}", day("to"), day("from")),
        other => account(other, detail).unwrap_or_else(|| other.to_owned()),
    };
    let by = event.actor.map_or_else(|| "el sistema".to_owned(), |actor| name(faces, Some(actor)));
    Happened { at: dates::moment(event.at, zone), what, by }
}

/// What happened to a request for a mail account.
fn account(kind: &str, detail: &Value) -> Option<String> {
    let text = |field: &str| detail[field].as_str().unwrap_or_default();
    let outcome = || Outcome::of_word(text("outcome")).map(Outcome::label).unwrap_or_default();
    Some(match kind {
        "account_started" => {
            let kind = AccountKind::of_word(text("kind")).map(AccountKind::label).unwrap_or_default();
            format!("Inició el trámite de correo: {kind} de {}", text("person"))
        }
        "account_given" => format!("Entregó el formulario {}", text("form")),
        "account_authorized" => format!("Autorización de Dirección: {}", text("by")),
        "account_received" => "Recibió el formulario firmado".to_owned(),
        "account_uploaded" => format!("Cargó el formulario al MINECO, ticket {}", text("number")),
        "account_answered" => format!("El MINECO respondió: {}", outcome()),
        "account_told" => "Informó la respuesta del MINECO a quien lo solicitó".to_owned(),
        _ => return None,
    })
}

fn word(value: &Value) -> Option<&str> {
    value.as_str()
}

/// All papers of a ticket, in the order in which they are read.
pub(super) fn papers(view: &View, zone: Tz) -> Vec<Paper> {
    let ticket = &view.case.ticket;
    let mut papers = Vec::new();
    if let (Some(text), Some(at)) = (&ticket.analysis, ticket.analysed) {
        papers.push(Paper {
            title: "Análisis previo".to_owned(),
            about: dates::moment(at, zone),
            parts: vec![("", text.clone())],
        });
    }
    papers.extend(view.visits.iter().map(|visit| Paper {
        title: format!("Visita en {}", visit.place),
        about: format!("{}, {}", dates::moment(visit.at, zone), name(&view.faces, Some(visit.entered_by))),
        parts: vec![("", visit.note.clone())],
    }));
    papers.extend(view.case.extensions.iter().map(|one| extension(one, view, zone)));
    papers.extend(view.case.exceptions.iter().map(|one| exception(one, view, zone)));
    papers.extend(view.case.rulings.iter().map(|one| ruling(one, view, zone)));
    let mut add = |title: &str, text: &Option<String>| {
        if let Some(text) = text {
            papers.push(Paper { title: title.to_owned(), about: String::new(), parts: vec![("", text.clone())] });
        }
    };
    add("Comentario de la calificación", &ticket.rating_comment);
    add("Respuesta del jefe del DTI", &ticket.answer);
    add("Motivo de la anulación", &ticket.void_reason);
    for paper in &mut papers {
        paper.parts.retain(|(_, text)| !text.is_empty());
    }
    papers
}

fn decided(decision: &Option<Decision>, view: &View, zone: Tz) -> String {
    match decision {
        None => "pendiente de que la decida el jefe del DTI".to_owned(),
        Some(decision) => {
            let what = if decision.confirmed { "confirmada" } else { "rechazada" };
            format!("{what} por {} el {}", name(&view.faces, Some(decision.by)), dates::moment(decision.at, zone))
        }
    }
}

fn late(is: bool) -> &'static str {
    if is { " (extemporánea)" } else { "" }
}

fn extension(one: &Extension, view: &View, zone: Tz) -> Paper {
    Paper {
        title: format!("Ampliación hasta el {}{}", dates::day(one.new_limit), late(one.late)),
        about: decided(&one.decision, view, zone),
        parts: vec![("Causa", one.cause.label().to_owned()), ("Justificación", one.reason.clone())],
    }
}

fn exception(one: &Exception, view: &View, zone: Tz) -> Paper {
    Paper {
        title: format!("Excepción: {}{}", one.kind.label(), late(one.late)),
        about: decided(&one.decision, view, zone),
        parts: vec![("Justificación", one.reason.clone()), ("Referencia", one.reference.clone())],
    }
}

fn ruling(one: &Ruling, view: &View, zone: Tz) -> Paper {
    let moment = |moment| dates::moment(moment, zone);
    let delivered = one.delivered.map(|at| format!("{} a {}", moment(at), name(&view.faces, one.delivered_to)));
    Paper {
        title: format!("Dictamen {} {}", one.number, one.kind.label()),
        about: format!("{}, {}", name(&view.faces, Some(one.issued_by)), moment(one.issued)),
        parts: vec![
            ("Hallazgos", one.findings.clone()),
            ("Acciones realizadas", one.actions.clone()),
            ("Piezas", one.parts.clone()),
            ("Recomendación", one.recommendation.clone()),
            ("Entregado", delivered.map(|text| sentence(&text)).unwrap_or_default()),
            ("Acuse de recibido", one.acknowledged.map(moment).unwrap_or_default()),
        ],
    }
}
