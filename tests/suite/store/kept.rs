//! What is stored of the items of approved programmes: entries in their order, reschedulings without gaps, and what is delivered.

use chrono::NaiveDate;
use resguardo::desk::report::ReportState;
use resguardo::figures::upkeep::{Fates, Semestral};
use resguardo::store::assigned::AssignedFilter;
use resguardo::store::db::Store;
use resguardo::store::desk_rows::NewLetter;
use resguardo::store::item_entries::Entry;
use resguardo::store::people_rows::AuditDraft;
use resguardo::store::programmes::ProgrammeChange;
use resguardo::store::semester_reports::{FrozenSemester, Said, SemesterReport};
use resguardo::upkeep::done::{
    Conformity, Ending, Finish, Found, ItemState, ItemVisit, Notice, Progress, Rescheduling, Work,
};
use resguardo::upkeep::programme::{Decision, Programme, State, digest};
use resguardo::upkeep::semester::Week;

use crate::on_both;
use crate::place::Place;
use crate::programme::{at, drafted, item, only, programme};

on_both!(
    entries_come_back_in_their_order_and_reschedulings_have_no_gaps,
    a_finished_programme_takes_nothing_more_and_its_report_stays,
    what_is_due_is_found_by_week_person_and_piece,
);

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn week(word: &str) -> Week {
    Week::of_word(word).unwrap()
}

fn line() -> AuditDraft {
    let text = |text: &str| text.to_owned();
    AuditDraft { at: at(), actor: text("elena"), address: text(""), action: "x", object: text("o"), detail: text("") }
}

/// The programme of two items, approved.
async fn approved(place: &Place) -> (Store, Programme) {
    let store = drafted(place).await;
    let known = store.programme(programme().semester).await.unwrap().unwrap();
    let decision = Some(Decision { at: at(), by: 1, approved: true, comment: String::new() });
    let digest = Some(digest(known.semester, &[item(1), item(2)]));
    let approved = Programme { state: State::Approved, sent: Some((at(), 1)), digest, decision, ..known };
    assert!(store.apply_programme(&only(approved.clone())).await.unwrap());
    (store, Programme { version: approved.version + 1, ..approved })
}

fn notice(entry: i64) -> Notice {
    let (reason, proposed) = ("en gira".to_owned(), Some(week("2026-W12")));
    Notice { item: 1, entry, week: week("2026-W05"), available: false, reason, proposed, made: (at(), 1) }
}

fn rescheduling(item: i64, entry: i64, number: i64) -> Rescheduling {
    Rescheduling {
        year: 2026,
        number,
        programme: 1,
        item,
        entry,
        old_week: week("2026-W05"),
        new_week: week("2026-W12"),
        reason: "en gira".to_owned(),
        informed: ("Inés".to_owned(), at()),
        made: (at(), 1),
        day: day("2026-01-05"),
        aware: None,
    }
}

fn visit(item: i64, entry: i64, work: Work) -> ItemVisit {
    ItemVisit { item, entry, day: day("2026-01-05"), work, made: (at(), 1) }
}

fn work(conformity: Conformity) -> Work {
    let checks = vec![("Limpieza ñ".to_owned(), true), ("Cables".to_owned(), false)];
    Work::Done { checks, found: Found::WorksBut, notes: "falta".to_owned(), conformity }
}

async fn enter(store: &Store, entry: Entry) -> bool {
    store.enter_item(1, &entry, &[], &line()).await.unwrap()
}

async fn entries_come_back_in_their_order_and_reschedulings_have_no_gaps(place: Place) {
    let (store, _) = approved(&place).await;
    let letter =
        NewLetter { key: "k".to_owned(), user: 1, template: "no_disponible".to_owned(), data: serde_json::json!({}) };
    let said = Entry::Notice(notice(1));
    assert!(store.enter_item(1, &said, &[letter], &line()).await.unwrap());
    assert!(!store.enter_item(1, &said, &[], &line()).await.unwrap(), "two entries have one number");
    assert!(
        !enter(&store, Entry::Notice(notice(3))).await
            && !enter(&store, Entry::Rescheduling(rescheduling(9, 1, 0))).await
    );
    assert!(enter(&store, Entry::Rescheduling(rescheduling(1, 2, 0))).await);
    // One that came second is refused, and takes no number.
    assert!(!enter(&store, Entry::Rescheduling(rescheduling(1, 2, 0))).await);
    assert!(enter(&store, Entry::Visit(visit(1, 3, Work::NotDone("cerrado".to_owned())))).await);
    let ending = |state, reason: &str| Some(Ending { state, day: day("2026-01-05"), reason: reason.to_owned() });
    let stood = async || store.programme_rows(1).await.unwrap()[0].1.clone();
    let moved = Some(week("2026-W12"));
    let not_done = ending(ItemState::NotDone, "cerrado");
    assert_eq!(stood().await, Progress { turns: 1, moved, ending: not_done, entries: 3 });
    assert!(enter(&store, Entry::Rescheduling(rescheduling(1, 4, 0))).await);
    assert_eq!(stood().await, Progress { turns: 2, moved, ending: None, entries: 4 }, "it is open again");
    assert!(enter(&store, Entry::Rescheduling(rescheduling(2, 1, 0))).await);
    let received = visit(1, 5, work(Conformity::Received("Marta".to_owned())));
    assert!(enter(&store, Entry::Visit(received.clone())).await);
    assert_eq!(stood().await, Progress { turns: 2, moved, ending: ending(ItemState::Done, ""), entries: 5 });
    assert_eq!(store.item_notices(1).await.unwrap(), [notice(1)]);
    let all = [rescheduling(1, 2, 1), rescheduling(1, 4, 2), rescheduling(2, 1, 3)];
    assert_eq!(store.reschedulings(1).await.unwrap(), all);
    assert_eq!(store.reschedulings_between((day("2026-01-05"), day("2026-01-05"))).await.unwrap(), all);
    assert_eq!(store.item_visits(1).await.unwrap().last(), Some(&received));
    assert!(!store.confirm_visit(1, (1, 5), at(), &line()).await.unwrap(), "nobody was asked to confirm it");
    assert!(store.know_rescheduling(&all[0], (at(), 1), &line()).await.unwrap());
    assert!(!store.know_rescheduling(&all[0], (at(), 1), &line()).await.unwrap());
    assert_eq!(store.rescheduling((2026, 1)).await.unwrap().unwrap().aware, Some((at(), 1)));
    for sql in [
        "UPDATE item_notices SET reason = 'x'",
        "UPDATE reschedulings SET new_week = '2026-W13' WHERE number = 2",
        "UPDATE reschedulings SET aware = NULL WHERE number = 1",
        "DELETE FROM item_visits",
        "UPDATE item_visits SET done = 1",
        "UPDATE programme_items SET week = '2026-W07'",
    ] {
        refused(&place, sql);
    }
}

#[track_caller]
fn refused(place: &Place, sql: &str) {
    let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| place.sql(sql)));
    assert!(refused.is_err(), "{sql}");
}

async fn a_finished_programme_takes_nothing_more_and_its_report_stays(place: Place) {
    let (store, known) = approved(&place).await;
    assert!(enter(&store, Entry::Visit(visit(1, 1, work(Conformity::Received("Marta".to_owned()))))).await);
    let finish = Some(Finish { at: at(), by: 1, reason: "sin repuestos".to_owned() });
    let not_done = Ending { state: ItemState::NotDone, day: day("2026-06-30"), reason: "sin repuestos".to_owned() };
    let finished = Programme { state: State::Finished, finish, ..known };
    // What was done meanwhile is not made undone by who finishes.
    let endings = vec![(1, not_done.clone()), (2, not_done.clone())];
    assert!(store.apply_programme(&ProgrammeChange { endings, ..only(finished.clone()) }).await.unwrap());
    let rows = store.programme_rows(1).await.unwrap();
    assert_eq!(rows[0].1.ending.as_ref().unwrap().state, ItemState::Done);
    assert_eq!(rows[1].1.ending, Some(not_done));
    assert_eq!(store.programme_of_id(1).await.unwrap().unwrap().finish, finished.finish);
    assert!(!enter(&store, Entry::Rescheduling(rescheduling(2, 1, 0))).await);
    refused(&place, "UPDATE programme_items SET fate = 'done' WHERE number = 2");
    refused(&place, "UPDATE programmes SET finish_reason = 'x'");

    let draft = SemesterReport {
        programme: 1,
        revision: 1,
        state: ReportState::Draft,
        said: Said { analysis: "bien".to_owned(), ..Said::default() },
        reason: String::new(),
        version: 1,
        created: at(),
        created_by: 1,
        frozen: None,
        received: None,
    };
    assert!(store.file_semester_report(&draft, None, None, &line()).await.unwrap());
    assert!(!store.file_semester_report(&draft, None, None, &line()).await.unwrap());
    let items = Fates { done: 1, not_done: 1, ..Fates::default() };
    let (retired, before) = (Vec::new(), Vec::new());
    let figures = Semestral {
        semester: "2026-1".to_owned(),
        until: day("2026-06-30"),
        items,
        rescheduled: 0,
        retired,
        before,
        attached: None,
    };
    let frozen = Some(FrozenSemester::new(figures, at(), 1, day("2026-07-01"), 1));
    let delivered = SemesterReport { state: ReportState::Delivered, version: 2, frozen, ..draft };
    assert!(store.file_semester_report(&delivered, Some(1), Some(b"%PDF\0\xff"), &line()).await.unwrap());
    assert!(!store.file_semester_report(&delivered, Some(1), Some(b"other"), &line()).await.unwrap());
    assert_eq!(store.semester_reports(1).await.unwrap(), [delivered]);
    assert_eq!(store.semester_copy(1, 1).await.unwrap().unwrap(), b"%PDF\0\xff");
    assert_eq!(store.semester_copy(1, 2).await.unwrap(), None);
    refused(&place, "UPDATE semester_reports SET analysis = 'mal'");
    refused(&place, "DELETE FROM semester_copies");
}

async fn what_is_due_is_found_by_week_person_and_piece(place: Place) {
    let (store, _) = approved(&place).await;
    let codes = async |filter: AssignedFilter| -> Vec<String> {
        store.assigned(&filter, 100).await.unwrap().into_iter().map(|one| one.code).collect()
    };
    let due = |word| AssignedFilter { due: Some(week(word)), ..AssignedFilter::default() };
    assert_eq!(codes(due("2026-W05")).await, ["A", "B"]);
    assert_eq!(codes(due("2026-W04")).await, Vec::<String>::new());
    assert_eq!(codes(AssignedFilter { technician: Some(2), ..due("2026-W05") }).await, Vec::<String>::new());
    assert_eq!(codes(AssignedFilter { equipment: Some(2), ..AssignedFilter::default() }).await, ["B"]);
    assert_eq!(
        codes(AssignedFilter { semester: programme().semester.next(), ..AssignedFilter::default() }).await,
        Vec::<String>::new()
    );
    assert!(enter(&store, Entry::Rescheduling(rescheduling(1, 1, 0))).await);
    assert_eq!(codes(due("2026-W11")).await, ["B"], "the other one was moved");
    assert_eq!(codes(due("2026-W12")).await, ["B", "A"]);
    assert!(enter(&store, Entry::Visit(visit(2, 1, work(Conformity::Received("Marta".to_owned()))))).await);
    let done = |on| AssignedFilter { done: Some((day(on), day(on))), ..AssignedFilter::default() };
    assert_eq!((codes(due("2026-W12")).await, codes(done("2026-01-05")).await), (vec!["A".into()], vec!["B".into()]));
    assert_eq!(codes(done("2026-01-06")).await, Vec::<String>::new());
    let found = store.assigned(&due("2026-W12"), 100).await.unwrap().remove(0);
    assert_eq!((found.item, found.programme, found.to_confirm), (item(1), State::Approved, false));
}
