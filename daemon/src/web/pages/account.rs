//! The page of a ticket's request for a mail account, and the list of those that wait for the ministry. What may be done and what
//! comes of it, others say.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::new_ticket::of_form;
use super::shown::{name, sentence};
use crate::desk::Refused;
use crate::desk::access::{Action, OnTicket, may_on};
use crate::desk::account::{AccountKind, AccountRequest, Outcome, Step, StepKind, may_start, may_step};
use crate::desk::acts::Now;
use crate::desk::ticket::State as TicketState;
use crate::jobs::desk::view::{self, View};
use crate::jobs::desk::{DeskError, accounts, now};
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::{Choice, Form};
use crate::web::page::{Page, show, show_again};
use crate::web::paper;
use crate::web::routes::{Access, Routes};
use crate::web::visit::{Asked, Visit};

/// Requests on a page of those that wait.
const WAITING_SIZE: u32 = 50;

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::May(Action::SeeQueue), "/correo", waiting);
    routes.get(Access::SignedIn, "/solicitudes/{numero}/correo", ask);
    routes.post(Access::SignedIn, "/solicitudes/{numero}/correo", start);
    routes.post(Access::SignedIn, "/solicitudes/{numero}/correo/{paso}", take);
    routes.get(Access::SignedIn, "/solicitudes/{numero}/correo/caratula", cover);
}

/// A step of a request as its page shows it.
struct Shown {
    label: String,
    day: String,
    about: String,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    page: Page,
    form: Form,
    number: String,
    subject: String,
    /// Where it was begun: what it is, whose, since when.
    begun: Option<(String, String, String)>,
    official: &'static str,
    version: i64,
    /// None of a deletion, which is only written down.
    steps: Vec<Shown>,
    /// The next step, where they may take it: its word and label.
    next: Option<(String, String)>,
    /// The next step, where somebody else takes it.
    waits: String,
    starts: bool,
    excepts: bool,
    /// Whether they only authorise: then it is today, by their own name.
    only_authorizes: bool,
    kinds: Vec<Choice>,
    outcomes: Vec<Choice>,
    scans: Vec<Choice>,
    /// How the field for the superior is called; empty where none is asked for.
    superior: &'static str,
}

/// What a step says beside its day.
fn about(request: &AccountRequest, step: StepKind, view: &View) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    match step {
        StepKind::Give => request.kind.form().unwrap_or_default().to_owned(),
        StepKind::Authorize => text(&request.authorized_by),
        StepKind::Receive => {
            let file = view.files.iter().find(|file| Some(file.id) == request.scan);
            let signed = request.superior.as_ref().map(|superior| format!("firmado por {superior}"));
            [signed, file.map(|file| file.name.clone())].into_iter().flatten().collect::<Vec<_>>().join("; ")
        }
        StepKind::Upload => {
            request.external_number.as_ref().map(|number| format!("ticket {number}")).unwrap_or_default()
        }
        StepKind::Answer => request.outcome.map(|outcome| outcome.label().to_owned()).unwrap_or_default(),
        StepKind::Tell => String::new(),
    }
}

async fn page(app: &App, visit: &Visit, number: &str, form: Form) -> Result<AccountPage, Failure> {
    let office = app.office();
    let view = view::ticket(office, &visit.caller(), number).await?;
    let (_, request) = accounts::request(office, &visit.caller(), number).await?;
    let (ticket, who) = (&view.case.ticket, visit.actor());
    let starts = request.is_none() && may_start(ticket, who);
    if request.is_none() && !starts {
        return Err(Failure::NotFound);
    }
    let kind = request.as_ref().map(|request| request.kind);
    let next = request.as_ref().filter(|_| ticket.state != TicketState::Void).and_then(AccountRequest::next_step);
    let mine = next.filter(|&step| kind.is_some_and(|kind| may_step(kind, step, ticket, who)));
    let day = |day: Option<chrono::NaiveDate>| day.map(dates::day).unwrap_or_default();
    let shown = |request: &AccountRequest| -> Vec<Shown> {
        let one = |&step: &StepKind| Shown {
            label: sentence(step.label()),
            day: day(request.day_of(step)),
            about: about(request, step, &view),
        };
        request.kind.steps().iter().map(one).collect()
    };
    let pdfs = view.files.iter().filter(|file| file.kind == "pdf");
    let scan = |id: [u8; 16]| uuid::Uuid::from_bytes(id).simple().to_string();
    Ok(AccountPage {
        page: visit.page(&format!("Trámite de correo electrónico: {number}")),
        form,
        number: ticket.number.clone(),
        subject: ticket.subject.clone(),
        begun: request.as_ref().map(|one| (sentence(one.kind.label()), one.person.clone(), dates::day(one.started))),
        official: kind.and_then(AccountKind::form).unwrap_or_default(),
        version: request.as_ref().map_or(0, |request| request.version),
        steps: request.as_ref().map(shown).unwrap_or_default(),
        next: mine.map(|step| (step.word().to_owned(), sentence(step.label()))),
        waits: next.filter(|_| mine.is_none()).map(|step| sentence(step.label())).unwrap_or_default(),
        starts,
        excepts: ticket.state == TicketState::Attending && may_on(who, OnTicket::Attend, ticket),
        only_authorizes: mine == Some(StepKind::Authorize) && !may_on(who, OnTicket::StepAccount, ticket),
        kinds: AccountKind::ALL.iter().map(|kind| Choice::new(kind.word(), sentence(kind.label()))).collect(),
        outcomes: Outcome::ALL.iter().map(|outcome| Choice::new(outcome.word(), sentence(outcome.label()))).collect(),
        scans: pdfs.map(|file| Choice::new(scan(file.id), file.name.clone())).collect(),
        superior: if kind == Some(AccountKind::Reset) { "Jefe inmediato que lo firma" } else { "" },
    })
}

async fn ask(State(app): State<Arc<App>>, visit: Visit, Path(number): Path<String>) -> Result<Response, Failure> {
    let today = dates::day(now(app.office()).day);
    show(&page(&app, &visit, &number, visit.form(Fields::of([("on", today)]))).await?)
}

async fn cover(State(app): State<Arc<App>>, visit: Visit, Path(number): Path<String>) -> Result<Response, Failure> {
    paper::cover(&app, &visit.caller(), &number).await
}

async fn start(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let done = match AccountKind::of_word(fields.text("kind")) {
        Some(kind) => accounts::start(app.office(), &visit.caller(), &number, kind, fields.text("person")).await,
        None => Err(Refused::field("kind", "elija una de las opciones").into()),
    };
    answered(&app, &visit, &number, fields, done).await
}

async fn take(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path((number, word)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Failure> {
    let kind = StepKind::of_word(&word).ok_or(Failure::NotFound)?;
    let version = fields.number("version").unwrap_or_default();
    let done = match step(kind, &fields, &visit, now(app.office())) {
        Ok(step) => accounts::act(app.office(), &visit.caller(), (&number, version), step).await,
        Err(refused) => Err(refused.into()),
    };
    answered(&app, &visit, &number, fields, done).await
}

async fn answered(
    app: &App,
    visit: &Visit,
    number: &str,
    fields: Fields,
    done: Result<AccountRequest, DeskError>,
) -> Result<Response, Failure> {
    match done {
        Ok(_) => Ok(visit.done(&format!("/solicitudes/{number}/correo"), "Quedó registrado.")),
        Err(DeskError::Refused(
            refused @ (Refused::State(_) | Refused::Changed | Refused::Account(_) | Refused::StepMissing(_)),
        )) => Err(refused.into()),
        Err(error) => show_again(&page(app, visit, number, of_form(visit.form(fields), error)?).await?),
    }
}

/// What the form of a step means.
fn step(kind: StepKind, fields: &Fields, visit: &Visit, now: Now) -> Result<Step, Refused> {
    let text = |field: &str| fields.text(field).to_owned();
    let on = dates::read("on", fields.text("on"))?.unwrap_or(now.day);
    let chosen = |field| Refused::field(field, "elija una de las opciones");
    Ok(match kind {
        StepKind::Give => Step::Give { on },
        // Who authorises in person is named by their session, never by the form.
        StepKind::Authorize if visit.actor().is(crate::desk::people::Role::Direction) => {
            Step::Authorize { on: now.day, by: visit.session.user.name.clone() }
        }
        StepKind::Authorize => Step::Authorize { on, by: text("by") },
        StepKind::Receive => {
            let scan = uuid::Uuid::try_parse(fields.text("scan")).map_err(|_| chosen("scan"))?;
            Step::Receive { on, superior: text("superior"), scan: scan.into_bytes() }
        }
        StepKind::Upload => Step::Upload { on, number: text("number") },
        StepKind::Answer => {
            Step::Answer { on, outcome: Outcome::of_word(fields.text("outcome")).ok_or_else(|| chosen("outcome"))? }
        }
        StepKind::Tell => Step::Tell,
    })
}

/// A request that waits for the ministry.
struct Row {
    number: String,
    subject: String,
    kind: String,
    person: String,
    external: String,
    uploaded: String,
    by: String,
    days: i64,
}

#[derive(Template)]
#[template(path = "waiting.html")]
struct WaitingPage {
    page: Page,
    rows: Vec<Row>,
    total: i64,
    /// Whether others stand on other pages.
    is_cut: bool,
    first: String,
    next: String,
}

async fn waiting(State(app): State<Arc<App>>, visit: Visit, Asked(asked): Asked) -> Result<Response, Failure> {
    let after = super::tickets::key(asked.text("despues"));
    let found = accounts::waiting(app.office(), &visit.caller(), after, WAITING_SIZE).await?;
    let (total, faces, next) = (found.total, found.faces, found.next);
    let row = |aged: accounts::Aged| {
        let request = aged.waiting.request;
        Row {
            number: aged.waiting.number,
            subject: aged.waiting.subject,
            kind: sentence(request.kind.label()),
            person: request.person,
            external: request.external_number.unwrap_or_default(),
            uploaded: request.uploaded.map(dates::day).unwrap_or_default(),
            by: name(&faces, request.uploaded_by),
            days: aged.days,
        }
    };
    let page = visit.page("Correo: en espera del MINECO");
    show(&WaitingPage {
        page,
        rows: found.waiting.into_iter().map(row).collect(),
        total,
        is_cut: after.is_some() || next.is_some(),
        first: after.map(|_| "/correo".to_owned()).unwrap_or_default(),
        next: next.map(|(day, id)| format!("/correo?despues={day}_{id}")).unwrap_or_default(),
    })
}
