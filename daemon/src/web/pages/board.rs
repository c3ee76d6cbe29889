//! The board: the figures of the desk for a month. It may not know how they are counted.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::board_list::{Figure, asking, href};
use super::shown::{name, sentence};
use crate::desk::Verdict;
use crate::desk::access::Action;
use crate::desk::account::AccountKind;
use crate::desk::ticket::Rating;
use crate::jobs::desk::board::{Board, Division, Figures, Month, board};
use crate::jobs::monthly::month_name;
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::page::{Page, show};
use crate::web::routes::{Access, Routes};
use crate::web::visit::{Asked, Visit};

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::May(Action::SeeBoard), "/tablero", show_month);
}

/// A figure, and the list of what it counts.
pub(super) struct Cell {
    pub(super) count: i64,
    pub(super) path: String,
}

/// A line of a table of figures.
struct Line {
    name: String,
    received: Cell,
    attended: Cell,
    void: Cell,
    /// By verdict, in the order of the columns.
    verdicts: Vec<Cell>,
    median: String,
}

/// A table of figures.
struct Table {
    title: &'static str,
    lines: Vec<Line>,
}

/// The first of a list, how many it has, and where all of it stands.
struct Cut<T> {
    rows: Vec<T>,
    all: Cell,
}

impl<T> Cut<T> {
    fn is_cut(&self) -> bool {
        i64::try_from(self.rows.len()).is_ok_and(|shown| shown < self.all.count)
    }
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
    pending: Cell,
    overdue: i64,
    all: Line,
    verdicts: Vec<String>,
    tables: Vec<Table>,
    finished: Cell,
    satisfied: Cell,
    unsatisfied: Cell,
    unrated: Cell,
    response: String,
    extensions: Cut<super::board_list::Asking>,
    exceptions: Cut<super::board_list::Asking>,
    late: Cut<(String, String, String, String)>,
    accounts: Vec<(String, Cell, Cell)>,
    reviews: Vec<Review>,
    missed: usize,
}

/// `more` narrows the lists of the line to what it is about, as a query.
fn line(month: Month, name: &str, more: &str, figures: &Figures) -> Line {
    let cell = |count: i64, figure: Figure, verdict: &str| Cell {
        count,
        path: href(month, figure, &format!("{more}{verdict}")),
    };
    let verdict =
        |&verdict: &Verdict| cell(figures.with(verdict), Figure::Attended, &format!("&veredicto={}", verdict.word()));
    Line {
        name: name.to_owned(),
        received: cell(figures.received, Figure::Received, ""),
        attended: cell(figures.attended, Figure::Attended, ""),
        void: cell(figures.void, Figure::Voided, ""),
        verdicts: Verdict::ALL.iter().map(verdict).collect(),
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

/// `key` is what narrows a list to a part, as its query says it.
fn table(month: Month, title: &'static str, key: &str, division: &Division) -> Table {
    let more = |id: Option<i64>| format!("&{key}={}", id.map_or_else(|| "ninguna".to_owned(), |id| id.to_string()));
    let lines = division.iter().map(|part| line(month, &part.name, &more(part.id), &part.figures));
    Table { title, lines: lines.collect() }
}

fn accounts(board: &Board) -> Vec<(String, Cell, Cell)> {
    let cell = |kind: AccountKind, told: bool| {
        let some = board.accounts.iter().filter(|one| one.kind == kind && one.told == told);
        let figure = if told { Figure::Told } else { Figure::Begun };
        let path = href(board.month, figure, &format!("&tipo={}", kind.word()));
        Cell { count: some.map(|one| one.count).sum(), path }
    };
    let line = |kind: &AccountKind| (sentence(kind.label()), cell(*kind, false), cell(*kind, true));
    AccountKind::ALL.iter().map(line).collect()
}

fn page(visit: &Visit, board: &Board) -> BoardPage {
    let is_now = board.month == Month::of(board.today);
    let review = |one: &crate::jobs::desk::board::ReviewDay| Review {
        day: dates::day(one.day),
        by: one.by.iter().map(|id| name(&board.faces, Some(*id))).collect::<Vec<_>>().join(", "),
        is_missed: one.by.is_empty() && one.day < board.today,
    };
    let reviews: Vec<Review> = board.reviews.iter().map(review).collect();
    let (month, ratings) = (board.month, board.ratings);
    let cell = |count: i64, figure: Figure, more: &str| Cell { count, path: href(month, figure, more) };
    let rated = |rating: Rating| format!("&calificacion={}", rating.word());
    let pending = if is_now { "/bandeja?cuales=pendientes".to_owned() } else { href(month, Figure::Pending, "") };
    let late = board.late.0.iter().map(|one| {
        let (ticket, day) = (&one.ticket, dates::day(one.day));
        (ticket.number.clone(), ticket.subject.clone(), dates::day(ticket.last_limit), day)
    });
    BoardPage {
        page: visit.page(&format!("Tablero: {}", month_name(month))),
        before: month.before().to_string(),
        after: if is_now { String::new() } else { month.after().to_string() },
        is_now,
        pending: Cell { count: board.pending, path: pending },
        overdue: board.overdue,
        all: line(month, "Todas", "", &board.all),
        verdicts: Verdict::ALL.iter().map(|verdict| sentence(verdict.label())).collect(),
        tables: vec![
            table(month, "Por categoría", "categoria", &board.categories),
            table(month, "Por unidad", "unidad", &board.units),
            table(month, "Por técnico", "tecnico", &board.technicians),
        ],
        finished: cell(ratings.finished, Figure::Finished, ""),
        satisfied: cell(ratings.satisfied, Figure::Finished, &rated(Rating::Satisfied)),
        unsatisfied: cell(ratings.unsatisfied, Figure::Finished, &rated(Rating::Unsatisfied)),
        unrated: cell(ratings.finished - ratings.rated(), Figure::Finished, "&calificacion=sin"),
        response: percent(ratings.rated(), ratings.finished),
        extensions: Cut {
            rows: board.extensions.0.iter().map(asking).collect(),
            all: cell(board.extensions.1, Figure::Extensions, ""),
        },
        exceptions: Cut {
            rows: board.exceptions.0.iter().map(asking).collect(),
            all: cell(board.exceptions.1, Figure::Exceptions, ""),
        },
        late: Cut {
            rows: late.collect(),
            all: cell(board.late.1, Figure::Attended, &format!("&veredicto={}", Verdict::Late.word())),
        },
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
