//! The board: the figures of the desk for a month. It may not know how they are counted.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::Datelike as _;

use super::shown::{name, sentence};
use crate::desk::Verdict;
use crate::desk::access::Action;
use crate::desk::account::AccountKind;
use crate::jobs::desk::board::{Board, Division, Figures, Month, board};
use crate::notify::spanish::MONTHS;
use crate::store::board::{Asked as Wanted, Proposed};
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::page::{Page, show};
use crate::web::routes::{Access, Routes};
use crate::web::visit::{Asked, Visit};

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::May(Action::SeeBoard), "/tablero", show_month);
}

/// A line of a table of figures.
struct Line {
    name: String,
    received: i64,
    attended: i64,
    void: i64,
    /// By verdict, in the order of the columns.
    verdicts: Vec<i64>,
    median: String,
}

/// A table of figures.
struct Table {
    title: &'static str,
    lines: Vec<Line>,
}

/// An extension or exception as a line.
struct Asking {
    number: String,
    subject: String,
    day: String,
    what: &'static str,
    is_late: bool,
    became: &'static str,
}

/// A business day with who looked through the open tickets.
struct Review {
    day: String,
    by: String,
    /// Whether nobody did, and the day is over.
    is_missed: bool,
}

#[derive(Template)]
#[template(path = "board.html")]
struct BoardPage {
    page: Page,
    before: String,
    /// Empty where it is still to come.
    after: String,
    is_now: bool,
    pending: i64,
    overdue: i64,
    all: Line,
    verdicts: Vec<String>,
    tables: Vec<Table>,
    finished: i64,
    satisfied: i64,
    unsatisfied: i64,
    response: String,
    extensions: Vec<Asking>,
    exceptions: Vec<Asking>,
    late: Vec<(String, String, String, String)>,
    accounts: Vec<(String, i64, i64)>,
    reviews: Vec<Review>,
    missed: usize,
}

fn line(name: &str, figures: &Figures) -> Line {
    Line {
        name: name.to_owned(),
        received: figures.received,
        attended: figures.attended,
        void: figures.void,
        verdicts: Verdict::ALL.iter().map(|&verdict| figures.with(verdict)).collect(),
        median: figures.median_twice().map_or_else(|| "sin datos".to_owned(), halves),
    }
}

/// Half of a number, in digits.
fn halves(twice: i64) -> String {
    let half = if twice % 2 == 0 { "" } else { ".5" };
    format!("{}{half}", twice / 2)
}

/// A part of a whole in tenths of a percent, cut and never rounded up to what was not reached.
fn percent(part: i64, whole: i64) -> String {
    if whole == 0 {
        return "sin datos".to_owned();
    }
    let tenths = part.saturating_mul(1000) / whole;
    format!("{}.{} %", tenths / 10, tenths % 10)
}

fn table(title: &'static str, division: &Division) -> Table {
    Table { title, lines: division.iter().map(|(name, figures)| line(name, figures)).collect() }
}

fn asking(one: &Proposed) -> Asking {
    Asking {
        number: one.number.clone(),
        subject: one.subject.clone(),
        day: dates::day(one.day),
        what: match one.asked {
            Wanted::Extension(cause) => cause.label(),
            Wanted::Exception(kind) => kind.label(),
        },
        is_late: one.late,
        became: match one.confirmed {
            None => "por decidir",
            Some(true) => "confirmada",
            Some(false) => "rechazada",
        },
    }
}

fn accounts(board: &Board) -> Vec<(String, i64, i64)> {
    let count = |kind: AccountKind, told: bool| {
        board.accounts.iter().filter(|one| one.kind == kind && one.told == told).map(|one| one.count).sum()
    };
    let line = |kind: &AccountKind| (sentence(kind.label()), count(*kind, false), count(*kind, true));
    AccountKind::ALL.iter().map(line).collect()
}

fn month_name(month: Month) -> String {
    let name = usize::try_from(month.first().month0()).ok().and_then(|n| MONTHS.get(n)).copied().unwrap_or_default();
    format!("{name} de {}", month.first().year())
}

fn page(visit: &Visit, board: &Board) -> BoardPage {
    let is_now = board.month == Month::of(board.today);
    let review = |one: &crate::jobs::desk::board::ReviewDay| Review {
        day: dates::day(one.day),
        by: one.by.iter().map(|id| name(&board.faces, Some(*id))).collect::<Vec<_>>().join(", "),
        is_missed: one.by.is_empty() && one.day < board.today,
    };
    let reviews: Vec<Review> = board.reviews.iter().map(review).collect();
    let ratings = board.ratings;
    BoardPage {
        page: visit.page(&format!("Tablero: {}", month_name(board.month))),
        before: board.month.before().to_string(),
        after: if is_now { String::new() } else { board.month.after().to_string() },
        is_now,
        pending: board.pending,
        overdue: board.overdue,
        all: line("Todas", &board.all),
        verdicts: Verdict::ALL.iter().map(|verdict| sentence(verdict.label())).collect(),
        tables: vec![
            table("Por categoría", &board.categories),
            table("Por unidad", &board.units),
            table("Por técnico", &board.technicians),
        ],
        finished: ratings.finished,
        satisfied: ratings.satisfied,
        unsatisfied: ratings.unsatisfied,
        response: percent(ratings.rated(), ratings.finished),
        extensions: board.extensions.iter().map(asking).collect(),
        exceptions: board.exceptions.iter().map(asking).collect(),
        late: board
            .late
            .iter()
            .map(|one| (one.number.clone(), one.subject.clone(), dates::day(one.limit), dates::day(one.attended)))
            .collect(),
        accounts: accounts(board),
        missed: reviews.iter().filter(|review| review.is_missed).count(),
        reviews,
    }
}

async fn show_month(State(app): State<Arc<App>>, visit: Visit, Asked(asked): Asked) -> Result<Response, Failure> {
    let board = board(app.office(), &visit.caller(), Month::parse(asked.text("mes"))).await?;
    show(&page(&visit, &board))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_never_more_than_was_reached() {
        assert_eq!(percent(79_996, 100_000), "79.9 %");
        assert_eq!((percent(0, 0), percent(3, 3)), ("sin datos".to_owned(), "100.0 %".to_owned()));
        assert_eq!((halves(3), halves(4)), ("1.5".to_owned(), "2".to_owned()));
    }
}
