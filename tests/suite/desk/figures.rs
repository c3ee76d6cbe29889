//! The figures of random months, counted a second time: slowly, ticket by ticket, from what happened to each.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use resguardo::desk::Verdict;
use resguardo::desk::acts::Act;
use resguardo::desk::ticket::{Cause, Decision, ExceptionKind, Mode, Rating, State, Ticket};
use resguardo::figures::fraction::Fraction;
use resguardo::figures::indicators::{Value, indicators};
use resguardo::figures::month::Month;
use resguardo::figures::monthly::{Monthly, Share};
use resguardo::jobs::desk::enter::NewTicket;
use resguardo::jobs::desk::view::{self, View};
use resguardo::jobs::monthly::figures;

use crate::Place;
use crate::house::{House, asked, ruling};

/// A generator (splitmix64): the same seed, the same months.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn of(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }

    pub(crate) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.of(of.len() as u64)).unwrap()]
    }
}

fn workday(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// Weekdays after one day until another: from 5 January to Holy Week there is no holiday.
fn waited(from: NaiveDate, to: NaiveDate) -> i64 {
    i64::try_from(from.iter_days().skip(1).take_while(|day| *day <= to).filter(|day| workday(*day)).count()).unwrap()
}

/// Some weeks of a desk, one day after the other. What the rules refuse does not happen.
async fn live(house: &House, chance: &mut Chance) -> Vec<String> {
    let mut numbers = Vec::new();
    let start: NaiveDate = "2026-01-05".parse().unwrap();
    for today in start.iter_days().take(66) {
        house.at(&format!("{today}T{:02}:30:00-06:00", 8 + chance.of(15)));
        for _ in 0..chance.of(3) {
            let by = chance.one(&["ana", "berta", "carlos", "gloria", "ines"]);
            let category = i64::try_from(1 + chance.of(8)).unwrap();
            let ticket = house.enter(by, NewTicket { category, ..asked("algo") }, vec![]).await.unwrap();
            numbers.push(ticket.number);
        }
        for number in &numbers {
            if chance.of(3) > 0 {
                let ticket = house.store.ticket_by_number(number).await.unwrap().unwrap();
                step(house, chance, &ticket, today).await;
            }
        }
    }
    numbers
}

/// What somebody does with a ticket today, by chance.
pub(crate) async fn step(house: &House, chance: &mut Chance, ticket: &Ticket, today: NaiveDate) {
    let login = async |id: i64| house.store.user(id).await.unwrap().unwrap().login;
    let number = ticket.number.as_str();
    let text = || "algo".to_owned();
    let assignee = match ticket.assignee {
        Some(id) => login(id).await,
        None => String::new(),
    };
    // What is refused is refused; another day brings another chance.
    match (ticket.state, chance.of(10)) {
        (State::Entered | State::Assigned, 0) => drop(house.act("elena", number, Act::Void { reason: text() }).await),
        (State::Entered, _) => drop(house.act(chance.one(&["carlos", "diego"]), number, Act::Take).await),
        (State::Assigned, _) => drop(house.act(&assignee, number, Act::Analyse { text: text() }).await),
        (State::Attending, 0 | 1) => {
            let far = 1 + chance.of(9);
            let new_limit = today.checked_add_days(Days::new(far)).unwrap();
            let extend = Act::Extend { cause: Cause::System, reason: text(), new_limit, ruling: ruling() };
            drop(house.act(&assignee, number, extend).await);
            drop(house.act("elena", number, Act::DecideExtension { confirmed: chance.of(3) > 0 }).await);
        }
        (State::Attending, 2 | 3) => {
            let except = Act::Except { kind: ExceptionKind::Servers, reason: text(), reference: text() };
            drop(house.act(&assignee, number, except).await);
            drop(house.act("elena", number, Act::DecideException { confirmed: chance.of(2) > 0 }).await);
        }
        (State::Waiting, 0..4) => drop(house.act(&assignee, number, Act::Resume).await),
        (State::Attending, 4..7) => {
            drop(house.act(&assignee, number, Act::Rule { mode: Mode::Remote, ruling: ruling() }).await);
        }
        (State::Ruled, _) => drop(house.act(&assignee, number, Act::Finish).await),
        (State::Finished, 0..2) => {
            let rating = chance.one(&[Rating::Satisfied, Rating::Satisfied, Rating::Unsatisfied]);
            let by = login(ticket.requester).await;
            drop(house.act(&by, number, Act::Rate { rating, comment: text() }).await);
        }
        _ => {}
    }
}

/// On which day something happened to a ticket.
fn when(view: &View, kind: &str) -> Option<NaiveDate> {
    view.events.iter().find(|event| event.kind == kind).map(|event| event.day)
}

fn confirmed(decision: &Option<Decision>) -> bool {
    decision.as_ref().is_some_and(|one| one.confirmed)
}

/// Whether the limit was kept, by the days alone.
fn verdict(view: &View, attended: NaiveDate) -> Verdict {
    let entered = when(view, "entered").unwrap();
    let first = entered.iter_days().skip(1).filter(|day| workday(*day)).nth(2).unwrap();
    let extensions = view.case.extensions.iter().filter(|one| confirmed(&one.decision)).map(|one| one.new_limit);
    let last = extensions.chain([first]).max().unwrap();
    match () {
        () if attended <= first => Verdict::Kept,
        () if attended <= last => Verdict::KeptExtended,
        () if view.case.exceptions.iter().any(|one| confirmed(&one.decision)) => Verdict::Excepted,
        () => Verdict::Late,
    }
}

/// Received, attended and pending by what tickets have in common.
type Parts = BTreeMap<Option<i64>, (i64, i64, i64)>;

fn parts(shares: &[Share]) -> Parts {
    let counts = |share: &Share| (share.id, (share.received, share.attended, share.pending));
    shares.iter().map(counts).collect()
}

/// Counts a month ticket by ticket and holds it against the figures.
fn compare(month: Month, tickets: &[View], figures: &Monthly) {
    let of = &figures.requests;
    let inside = |day: Option<NaiveDate>| day.filter(|day| (month.first()..=month.last()).contains(day));
    let (mut categories, mut units, mut technicians) = (Parts::new(), Parts::new(), Parts::new());
    let (mut void, mut finished, mut ratings, mut extended) = (0, 0, (0, 0), 0);
    let (mut verdicts, mut waits) = (BTreeMap::<Verdict, i64>::new(), Vec::new());
    let mut named = BTreeSet::new();
    for view in tickets {
        let ticket = &view.case.ticket;
        let (entered, ruled) = (when(view, "entered").unwrap(), when(view, "ruled"));
        let over = ruled.or(when(view, "voided"));
        let received = i64::from(inside(Some(entered)).is_some());
        let attended = i64::from(inside(ruled).is_some());
        let pending = i64::from(entered <= month.last() && over.is_none_or(|over| over > month.last()));
        let add = |parts: &mut Parts, of: Option<i64>| {
            let part = parts.entry(of).or_default();
            *part = (part.0 + received, part.1 + attended, part.2 + pending);
        };
        // A part is there where any of its figures is.
        if received + attended + pending > 0 || inside(when(view, "voided")).is_some() {
            add(&mut categories, Some(ticket.category));
            add(&mut units, ticket.unit);
            add(&mut technicians, ticket.assignee);
        }
        void += i64::from(inside(when(view, "voided")).is_some());
        if inside(when(view, "finished")).is_some() {
            finished += 1;
            ratings.0 += i64::from(ticket.rating == Some(Rating::Satisfied));
            ratings.1 += i64::from(ticket.rating == Some(Rating::Unsatisfied));
        }
        if let Some(day) = inside(ruled) {
            let verdict = verdict(view, day);
            *verdicts.entry(verdict).or_default() += 1;
            waits.push(waited(entered, day));
            extended += i64::from(view.case.extensions.iter().any(|one| confirmed(&one.decision)));
            if verdict != Verdict::Kept || ticket.rating == Some(Rating::Unsatisfied) {
                named.insert(ticket.number.clone());
            }
        }
    }
    let with = |verdict| verdicts.get(&verdict).copied().unwrap_or_default();
    let all: (i64, i64, i64) =
        categories.values().fold((0, 0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1, sum.2 + one.2));
    assert_eq!((of.received, of.attended, of.pending, of.void), (all.0, all.1, all.2, void), "{month}");
    assert_eq!(
        (of.kept, of.kept_extended, of.excepted, of.late),
        (with(Verdict::Kept), with(Verdict::KeptExtended), with(Verdict::Excepted), with(Verdict::Late))
    );
    assert_eq!((of.finished, of.satisfied, of.unsatisfied, of.extended), (finished, ratings.0, ratings.1, extended));
    assert_eq!((parts(&of.categories), parts(&of.units), parts(&of.technicians)), (categories, units, technicians));
    assert_eq!(of.listed.iter().map(|one| one.number.clone()).collect::<BTreeSet<_>>(), named);
    let discordant = i64::try_from(of.listed.iter().filter(|one| one.is_discordant()).count()).unwrap();
    assert_eq!(of.kept_unsatisfied + of.extended_unsatisfied + of.late_satisfied, discordant);
    waits.sort_unstable();
    let middle = |from: usize| waits.get(from).copied();
    let median = (!waits.is_empty()).then(|| middle((waits.len() - 1) / 2).unwrap() + middle(waits.len() / 2).unwrap());
    assert_eq!((of.waited, of.median_twice), (waits.iter().sum(), median));
    let kept = with(Verdict::Kept) + with(Verdict::KeptExtended);
    let expected = [
        (kept, kept + with(Verdict::Late)),
        (with(Verdict::Kept), all.1),
        (ratings.0, ratings.0 + ratings.1),
        (ratings.0 + ratings.1, finished),
        (0, weeks(month, figures.until)),
        (waits.iter().sum(), all.1),
        (extended, all.1),
        (with(Verdict::Excepted), all.1),
    ];
    let fractions: Vec<Fraction> = indicators(figures).iter().filter_map(|one| one.value.fraction()).collect();
    assert_eq!(fractions, expected.map(|(part, whole)| Fraction::of(part, whole)), "{month}");
    assert!(indicators(figures).iter().any(|one| one.value == Value::Count(all.2)), "the backlog");
}

/// The weeks that end in a month, until a day.
fn weeks(month: Month, until: NaiveDate) -> i64 {
    let days = month.first().iter_days().take_while(|day| *day <= until);
    i64::try_from(days.filter(|day| day.weekday() == Weekday::Sun).count()).unwrap()
}

#[test]
fn the_figures_of_random_months_are_those_that_are_counted_ticket_by_ticket() {
    crate::wait(async {
        let (mut verdicts, mut discordant) = (BTreeSet::new(), 0);
        for seed in 1..=3 {
            let house = House::new(Place::sqlite()).await;
            let numbers = live(&house, &mut Chance(seed)).await;
            house.at("2026-03-20T09:00:00-06:00");
            let hugo = house.who("hugo").await;
            let mut tickets = Vec::new();
            for number in &numbers {
                tickets.push(house.work(async |office| view::ticket(office, &hugo, number).await.unwrap()).await);
            }
            for month in ["2025-12", "2026-01", "2026-02", "2026-03"].map(|month| Month::parse(month).unwrap()) {
                let counted = house.work(async |office| figures::of_month(office, month, None).await.unwrap()).await;
                compare(month, &tickets, &counted);
                verdicts.extend(counted.requests.listed.iter().map(|one| one.verdict));
                discordant += counted.requests.kept_unsatisfied + counted.requests.late_satisfied;
                // What is stored is what was counted.
                let text = serde_json::to_string(&counted).unwrap();
                assert_eq!(serde_json::from_str::<Monthly>(&text).unwrap(), counted);
            }
        }
        assert!(verdicts.len() >= 3 && discordant > 0, "chance brought too little: {verdicts:?}, {discordant}");
    });
}
