//! What findings must be: each code in the manual, a line that Nagios reads, and answers that are understood.

use std::collections::BTreeSet;

use super::*;
use crate::manual;

#[test]
fn the_manual_explains_every_code_and_says_what_to_do() {
    let mut codes: Vec<&str> = Code::ALL.iter().map(|code| code.word()).collect();
    codes.sort_unstable();
    assert!(codes.len() > 40, "{codes:?}");
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len(), "a name stands twice");
    let chapter = manual::chapters().iter().find(|chapter| chapter.name == "doctor").unwrap();
    let headings = chapter.blocks.iter().filter_map(|block| match block {
        manual::Block::Heading { id, .. } => Some(id.as_str()),
        _ => None,
    });
    let mut explained: Vec<&str> = headings.collect();
    explained.sort_unstable();
    assert_eq!(explained, codes);
    for pair in chapter.blocks.windows(2) {
        if let [manual::Block::Heading { id, .. }, manual::Block::Paragraph { text }] = pair {
            let said = manual::plain(text);
            assert!(said.contains("Qué hacer") || said.contains("No hay que hacer nada"), "{id}: {said}");
        }
    }
}

fn finding(code: Code, severity: Severity) -> Finding {
    Finding::new("server bd", "bd", Verdict::new(code, severity, "a | b\nc", "d"))
}

#[test]
fn the_line_for_nagios_is_one_line_with_its_figures_behind_one_bar() {
    let figures = vec![
        Figure { label: "free disco'=a".to_owned(), value: 1024, unit: "B", max: Some(4096) },
        Figure { label: "age hours bd/q".to_owned(), value: 12, unit: "", max: None },
    ];
    let findings = vec![
        finding(Code::Well, Severity::Ok),
        finding(Code::ClockSkew, Severity::Warning),
        finding(Code::PortClosed, Severity::Critical),
    ];
    let report = Report::new(String::new(), findings, figures);
    let expected = "RESGUARDO CRITICAL - 1 critical, 1 warning; port-closed bd: a   b c; clock-skew bd: a   b c | \
                    'age hours bd/q'=12 'free discoa'=1024B;;;0;4096\n";
    assert_eq!(report.nagios(), expected);
    assert_eq!(report.severity().exit(), 2);
    let well = Report::new(String::new(), vec![finding(Code::Well, Severity::Ok)], Vec::new());
    assert_eq!((well.nagios().as_str(), well.severity().exit()), ("RESGUARDO OK - 1 checks are well\n", 0));
    assert_eq!(Report::default().severity().exit(), 3, "nothing was asked");
}

#[test]
fn what_cannot_be_found_out_weighs_less_than_a_warning_and_more_than_nothing() {
    let of = |severities: &[Severity]| {
        let findings = severities.iter().map(|severity| finding(Code::NotAsked, *severity)).collect();
        Report::new(String::new(), findings, Vec::new()).severity().exit()
    };
    assert_eq!(of(&[Severity::Ok, Severity::Unknown]), 3);
    assert_eq!(of(&[Severity::Warning, Severity::Unknown]), 1);
    assert_eq!(of(&[Severity::Warning, Severity::Critical, Severity::Unknown]), 2);
}

fn codes(verdicts: &[Verdict]) -> Vec<&'static str> {
    verdicts.iter().map(|verdict| verdict.code.word()).collect()
}

#[test]
fn versions_of_postgresql_are_compared_as_it_counts_them() {
    let tool = |version: &str| format!("pg_dump (PostgreSQL) {version} (Debian {version}-1.pgdg120+1)\n");
    let server = |number: u32| format!("version|{number}\nrole|r\nverifiers|true\n");
    for (ours, theirs, is_old) in [
        ("17.6", 170_002, false),
        ("17.6", 180_000, true),
        ("18rc1", 180_000, false),
        ("9.6.24", 90_603, false),
        ("9.5.1", 90_603, true),
        ("15.8", 90_603, false),
    ] {
        let verdicts = postgres(&tool(ours), &server(theirs), true);
        assert_eq!(!verdicts.is_empty(), is_old, "{ours} {theirs}: {verdicts:?}");
    }
    let closed =
        postgres(&tool("17.6"), "version|170002\nrole|r\nverifiers|false\nclosed|public.a|b\nhidden|public.c\n", true);
    assert_eq!(codes(&closed), ["database-rights", "database-rights", "database-rights"]);
    assert!(closed[0].said.contains("public.a|b"), "{closed:?}");
    assert_eq!(postgres(&tool("17.6"), "version|170002\nrole|r\nverifiers|false\n", false), []);
}

#[test]
fn grants_count_for_what_they_cover_and_no_more() {
    let tool = "mariadb-dump from 11.8.3-MariaDB, client 10.19 for debian-linux-gnu (x86_64)";
    let answer = |grants: &[&str]| format!("version\t11.8.3-MariaDB-1\n{}\ndatabases\t1\n", grants.join("\n"));
    let of = |grants: &[&str]| codes(&mysql(tool, &answer(grants), "que_jas", &[]));
    let root = "GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION";
    let proc = "GRANT SELECT ON `mysql`.`proc` TO `r`@`%`";
    assert_eq!(of(&[root]), [""; 0]);
    let usage = "GRANT USAGE ON *.* TO `r`@`%` IDENTIFIED BY PASSWORD '*AB'";
    let whole = "GRANT SELECT, SHOW VIEW, EVENT, TRIGGER, LOCK TABLES ON `que\\_jas`.* TO `r`@`%`";
    assert_eq!(of(&[usage, whole, proc]), [""; 0]);
    assert_eq!(of(&[usage, whole]), ["database-rights"], "procedures are not seen");
    let table = "GRANT SELECT, SHOW VIEW, EVENT, TRIGGER ON `que_jas`.`t` TO `r`@`%`";
    assert_eq!(of(&[usage, table, proc]), ["database-rights"]);
    let other = "GRANT SELECT, SHOW VIEW, EVENT, TRIGGER ON `que\\_ja`.* TO `r`@`%`";
    assert_eq!(of(&[usage, other, proc]), ["database-rights"]);
    let pattern = "GRANT SELECT, SHOW VIEW, EVENT, TRIGGER ON `que%`.* TO `r`@`%`";
    assert_eq!(of(&[usage, pattern, proc]), [""; 0]);
    let column = "GRANT SELECT (a), SHOW VIEW, EVENT, TRIGGER ON `que%`.* TO `r`@`%`";
    assert_eq!(of(&[usage, column, proc]), ["database-rights"]);
    assert_eq!(codes(&mysql(tool, "version\t11.8.3\ndatabases\t0\n", "x", &[])), ["path-missing"]);
    let newer = answer(&[root]).replace("11.8.3", "12.1.2");
    assert_eq!(codes(&mysql(tool, &newer, "x", &[])), ["tool-too-old"]);
    let skipped: Vec<String> = ["--skip-routines", "--skip-triggers", "--skip-events"].map(str::to_owned).into();
    let few = answer(&["GRANT SELECT, SHOW VIEW ON `x`.* TO `r`@`%`"]);
    assert_eq!(mysql(tool, &few, "x", &skipped), []);
}

#[test]
fn what_is_said_of_files_is_understood() {
    let well = "asked\nlogin r\nthere\nreadable\ntool\nwritable\nbytes 4096\nkibibytes 100\n";
    assert_eq!(sqlite(well, "/d", false), []);
    assert_eq!(sqlite(&well.replace("tool\n", ""), "/d", true), []);
    assert_eq!(codes(&sqlite(&well.replace("tool\n", ""), "/d", false)), ["tool-missing"]);
    assert_eq!(codes(&sqlite(&well.replace("kibibytes 100", "kibibytes 3"), "/d", false)), ["server-full"]);
    assert_eq!(codes(&sqlite(&well.replace("readable\n", ""), "/d", false)), ["path-unreadable"]);
    assert_eq!(codes(&sqlite("asked\n", "/d", false)), ["path-missing"]);
    let tree_is = |answer: &str| codes(&tree(answer, "/d"));
    assert_eq!(tree_is("asked\ntool\nthere\nreadable\n"), [""; 0]);
    assert_eq!(tree_is("asked\ntool\nthere\nreadable\nclosed ./a\nclosed ./b\n"), ["path-unreadable"]);
    assert_eq!(tree_is("asked\ntool\nthere\n"), ["path-unreadable"]);
    assert_eq!(tree_is("asked\ntool\n"), ["path-missing"]);
    assert_eq!(tree_is("asked\nthere\nreadable\n"), ["tool-missing"]);
}

#[test]
fn a_certificate_tells_its_last_moment_and_nonsense_tells_none() {
    // Not a whole certificate: what stands before its validity, and that.
    let time = |tag: u8, text: &str| [&[tag, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    let sequence = |tag: u8, content: &[u8]| [&[tag, 0x81, u8::try_from(content.len()).unwrap()], content].concat();
    let made = |version: &[u8], last: Vec<u8>| {
        let validity = sequence(0x30, &[time(0x17, "240101000000Z"), last].concat());
        let tbs = [version, &[0x02, 1, 7], &[0x30, 0], &[0x30, 0], &validity, &[0x30, 0]].concat();
        sequence(0x30, &sequence(0x30, &tbs))
    };
    let at = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    let version = [0xa0, 3, 2, 1, 2];
    assert_eq!(not_after(&made(&version, time(0x17, "261231235959Z"))), Ok(at("2026-12-31T23:59:59Z")));
    assert_eq!(not_after(&made(&[], time(0x17, "991231235959Z"))), Ok(at("1999-12-31T23:59:59Z")));
    assert_eq!(not_after(&made(&version, time(0x18, "20561231235959Z"))), Ok(at("2056-12-31T23:59:59Z")));
    let whole = made(&version, time(0x17, "261231235959Z"));
    for end in 0..40 {
        assert_eq!(not_after(&whole[..end]), Err(Unread));
    }
    assert_eq!(not_after(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), Err(Unread));
    assert_eq!(not_after(b"-----BEGIN"), Err(Unread));
}
