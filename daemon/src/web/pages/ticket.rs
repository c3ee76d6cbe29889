//! A ticket's page: what it is, where it stands, what happened, what was said, and what can be done now. It may not know what
//! the rules are.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::new_ticket::{TELLS, of_form, taken};
use super::shown::{Term, name, sentence, tone, tone_of, tone_of_rating};
use super::steps::{STEPS, is_offered};
use super::story::{self, Happened};
use crate::calendar::Step as DayStep;
use crate::desk::access::{OnTicket, may_on};
use crate::desk::account::may_start;
use crate::desk::ticket::State as TicketState;
use crate::desk::told_password::tells_a_password;
use crate::jobs::desk::calendar::{BUSINESS_DAYS, current_of};
use crate::jobs::desk::view::{self, View};
use crate::jobs::desk::{enter, now};
use crate::web::app::App;
use crate::web::dates;
use crate::web::download::download;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::Form;
use crate::web::page::{Page, show, show_again};
use crate::web::paper::ticket_report;
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::SignedIn, "/solicitudes/{numero}", ticket);
    routes.upload(Access::SignedIn, "/solicitudes/{numero}/mensaje", say);
    routes.get(Access::SignedIn, "/solicitudes/{numero}/archivos/{id}", file);
    routes.get(Access::SignedIn, "/solicitudes/{numero}/fo-01", report);
}

/// A button of a step.
struct Offer {
    word: &'static str,
    button: &'static str,
    /// Whether it has a page with a form of its own.
    has_form: bool,
    grave: bool,
}

/// A fact with its label.
struct Fact {
    label: &'static str,
    text: String,
}

/// A file as it is shown.
struct Shown {
    id: String,
    name: String,
    size: String,
}

/// Something that was said.
struct Said {
    by: String,
    at: String,
    text: String,
    internal: bool,
}

#[derive(Template)]
#[template(path = "ticket.html")]
struct TicketPage {
    page: Page,
    form: Form,
    number: String,
    version: i64,
    state: &'static str,
    tone: &'static str,
    term: Term,
    verdict: Option<(String, &'static str)>,
    rating: Option<(String, &'static str)>,
    days: Vec<DayStep>,
    facts: Vec<Fact>,
    description: String,
    offers: Vec<Offer>,
    papers: Vec<story::Paper>,
    happened: Vec<Happened>,
    said: Vec<Said>,
    files: Vec<Shown>,
    says: bool,
    says_internally: bool,
    follows: bool,
    /// The page of the request for a mail account, where there is one or they may begin it.
    account: Option<String>,
    followed: Option<(String, String)>,
    following: Vec<(String, String)>,
}

impl TicketPage {
    /// Whether they are asked to look again because the message seems to tell a password.
    fn tells(&self) -> bool {
        tells_a_password(self.form.value("text"))
    }
}

fn facts(app: &App, view: &View, category: String) -> Vec<Fact> {
    let (ticket, faces) = (&view.case.ticket, &view.faces);
    let requester = faces.get(&ticket.requester);
    let moment = |moment| dates::moment(moment, app.config.time_zone);
    let mut facts = vec![
        Fact { label: "Solicitante", text: name(faces, Some(ticket.requester)) },
        Fact { label: "Unidad", text: requester.and_then(|face| face.unit.clone()).unwrap_or_default() },
        Fact { label: "Puesto", text: requester.map(|face| face.post.clone()).unwrap_or_default() },
        Fact { label: "Ubicación", text: ticket.location.clone() },
        Fact { label: "Teléfono o extensión", text: ticket.phone.clone() },
        Fact { label: "Categoría", text: category },
        Fact { label: "Equipo", text: ticket.equipment.clone() },
        Fact { label: "Ingreso", text: moment(ticket.entered) },
        Fact { label: "Técnico", text: name(faces, ticket.assignee) },
        Fact { label: "Modalidad", text: ticket.mode.map(|mode| sentence(mode.label())).unwrap_or_default() },
        Fact { label: "Atendida", text: ticket.attended.map(moment).unwrap_or_default() },
        Fact { label: "Finalizada", text: ticket.finished.map(moment).unwrap_or_default() },
    ];
    facts.retain(|fact| !fact.text.is_empty());
    facts
}

async fn page(app: &App, visit: &Visit, number: &str, form: Form) -> Result<TicketPage, Failure> {
    let office = app.office();
    let view = view::ticket(office, &visit.caller(), number).await?;
    let today = now(office).day;
    let (_, calendar) = current_of(office, today, view.case.ticket.unit).await?;
    let (ticket, who) = (&view.case.ticket, visit.actor());
    let may = |action| may_on(who, action, ticket);
    let categories = app.store.categories().await?;
    let category = categories.into_iter().find(|category| category.id == ticket.category).map(|category| category.name);
    let offer = |step: &&'static super::steps::Step| is_offered(step, &view.case, who);
    let offers = STEPS.iter().filter(offer).map(|step| Offer {
        word: step.word,
        button: step.button,
        has_form: !step.fields.is_empty(),
        grave: step.grave,
    });
    let has_account = may_start(ticket, who) || app.store.account_request(ticket.id).await?.is_some();
    let zone = app.config.time_zone;
    let is_void = ticket.state == TicketState::Void;
    let pair = |ticket: &crate::desk::ticket::Ticket| (ticket.number.clone(), ticket.subject.clone());
    Ok(TicketPage {
        page: visit.page(&format!("{} · {}", ticket.number, ticket.subject)),
        form,
        number: ticket.number.clone(),
        version: ticket.version,
        state: ticket.state.label(),
        tone: tone(ticket.state),
        term: Term::of(ticket, &calendar, today),
        verdict: ticket.verdict.map(|verdict| (sentence(verdict.label()), tone_of(verdict))),
        rating: ticket.rating.map(|rating| (sentence(rating.label()), tone_of_rating(rating))),
        days: calendar.explain(ticket.entered_day, BUSINESS_DAYS),
        facts: facts(app, &view, category.unwrap_or_default()),
        description: ticket.description.clone(),
        offers: offers.collect(),
        papers: story::papers(&view, zone),
        happened: view.events.iter().map(|event| story::happened(event, &view.faces, zone)).collect(),
        said: view
            .comments
            .iter()
            .filter(|comment| !comment.text.is_empty())
            .map(|comment| Said {
                by: name(&view.faces, Some(comment.author)),
                at: dates::moment(comment.at, zone),
                text: comment.text.clone(),
                internal: comment.internal,
            })
            .collect(),
        files: view
            .files
            .iter()
            .map(|file| Shown {
                id: uuid::Uuid::from_bytes(file.id).simple().to_string(),
                name: file.name.clone(),
                size: crate::units::bytes(u64::try_from(file.bytes).unwrap_or_default()),
            })
            .collect(),
        says: may(OnTicket::Comment) && !is_void,
        says_internally: may(OnTicket::CommentInternally) && !is_void,
        account: has_account.then(|| format!("/solicitudes/{}/correo", ticket.number)),
        follows: may(OnTicket::Follow) && !ticket.state.is_open(),
        followed: view.followed.as_ref().map(pair),
        following: view.following.iter().map(pair).collect(),
    })
}

async fn ticket(State(app): State<Arc<App>>, visit: Visit, Path(number): Path<String>) -> Result<Response, Failure> {
    show(&Box::pin(page(&app, &visit, &number, visit.form(Fields::default()))).await?)
}

/// A message, with files if there are any.
async fn say(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let again = async |form: Form| show_again(&Box::pin(page(&app, &visit, &number, form)).await?);
    if tells_a_password(fields.text("text")) && !fields.has("sure") {
        return again(visit.form(fields).wrong("text", TELLS)).await;
    }
    let (files, form) = match taken(&fields, visit.form(fields.clone())).await? {
        Ok(taken) => taken,
        Err(form) => return again(form).await,
    };
    let internal = fields.has("internal");
    match enter::comment(app.office(), &visit.caller(), &number, fields.text("text"), internal, files).await {
        Ok(()) => Ok(visit.done(&format!("/solicitudes/{number}"), "El mensaje se envió.")),
        Err(error) => again(of_form(form, error)?).await,
    }
}

/// A file, always as a download.
async fn file(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path((number, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let id = uuid::Uuid::try_parse(&id).map_err(|_| Failure::NotFound)?;
    let turn = app.downloads.turn(visit.actor().id).await?;
    let (about, bytes) = view::file(app.office(), &visit.caller(), &number, id.as_bytes()).await?;
    Ok(download(&about, bytes, turn))
}

/// Its report with the ruling, form DIACO-IN-FO-01, on paper (R047).
async fn report(State(app): State<Arc<App>>, visit: Visit, Path(number): Path<String>) -> Result<Response, Failure> {
    Box::pin(ticket_report(&app, &visit.caller(), &number)).await
}
