//! What is due as a calendar that other programs read (RFC 5545): whole days, one event each. It may not know who asks for it, nor how
//! it is sent.

use chrono::{Days, NaiveDate};
use resguardo_shared::digest::Digest;

use super::item::Due;

/// The most octets of a line, without its end.
const LINE_MAX: usize = 75;
/// Digits of a digest that name an event.
const UID_DIGITS: usize = 32;

/// What a calendar says around its events.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// What the pages begin with, without a slash at its end.
    pub base_url: &'a str,
    /// Today: what is written is the same all day, unless something changes.
    pub today: NaiveDate,
}

/// The calendar. Nothing in it names a person; its events are named the same each time.
pub fn written(due: &[Due], around: Around<'_>) -> String {
    let mut out = String::new();
    let head = [
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", "-//DIACO//Resguardo//ES"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("NAME", "Vencimientos DIACO"),
        ("X-WR-CALNAME", "Vencimientos DIACO"),
        ("REFRESH-INTERVAL;VALUE=DURATION", "PT4H"),
        ("X-PUBLISHED-TTL", "PT4H"),
        // A calendar holds at least one component, also on a day on which nothing is due.
        ("BEGIN", "VTIMEZONE"),
        ("TZID", "Etc/UTC"),
        ("BEGIN", "STANDARD"),
        ("DTSTART", "19700101T000000"),
        ("TZOFFSETFROM", "+0000"),
        ("TZOFFSETTO", "+0000"),
        ("END", "STANDARD"),
        ("END", "VTIMEZONE"),
    ];
    for (name, value) in head {
        line(&mut out, name, value);
    }
    for one in due {
        event(&mut out, one, around);
    }
    line(&mut out, "END", "VCALENDAR");
    out
}

fn event(out: &mut String, due: &Due, around: Around<'_>) {
    let Around { base_url, today } = around;
    let late = if due.day < today { "Vencido: " } else { "" };
    let link = format!("{base_url}{}", due.path);
    let plain = |day: NaiveDate| day.format("%Y%m%d").to_string();
    let next = due.day.checked_add_days(Days::new(1)).unwrap_or(due.day);
    let fields = [
        ("BEGIN", "VEVENT".to_owned()),
        ("UID", uid(&due.key, base_url)),
        ("DTSTAMP", format!("{}T000000Z", plain(today))),
        ("DTSTART;VALUE=DATE", plain(due.day)),
        ("DTEND;VALUE=DATE", plain(next)),
        ("SUMMARY", escaped(&format!("{late}{}", due.what))),
        ("DESCRIPTION", escaped(&format!("{}.\n{}: {link}", due.why, due.act))),
        ("URL", link.chars().filter(|letter| !letter.is_control()).collect()),
        ("CATEGORIES", escaped(due.kind.label())),
        // It takes nobody's time away.
        ("TRANSP", "TRANSPARENT".to_owned()),
        ("END", "VEVENT".to_owned()),
    ];
    for (name, value) in fields {
        line(out, name, &value);
    }
}

/// How an event is named: the same as long as the thing is due, and nothing of what it is.
fn uid(key: &str, base_url: &str) -> String {
    let digest = Digest::of(key.as_bytes()).to_string();
    let digits: String = digest.chars().take(UID_DIGITS).collect();
    let host = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
    let host: String =
        host.chars().take_while(|letter| letter.is_ascii_alphanumeric() || "-.".contains(*letter)).collect();
    format!("{digits}@{host}")
}

/// A text as a value (3.3.11). What is no letter and no end of a line has no place in it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}

/// A line, folded where it is longer than a line may be (3.1); no letter is split.
fn line(out: &mut String, name: &str, value: &str) {
    let mut room = LINE_MAX;
    for letter in name.chars().chain([':']).chain(value.chars()) {
        if letter.len_utf8() > room {
            out.push_str("\r\n ");
            room = LINE_MAX - 1;
        }
        out.push(letter);
        room -= letter.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::item::Kind;
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn due(key: &str, what: &str, on: &str) -> Due {
        Due {
            key: key.to_owned(),
            kind: Kind::Report,
            day: day(on),
            what: what.to_owned(),
            why: "10.º día hábil".to_owned(),
            count: 1,
            path: "/informes/2026-10".to_owned(),
            act: "Abrir el informe",
        }
    }

    const AROUND: Around<'_> = Around { base_url: "https://soporte.example:8443/x", today: NaiveDate::MIN };

    fn of(due: &[Due]) -> String {
        written(due, Around { today: day("2026-11-23"), ..AROUND })
    }

    /// The lines of a calendar, unfolded, as (name with its parameters, value).
    fn read(text: &str) -> Vec<(String, String)> {
        let text = text.strip_suffix("\r\n").unwrap().replace("\r\n ", "");
        text.split("\r\n")
            .map(|line| line.split_once(':').unwrap())
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .collect()
    }

    /// What an escaped text stands for.
    fn meant(text: &str) -> String {
        let (mut out, mut letters) = (String::new(), text.chars());
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => out.push(match letters.next().unwrap() {
                    'n' => '\n',
                    other => other,
                }),
                letter => {
                    assert!(!";,".contains(letter), "{text}");
                    out.push(letter);
                }
            }
        }
        out
    }

    #[test]
    fn an_event_is_a_whole_day_with_a_name_that_stays() {
        let text = of(&[due("report/2026-10", "Entregar; el informe, «ñ»", "2026-11-13")]);
        let lines = read(&text);
        let value = |name: &str| lines.iter().rfind(|(known, _)| known == name).unwrap().1.clone();
        assert_eq!((value("DTSTART;VALUE=DATE"), value("DTEND;VALUE=DATE")), ("20261113".into(), "20261114".into()));
        assert_eq!(value("SUMMARY"), "Vencido: Entregar\\; el informe\\, «ñ»");
        assert_eq!(value("URL"), "https://soporte.example:8443/x/informes/2026-10");
        assert_eq!(value("DTSTAMP"), "20261123T000000Z");
        let uid = value("UID");
        assert!(uid.ends_with("@soporte.example") && !uid.contains("report"), "{uid}");
        let later = of(&[due("report/2026-10", "otra cosa", "2026-11-30")]);
        assert!(later.contains(&uid) && !later.contains("Vencido"), "{later}");
        assert!(of(&[]).starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && of(&[]).ends_with("END:VCALENDAR\r\n"));
    }

    proptest! {
        #[test]
        fn whatever_people_write_stays_within_its_line_and_comes_back(what in "\\PC{0,200}", hostile in "[\r\n:;,\\\\a\u{0}\u{301}ñ😀]{0,120}") {
            for what in [what, hostile] {
                let text = of(&[due("k", &what, "2026-12-01")]);
                prop_assert!(text.split("\r\n").all(|line| line.len() <= LINE_MAX), "{}", text);
                prop_assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
                let lines = read(&text);
                let begins = lines.iter().filter(|(name, _)| name == "BEGIN").count();
                prop_assert_eq!(begins, 4);
                let summary = &lines.iter().find(|(name, _)| name == "SUMMARY").unwrap().1;
                let clean: String = what.chars().filter(|letter| *letter == '\n' || !letter.is_control()).collect();
                prop_assert_eq!(meant(summary), clean);
            }
        }
    }
}
