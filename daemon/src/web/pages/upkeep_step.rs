//! The forms by which something is entered of an item: whether its piece will be available, another week, what was done at the machine
//! and why it was not. It may not know the rules of them.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::programme::named;
use super::upkeep_item::{path, words};
use crate::desk::access::OnItem;
use crate::jobs::desk::{calendar, now};
use crate::jobs::upkeep::UpkeepError;
use crate::jobs::upkeep::entries::{self, Moving, Told};
use crate::jobs::upkeep::item::{Case, case, may};
use crate::upkeep::checklist::checklist;
use crate::upkeep::done::{Found, Written, open, weeks_ahead};
use crate::upkeep::semester::Semester;
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::fields::{Fields, number};
use crate::web::form::{Choice, Form};
use crate::web::page::{Page, show, show_again};
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

pub(super) fn routes(routes: &mut Routes) {
    // Whose the item is, is asked of each.
    routes.get(Access::SignedIn, "/mantenimiento/{semestre}/renglon/{numero}/{paso}", ask);
    routes.post(Access::SignedIn, "/mantenimiento/{semestre}/renglon/{numero}/{paso}", enter);
}

/// What is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Availability,
    Reschedule,
    Execute,
    NotDone,
}

impl Step {
    fn of_word(word: &str) -> Option<Self> {
        match word {
            "disponibilidad" => Some(Self::Availability),
            "reprogramar" => Some(Self::Reschedule),
            "ejecutar" => Some(Self::Execute),
            "no-ejecutado" => Some(Self::NotDone),
            _ => None,
        }
    }

    fn action(self) -> OnItem {
        match self {
            Self::Availability => OnItem::SayAvailability,
            Self::Reschedule => OnItem::Reschedule,
            Self::Execute | Self::NotDone => OnItem::Execute,
        }
    }

    /// The page's title, what its button says, and what is said once it was done.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Availability => ("Disponibilidad", "Enviar", "Quedó registrado."),
            Self::Reschedule => ("Reprogramar", "Registrar la reprogramación", "La reprogramación quedó registrada."),
            Self::Execute => ("Mantenimiento", "Registrar el mantenimiento", "El mantenimiento quedó registrado."),
            Self::NotDone => ("No ejecutado", "Registrar", "Quedó registrado que no se ejecutó."),
        }
    }
}

#[derive(Template)]
#[template(path = "upkeep_step.html")]
struct StepPage {
    page: Page,
    /// The item's page, and where the form is sent.
    back: String,
    path: String,
    facts: Vec<(&'static str, String)>,
    button: &'static str,
    step: &'static str,
    form: Form,
    weeks: Vec<Choice>,
    checks: Vec<Choice>,
    found: Vec<Choice>,
    /// Who is asked whether it is right; empty where the form asks who received it.
    confirmer: String,
    /// What the head of the unit said: who, when and why; none where the form asks that.
    informed: Option<(String, String)>,
}

async fn page(
    app: &App,
    visit: &Visit,
    (case, step, word): (&Case, Step, &'static str),
    again: Option<Form>,
) -> Result<StepPage, Failure> {
    let today = now(app.office()).day;
    let (_, calendar) = calendar::current(app.office(), today).await?;
    let weeks = weeks_ahead(case.week(), today, &|day| calendar.is_business_day(day));
    let mut weeks: Vec<Choice> = weeks.into_iter().map(|week| Choice::new(week.word(), week.label())).collect();
    if step == Step::Availability {
        weeks.insert(0, Choice::new("", "Ninguna"));
    }
    let confirmer = entries::confirmer(app.office(), case, visit.actor().id).await?;
    let said = case.unavailable();
    let zone = app.config.time_zone;
    let proposed = said.and_then(|notice| notice.proposed).map(|week| week.word()).unwrap_or_default();
    let stored = [
        ("version", (case.progress.entries + 1).to_string()),
        ("day", today.to_string()),
        ("new_week", proposed),
        ("reason", said.filter(|_| step == Step::Reschedule).map(|notice| notice.reason.clone()).unwrap_or_default()),
    ];
    let (title, button, _) = step.words();
    Ok(StepPage {
        page: visit.page(&format!("{title}: {}", case.piece.about.code)),
        back: path(case),
        path: format!("{}/{word}", path(case)),
        facts: vec![
            ("Equipo", words(case)),
            ("Semana", case.week().label()),
            ("Unidad", case.view.unit(case.item.unit)),
            ("Ubicación", case.piece.about.location.clone()),
            ("Actividad", case.item.activity.clone()),
        ],
        button,
        step: word,
        form: again.unwrap_or_else(|| visit.form(Fields::of(stored))),
        weeks,
        checks: checklist(case.piece.about.kind)
            .iter()
            .enumerate()
            .map(|(at, text)| Choice::new(at.to_string(), *text))
            .collect(),
        found: Found::ALL.iter().map(|found| Choice::new(found.word(), found.label())).collect(),
        confirmer: confirmer.map(|id| case.view.name(id)).unwrap_or_default(),
        informed: said.map(|notice| {
            (
                format!("{}, {}", case.view.name(notice.made.1), dates::moment(notice.made.0, zone)),
                notice.reason.clone(),
            )
        }),
    })
}

/// The item and step that a path names, for who may take it.
async fn at(
    app: &App,
    visit: &Visit,
    (semester, item, word): (&str, &str, &str),
) -> Result<(Case, Step, &'static str), Failure> {
    let step = Step::of_word(word).ok_or(Failure::NotFound)?;
    let word = ["disponibilidad", "reprogramar", "ejecutar", "no-ejecutado"].into_iter().find(|known| *known == word);
    let item = number(item).ok_or(Failure::NotFound)?;
    let case = case(app.office(), visit.by(), named(semester)?, item).await?;
    if !may(visit.by(), step.action(), &case) {
        return Err(Failure::Forbidden);
    }
    Ok((case, step, word.unwrap_or_default()))
}

async fn ask(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path((semester, item, word)): Path<(String, String, String)>,
) -> Result<Response, Failure> {
    let (case, step, word) = at(&app, &visit, (&semester, &item, &word)).await?;
    if !case.view.programme.holds() {
        return Err(Failure::Conflict("el programa ya se finalizó".to_owned()));
    }
    open(case.state).map_err(UpkeepError::from)?;
    show(&page(&app, &visit, (&case, step, word), None).await?)
}

async fn enter(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path((semester, item, word)): Path<(String, String, String)>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (case, step, word) = at(&app, &visit, (&semester, &item, &word)).await?;
    let seen = fields.number("version").unwrap_or_default() - 1;
    let done =
        Box::pin(taken(&app, &visit, (case.view.programme.semester, case.item.number, seen), step, &fields)).await;
    match done {
        Ok(()) => Ok(visit.done(&path(&case), step.words().2)),
        Err(error) => {
            let form = visit.form(fields).not_kept(error)?;
            show_again(&page(&app, &visit, (&case, step, word), Some(form)).await?)
        }
    }
}

async fn taken(
    app: &App,
    visit: &Visit,
    at: (Semester, i64, i64),
    step: Step,
    fields: &Fields,
) -> Result<(), UpkeepError> {
    let (office, by) = (app.office(), visit.by());
    let read =
        |field: &'static str| dates::read(field, fields.text(field)).map_err(|fault| UpkeepError::Wrong(vec![fault]));
    match step {
        Step::Availability => {
            let unavailable = match fields.text("available") {
                "yes" => None,
                "no" => Some((fields.text("reason"), fields.text("proposed"))),
                _ => return Err(UpkeepError::field("available", "elija si estará disponible o no")),
            };
            entries::say_availability(office, by, at, unavailable).await
        }
        Step::Reschedule => {
            let moving = Moving {
                week: fields.text("new_week"),
                reason: fields.text("reason"),
                informed_by: fields.text("informed_by"),
                informed: (read("informed_day")?, fields.text("informed_time")),
            };
            Box::pin(entries::reschedule(office, by, at, &moving)).await
        }
        Step::Execute => {
            let checks: Vec<usize> = fields.texts("check").filter_map(|text| text.parse().ok()).collect();
            let written = Written {
                checks: &checks,
                found: fields.text("found"),
                notes: fields.text("notes"),
                received_by: fields.text("received_by"),
            };
            entries::execute(office, by, at, (read("day")?, Told::Done(written))).await
        }
        Step::NotDone => entries::execute(office, by, at, (read("day")?, Told::NotDone(fields.text("reason")))).await,
    }
}
