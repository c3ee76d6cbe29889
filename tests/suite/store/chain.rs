//! Numbers without gaps and one chain, whoever writes and whenever they die.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use resguardo::store::change::Change;
use resguardo::store::db::Store;
use resguardo::store::rows::{Excuse, Line, Run};

use crate::place::Place;
use crate::{a_dataset, a_run, draft, drafts, moment, on_both, told, whole_chain};

on_both!(
    many_tasks_of_two_programs_append_one_chain,
    numbers_begin_anew_each_year_and_go_on_when_the_year_comes_back,
    what_fails_in_the_middle_leaves_nothing_and_no_gap,
    a_line_from_a_disk_is_taken_over_only_if_it_is_the_next,
    a_line_of_the_register_is_never_changed_or_removed,
    two_processes_write_at_once,
    killed_at_any_moment_a_writer_loses_nothing_that_was_acknowledged,
);

const AT: &str = "2026-11-22T02:14:05.123456-06:00";

async fn many_tasks_of_two_programs_append_one_chain(place: Place) {
    let programs = [place.open().await, place.open().await];
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..16 {
        let store = programs[task % 2].clone();
        tasks.spawn(async move {
            for _ in 0..8 {
                let applied = store.apply(Change { runs: vec![a_run()], ..drafts(1, AT) }).await.unwrap();
                assert_eq!((applied.lines.len(), applied.run_numbers.len()), (1, 1));
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    assert_eq!(whole_chain(&programs[0]).await.len(), 128);
    let numbers: Vec<i64> = programs[1].runs(1000, None).await.unwrap().iter().map(|run| run.number).collect();
    assert_eq!(numbers, (1..=128).rev().collect::<Vec<_>>());
}

async fn numbers_begin_anew_each_year_and_go_on_when_the_year_comes_back(place: Place) {
    let store = place.open().await;
    let ats = ["2026-12-31T23:59:59-06:00", "2026-12-31T23:59:59-06:00", "2027-01-01T00:00:00-06:00", AT, AT];
    let change = Change { drafts: ats.iter().map(|at| draft(at)).collect(), ..Change::default() };
    let lines = store.apply(change).await.unwrap().lines;
    let places: Vec<(i64, i32, i64)> = lines.iter().map(|line| (line.sequence, line.year, line.number)).collect();
    assert_eq!(places, [(1, 2026, 1), (2, 2026, 2), (3, 2027, 1), (4, 2026, 3), (5, 2026, 4)]);
    assert_eq!(whole_chain(&store).await, lines);
    assert_eq!(store.line(2027, 1).await.unwrap().as_ref(), lines.get(2));
    assert_eq!(store.line(2027, 2).await.unwrap(), None);
    assert_eq!(store.last_line().await.unwrap().as_ref(), lines.last());
    assert_eq!(store.lines(3, 1).await.unwrap(), lines[3..4]);
    let newest = store.newest_lines(Some(2026), 3).await.unwrap();
    assert_eq!(newest.iter().map(|line| line.number).collect::<Vec<_>>(), [4, 3, 2]);
    assert_eq!(store.newest_lines(None, 3).await.unwrap()[2], lines[2]);
}

async fn what_fails_in_the_middle_leaves_nothing_and_no_gap(place: Place) {
    let store = place.open().await;
    store.apply(Change { runs: vec![a_run()], ..drafts(1, AT) }).await.unwrap();
    let stranger = Excuse {
        number: 7,
        plan: None,
        from: moment(AT),
        until: moment(AT),
        reason: "Semana Santa".to_owned(),
        by: "jperez".to_owned(),
        at: moment(AT),
    };
    // The run and its dataset come before what fails, the entries of the register after it.
    let run = a_run();
    let change = Change {
        datasets: vec![a_dataset(&run, 0, AT)],
        runs: vec![run],
        excuses: vec![Excuse { number: 0, ..stranger.clone() }, stranger],
        meta: vec![("last_seen".to_owned(), "nunca".to_owned())],
        ..drafts(2, AT)
    };
    let refused = told(store.apply(change).await.unwrap_err());
    assert!(refused.starts_with("there is no excuse 7 in the database "), "{refused}");
    // One that fails at the register itself, after numbers were given.
    let line = Line { sequence: 9, year: 2026, number: 9, text: "{}".to_owned(), hash: "0".repeat(64) };
    store.apply(Change { imported: vec![line], ..drafts(2, AT) }).await.unwrap_err();
    // And one that the database refuses: the dataset's run is not there.
    let orphan = Change { datasets: vec![a_dataset(&a_run(), 0, AT)], ..Change::default() };
    let refused = told(store.apply(orphan).await.unwrap_err());
    assert!(refused.starts_with("cannot store the dataset bd-minecodc/diaco of the run "), "{refused}");

    assert_eq!(store.runs(9, None).await.unwrap().len(), 1);
    assert_eq!(store.excuses().await.unwrap(), []);
    assert_eq!(store.meta("last_seen").await.unwrap(), None);
    let applied = store.apply(Change { runs: vec![a_run()], ..drafts(1, AT) }).await.unwrap();
    assert_eq!(applied.run_numbers, [2]);
    assert_eq!(whole_chain(&store).await.len(), 2);
}

async fn a_line_from_a_disk_is_taken_over_only_if_it_is_the_next(place: Place) {
    let lost = place.open().await;
    let lines = lost.apply(drafts(3, AT)).await.unwrap().lines;
    let other = Place::sqlite();
    let fresh = other.open().await;
    let import = |range: std::ops::Range<usize>| Change { imported: lines[range].to_vec(), ..Change::default() };
    fresh.apply(import(0..1)).await.unwrap();
    for range in [0..1, 2..3, 1..1] {
        let empty = range.is_empty();
        assert_eq!(fresh.apply(import(range)).await.is_ok(), empty);
    }
    let refused = told(fresh.apply(import(2..3)).await.unwrap_err());
    assert!(refused.contains("line 3 (2026-3) does not follow"), "{refused}");
    assert!(refused.contains("the next is 2 (2026-2)"), "{refused}");
    fresh.apply(import(1..3)).await.unwrap();
    fresh.apply(drafts(1, AT)).await.unwrap();
    let chain = whole_chain(&fresh).await;
    assert_eq!((chain.len(), &chain[..3]), (4, &lines[..]));
}

async fn a_line_of_the_register_is_never_changed_or_removed(place: Place) {
    let store = place.open().await;
    let lines = store.apply(drafts(2, AT)).await.unwrap().lines;
    store.close().await;
    for sql in ["UPDATE lines SET text = '{}' WHERE sequence = 1", "DELETE FROM lines WHERE sequence = 2"] {
        let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| place.sql(sql)));
        let said = refused.unwrap_err().downcast::<String>().unwrap();
        assert!(said.contains("a line of the register is never "), "{sql}: {said}");
    }
    assert_eq!(whole_chain(&place.open().await).await, lines);
}

/// The variable that makes a writer of a process of this test.
const WRITER: &str = "STORE_TEST_URL";
/// What it says before each number that was acknowledged.
const ACKNOWLEDGED: &str = "acknowledged ";

/// Another process that appends three entries and a run at a time, and says so, until it is killed.
fn start_writer(place: &Place) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "chain::this_process_writes_if_it_is_told_to", "--nocapture"]).env(WRITER, &place.url);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// The numbers of what a writer says, as long as it does.
fn acknowledged(writer: &mut Child) -> impl Iterator<Item = i64> + use<> {
    let lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    // The last line may be cut by the kill; it was not acknowledged to anybody.
    lines.map_while(Result::ok).filter_map(|line| line.strip_prefix(ACKNOWLEDGED)?.strip_suffix('.')?.parse().ok())
}

async fn append_three(store: &Store) -> i64 {
    let run = a_run();
    let change = Change { datasets: vec![a_dataset(&run, 0, AT)], runs: vec![run], ..drafts(3, AT) };
    store.apply(change).await.unwrap().lines[2].sequence
}

#[test]
fn this_process_writes_if_it_is_told_to() {
    let Ok(url) = std::env::var(WRITER) else { return };
    crate::wait(async {
        let store = Store::open(&url, None).await.unwrap();
        loop {
            // The name of the test may stand on the line before.
            println!("\n{ACKNOWLEDGED}{}.", append_three(&store).await);
        }
    });
}

/// Whether all that was stored was stored whole.
async fn nothing_half(store: &Store) -> Vec<Line> {
    let lines = whole_chain(store).await;
    let runs: Vec<Run> = store.runs(100_000, None).await.unwrap();
    assert_eq!(lines.len(), 3 * runs.len());
    assert_eq!(store.history("bd-minecodc", "diaco", 100_000).await.unwrap().len(), runs.len());
    lines
}

async fn two_processes_write_at_once(place: Place) {
    let store = place.open().await;
    let mut writer = start_writer(&place);
    let mut theirs = acknowledged(&mut writer);
    let mut mine = Vec::new();
    while mine.len() < 30 {
        // Each goes on only when the other has written too.
        assert!(theirs.next().is_some(), "the other process failed");
        mine.push(append_three(&store).await);
    }
    writer.kill().unwrap();
    let last = theirs.last();
    writer.wait().unwrap();
    let lines = nothing_half(&store).await;
    assert!(lines.len() >= 180 && lines.last().map(|line| line.sequence) >= last, "{}", lines.len());
    assert!(mine.iter().all(|sequence| lines.iter().any(|line| line.sequence == *sequence)));
}

async fn killed_at_any_moment_a_writer_loses_nothing_that_was_acknowledged(place: Place) {
    place.open().await.close().await;
    for kill in 0..8 {
        let mut writer = start_writer(&place);
        let mut heard = acknowledged(&mut writer);
        // It is always within its next change when it is killed.
        let before = heard.nth(kill * 3).unwrap();
        writer.kill().unwrap();
        let last = heard.last().unwrap_or(before);
        writer.wait().unwrap();
        let store = place.open().await;
        let lines = nothing_half(&store).await;
        assert!(lines.last().unwrap().sequence >= last, "kill {kill}: {last} was acknowledged");
        store.close().await;
    }
}
