//! The two semesters of a year: their indicators add up with the months and with what happened, stay as they were delivered, and come
//! onto paper.

use resguardo::desk::report::ReportState;
use resguardo::jobs::upkeep::{fo_02, fo_03, rp_fo_03, semester};
use resguardo::upkeep::done::ItemState;
use resguardo_forms_model::Record;

use crate::house::House;
use crate::papers::{figures, printed, text};
use crate::year_ledger::{End, Ledger, OfHalf, Row, word};
use crate::year_upkeep::{Upkeep, by, confirm, half, view};

/// The first figure of a report of a month, and so on.
const PROGRAMMED: usize = 0;
const EXECUTED: usize = 1;
const MOVED: usize = 2;

/// Both semesters, after a year of which the ledger knows.
pub(crate) async fn add_up_and_come_onto_paper(house: &House, upkeep: &Upkeep) {
    let ledger = &upkeep.ledger;
    let halves = [1, 2].map(|of| ledger.half(of));
    for (of, counted) in (1..).zip(halves) {
        adds_up(house, ledger, of, counted).await;
        programme_on_paper(house, ledger, of, counted).await;
        indicator_on_paper(house, of, counted).await;
    }
    // What a month has done is done in it, whichever semester's it was; and all that was moved was moved in a month.
    assert_eq!(ledger.sum(1, EXECUTED), halves[0].done);
    assert_eq!(ledger.sum(2, EXECUTED), halves[0].late + halves[1].done);
    let in_january = ledger.moves.iter().filter(|one| one.name.starts_with("FO-03-2027")).count();
    let moved = halves[0].moved + halves[1].moved - i64::try_from(in_january).unwrap();
    assert_eq!(ledger.sum(1, MOVED) + ledger.sum(2, MOVED), moved);
    // Chance brought what is to be seen.
    assert!(halves[0].is_met() && !halves[1].is_met(), "one semester reaches its target: {halves:?}");
    assert!(halves.iter().all(|of| of.done > 20 && of.not_done > 0 && of.retired > 0 && of.moved > 3), "{halves:?}");
    assert!(halves[0].late > 0 && ledger.moves.iter().any(|one| one.half == 1 && one.to >= day("2026-07-01")));
    moves_on_paper(house, ledger).await;
    stays_as_it_was_delivered(house, ledger).await;
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

/// What the indicator of a semester froze is what happened, and what its months said.
async fn adds_up(house: &House, ledger: &Ledger, of: u8, counted: OfHalf) {
    let view = by(house, "gloria", async |office, by| semester::view(office, by, half(of), None).await.unwrap()).await;
    let shown = view.shown.unwrap();
    assert_eq!((shown.revision, shown.state), (1, ReportState::Received));
    let frozen = shown.frozen.unwrap();
    // 9 July and 8 January: with the first of the year a holiday.
    assert_eq!(frozen.business_day, [7, 5][usize::from(of) - 1]);
    let figures = &frozen.figures;
    let said = OfHalf {
        done: figures.items.done,
        late: figures.items.late,
        not_done: figures.items.not_done,
        retired: figures.items.retired,
        moved: figures.rescheduled,
    };
    assert_eq!((said, figures.items.open), (counted, 0), "semester {of}");
    let fraction = figures.indicator().value.fraction().unwrap();
    assert_eq!(
        [fraction.part, fraction.whole],
        [counted.done, counted.programmed()].map(|one| u64::try_from(one).unwrap())
    );
    assert_eq!(figures.indicator().value.is_met(), Some(counted.is_met()));
    let mut gone: Vec<&str> = rows(ledger, of).filter(|row| row.gone.is_some()).map(|row| row.code.as_str()).collect();
    let mut left: Vec<&str> = figures.retired.iter().map(|left| left.code.as_str()).collect();
    gone.sort_unstable();
    left.sort_unstable();
    assert_eq!(left, gone);
    let programmed = ledger.sum(of, PROGRAMMED);
    assert_eq!(programmed, counted.programmed() + ledger.told_before_they_left(of), "six months are a semester");
}

fn rows(ledger: &Ledger, of: u8) -> impl Iterator<Item = &Row> {
    ledger.rows.iter().filter(move |row| row.half == of)
}

/// FO-02 names each piece, and its totals are what happened.
async fn programme_on_paper(house: &House, ledger: &Ledger, of: u8, counted: OfHalf) {
    let seen = view(house, of).await;
    let decision = seen.programme.decision.as_ref().unwrap();
    assert!(decision.approved && decision.by != seen.programme.made_by, "another person approved it");
    for (item, row) in seen.items.iter().zip(rows(ledger, of)) {
        let is = match (row.end, row.gone) {
            (End::Done(_), _) => ItemState::Done,
            (_, Some(_)) => ItemState::Retired,
            _ => ItemState::NotDone,
        };
        assert_eq!((item.number, seen.state(item), seen.progress(item).entries), (row.number, is, row.entries));
        assert_eq!(seen.progress(item).week(item.week).word(), word(row.week), "{}", row.code);
    }
    let record = by(house, "hugo", async |office, by| fo_02::record(office, by, half(of)).await.unwrap()).await;
    let paper = printed(&record);
    for said in [format!("FO-02-2026-{of}"), "DIACO-IN-FO-02".to_owned(), "gloria Pérez".to_owned()] {
        assert!(paper.contains(&said), "{said} is not in\n{paper}");
    }
    let gone = i64::try_from(rows(ledger, of).filter(|row| row.gone.is_some()).count()).unwrap();
    let missed = counted.not_done + counted.retired - gone;
    let total = counted.done + counted.late + missed;
    let totals = figures(&paper, "Programados Ejecutados No ejecutados Por ejecutar Retirados");
    assert_eq!(totals, [total, counted.done + counted.late, missed, 0, gone], "the totals of semester {of}");
    for row in rows(ledger, of) {
        let (_, number) = row.code.split_once('-').unwrap();
        assert!(paper.contains(number), "{} is not in\n{paper}", row.code);
    }
}

/// RP-FO-03 says the quotient, whether the target was met, and which copy goes along.
async fn indicator_on_paper(house: &House, of: u8, counted: OfHalf) {
    let record =
        by(house, "hugo", async |office, by| rp_fo_03::record(office, by, half(of), None).await.unwrap()).await;
    let paper = printed(&record);
    let said = format!(
        "Ejecutados en el semestre: {}; después de él: {}; no ejecutados: {}; reprogramaciones: {}.",
        counted.done, counted.late, counted.not_done, counted.moved
    );
    for said in [format!("RP-FO-03-2026-{of}"), "DIACO-RP-FO-03".to_owned(), format!("FO-02 2026-{of}.pdf"), said] {
        assert!(paper.contains(&said), "{said} is not in\n{paper}");
    }
    let verdict = if counted.is_met() { " cumple " } else { " no cumple " };
    assert!(paper.contains(verdict), "{paper}");
    assert_eq!(paper.contains("Un técnico más por las tardes."), !counted.is_met());
    let quotient: [i64; 2] = figures(&paper, "Numerador Denominador FO-02 y FO-03");
    assert_eq!(quotient, [counted.done, counted.programmed()]);
}

/// Some that were moved, the first, the last, and one beyond its semester, say it on FO-03.
async fn moves_on_paper(house: &House, ledger: &Ledger) {
    let beyond = ledger.moves.iter().find(|one| one.half == 1 && one.to >= day("2026-07-01"));
    for one in ledger.moves.iter().take(1).chain(beyond).chain(ledger.moves.last()) {
        let record = by(house, "hugo", async |office, by| fo_03::record(office, by, &one.name).await.unwrap()).await;
        let paper = printed(&record);
        for said in [&one.name, &one.code, &word(one.from), &word(one.to), &"DIACO-IN-FO-03".to_owned()] {
            assert!(paper.contains(said.as_str()), "{said} is not in\n{paper}");
        }
    }
}

/// What somebody says after the delivery makes another FO-02, and changes neither the indicator nor its copy.
async fn stays_as_it_was_delivered(house: &House, ledger: &Ledger) {
    let digests = async || {
        let (programme, copy, indicator): (Record, _, Record) = by(house, "hugo", async |office, by| {
            let programme = fo_02::record(office, by, half(1)).await.unwrap();
            let copy = semester::copy(office, by, half(1), None).await.unwrap();
            (programme, copy, rp_fo_03::record(office, by, half(1), None).await.unwrap())
        })
        .await;
        (programme.digest().unwrap(), copy.1, indicator.digest().unwrap())
    };
    let before = digests().await;
    assert!(text(&before.1).contains("FO-02-2026-1"));
    let late = rows(ledger, 1).find(|row| row.unconfirmed).expect("chance leaves one that nobody has confirmed");
    confirm(house, late.responsible.as_ref().unwrap(), (1, late.number)).await;
    let after = digests().await;
    assert_ne!(after.0, before.0, "the programme now tells who confirmed it");
    assert_eq!((after.1, after.2), (before.1, before.2), "what was delivered stays");
}
