//! Additional tasks and the monthly report: who writes, delivers and receives, what is frozen, and what a correction leaves as it was.

use resguardo::desk::Refused;
use resguardo::desk::report::ReportState;
use resguardo::desk::ticket::Rating;
use resguardo::figures::indicators::{Value, indicators};
use resguardo::figures::month::Month;
use resguardo::jobs::monthly::report::{self, View, Written, receive, revise};
use resguardo::jobs::monthly::tasks::{self, TaskForm};
use resguardo::jobs::monthly::{MonthlyError, fo_05, months, rp_fo_03};
use resguardo::store::monthly_reports::MonthlyReport;

use crate::house::House;
use crate::{Place, on_both};

on_both!(
    a_task_is_corrected_until_the_report_of_its_month_was_delivered,
    what_was_delivered_stays_as_it_was_and_a_correction_is_a_revision,
    a_report_is_written_by_the_head_and_received_by_quality_management,
    the_months_say_when_each_report_is_due,
    figures_that_were_changed_by_hand_are_not_followed,
);

const JANUARY: &str = "2026-01";

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

async fn form(house: &House, day: &str, text: &str) -> TaskForm {
    TaskForm {
        day: Some(day.parse().unwrap()),
        text: text.to_owned(),
        done_by: house.id("carlos").await,
        hours: "1,5".to_owned(),
        evidence: "acta 4".to_owned(),
        void: false,
    }
}

async fn add(house: &House, login: &str, form: &TaskForm) -> Result<Month, MonthlyError> {
    let who = house.who(login).await;
    house.work(async |office| tasks::add(office, &who, form).await).await
}

async fn correct(house: &House, login: &str, of: (i64, i64), form: &TaskForm) -> Result<Month, MonthlyError> {
    let who = house.who(login).await;
    house.work(async |office| tasks::correct(office, &who, of, form).await).await
}

async fn write(
    house: &House,
    login: &str,
    version: i64,
    analysis: &str,
    deliver: bool,
) -> Result<MonthlyReport, MonthlyError> {
    let who = house.who(login).await;
    let written = Written { analysis: analysis.to_owned(), notes: String::new() };
    house.work(async |office| report::write(office, &who, (month(JANUARY), version), &written, deliver).await).await
}

async fn view(house: &House, login: &str, revision: Option<u32>) -> Result<View, MonthlyError> {
    let who = house.who(login).await;
    house.work(async |office| report::view(office, &who, month(JANUARY), revision).await).await
}

fn field(error: MonthlyError) -> &'static str {
    match error {
        MonthlyError::Refused(Refused::Field { field, .. }) => field,
        other => panic!("{other:?}"),
    }
}

async fn a_task_is_corrected_until_the_report_of_its_month_was_delivered(place: Place) {
    let house = House::new(place).await;
    let good = form(&house, "2026-01-05", "inventario de licencias").await;
    for (bad, wrong) in [
        (TaskForm { day: None, ..good.clone() }, "day"),
        (TaskForm { day: "2026-01-06".parse().ok(), ..good.clone() }, "day"),
        (TaskForm { text: " ".to_owned(), ..good.clone() }, "text"),
        (TaskForm { done_by: house.id("ana").await, ..good.clone() }, "done_by"),
        (TaskForm { hours: "mucho".to_owned(), ..good.clone() }, "hours"),
        (TaskForm { evidence: "x".repeat(501), ..good.clone() }, "evidence"),
    ] {
        assert_eq!(field(add(&house, "carlos", &bad).await.unwrap_err()), wrong);
    }
    assert_eq!(add(&house, "carlos", &good).await.unwrap(), month(JANUARY));
    let hugo = house.who("hugo").await;
    let read = async || house.work(async |office| tasks::of_month(office, &hugo, None).await.unwrap()).await;
    let task = read().await.tasks.remove(0);
    assert_eq!(
        (task.text.as_str(), task.hours, task.version, task.void),
        ("inventario de licencias", Some(150), 1, false)
    );
    let other = TaskForm { text: "inventario de equipos".to_owned(), hours: String::new(), ..good.clone() };
    correct(&house, "elena", (task.id, 1), &other).await.unwrap();
    let late = correct(&house, "carlos", (task.id, 1), &good).await.unwrap_err();
    assert!(matches!(late, MonthlyError::Changed), "somebody else was first");
    let line = house.store.audit_after(0, 1000).await.unwrap().into_iter().next_back().unwrap();
    assert_eq!(
        (line.action.as_str(), line.actor.as_str(), line.object.as_str()),
        ("task_corrected", "elena", "task 05-01-2026")
    );
    assert!(
        line.detail.contains("inventario de licencias") && line.detail.contains("inventario de equipos"),
        "{line:?}"
    );
    // Entered by mistake: it stays, and the report does not tell it.
    add(&house, "carlos", &form(&house, "2026-01-05", "doble").await).await.unwrap();
    let double = read().await.tasks.remove(1);
    correct(&house, "carlos", (double.id, 1), &TaskForm { void: true, ..good.clone() }).await.unwrap();
    let found = read().await;
    assert_eq!((found.tasks.len(), found.is_open), (2, true));
    house.at("2026-02-03T09:00:00-06:00");
    write(&house, "elena", 0, "todo bien", true).await.unwrap();
    let figures = view(&house, "hugo", None).await.unwrap().figures;
    assert_eq!(figures.tasks.iter().map(|task| task.text.as_str()).collect::<Vec<_>>(), ["inventario de equipos"]);
    // Neither corrected, nor added, nor moved into the month or out of it.
    let closed = |error: MonthlyError| assert!(matches!(error, MonthlyError::Delivered(_)), "{error:?}");
    closed(correct(&house, "carlos", (task.id, 2), &good).await.unwrap_err());
    closed(add(&house, "carlos", &good).await.unwrap_err());
    add(&house, "carlos", &form(&house, "2026-02-03", "de febrero").await).await.unwrap();
    let february = read().await.tasks.remove(0);
    closed(correct(&house, "carlos", (february.id, 1), &good).await.unwrap_err());
    for login in ["ana", "ines", "admin", "gloria", "hugo"] {
        let denied = add(&house, login, &good).await.unwrap_err();
        assert!(matches!(denied, MonthlyError::Refused(Refused::NotAllowed)), "{login}");
    }
}

async fn what_was_delivered_stays_as_it_was_and_a_correction_is_a_revision(place: Place) {
    let house = House::new(place).await;
    let number = house.ticket("ana").await.number;
    house.attend("carlos", &number).await;
    house.act("carlos", &number, resguardo::desk::acts::Act::Finish).await.unwrap();
    house.at("2026-01-31T10:00:00-06:00");
    assert!(matches!(write(&house, "elena", 0, "aún no", true).await.unwrap_err(), MonthlyError::NotOver(_)));
    house.at("2026-02-14T10:00:00-06:00");
    assert_eq!(field(write(&house, "elena", 0, " ", true).await.unwrap_err()), "analysis");
    let draft = write(&house, "elena", 0, "borrador", false).await.unwrap();
    assert_eq!((draft.state, draft.version, draft.revision), (ReportState::Draft, 1, 1));
    assert!(matches!(write(&house, "fidel", 0, "otro", false).await.unwrap_err(), MonthlyError::Changed));
    // Saturday, 14 February: the tenth business day was the day before.
    let done = write(&house, "elena", 1, "un mes tranquilo", true).await.unwrap();
    let frozen = done.frozen.unwrap();
    assert_eq!((frozen.business_day, frozen.day.to_string(), frozen.digest.len()), (11, "2026-02-14".to_owned(), 64));
    assert!(matches!(write(&house, "elena", 3, "después", false).await.unwrap_err(), MonthlyError::State));
    // What is said of January later does not change what was delivered.
    let rate = resguardo::desk::acts::Act::Rate { rating: Rating::Satisfied, comment: String::new() };
    house.act("ana", &number, rate).await.unwrap();
    let seen = view(&house, "hugo", None).await.unwrap();
    assert_eq!((seen.figures.requests.attended, seen.figures.requests.satisfied), (1, 0));
    assert_eq!(seen.figures, frozen.figures);
    assert_eq!(indicators(&seen.figures)[5].value, Value::Delivered(Some(11)), "I5");
    house.at("2026-02-20T10:00:00-06:00");
    let elena = house.who("elena").await;
    let begun =
        house.work(async |office| revise(office, &elena, month(JANUARY), "faltaba una calificación").await).await;
    assert_eq!(begun.unwrap(), 2);
    let again = house.work(async |office| revise(office, &elena, month(JANUARY), "otra").await).await.unwrap_err();
    assert!(matches!(again, MonthlyError::State), "one at a time");
    let second = write(&house, "elena", 1, "con la calificación", true).await.unwrap();
    let later = second.frozen.unwrap();
    assert_eq!(later.figures.requests.satisfied, 1);
    assert_eq!(later.figures.delivered, Some(11), "a correction is no second delivery");
    assert_ne!(later.digest, frozen.digest);
    let first = view(&house, "hugo", Some(1)).await.unwrap();
    assert_eq!(first.shown.unwrap().analysis, "un mes tranquilo");
    assert_eq!(first.figures, frozen.figures);
    assert!(matches!(view(&house, "hugo", Some(3)).await.unwrap_err(), MonthlyError::NotFound));
}

async fn a_report_is_written_by_the_head_and_received_by_quality_management(place: Place) {
    let house = House::new(place).await;
    house.at("2026-02-03T09:00:00-06:00");
    for login in ["ana", "carlos", "ines", "admin", "gloria", "hugo"] {
        let denied = write(&house, login, 0, "x", true).await.unwrap_err();
        assert!(matches!(denied, MonthlyError::Refused(Refused::NotAllowed)), "{login}");
    }
    for login in ["ana", "carlos", "ines", "admin"] {
        let denied = view(&house, login, None).await.unwrap_err();
        assert!(matches!(denied, MonthlyError::Refused(Refused::NotAllowed)), "{login}");
    }
    let (hugo, gloria) = (house.who("hugo").await, house.who("gloria").await);
    let acknowledged = async |who: &resguardo::jobs::desk::Caller, version| {
        house.work(async |office| receive(office, who, month(JANUARY), version).await).await
    };
    assert!(matches!(acknowledged(&hugo, 1).await.unwrap_err(), MonthlyError::NotFound), "there is none yet");
    let paper = house.work(async |office| fo_05::record(office, &hugo, month(JANUARY), None).await).await;
    assert!(matches!(paper.unwrap_err(), MonthlyError::NotFound));
    write(&house, "elena", 0, "bien", false).await.unwrap();
    assert!(matches!(acknowledged(&hugo, 1).await.unwrap_err(), MonthlyError::State), "a draft is not received");
    let done = write(&house, "elena", 1, "bien", true).await.unwrap();
    let denied = acknowledged(&gloria, done.version).await.unwrap_err();
    assert!(matches!(denied, MonthlyError::Refused(Refused::NotAllowed)));
    assert!(matches!(acknowledged(&hugo, 1).await.unwrap_err(), MonthlyError::Changed));
    let done = acknowledged(&hugo, done.version).await.unwrap();
    assert_eq!((done.state, done.received.map(|(_, by)| by)), (ReportState::Received, Some(hugo.actor.id)));
    assert!(matches!(acknowledged(&hugo, done.version).await.unwrap_err(), MonthlyError::State), "once");
    // Both papers say the same whenever they are asked for.
    house.at("2026-03-03T09:00:00-06:00");
    let (first, again) = (
        house.work(async |office| fo_05::record(office, &hugo, month(JANUARY), None).await.unwrap()).await,
        house.work(async |office| fo_05::record(office, &gloria, month(JANUARY), Some(1)).await.unwrap()).await,
    );
    assert_eq!(first.digest().unwrap(), again.digest().unwrap());
    let paper = house.work(async |office| rp_fo_03::record(office, &hugo, month(JANUARY), None).await.unwrap()).await;
    let text = String::from_utf8(paper.canonical().unwrap()).unwrap();
    assert!(text.contains("sin datos") && text.contains("sí (día hábil 2)"), "{text}");
}

async fn the_months_say_when_each_report_is_due(place: Place) {
    let house = House::new(place).await;
    house.at("2026-02-03T09:00:00-06:00");
    write(&house, "elena", 0, "bien", true).await.unwrap();
    let hugo = house.who("hugo").await;
    let found = house.work(async |office| months::months(office, &hugo, None).await.unwrap()).await;
    let said: Vec<_> = found
        .rows
        .iter()
        .take(3)
        .map(|row| {
            let state = row.report.as_ref().map(|report| report.state);
            (row.month.to_string(), row.due.unwrap().to_string(), state)
        })
        .collect();
    let expected = [
        ("2026-02", "2026-03-13", None),
        ("2026-01", "2026-02-13", Some(ReportState::Delivered)),
        ("2025-12", "2026-01-15", None),
    ];
    assert_eq!(said, expected.map(|(month, due, state)| (month.to_owned(), due.to_owned(), state)));
    assert_eq!(found.rows.len(), months::SHOWN);
}

async fn figures_that_were_changed_by_hand_are_not_followed(place: Place) {
    let house = House::new(place).await;
    house.at("2026-02-03T09:00:00-06:00");
    write(&house, "elena", 0, "bien", true).await.unwrap();
    let refused = |sql: &str| {
        let tried = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| house.place.sql(sql)));
        assert!(tried.is_err(), "the database itself refuses {sql}");
    };
    refused("UPDATE monthly_reports SET figures = '{}'");
    refused("UPDATE monthly_reports SET state = 'draft'");
    refused("UPDATE monthly_reports SET delivered_day = '2026-01-31', business_day = 1");
    refused("DELETE FROM monthly_reports");
    view(&house, "hugo", None).await.unwrap();
    let on = if house.place.url.starts_with("sqlite:") { "" } else { " ON monthly_reports" };
    house.place.sql(&format!("DROP TRIGGER monthly_reports_stay{on}"));
    house.place.sql("UPDATE monthly_reports SET figures = replace(figures, '\"received\":0', '\"received\":9')");
    let error = view(&house, "hugo", None).await.unwrap_err();
    assert!(matches!(error, MonthlyError::Store(_)), "{error:?}");
}
