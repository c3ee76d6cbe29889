//! What is due on which day, by tables: months with holidays, semesters at their edges, weeks without a Friday, and who sees what.

use chrono::{DateTime, NaiveDate};

use super::facts::{
    AccountFact, BackupFact, CopyFact, DebtFact, DiskFact, DrillFact, ProgrammeFact, ReportFact, SemesterFact,
    TicketCounts, TicketFact, UnratedFact, UpkeepFact,
};
use super::*;
use crate::calendar::{CAPITAL, Calendar, Kind as DayKind, NonBusinessDay, Version};
use crate::desk::directive::Directive;
use crate::desk::people::{Actor, Role};
use crate::desk::report::ReportState;
use crate::figures::month::Month;
use crate::upkeep::programme::State;
use crate::upkeep::semester::Semester;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn calendar() -> Calendar {
    Calendar::new(&Version::initial(DateTime::UNIX_EPOCH), Some(CAPITAL))
}

fn actor(id: i64, roles: &[Role], heads: &[i64]) -> Actor {
    Actor { id, unit: None, heads: heads.to_vec(), roles: roles.to_vec() }
}

fn of_in(calendar: &Calendar, facts: &Facts, own: &Own, who: &Actor, today: &str) -> Vec<Due> {
    let of_unit = |_: Option<i64>| calendar;
    list(
        facts,
        own,
        who,
        Days { today: day(today), zone: chrono_tz::America::Guatemala, here: calendar, of_unit: &of_unit },
    )
}

fn of(facts: &Facts, who: &Actor, today: &str) -> Vec<Due> {
    of_in(&calendar(), facts, &Own::default(), who, today)
}

/// A directive of last month that was read, so that nothing is to be said of directives.
fn quiet() -> Facts {
    let issued = "2025-12-01T12:00:00Z".parse().unwrap();
    let directive = Directive { number: 1, text: "x".to_owned(), valid_from: day("2030-01-01"), issued, issued_by: 9 };
    Facts { directives: vec![directive], read: (0..10).map(|user| (1, user)).collect(), ..Facts::default() }
}

fn one<'a>(due: &'a [Due], key: &str) -> &'a Due {
    let keys: Vec<&str> = due.iter().map(|one| one.key.as_str()).collect();
    due.iter().find(|one| one.key == key).unwrap_or_else(|| panic!("{key} is not among {keys:?}"))
}

#[test]
fn a_months_report_is_due_on_the_tenth_business_day_of_the_next_and_says_why() {
    let chief = actor(1, &[Role::Chief], &[]);
    for (today, key, expected, why) in [
        ("2026-04-01", "report/2026-03", "2026-04-16", "no se cuentan el 02-04-2026 (Jueves Santo), el 03-04-2026"),
        ("2026-07-31", "report/2026-06", "2026-07-14", "no se cuentan los fines de semana"),
        ("2027-01-04", "report/2026-12", "2027-01-15", "el 01-01-2027 (Año Nuevo)"),
        ("2026-05-01", "report/2026-04", "2026-05-15", "el 01-05-2026 (Día del Trabajo)"),
        ("2026-12-31", "report/2026-11", "2026-12-14", "10.º día hábil de diciembre de 2026; no se cuentan los fines"),
    ] {
        let due = of(&quiet(), &chief, today);
        let report = one(&due, key);
        assert_eq!(report.day, day(expected), "{today}");
        assert!(report.why.contains(why), "{}", report.why);
    }
    // What was delivered is not due; a revision of it that is being written is none either.
    let fact = |revision, state| ReportFact {
        month: Month::of(day("2026-10-01")),
        revision,
        state,
        delivered: Some(day("2026-11-12")),
    };
    let facts = Facts { reports: vec![fact(1, ReportState::Received), fact(2, ReportState::Draft)], ..quiet() };
    let reports = |facts: &Facts| of(facts, &chief, "2026-11-20").iter().filter(|due| due.kind == Kind::Report).count();
    assert_eq!(reports(&facts), 0);
    let draft = Facts { reports: vec![fact(1, ReportState::Draft)], ..quiet() };
    assert_eq!(reports(&draft), 1);
    // Who receives it has three business days; nobody else is asked.
    let delivered = Facts { reports: vec![fact(1, ReportState::Delivered)], ..quiet() };
    assert_eq!(
        one(&of(&delivered, &actor(2, &[Role::Quality], &[]), "2026-11-20"), "receipt/2026-10/1").day,
        day("2026-11-17")
    );
    for role in [Role::Chief, Role::Technician, Role::Direction, Role::Administrator] {
        assert!(of(&delivered, &actor(2, &[role], &[]), "2026-11-20").iter().all(|due| due.kind != Kind::Receipt));
    }
}

#[test]
fn a_semesters_indicator_is_due_on_the_tenth_business_day_after_its_programme_ended() {
    let [chief, quality] = [Role::Chief, Role::Quality].map(|role| actor(1, &[role], &[]));
    let fact = |year, half, finished: Option<&str>, waits: Option<(i64, &str)>| SemesterFact {
        semester: Semester::new(year, half).unwrap(),
        finished: finished.map(day),
        waits: waits.map(|(revision, on)| (revision, day(on))),
    };
    let told = |facts: Vec<SemesterFact>, who: &Actor, today: &str| -> Vec<Due> {
        let due = of(&Facts { semesters: facts, ..quiet() }, who, today).into_iter();
        due.filter(|due| [Kind::Indicator, Kind::Receipt].contains(&due.kind)).collect()
    };
    // Not finished: nothing as long as the semester lasts, and then both steps at once. The 1 July 2026 is a Wednesday.
    assert!(told(vec![fact(2026, 1, None, None)], &chief, "2026-06-30").is_empty());
    let unfinished = told(vec![fact(2026, 1, None, None)], &chief, "2026-07-01");
    assert_eq!((unfinished[0].day, unfinished[0].path.as_str()), (day("2026-07-14"), "/mantenimiento/2026-1"));
    assert!(unfinished[0].what.starts_with("Finalizar el programa"), "{}", unfinished[0].what);
    // Finished in time, late, and before its last month; the second semester ends with the year.
    for (half, finished, today, expected) in [
        (1, "2026-06-26", "2026-06-26", "2026-07-14"),
        (1, "2026-07-09", "2026-07-09", "2026-07-14"),
        (1, "2026-03-20", "2026-03-20", "2026-04-16"),
        (2, "2026-12-18", "2026-12-18", "2027-01-15"),
        (2, "2026-12-18", "2029-05-01", "2027-01-15"),
    ] {
        let due = told(vec![fact(2026, half, Some(finished), None)], &chief, today);
        let key = format!("indicator/2026-{half}");
        assert_eq!((one(&due, &key).day, due.len()), (day(expected), 1), "{finished}");
        assert_eq!(due[0].path, format!("/mantenimiento/indicador/2026-{half}"));
        assert!(
            due[0].why.contains("10.º día hábil") && due[0].why.contains("el programa terminó en"),
            "{}",
            due[0].why
        );
        assert!(told(vec![fact(2026, half, Some(finished), None)], &quality, today).is_empty());
    }
    // A revision that was delivered waits for quality management, and nobody else.
    let waits = || vec![fact(2026, 1, Some("2026-06-26"), Some((2, "2026-07-10")))];
    let receipt = told(waits(), &quality, "2026-07-10");
    assert_eq!(one(&receipt, "receipt/2026-1/2").day, day("2026-07-15"));
    assert!(receipt[0].what.ends_with("primer semestre de 2026, revisión 2"), "{}", receipt[0].what);
    assert!(told(waits(), &chief, "2026-07-10").is_empty());
}

#[test]
fn a_semesters_programme_is_asked_for_a_month_before_it_begins() {
    let chief = actor(1, &[Role::Chief], &[]);
    let direction = actor(2, &[Role::Direction], &[]);
    let programme = |year, half, state, decided: Option<&str>| {
        let semester = Semester::new(year, half).unwrap();
        Facts {
            programmes: vec![ProgrammeFact { semester, state, decided: decided.map(day), makers: vec![1] }],
            ..quiet()
        }
    };
    let there = |year, half| programme(year, half, State::Distributed, None);
    let keys = |facts: &Facts, who: &Actor, today: &str| -> Vec<(String, String)> {
        let due = of(facts, who, today).into_iter().filter(|due| due.kind == Kind::Programme);
        due.map(|due| (due.key, due.day.to_string())).collect()
    };
    let is = |key: &str, day: &str| vec![(key.to_owned(), day.to_owned())];
    // June: the 30th is kept on Monday the 29th in 2026, so that the last business day is the 30th itself.
    assert!(keys(&there(2026, 1), &chief, "2026-05-31").is_empty());
    assert_eq!(keys(&there(2026, 1), &chief, "2026-06-01"), is("programme/2026-2/send", "2026-06-12"));
    let sent = programme(2026, 2, State::Sent, None);
    assert_eq!(keys(&sent, &direction, "2026-06-15"), is("programme/2026-2/decide", "2026-06-30"));
    assert!(keys(&sent, &actor(1, &[Role::Direction], &[]), "2026-06-15").is_empty(), "who made it does not decide it");
    // 2027: the 30th is kept on Monday the 28th.
    assert_eq!(
        keys(&programme(2027, 2, State::Sent, None), &direction, "2027-06-15"),
        is("programme/2027-2/decide", "2027-06-30")
    );
    // 2028: the 30th is kept in July, so that the last business day is Friday the 30th.
    assert_eq!(
        keys(&programme(2028, 2, State::Sent, None), &direction, "2028-06-15"),
        is("programme/2028-2/decide", "2028-06-30")
    );
    // December: half of the 31st is worked, which counts; an accord that makes it whole takes it.
    let december = programme(2027, 1, State::Sent, None);
    assert_eq!(keys(&december, &direction, "2026-12-20"), is("programme/2027-1/decide", "2026-12-31"));
    let mut version = Version::initial(DateTime::UNIX_EPOCH);
    let accord = NonBusinessDay {
        date: day("2026-12-31"),
        kind: DayKind::Accord,
        name: "Permiso de fin de año".to_owned(),
        citation: "Acuerdo Gubernativo 1-2026".to_owned(),
        place: None,
        counts_for_deadlines: true,
        from_hour: None,
    };
    version.add(accord).unwrap();
    let closed = Calendar::new(&version, Some(CAPITAL));
    let due = of_in(&closed, &december, &Own::default(), &direction, "2026-12-20");
    assert_eq!(one(&due, "programme/2027-1/decide").day, day("2026-12-30"));
    // What is missing once the semester runs is overdue, and what is next is asked for as well.
    let none = quiet();
    let both = keys(&none, &chief, "2026-12-01");
    assert_eq!(both, [is("programme/2026-2/send", "2026-06-12"), is("programme/2027-1/send", "2026-12-14")].concat());
    let mut approved = programme(2026, 2, State::Approved, Some("2026-06-26"));
    approved.programmes.extend(there(2026, 1).programmes);
    assert_eq!(keys(&approved, &chief, "2026-06-26"), is("programme/2026-2/copies", "2026-07-02"));
    assert!(keys(&approved, &direction, "2026-06-26").is_empty());
}

#[test]
fn a_week_ends_with_its_last_business_day() {
    let upkeep = |today: &str| {
        let semester = Semester::of(day(today)).unwrap();
        let fact = |unit, technician, count| UpkeepFact { semester, unit, technician: Some(technician), count };
        Facts { upkeep: vec![fact(7, 3, 2), fact(8, 3, 1), fact(7, 4, 5)], ..quiet() }
    };
    let technician = actor(3, &[Role::Technician], &[]);
    for (today, expected) in [
        ("2026-11-23", "2026-11-27"),
        // Holy Week ends on its Wednesday, of which half is worked.
        ("2026-03-30", "2026-04-01"),
        // The 25th is a Friday.
        ("2026-12-21", "2026-12-24"),
        // A Sunday belongs to the week before.
        ("2026-11-29", "2026-11-27"),
    ] {
        let due = of(&upkeep(today), &technician, today);
        let mine = due.iter().find(|due| due.kind == Kind::Upkeep).unwrap();
        assert_eq!((mine.day, mine.count), (day(expected), 3), "{today}");
    }
    let told = |who: &Actor| -> Vec<String> {
        of(&upkeep("2026-11-23"), who, "2026-11-23").into_iter().map(|due| due.what).collect()
    };
    let head = told(&actor(5, &[Role::UnitHead], &[7]));
    assert_eq!(head, ["Tener a disposición de los técnicos 7 equipos de su unidad, para su mantenimiento"]);
    assert!(told(&actor(6, &[], &[9])).is_empty() && told(&actor(6, &[Role::Quality], &[])).is_empty());
    let chief = of(&upkeep("2026-11-23"), &actor(1, &[Role::Chief], &[7]), "2026-11-23");
    assert_eq!(chief.iter().filter(|due| due.kind == Kind::Upkeep).map(|due| due.count).collect::<Vec<_>>(), [8]);
}

#[test]
fn directives_are_read_by_technicians_and_looked_through_each_year_by_the_head() {
    let issued = |at: &str| format!("{at}T02:30:00Z").parse().unwrap();
    let directive = |number, from: &str, at: &str| Directive {
        number,
        text: "x".to_owned(),
        valid_from: day(from),
        issued: issued(at),
        issued_by: 1,
    };
    let facts = Facts {
        directives: vec![directive(1, "2025-11-03", "2025-10-30"), directive(2, "2025-12-01", "2025-11-20")],
        read: [(2, 4)].into(),
        ..Facts::default()
    };
    let technician = |id| actor(id, &[Role::Technician], &[]);
    let keys = |facts: &Facts, who: &Actor, today: &str| -> Vec<(String, String)> {
        let due = of(facts, who, today).into_iter().filter(|due| due.kind == Kind::Directive);
        due.map(|due| (due.key, due.day.to_string())).collect()
    };
    let is = |key: &str, day: &str| vec![(key.to_owned(), day.to_owned())];
    // It was issued on the evening of the 19th here; the one before is no longer asked for, though nobody read it.
    assert_eq!(keys(&facts, &technician(3), "2025-12-02"), is("directive/read/2", "2025-11-24"));
    assert!(keys(&facts, &technician(4), "2025-12-02").is_empty());
    // Before the second one holds, both are to be read.
    assert_eq!(keys(&facts, &technician(3), "2025-11-28").len(), 2);
    let chief = actor(1, &[Role::Chief], &[]);
    assert!(keys(&facts, &chief, "2026-10-31").is_empty());
    assert_eq!(keys(&facts, &chief, "2026-11-01"), is("directive/review/2", "2026-12-01"));
    assert_eq!(keys(&Facts::default(), &chief, "2026-11-23"), is("directive/first", "2026-11-27"));
    assert!(keys(&Facts::default(), &technician(3), "2026-11-23").is_empty());
}

#[test]
fn tickets_are_named_as_far_as_they_are_few_and_counted_beyond() {
    let ticket = |number: usize, limit: &str, extended: bool| TicketFact {
        number: format!("ST-2026-{number:06}"),
        subject: "no imprime".to_owned(),
        unit: None,
        entered: day("2026-11-16"),
        first_limit: day(if extended { "2026-11-19" } else { limit }),
        limit: day(limit),
        assigned: number != 3,
    };
    let own = Own {
        tickets: vec![
            ticket(1, "2026-11-19", false),
            ticket(2, "2026-11-20", true),
            ticket(3, "2026-11-23", false),
            ticket(4, "2026-11-23", false),
            ticket(5, "2026-11-24", true),
        ],
        counts: TicketCounts {
            overdue: (5000, Some(day("2026-11-20"))),
            today: 2,
            ahead: (4, Some(day("2026-11-24"))),
        },
        unrated: vec![UnratedFact {
            number: "ST-2026-000009".to_owned(),
            subject: "x".to_owned(),
            closed: day("2026-11-13"),
        }],
        unrated_total: 3,
    };
    let due = of_in(&calendar(), &Facts::default(), &own, &actor(3, &[Role::Technician], &[]), "2026-11-23");
    assert!(due.is_sorted_by_key(|due| due.day));
    assert!(one(&due, "ticket/ST-2026-000001").why.starts_with("3 días hábiles desde su ingreso, el 16-11-2026"));
    assert_eq!(one(&due, "ticket/ST-2026-000002").why, "plazo ampliado; el primero venció el 19-11-2026");
    assert!(one(&due, "ticket/ST-2026-000003").what.contains("que nadie ha tomado"));
    let rest = one(&due, "tickets/overdue");
    assert_eq!((rest.count, rest.what.as_str()), (4998, "Atender 4998 solicitudes vencidas más"));
    assert!(!due.iter().any(|due| due.key == "tickets/today"), "both of today are named");
    assert_eq!(one(&due, "tickets/ahead").what, "Atender 3 solicitudes más, que vencen después");
    assert_eq!(one(&due, "rating/ST-2026-000009").day, day("2026-11-20"));
    assert_eq!(one(&due, "ratings").count, 2);
    assert_eq!(due.len(), 9);
}

#[test]
fn backups_disks_drills_and_answers_are_asked_of_those_who_attend() {
    let backup =
        |name: usize, slot: &str| BackupFact { dataset: format!("web/sitio{name}"), slot: day(slot), reason: None };
    let mut backups: Vec<BackupFact> = (0..7).map(|name| backup(name, "2026-11-23")).collect();
    backups.push(backup(9, "2026-11-28"));
    backups[0].reason = Some("el servidor no responde".to_owned());
    let disk = |disk: &str| DiskFact {
        disk: disk.to_owned(),
        kept_in: None,
        plan: "semanal".to_owned(),
        slot: day("2026-11-28"),
    };
    let debt = |disk: &str| DebtFact {
        disk: disk.to_owned(),
        kept_in: Some("bóveda".to_owned()),
        copies: 3,
        since: day("2026-11-14"),
    };
    let drill = |name: &str, passed: Option<&str>| DrillFact {
        dataset: name.to_owned(),
        passed: passed.map(day),
        good_for: 90,
    };
    let facts = Facts {
        backups,
        disks: vec![disk("disco-a")],
        debts: vec![debt("disco-a"), debt("disco-b")],
        drills: vec![drill("web/a", None), drill("web/b", Some("2026-08-09"))],
        accounts: vec![
            AccountFact { number: "ST-2026-000001".to_owned(), uploaded: day("2026-11-02") },
            AccountFact { number: "ST-2026-000002".to_owned(), uploaded: day("2026-11-20") },
        ],
        accounts_late: 1,
        ..quiet()
    };
    let due = of(&facts, &actor(3, &[Role::Technician], &[]), "2026-11-24");
    let first = one(&due, "backup/web/sitio0/27-11-2026");
    assert_eq!(first.what, "Respaldar «web/sitio0»: falta el de esta semana: el servidor no responde");
    assert_eq!((first.day, one(&due, "backups").count), (day("2026-11-27"), 3));
    assert_eq!(
        one(&due, "disk/disco-a/28-11-2026").day,
        day("2026-11-28"),
        "the day on which it is needed, a Saturday"
    );
    let debts: Vec<&str> = due.iter().map(|due| due.key.as_str()).filter(|key| key.starts_with("debt/")).collect();
    assert_eq!(debts, ["debt/disco-b/14-11-2026"], "who connects the other pays what it is owed");
    assert!(one(&due, debts[0]).what.contains("se le deben 3 copias (se guarda en: bóveda)"));
    assert_eq!((one(&due, "drill/web/a").day, one(&due, "drill/web/b").day), (day("2026-11-27"), day("2026-11-09")));
    // The 16th is the tenth business day after the 2nd; the other one has not waited for so long.
    assert_eq!(one(&due, "account/ST-2026-000001").day, day("2026-11-16"));
    assert!(!due.iter().any(|due| due.key.ends_with("000002") || due.key == "accounts"));
    for role in [Role::Direction, Role::Quality, Role::UnitHead, Role::Administrator] {
        assert_eq!(of(&facts, &actor(3, &[role], &[]), "2026-11-24").len(), 0, "{role:?}");
    }
}

#[test]
fn a_copy_is_asked_of_the_head_of_its_unit_once() {
    let copy = |unit| CopyFact { semester: Semester::new(2026, 2).unwrap(), unit, given: day("2026-06-26") };
    let facts = Facts { copies: vec![copy(7), copy(8)], ..quiet() };
    let due = of(&facts, &actor(5, &[Role::UnitHead], &[7, 8]), "2026-06-26");
    assert_eq!(due.len(), 1);
    // The 29th is the holiday of the army, moved.
    assert_eq!((one(&due, "copy/2026-2").day, due[0].path.as_str()), (day("2026-07-02"), "/mantenimiento/2026-2"));
    assert!(of(&facts, &actor(5, &[Role::UnitHead], &[9]), "2026-06-26").is_empty());
}

#[test]
fn a_day_is_said_in_words() {
    let calendar = calendar();
    for (on, today, said) in [
        ("2026-11-20", "2026-11-23", "Vencido hace 1 día hábil"),
        ("2026-11-19", "2026-11-23", "Vencido hace 2 días hábiles"),
        ("2026-11-20", "2026-11-22", "Vencido"),
        ("2026-11-23", "2026-11-23", "Vence hoy"),
        ("2026-11-24", "2026-11-23", "Vence el próximo día hábil"),
        ("2026-11-23", "2026-11-20", "Vence el próximo día hábil"),
        ("2026-04-06", "2026-04-01", "Vence el próximo día hábil"),
        ("2026-11-28", "2026-11-25", "Faltan 2 días hábiles"),
    ] {
        assert_eq!(Standing::of(day(on), day(today), &calendar).label(), said, "{on} {today}");
    }
}
