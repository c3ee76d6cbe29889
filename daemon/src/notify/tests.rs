//! What of telling people needs no server.

use std::time::Duration;

use chrono::{DateTime, FixedOffset};

use super::text::{self, Failure, Kept, Missing, Notice, Wanted};
use super::text_custody;
use super::{Cause, Channel, Email, HealthCheck, Message, NotifyError, Security, Target, Webhook, clean, send};
use crate::manual;

fn at(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

fn slot() -> DateTime<FixedOffset> {
    at("2026-11-22T02:00:00-06:00")
}

fn kept(dataset: &str, disks: &[&str]) -> Kept {
    let disks = disks.iter().map(|disk| (*disk).to_owned()).collect();
    Kept { dataset: dataset.into(), size_bytes: 4_404_019, disks }
}

fn message() -> Message {
    Message {
        subject: "Prueba".into(),
        text: "Prueba".into(),
        data: serde_json::Value::Null,
        at: slot(),
        id: "1".into(),
    }
}

/// One of each, with several of everything in it.
fn all() -> Vec<Notice> {
    let why = "el disco está desconectado".to_owned();
    let failures = [Failure { dataset: "web/quejas".into(), reason: "no responde".into() }];
    let wanted = Wanted { label: "disco-b".into(), custody: Some("caja fuerte".into()), why: why.clone() };
    let missing = Missing { dataset: "web/quejas".into(), disk: "disco-b".into(), why };
    vec![
        text::plan_kept("semanal", slot(), &[kept("web/quejas", &["a", "b"])], false, Duration::from_secs(187)),
        text::plan_kept("semanal", slot(), &[kept("web/quejas", &["a"])], true, Duration::from_secs(187)),
        text::plan_failed("semanal", 2, Some(slot()), &failures),
        text::plan_failed("semanal", 1, None, &failures),
        text::slot_missed("semanal", slot(), "no hubo disco"),
        text::slot_excused("semanal", slot(), "mantenimiento"),
        text::disk_wanted("semanal", std::slice::from_ref(&wanted), &[]),
        text::disk_wanted("semanal", &[wanted.clone(), wanted.clone()], &[]),
        text::disk_wanted("semanal", &[wanted.clone(), wanted.clone()], &["disco-b".into(), "disco-c".into()]),
        text_custody::stand_in("semanal", slot(), &wanted, "disco-c", &wanted),
        text_custody::disk_came("disco-b", 3),
        text_custody::spooled("semanal", &["web/quejas".to_owned()]),
        text_custody::all_copied(&wanted),
        text_custody::not_copied("disco-b", "web/quejas/1", "está lleno"),
        text_custody::copy_damaged("disco-b", "web/quejas/1", "su resumen no coincide"),
        text_custody::no_good_copy("disco-b", "web/quejas/1"),
        text_custody::missed_for_disk("semanal", slot(), std::slice::from_ref(&wanted), std::slice::from_ref(&wanted)),
        text::copies_missing("semanal", &[missing]),
        text::run_interrupted("semanal"),
        text::register_damaged("la entrada 12 no lleva la firma que dice"),
        text::clock_put_back(slot(), at("2026-11-21T02:00:00-06:00")),
        text::test(),
    ]
}

#[test]
fn a_kept_plan_is_told_with_what_is_where() {
    let disks = [kept("web/quejas", &["disco-a", "disco-b"]), kept("web/archivos", &["disco-a", "disco-b", "isla"])];
    let notice = text::plan_kept("semanal", slot(), &disks, false, Duration::from_secs(187));
    assert_eq!(notice.subject, "Copia hecha: semanal");
    assert_eq!(
        notice.text,
        "El plan «semanal» guardó 2 conjuntos de datos.\n\nTurno: domingo 22 de noviembre de 2026, 02:00.\nDuración: \
         3 min 07 s.\n\n- web/quejas: 4.1 MiB en disco-a y disco-b\n- web/archivos: 4.1 MiB en disco-a, disco-b e \
         isla\n\nQué hacer ahora: nada; las copias están completas.\n"
    );
}

#[test]
fn a_disk_is_asked_for_by_its_label_and_its_place() {
    let notice = all().into_iter().find(|notice| notice.subject == "Conecte el disco disco-b: semanal").unwrap();
    assert!(notice.text.contains("disco-b (se guarda en: caja fuerte): el disco está desconectado"), "{notice:?}");
    assert!(notice.urgent);
}

#[test]
fn every_notice_says_what_to_do_now_on_lines_of_its_own() {
    for notice in all() {
        let last = notice.text.lines().last().unwrap();
        assert!(last.starts_with("Qué hacer ahora: ") && last.ends_with('.'), "{notice:?}");
        assert!(!notice.subject.is_empty() && !notice.subject.contains('\n'), "{notice:?}");
        let doubled = ["..", "  ", " ,", ": ."].iter().any(|fault| notice.text.contains(fault));
        assert!(!doubled, "{}", notice.text);
    }
}

#[test]
fn each_kind_of_notice_has_a_name_of_its_own() {
    let subjects: Vec<String> = all().iter().map(|notice| format!("{} {}", notice.kind, notice.subject)).collect();
    let mut distinct = subjects.clone();
    distinct.dedup();
    // The two failures differ in their text only.
    assert_eq!(distinct.len(), subjects.len() - 1, "{subjects:?}");
}

#[test]
fn what_others_say_can_neither_break_a_line_nor_fill_a_page() {
    let reason = "falla\r\nSubject: otra cosa\u{2028}y más\u{7}".to_owned() + &"x".repeat(10_000);
    let failures: Vec<Failure> =
        (0..1000).map(|number| Failure { dataset: format!("web/d{number}"), reason: reason.clone() }).collect();
    let notice = text::plan_failed("p\nq", 3, None, &failures);
    assert_eq!(notice.subject, "COPIA FALLIDA: p q");
    assert!(notice.text.contains("- … y 970 más") && notice.text.len() < 40_000, "{} bytes", notice.text.len());
    assert!(notice.text.lines().all(|line| !line.starts_with("Subject")));
}

#[test]
fn a_line_is_cut_between_letters_and_says_so() {
    assert_eq!(clean::line("  ñandú  ", 5), "ñandú");
    assert_eq!(clean::line("ñandúes", 5), "ñand…");
    assert_eq!(clean::lines("a\r\nb\rc\u{1b}[31m", 100), "a\nb\nc[31m");
    assert_eq!(clean::lines("ññññ", 7), "ññ…");
    assert_eq!(clean::word("a b/ñ<>\r\n.c"), "a-b------.c");
}

#[test]
fn no_secret_is_shown_by_what_holds_it() {
    let secret = || "s3creto".to_owned().into();
    let email = Email {
        host: "correo.gob.gt".into(),
        port: 587,
        security: Security::StartTls,
        user: Some("respaldos".into()),
        password: Some(secret()),
        from: "respaldos@diaco.gob.gt".into(),
        to: vec![],
    };
    let webhook = Webhook { url: "https://avisos.gob.gt/s3creto".into(), token: Some(secret()) };
    let check = HealthCheck { url: "https://hc.gob.gt/s3creto".to_owned().into() };
    for target in [Target::Email(email), Target::Webhook(webhook), Target::HealthCheck(check)] {
        let shown = format!("{target:?}");
        assert!(!shown.contains("s3creto"), "{shown}");
    }
}

#[test]
fn an_answer_that_repeats_the_password_is_not_shown() {
    let answer = std::io::Error::other("535 wrong password s3creto");
    assert!(!Cause::without(&answer, "s3creto").to_string().contains("s3creto"));
    assert_eq!(Cause::without(&answer, "").to_string(), "535 wrong password s3creto");
}

#[tokio::test]
async fn a_url_that_is_none_is_refused_without_being_shown() {
    for url in ["s3creto", "ftp://host/s3creto", "https://", "file:///s3creto", ""] {
        let error =
            send(&Target::HealthCheck(HealthCheck { url: url.to_owned().into() }), &message()).await.unwrap_err();
        assert!(matches!(error, NotifyError::Url { channel: Channel::HealthCheck }), "{error:?}");
        assert!(!error.may_help() && !format!("{error:?} {error}").contains("s3creto"));
    }
}

#[tokio::test]
async fn an_address_that_would_break_a_header_is_refused() {
    for (from, to) in [
        ("a@b.gt\r\nBcc: c@d.gt", "e@f.gt"),
        ("a@b.gt", "e@f.gt\nSubject: x"),
        ("a@b.gt", "nadie"),
        ("ñ@b.gt", "e@f.gt"),
    ] {
        let email = Email {
            host: "127.0.0.1".into(),
            port: 1,
            security: Security::None,
            user: None,
            password: None,
            from: from.into(),
            to: vec![to.into()],
        };
        let error = send(&Target::Email(email), &message()).await.unwrap_err();
        assert!(matches!(error, NotifyError::Address { .. }), "{error:?}");
        assert!(!error.to_string().contains(['\r', '\n']) && !error.may_help());
    }
}

#[test]
fn the_manual_explains_every_kind_of_notice_and_says_what_to_do() {
    let sources = [
        include_str!("text.rs"),
        include_str!("text_custody.rs"),
        include_str!("text_drill.rs"),
        include_str!("text_proofs.rs"),
    ];
    // A notice is made with its kind as the first thing; that of a plan that was kept is chosen before.
    let made = sources.iter().flat_map(|source| source.split("notice(\"").skip(1));
    let mut kinds: Vec<&str> = made.filter_map(|rest| rest.split('"').next()).collect();
    kinds.extend(["plan_kept", "plan_late"]);
    kinds.sort_unstable();
    kinds.dedup();
    assert!(kinds.len() > 20, "{kinds:?}");
    let chapter = manual::chapters().iter().find(|chapter| chapter.name == "avisos").unwrap();
    let headings = chapter.blocks.iter().filter_map(|block| match block {
        manual::Block::Heading { id, .. } => Some(id.as_str()),
        _ => None,
    });
    let mut explained: Vec<&str> = headings.collect();
    explained.sort_unstable();
    assert_eq!(explained, kinds);
    for pair in chapter.blocks.windows(2) {
        if let [manual::Block::Heading { id, .. }, manual::Block::Paragraph { text }] = pair {
            let said = manual::plain(text);
            let acts = ["Qué hacer", "Si se repite", "No hay que hacer nada", "funciona"];
            assert!(acts.iter().any(|act| said.contains(act)), "{id}: {said}");
        }
    }
}
