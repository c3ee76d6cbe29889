//! Which of what is due is told by a letter on a day, and which letter. It may not know who is written to, nor mail.

use chrono::NaiveDate;

use super::item::{Due, Kind};
use crate::calendar::Calendar;

/// Business days before its day from which on a thing is told, each once; 0 is the day itself. For the reports of a month they are its
/// fifth, eighth and tenth business day.
const AHEAD: [i64; 3] = [0, 2, 5];
/// Business days from one letter to the next once it is overdue.
const AGAIN: i64 = 5;
/// Business days after its day from which on nobody is written to any more: whoever was told four times knows.
const OVERDUE_MAX: i64 = 20;

/// A letter that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    /// The template's name.
    pub template: &'static str,
    /// Names the thing and how near its day is: whoever was told this once is not told it again.
    pub key: String,
}

/// The letter of today about something that is due; none on a day on which nobody works. A day that was missed, because the service
/// stood still, is made good on the next one.
pub fn reminder(due: &Due, today: NaiveDate, calendar: &Calendar) -> Option<Reminder> {
    if !calendar.is_business_day(today) {
        return None;
    }
    let stage = stage(due.day, today, calendar)?;
    let is_late = stage < 0;
    let template = match due.kind {
        Kind::Report | Kind::Indicator if is_late => "informe_vencido",
        Kind::Report | Kind::Indicator => "informe_por_entregar",
        Kind::Programme | Kind::Copy if is_late => "programa_vencido",
        Kind::Programme | Kind::Copy => "programa_por_hacer",
        // It is told at the beginning of the week, and not again.
        Kind::Upkeep if is_late => return None,
        Kind::Upkeep => return Some(Reminder { template: "mantenimiento_semana", key: due.key.clone() }),
        Kind::Directive if due.key.starts_with("directive/read/") => "directriz_por_leer",
        Kind::Directive if due.key.starts_with("directive/review/") => "directriz_por_revisar",
        _ => return None,
    };
    Some(Reminder { template, key: format!("{}/{}/{stage}", due.key, due.day) })
}

/// How near a day is, as the number of business days of the last letter that is to be written by now: those that are left, or less than
/// 0 for those that passed.
fn stage(day: NaiveDate, today: NaiveDate, calendar: &Calendar) -> Option<i64> {
    let left = calendar.business_days_between(today, day);
    if today <= day {
        return AHEAD.into_iter().find(|ahead| left <= *ahead);
    }
    let passed = -left;
    (passed <= OVERDUE_MAX).then(|| -((passed - 1).max(0) / AGAIN * AGAIN + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{CAPITAL, Version};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn calendar() -> Calendar {
        Calendar::new(&Version::initial(chrono::DateTime::UNIX_EPOCH), Some(CAPITAL))
    }

    fn due(kind: Kind, key: &str, on: &str) -> Due {
        let text = String::new;
        Due { key: key.to_owned(), kind, day: day(on), what: text(), why: text(), count: 1, path: text(), act: "" }
    }

    /// The days of some time on which there is a letter that was not written before, with its template.
    fn letters(due: &Due, from: &str, days: usize) -> Vec<(String, &'static str)> {
        let (calendar, mut told) = (calendar(), std::collections::BTreeSet::new());
        let of = |today: NaiveDate| reminder(due, today, &calendar).map(|letter| (today.to_string(), letter));
        let all = day(from).iter_days().take(days).filter_map(of);
        all.filter(|(_, letter)| told.insert(letter.key.clone())).map(|(on, letter)| (on, letter.template)).collect()
    }

    #[test]
    fn a_report_is_told_on_the_fifth_eighth_and_tenth_business_day_and_when_it_is_overdue() {
        // April 2026: Holy Week takes two days, so that the tenth business day is the 16th.
        let report = due(Kind::Report, "report/2026-03", "2026-04-16");
        let told = letters(&report, "2026-04-01", 60);
        let (ahead, late) = ("informe_por_entregar", "informe_vencido");
        let expected = [
            ("2026-04-09", ahead),
            ("2026-04-14", ahead),
            ("2026-04-16", ahead),
            ("2026-04-17", late),
            ("2026-04-24", late),
            ("2026-05-04", late),
            ("2026-05-11", late),
        ];
        assert_eq!(told, expected.map(|(on, template)| (on.to_owned(), template)));
        let business = |n| calendar().nth_business_day_of_month(2026, 4, n).unwrap().to_string();
        assert_eq!([5, 8, 10].map(business), [told[0].0.as_str(), &told[1].0, &told[2].0]);
    }

    #[test]
    fn a_letter_that_was_missed_comes_on_the_next_business_day_and_none_on_a_weekend() {
        let report = due(Kind::Report, "report/2026-10", "2026-11-13");
        let calendar = calendar();
        let key = |on| reminder(&report, day(on), &calendar).map(|letter| letter.key);
        assert_eq!(key("2026-11-07"), None, "a Saturday");
        assert_eq!(key("2026-11-06"), key("2026-11-09"), "the sixth is told as the fifth where that was missed");
        assert!(key("2026-11-05").is_none() && key("2026-11-11") != key("2026-11-10"));
        // A day that fell on a weekend is overdue on Monday.
        let sunday = due(Kind::Programme, "programme/2026-2/send", "2026-11-15");
        assert_eq!(
            reminder(&sunday, day("2026-11-16"), &calendar).map(|letter| letter.template),
            Some("programa_vencido")
        );
    }

    #[test]
    fn a_week_of_maintenance_is_told_once_on_its_first_business_day() {
        let week = due(Kind::Upkeep, "upkeep/do/04-12-2026", "2026-12-04");
        assert_eq!(letters(&week, "2026-11-30", 30), [("2026-11-30".to_owned(), "mantenimiento_semana")]);
        // The Monday is a holiday.
        let june = due(Kind::Upkeep, "upkeep/do/03-07-2026", "2026-07-03");
        assert_eq!(letters(&june, "2026-06-29", 9), [("2026-06-30".to_owned(), "mantenimiento_semana")]);
    }

    #[test]
    fn of_what_has_letters_of_its_own_or_is_nobodys_in_particular_there_is_none() {
        let keys = [(Kind::Ticket, "ticket/x"), (Kind::Rating, "rating/x"), (Kind::Backup, "backup/x")];
        for (kind, key) in keys.into_iter().chain([(Kind::Directive, "directive/first")]) {
            assert!(letters(&due(kind, key, "2026-11-13"), "2026-11-01", 60).is_empty());
        }
        assert_eq!(letters(&due(Kind::Directive, "directive/read/1", "2026-11-13"), "2026-11-10", 4).len(), 3);
    }
}
