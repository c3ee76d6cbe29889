//! Letters to people: filled from their templates when they are sent, sent again until they are taken or a week is over. What
//! becomes of them changes nothing else: a failed mail never undoes what it tells of.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::config::model::Channel;
use crate::desk::ticket::Ticket;
use crate::jobs::deliver;
use crate::jobs::error::chain;
use crate::jobs::office::Office;
use crate::notify::letter::{FIELDS, Template};
use crate::notify::{self, Email, Message, Target};
use crate::store::desk_people::Face;
use crate::store::error::StoreError;
use crate::store::letters::Letter;
use crate::store::rows::DeliveryState;

/// How long after each attempt the next one comes, in minutes; from then on the last of them goes on.
const BACK_OFF_MINUTES: [i64; 5] = [1, 5, 15, 60, 240];
/// What was not taken for so long is given up.
const PATIENCE: TimeDelta = TimeDelta::days(7);
/// At most so many at once.
const BATCH: u32 = 64;

/// Sends what is due. Returns when there will be more to send.
///
/// # Errors
/// What the store says; what was sent and could not be recorded is sent again, under the same id.
pub async fn deliver(office: Office<'_>) -> Result<Option<DateTime<Utc>>, StoreError> {
    loop {
        let due = office.store.letters_due(office.now(), BATCH).await?;
        if due.is_empty() {
            return office.store.next_letter().await;
        }
        let server = server(office);
        for letter in due {
            let sent = one(office, &letter, server.as_ref()).await?;
            office.store.put_letter_state(&recorded(office, letter, sent)).await?;
        }
    }
}

/// What became of an attempt: it was taken, it may be tried again, or never.
enum Sent {
    Taken,
    Again(String),
    Never(String),
}

/// The mail server of the first channel that is one.
fn server(office: Office<'_>) -> Result<Email, String> {
    let channels = &office.config.notifications;
    let channel = channels.iter().find(|channel| matches!(channel, Channel::Email { .. }));
    let Some(channel) = channel else {
        return Err("there is no channel of kind `email` in `notifications`, by which letters could be sent".to_owned());
    };
    match deliver::target(channel) {
        Ok(Some(Target::Email(email))) => Ok(email),
        Ok(_) => Err("the channel is no mail server".to_owned()),
        Err(error) => Err(chain(&error)),
    }
}

async fn one(office: Office<'_>, letter: &Letter, server: Result<&Email, &String>) -> Result<Sent, StoreError> {
    let Some(address) = &letter.email else {
        return Ok(Sent::Never("the person has no mail address, or is not active any more".to_owned()));
    };
    let server = match server {
        Ok(server) => server,
        Err(why) => return Ok(Sent::Again(why.clone())),
    };
    let folder = office.config.desk.as_ref().and_then(|desk| desk.letters.as_deref());
    let template = match Template::load(folder, &letter.template) {
        Ok(template) => template,
        // Whoever edited the template mends it; until then nothing half goes out.
        Err(error) => return Ok(Sent::Again(chain(&error))),
    };
    let values = match letter.ticket {
        None => of_note(office, letter),
        Some(id) => match office.store.ticket(id).await? {
            Some(ticket) => of_ticket(office, letter, &ticket).await?,
            None => return Ok(Sent::Never("its ticket is not there".to_owned())),
        },
    };
    let (subject, text) = template.fill(&values);
    let message = Message {
        subject,
        text,
        data: serde_json::Value::Null,
        at: office.local(letter.at),
        id: format!("resguardo-letter-{}-{}", letter.at.timestamp_micros(), letter.id),
    };
    let target = Target::Email(Email { to: vec![address.clone()], ..server.clone() });
    Ok(match notify::send(&target, &message).await {
        Ok(()) => Sent::Taken,
        Err(error) => Sent::Again(chain(&error)),
    })
}

/// What a letter about a ticket tells.
async fn of_ticket(
    office: Office<'_>,
    letter: &Letter,
    ticket: &Ticket,
) -> Result<BTreeMap<&'static str, String>, StoreError> {
    let ids: BTreeSet<i64> = [Some(ticket.requester), ticket.assignee].into_iter().flatten().collect();
    let faces = office.store.faces(&ids).await?;
    let mut values = values(office, letter, ticket, &faces);
    if let Some(request) = office.store.account_request(ticket.id).await? {
        values.extend(request.outcome.map(|outcome| ("resultado", outcome.label().to_owned())));
        values.insert("persona", request.person);
    }
    Ok(values)
}

/// What a letter about anything else tells: what was written down with it, by the fields of templates, or as something that is due.
fn of_note(office: Office<'_>, letter: &Letter) -> BTreeMap<&'static str, String> {
    let told = |name: &str| Some(letter.data.get(name)?.as_str()?.to_owned());
    let mut values: BTreeMap<&'static str, String> =
        FIELDS.iter().filter_map(|field| Some((*field, told(field)?))).collect();
    let due = [("tarea", "what"), ("motivo", "why"), ("limite", "limit"), ("enlace", "path"), ("plazo", "term")];
    values.extend(due.into_iter().filter_map(|(field, name)| Some((field, told(name)?))));
    if let Some(limit) = values.get_mut("limite")
        && let Ok(day) = limit.parse()
    {
        *limit = spanish_day(day);
    }
    values.entry("plazo").and_modify(|term| *term = term.to_lowercase());
    let link = format!("{}{}", base(office), values.get("enlace").map(String::as_str).unwrap_or_default());
    let all = format!("{}/vencimientos", base(office));
    values.extend([("nombre", letter.name.clone()), ("enlace", link), ("enlace_vencimientos", all)]);
    values
}

fn base(office: Office<'_>) -> String {
    office.config.web.as_ref().map(|web| web.base_url.trim_end_matches('/').to_owned()).unwrap_or_default()
}

fn values(
    office: Office<'_>,
    letter: &Letter,
    ticket: &Ticket,
    faces: &BTreeMap<i64, Face>,
) -> BTreeMap<&'static str, String> {
    let base = base(office);
    let link = format!("{base}/solicitudes/{}", ticket.number);
    let name = |id: Option<i64>| {
        let face = id.and_then(|id| faces.get(&id));
        face.map_or_else(|| "sin asignar".to_owned(), |face| face.name.clone())
    };
    let unit = faces.get(&ticket.requester).and_then(|face| face.unit.clone());
    BTreeMap::from([
        ("nombre", letter.name.clone()),
        ("numero", ticket.number.clone()),
        ("asunto", ticket.subject.clone()),
        ("solicitante", name(Some(ticket.requester))),
        ("unidad", unit.unwrap_or_else(|| "sin unidad".to_owned())),
        ("tecnico", name(ticket.assignee)),
        ("estado", ticket.state.label().to_owned()),
        ("limite", spanish_day(ticket.last_limit)),
        ("enlace_calificar", format!("{link}/calificar")),
        ("enlace_personas", format!("{base}/personas")),
        ("enlace", link),
    ])
}

/// A day as the procedure writes it.
fn spanish_day(day: NaiveDate) -> String {
    day.format("%d-%m-%Y").to_string()
}

fn recorded(office: Office<'_>, letter: Letter, sent: Sent) -> Letter {
    let now = office.now();
    let attempts = letter.attempts + 1;
    let error = match sent {
        Sent::Taken => {
            tracing::info!(letter = letter.key, "a letter was taken");
            return Letter { state: DeliveryState::Sent, attempts, sent: Some(now), error: None, ..letter };
        }
        Sent::Never(error) => {
            tracing::warn!(letter = letter.key, error, "a letter cannot be sent");
            return Letter { state: DeliveryState::Abandoned, attempts, error: Some(error), ..letter };
        }
        Sent::Again(error) => error,
    };
    tracing::warn!(letter = letter.key, attempts, error, "a letter was not taken");
    let state = if now < letter.at + PATIENCE { DeliveryState::Pending } else { DeliveryState::Abandoned };
    let place = usize::try_from(letter.attempts).unwrap_or(usize::MAX).min(BACK_OFF_MINUTES.len() - 1);
    let next_attempt = now + TimeDelta::minutes(BACK_OFF_MINUTES[place]);
    Letter { state, attempts, next_attempt, error: Some(error), ..letter }
}
