//! The catalogue of controlled forms: the master list with the version in force of each, all versions before, empty forms to fill by
//! hand, and publishing another version (R003, R117). It may not know what a version must be like.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use resguardo_forms_model::Form as Code;

use super::shown::{name, sentence};
use crate::desk::access::Action;
use crate::desk::proposal::{Proposal, ProposalState};
use crate::forms::catalogue::{Version, in_force};
use crate::jobs::desk::now;
use crate::jobs::quality::catalogue::{CatalogueError, Published, publish, published, version_on};
use crate::jobs::quality::proposals::{Decision, Proposals, decide, proposals, propose};
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::fields::{Fields, number};
use crate::web::form::{Choice, Form};
use crate::web::page::{Page, show, show_again};
use crate::web::paper::blank;
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

const SEES: Access = Access::May(Action::SeeQuality);
const PUBLISHES: Access = Access::May(Action::PublishForm);
const PROPOSES: Access = Access::May(Action::ProposeForm);

pub(super) fn routes(routes: &mut Routes) {
    routes.get(SEES, "/formatos", list);
    routes.get(SEES, "/formatos/{formato}/vacio", empty);
    routes.get(PUBLISHES, "/formatos/{formato}", ask);
    routes.post(PUBLISHES, "/formatos/{formato}", change);
    routes.get(PROPOSES, "/formatos/{formato}/proponer", ask_proposal);
    routes.post(PROPOSES, "/formatos/{formato}/proponer", offer);
    routes.post(PUBLISHES, "/formatos/propuestas/{id}", decline);
}

#[derive(Template)]
#[template(path = "forms.html")]
struct FormsPage {
    page: Page,
    forms: Vec<Row>,
    history: Vec<Old>,
    proposed: Vec<Offer>,
    publishes: bool,
    proposes: bool,
    /// The form of whoever declines a proposal.
    form: Form,
}

/// What was proposed for a form.
struct Offer {
    id: i64,
    code: String,
    title: String,
    reason: String,
    day: String,
    by: String,
    state: String,
    answer: String,
    /// Whether they may decide on it now.
    decides: bool,
}

/// A form as the master list shows it.
struct Row {
    code: &'static str,
    /// How the code is shown; what has none says so.
    shown: &'static str,
    title: String,
    version: String,
    from: String,
    retention: String,
}

/// A version that was published.
struct Old {
    code: &'static str,
    version: String,
    from: String,
    day: String,
    by: String,
    note: String,
}

#[derive(Template)]
#[template(path = "form_version.html")]
struct VersionPage {
    page: Page,
    form: Form,
    code: &'static str,
    /// What is proposed for it and may become this version.
    offers: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "form_proposal.html")]
struct ProposalPage {
    page: Page,
    form: Form,
    code: &'static str,
}

/// What was proposed, as whoever asks may see and decide it.
fn offers(app: &App, visit: &Visit, known: Proposals) -> Vec<Offer> {
    let Proposals { all, faces } = known;
    let offer = |one: Proposal| {
        let decided = one.decided.map(|at| format!(" el {}", dates::moment(at, app.config.time_zone)));
        let by = one.decided_by.map(|by| format!(" por {}", name(&faces, Some(by))));
        Offer {
            id: one.id,
            code: one.code,
            title: one.title,
            reason: one.reason,
            day: dates::moment(one.proposed, app.config.time_zone),
            by: name(&faces, Some(one.proposed_by)),
            state: sentence(one.state.label()) + &decided.unwrap_or_default() + &by.unwrap_or_default(),
            answer: one.answer,
            decides: one.state == ProposalState::Open
                && visit.may(Action::PublishForm)
                && one.proposed_by != visit.actor().id,
        }
    };
    all.into_iter().map(offer).collect()
}

async fn list(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    show(&listed(&app, &visit, visit.form(Fields::default())).await?)
}

async fn listed(app: &App, visit: &Visit, form: Form) -> Result<FormsPage, Failure> {
    let known = published(app.office(), visit.by()).await?;
    let today = now(app.office()).day;
    let versions: Vec<Version> = known.iter().map(|one| one.version.clone()).collect();
    let row = |form: &Code| {
        let version = in_force(&versions, *form, today);
        Row {
            code: form.code(),
            shown: if *form == Code::Cover { "N/A (carátula)" } else { form.code() },
            title: version.title,
            version: version.version.unwrap_or_default(),
            from: version.valid_from.map(dates::day).unwrap_or_default(),
            retention: version.retention,
        }
    };
    let old = |one: &Published| Old {
        code: one.version.form.code(),
        version: one.version.version.clone().unwrap_or_default(),
        from: one.version.valid_from.map(dates::day).unwrap_or_default(),
        day: dates::day(one.day),
        by: one.by.clone(),
        note: one.version.note.clone(),
    };
    let proposed = offers(app, visit, proposals(app.office(), visit.by()).await?);
    Ok(FormsPage {
        page: visit.page("Formatos"),
        forms: Code::ALL.iter().map(row).collect(),
        history: known.iter().rev().map(old).collect(),
        proposed,
        publishes: visit.may(Action::PublishForm),
        proposes: visit.may(Action::ProposeForm),
        form,
    })
}

async fn empty(State(app): State<Arc<App>>, visit: Visit, Path(code): Path<String>) -> Result<Response, Failure> {
    let form = Code::of_code(&code).ok_or(Failure::NotFound)?;
    blank(&app, visit.actor().id, form).await
}

async fn page(app: &App, visit: &Visit, form: Form, code: Code) -> Result<VersionPage, Failure> {
    let known = offers(app, visit, proposals(app.office(), visit.by()).await?);
    let of_form = known.into_iter().filter(|offer| offer.decides && offer.code == code.code());
    let offers = of_form.map(|offer| Choice::new(offer.id.to_string(), format!("{}, {}", offer.title, offer.day)));
    let none = Choice::new("", "Ninguna");
    let title = format!("Nueva versión de {}", code.code());
    Ok(VersionPage {
        page: visit.page(&title),
        form,
        code: code.code(),
        offers: std::iter::once(none).chain(offers).collect(),
    })
}

async fn ask(State(app): State<Arc<App>>, visit: Visit, Path(code): Path<String>) -> Result<Response, Failure> {
    let code = Code::of_code(&code).ok_or(Failure::NotFound)?;
    let known = published(app.office(), visit.by()).await?;
    let versions: Vec<Version> = known.into_iter().map(|one| one.version).collect();
    let now = now(app.office()).day;
    let current = in_force(&versions, code, now);
    let next =
        current.version.and_then(|version| version.parse::<u8>().ok()).map_or(1, |number| number.saturating_add(1));
    let form = visit.form(Fields::of([
        ("version", format!("{next:02}")),
        ("title", current.title),
        ("valid_from", dates::day(now)),
        ("retention", current.retention),
    ]));
    show(&page(&app, &visit, form, code).await?)
}

async fn change(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(code): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let code = Code::of_code(&code).ok_or(Failure::NotFound)?;
    let form = visit.form(fields.clone());
    let valid_from = match dates::read("valid_from", fields.text("valid_from")) {
        Ok(day) => day,
        Err(refused) => return show_again(&page(&app, &visit, form.refused(refused)?, code).await?),
    };
    let text = |name: &str| fields.text(name).to_owned();
    let wanted = Version {
        form: code,
        version: Some(text("version")),
        title: text("title"),
        valid_from,
        retention: text("retention"),
        note: text("note"),
    };
    match publish(app.office(), visit.by(), wanted).await {
        Ok(()) => {
            let version = text("version").trim().to_owned();
            if let Some(offer) = fields.number("proposal") {
                decide(app.office(), visit.by(), offer, Decision::Published(&version)).await?;
            }
            Ok(visit.done("/formatos", &format!("Se publicó la versión {version} de {}.", code.code())))
        }
        Err(CatalogueError::Wrong(wrong)) => {
            let form = wrong.into_iter().try_fold(form, Form::refused)?;
            show_again(&page(&app, &visit, form, code).await?)
        }
        Err(CatalogueError::People(error)) => Err(error.into()),
        Err(CatalogueError::Store(error)) => Err(error.into()),
    }
}

fn proposal_page(visit: &Visit, form: Form, code: Code) -> ProposalPage {
    ProposalPage { page: visit.page(&format!("Proponer un cambio de {}", code.code())), form, code: code.code() }
}

async fn ask_proposal(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let code = Code::of_code(&code).ok_or(Failure::NotFound)?;
    let current = version_on(app.office(), code, now(app.office()).day).await?;
    show(&proposal_page(&visit, visit.form(Fields::of([("title", current.title)])), code))
}

async fn offer(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(code): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let code = Code::of_code(&code).ok_or(Failure::NotFound)?;
    match propose(app.office(), visit.by(), code, (fields.text("title"), fields.text("reason"))).await {
        Ok(()) => Ok(visit.done("/formatos", "La propuesta quedó registrada; decide Gestión de Calidad.")),
        Err(error) => show_again(&proposal_page(&visit, visit.form(fields).unrecorded(error)?, code)),
    }
}

async fn decline(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let id = number(&id).ok_or(Failure::NotFound)?;
    match decide(app.office(), visit.by(), id, Decision::Declined(fields.text("answer"))).await {
        Ok(()) => Ok(visit.done("/formatos", "Quedó registrado que la propuesta no se aceptó, y por qué.")),
        Err(error) => {
            let form = visit.form(Fields::default()).unrecorded(error)?;
            show_again(&listed(&app, &visit, form).await?)
        }
    }
}
