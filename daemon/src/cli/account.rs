//! `resguardo account`: requests for mail accounts at the terminal, by the service. It may not decide who may do what.

use std::path::Path;

use chrono::NaiveDate;

use super::args_account::{AccountDay, AccountListing, AccountReceive, AccountVerb, Accounts};
use super::args_desk::Asking;
use super::exit::{Failure, code};
use super::print::{self, table};
use super::ticket::{ask, word};
use crate::desk::account::{AccountKind, Outcome, StepKind};
use crate::jobs::desk::account_report::{AccountPage, AccountReport};
use crate::jobs::desk::account_wanted::{
    AccountStep, Authorized, FormGiven, FormReceived, MinistryAnswered, NewAccount, SentToMinistry, Told,
};
use crate::jobs::desk::report::TicketReport;
use crate::service::tickets::{AccountList, What};

/// Stands for the version that the request has when the service is asked.
const CURRENT: i64 = 0;
/// What stands where there is nothing.
const NONE: &str = "-";

/// `resguardo account`.
pub(super) fn run(config: &Path, verb: &AccountVerb) -> Result<u8, Failure> {
    match verb {
        AccountVerb::List(asked) => list(config, asked),
        AccountVerb::Show(asked) => show(config, &asked.asking, What::Account { number: asked.number.clone() }),
        AccountVerb::New(asked) => {
            let kind = word("kind", &asked.kind, AccountKind::of_word, AccountKind::ALL, AccountKind::word)?;
            let wanted = NewAccount { kind, person: asked.person.clone() };
            show(config, &asked.asking, What::NewAccount { number: asked.number.clone(), wanted })
        }
        AccountVerb::Give(asked) => {
            step(config, asked, AccountStep::Give(FormGiven { version: CURRENT, on: asked.on }))
        }
        AccountVerb::Authorize(asked) => {
            let wanted = Authorized { version: CURRENT, on: asked.step.on, by: asked.by.clone() };
            step(config, &asked.step, AccountStep::Authorize(wanted))
        }
        AccountVerb::Receive(asked) => {
            let (on, superior, scan) = (asked.step.on, asked.superior.clone(), scan(config, asked)?);
            step(config, &asked.step, AccountStep::Receive(FormReceived { version: CURRENT, on, superior, scan }))
        }
        AccountVerb::Upload(asked) => {
            let wanted = SentToMinistry { version: CURRENT, on: asked.step.on, number: asked.external.clone() };
            step(config, &asked.step, AccountStep::Upload(wanted))
        }
        AccountVerb::Answer(asked) => {
            let outcome = word("outcome", &asked.outcome, Outcome::of_word, Outcome::ALL, Outcome::word)?;
            let wanted = MinistryAnswered { version: CURRENT, on: asked.step.on, outcome };
            step(config, &asked.step, AccountStep::Answer(wanted))
        }
        AccountVerb::Tell(asked) => {
            let wanted = Box::new(AccountStep::Tell(Told { version: CURRENT }));
            show(config, &asked.asking, What::StepAccount { number: asked.number.clone(), wanted })
        }
    }
}

fn step(config: &Path, asked: &AccountDay, wanted: AccountStep) -> Result<u8, Failure> {
    let what = What::StepAccount { number: asked.number.clone(), wanted: Box::new(wanted) };
    show(config, &asked.asking, what)
}

/// The id of a scan that is named by its file.
fn scan(config: &Path, asked: &AccountReceive) -> Result<String, Failure> {
    let number = &asked.step.number;
    let ticket: TicketReport = ask(config, &asked.step.asking, What::Show { number: number.clone() })?;
    let mut found = ticket.files.into_iter().filter(|file| file.id == asked.scan || file.name == asked.scan);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one.id),
        (None, _) => {
            let what =
                format!("{number} has no file {:?}; `resguardo ticket show {number}` names its files", asked.scan);
            Err(Failure::new(code::USAGE, what))
        }
        (Some(_), Some(_)) => {
            let what = format!(
                "{number} has several files {:?}; give the id of one, as `ticket show --json` says",
                asked.scan
            );
            Err(Failure::new(code::USAGE, what))
        }
    }
}

/// Asks for something that is answered with a request, and prints it.
fn show(config: &Path, asking: &Asking, what: What) -> Result<u8, Failure> {
    let account: AccountReport = ask(config, asking, what)?;
    if asking.json {
        print::value(&account)?;
    } else {
        print::out(&whole(&account))?;
    }
    Ok(code::DONE)
}

fn list(config: &Path, asked: &AccountListing) -> Result<u8, Failure> {
    let list = match asked.list {
        Accounts::Waiting => AccountList::Waiting,
        Accounts::Open => AccountList::Open,
        Accounts::All => AccountList::All,
    };
    let what = What::Accounts { list, before: asked.before, limit: asked.limit };
    let page: AccountPage = ask(config, &asked.asking, what)?;
    if asked.asking.json {
        print::value(&page)?;
        return Ok(code::DONE);
    }
    print::out(&lines(&page))?;
    if let Some(next) = page.next {
        print::note(&format!("resguardo: there are more: --before {next}"));
    }
    Ok(code::DONE)
}

/// Text of others, in one line and without what a terminal would obey.
fn plain(text: &str) -> String {
    crate::desk::text::cleaned(text).replace('\n', " ")
}

fn lines(page: &AccountPage) -> String {
    let row = |one: &AccountReport| {
        vec![
            one.number.clone(),
            one.kind.word().to_owned(),
            plain(&one.person),
            one.next.map_or(NONE, StepKind::word).to_owned(),
            one.external_number.as_deref().map_or_else(|| NONE.to_owned(), plain),
            one.uploaded.map_or_else(|| NONE.to_owned(), |day| day.to_string()),
            one.waiting_days.map_or_else(|| NONE.to_owned(), |days| days.to_string()),
        ]
    };
    let head = ["ticket", "kind", "person", "next step", "ministry's ticket", "sent", "days"];
    table(&head, &[6], page.items.iter().map(row).collect())
}

/// A request with everything.
fn whole(one: &AccountReport) -> String {
    let day = |day: Option<NaiveDate>, more: Option<String>| {
        let more = more.map(|more| format!("  {}", plain(&more))).unwrap_or_default();
        day.map_or_else(|| NONE.to_owned(), |day| format!("{day}{more}"))
    };
    let text = |text: Option<&String>| text.map_or_else(|| NONE.to_owned(), |text| plain(text));
    let mut facts = vec![
        ("kind", one.kind.word().to_owned()),
        ("person", plain(&one.person)),
        ("form", text(one.form.as_ref())),
        ("begun", day(Some(one.started), one.started_by.as_ref().map(|by| by.login.clone()))),
    ];
    for &step in one.kind.steps() {
        facts.push(match step {
            StepKind::Give => ("form given", day(one.form_given, None)),
            StepKind::Authorize => ("authorised", day(one.authorized, one.authorized_by.clone())),
            StepKind::Receive => ("received", day(one.received, one.superior.clone())),
            StepKind::Upload => ("sent", day(one.uploaded, one.external_number.clone())),
            StepKind::Answer => ("answered", day(one.answered, one.outcome.map(|what| what.word().to_owned()))),
            StepKind::Tell => ("told", day(one.told, None)),
        });
    }
    facts.push(("next step", one.next.map_or(NONE, StepKind::word).to_owned()));
    let facts = facts.into_iter().map(|(name, value)| format!("    {:<11}{value}\n", format!("{name}:")));
    format!("{}  {}\n{}", one.number, plain(&one.subject), facts.collect::<String>())
}
