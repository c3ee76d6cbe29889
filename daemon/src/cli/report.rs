//! `resguardo report`: controlled forms as PDF/A at the terminal. What stands on them the service knows. It may not know how they look.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use resguardo_forms_model::{Form, Record};

use super::args_report::{BlankPaper, IndicatorPaper, MonthPaper, NumberedPaper, Part, PeriodAsked, ReportVerb};
use super::exit::{Failure, code};
use super::{load, print, report_pack, socket};
use crate::figures::month::Month;
use crate::forms::catalogue::Version;
use crate::forms::{self, FormError};
use crate::jobs::pack::Period;
use crate::jobs::quality::register::Extent;
use crate::service::client;
use crate::service::papers::{InForce, Wanted};
use crate::service::protocol::Request;
use crate::upkeep::semester::Semester;

/// `resguardo report`.
pub(super) fn run(config: &Path, verb: &ReportVerb) -> Result<u8, Failure> {
    let (wanted, name, to) = match verb {
        ReportVerb::Ticket(asked) => {
            let wanted = Wanted::Ticket { number: asked.number.clone(), on_behalf: asked.on_behalf.clone() };
            (wanted, format!("FO-01 {}.pdf", asked.number), &asked.to)
        }
        ReportVerb::Register(asked) => {
            let extent = extent(&asked.part)?;
            let wanted = match extent {
                Extent::Month(first) => Wanted::RegisterMonth { first },
                Extent::Year(year) => Wanted::RegisterYear { year },
                Extent::Entry(year, number) => Wanted::RegisterEntry { year, number },
            };
            (wanted, format!("FO-06 {}.pdf", extent.name()), &asked.to)
        }
        ReportVerb::Programme(asked) => {
            let semester = semester(&asked.semester)?;
            let wanted = Wanted::Programme { year: semester.year(), half: semester.half() };
            (wanted, format!("FO-02 {}.pdf", asked.semester), &asked.to)
        }
        ReportVerb::Monthly(MonthPaper { month: text, revision, to }) => {
            (Wanted::Report { month: month(text)?, revision: *revision }, format!("FO-05 {text}.pdf"), to)
        }
        ReportVerb::Indicators(IndicatorPaper { period: asked, revision, to }) => {
            let period = period(asked)?;
            let revision = *revision;
            let wanted = match period {
                Period::Month(month) => Wanted::Indicators { month, revision },
                Period::Semester(of) => Wanted::Semester { year: of.year(), half: of.half(), revision },
            };
            (wanted, format!("RP-FO-03 {}.pdf", period.name()), to)
        }
        ReportVerb::Moved(NumberedPaper { number, to }) => {
            (Wanted::Moved { number: number.clone() }, format!("{number}.pdf"), to)
        }
        ReportVerb::Event(NumberedPaper { number, to }) => {
            (Wanted::Event { number: number.clone() }, format!("RH-FO-02 {number}.pdf"), to)
        }
        ReportVerb::Cover(asked) => {
            let wanted = Wanted::Cover { number: asked.number.clone(), on_behalf: asked.on_behalf.clone() };
            (wanted, format!("Carátula {}.pdf", asked.number), &asked.to)
        }
        ReportVerb::Blank(asked) => return blank(config, asked),
        ReportVerb::Pack(asked) => return report_pack::run(config, asked),
    };
    let record: serde_json::Value = client::ask_once(&socket::of(config)?, Request::Paper(wanted))?;
    if to.json {
        print::json(&record)?;
        return Ok(code::DONE);
    }
    let record = Record::read(record.to_string().as_bytes());
    let record = record.map_err(|error| Failure::unexpected("the service's record does not read", &error))?;
    let settings = load(config)?;
    let templates = settings.desk.as_ref().and_then(|desk| desk.forms.as_deref());
    write(&printed(forms::print(&record, templates))?, &name, to.to.as_deref())
}

fn printed(printing: impl Future<Output = Result<Vec<u8>, FormError>>) -> Result<Vec<u8>, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::unexpected("cannot start", &error))?;
    runtime.block_on(printing).map_err(|error| Failure::unexpected("the form cannot be printed", &error))
}

/// `resguardo report blank`.
fn blank(config: &Path, asked: &BlankPaper) -> Result<u8, Failure> {
    let code = asked.code.to_ascii_uppercase();
    let is = |form: &&Form| form.code() == code || form.code().ends_with(&format!("-{code}")) && code.contains("FO-");
    let form = Form::ALL.iter().find(is).copied().ok_or_else(|| {
        let known: Vec<&str> = Form::ALL.iter().map(|form| form.code()).collect();
        Failure::new(code::UNKNOWN, format!("there is no form {code:?}; there are {}", known.join(", ")))
    })?;
    let wanted = Wanted::Blank { code: form.code().to_owned() };
    let InForce { version, valid_from } = client::ask_once(&socket::of(config)?, Request::Paper(wanted))?;
    let (title, retention, note) = (form.title().to_owned(), String::new(), String::new());
    let version = Version { form, version, title, valid_from, retention, note };
    let settings = load(config)?;
    let templates = settings.desk.as_ref().and_then(|desk| desk.forms.as_deref());
    let pdf = printed(forms::blank(&version, templates))?;
    write(&pdf, &format!("{} en blanco.pdf", form.code()), asked.to.as_deref())
}

fn month(text: &str) -> Result<Month, Failure> {
    let wrong = || Failure::new(code::USAGE, format!("{text:?} is no month; write it as 2026-11"));
    Month::parse(text).ok_or_else(wrong)
}

/// The month or semester that was asked for.
pub(super) fn period(asked: &PeriodAsked) -> Result<Period, Failure> {
    match (&asked.month, &asked.semester) {
        (Some(text), _) => Ok(Period::Month(month(text)?)),
        (None, Some(text)) => Ok(Period::Semester(semester(text)?)),
        (None, None) => Err(Failure::new(code::USAGE, "write one of --month and --semester")),
    }
}

/// A semester as people write it: `2026-1`.
fn semester(text: &str) -> Result<Semester, Failure> {
    let wrong = || Failure::new(code::USAGE, format!("{text:?} is no semester; write it as 2026-1 or 2026-2"));
    let plain = |text: &str, len| text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit());
    let (year, half) =
        text.split_once('-').filter(|(year, half)| plain(year, 4) && plain(half, 1)).ok_or_else(wrong)?;
    let semester = year.parse().ok().zip(half.parse().ok()).and_then(|(year, half)| Semester::new(year, half));
    semester.ok_or_else(wrong)
}

fn extent(part: &Part) -> Result<Extent, Failure> {
    let read = |text: &Option<String>, of: fn(&str) -> Option<Extent>, what: &str| {
        let wrong = |text: &String| Failure::new(code::USAGE, format!("{text:?} {what}"));
        text.as_ref().map(|text| of(text).ok_or_else(|| wrong(text))).transpose()
    };
    let month = read(&part.month, Extent::of_month, "is no month; write it as 2026-11")?;
    let year = read(&part.year, Extent::of_year, "is no year; write it as 2026")?;
    let entry = read(&part.entry, Extent::of_entry, "is no entry; write it as 2026-47")?;
    let one = month.or(year).or(entry);
    one.ok_or_else(|| Failure::new(code::USAGE, "write one of --month, --year and --entry"))
}

/// Writes it where it is wanted, and over nothing.
pub(super) fn write(pdf: &[u8], name: &str, to: Option<&str>) -> Result<u8, Failure> {
    let path = to.unwrap_or(name);
    if path == "-" {
        let mut out = std::io::stdout().lock();
        let written = out.write_all(pdf).and_then(|()| out.flush());
        written.map_err(|error| Failure::unexpected("cannot write to standard output", &error))?;
        return Ok(code::DONE);
    }
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match opened.and_then(|mut file| file.write_all(pdf).and_then(|()| file.sync_all())) {
        Ok(()) => {
            print::out(&format!("{path}\n"))?;
            Ok(code::DONE)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let what = format!("{path} is there already; name another file with --to, or remove it");
            Err(Failure::new(code::EXISTS, what))
        }
        Err(error) => Err(Failure::unexpected(&format!("{path} cannot be written"), &error)),
    }
}
