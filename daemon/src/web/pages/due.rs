//! What is due for whoever looks on, and the address by which their calendar asks for it. It may not know what makes anything due.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::Datelike as _;

use crate::calendar::names::WEEKDAYS;
use crate::due::{Due, Standing, counted};
use crate::jobs::due::{View, feed, of};
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::Form;
use crate::web::page::{Page, show};
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::SignedIn, "/vencimientos", list);
    routes.get(Access::SignedIn, "/vencimientos/calendario", address);
    routes.post(Access::SignedIn, "/vencimientos/calendario", make);
    routes.post(Access::SignedIn, "/vencimientos/calendario/quitar", revoke);
}

/// Something that is due as the page shows it.
struct Row {
    weekday: &'static str,
    day: String,
    term: String,
    tone: &'static str,
    kind: &'static str,
    what: String,
    why: String,
    path: String,
    act: &'static str,
}

#[derive(Template)]
#[template(path = "due.html")]
struct DuePage {
    page: Page,
    /// A heading, and what stands under it.
    parts: Vec<(&'static str, Vec<Row>)>,
}

fn row((due, standing): (Due, Standing)) -> Row {
    let weekday = usize::try_from(due.day.weekday().num_days_from_monday()).unwrap_or_default();
    Row {
        weekday: WEEKDAYS.get(weekday).copied().unwrap_or_default(),
        day: dates::day(due.day),
        term: standing.label(),
        tone: match standing {
            Standing::Overdue(_) => "bad",
            Standing::Today => "warn",
            Standing::Ahead(_) => "calm",
        },
        kind: due.kind.label(),
        what: due.what,
        why: due.why,
        path: due.path,
        act: due.act,
    }
}

async fn list(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    let View { due, .. } = of(app.office(), visit.actor()).await?;
    let heading = |standing: Standing| match standing {
        Standing::Overdue(_) => "Vencido",
        Standing::Today => "Para hoy",
        Standing::Ahead(_) => "Después",
    };
    let mut parts: Vec<(&'static str, Vec<Row>)> = Vec::new();
    for one in due {
        let heading = heading(one.1);
        match parts.last_mut().filter(|(last, _)| *last == heading) {
            Some((_, rows)) => rows.push(row(one)),
            None => parts.push((heading, vec![row(one)])),
        }
    }
    show(&DuePage { page: visit.page("Vencimientos"), parts })
}

/// One line for the first page: what is due for somebody; none where nothing is.
///
/// # Errors
/// [`Failure`].
pub(super) async fn line(app: &App, visit: &Visit) -> Result<Option<String>, Failure> {
    let [overdue, today, ahead] = counted(&of(app.office(), visit.actor()).await?.due);
    let part = |count: i64, one: &str, many: &str| {
        (count > 0).then(|| format!("{count} {}", if count == 1 { one } else { many }))
    };
    let parts = [
        part(overdue, "vencido", "vencidos"),
        part(today, "para hoy", "para hoy"),
        part(ahead, "con fecha por venir", "con fecha por venir"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    Ok((!parts.is_empty()).then(|| parts.join(", ")))
}

#[derive(Template)]
#[template(path = "feed.html")]
struct FeedPage {
    page: Page,
    form: Form,
    /// Since when they have an address; empty where they have none.
    since: String,
    /// The address, once.
    address: Option<String>,
}

async fn feed_page(app: &App, visit: &Visit, address: Option<String>) -> Result<Response, Failure> {
    let since = feed::since(app.office(), visit.actor().id).await?.map(dates::day).unwrap_or_default();
    let page = visit.page("Vencimientos en su calendario");
    show(&FeedPage { page, form: visit.form(Fields::default()), since, address })
}

async fn address(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    feed_page(&app, &visit, None).await
}

async fn make(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    let secret = feed::make(app.office(), visit.by()).await?;
    let base = app.web.base_url.trim_end_matches('/');
    feed_page(&app, &visit, Some(format!("{base}/calendario/feed/{secret}.ics"))).await
}

async fn revoke(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    feed::revoke(app.office(), visit.by()).await?;
    Ok(visit.done("/vencimientos/calendario", "La dirección ya no vale."))
}
