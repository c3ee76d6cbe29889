//! From a record to its PDF: the inputs of the layout, the compilation, and PDF/A-2a with PDF/UA-1.

use chrono::NaiveDate;
use resguardo_forms_model::{Form, Record};
use serde_json::{Value, json};
use typst::WorldExt as _;
use typst::diag::{SourceDiagnostic, Warned};
use typst::foundations::{Dict, IntoValue as _, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::failure::{Failure, Fault};
use crate::letters;
use crate::qr;
use crate::templates::{MANUAL, Templates};
use crate::world::{self, FormWorld};

/// What stands in the PDF as its creator.
const CREATOR: &str = "Resguardo";

/// The date of empty forms of no other: when version 03 of the procedure came into force (R003).
const PROCEDURE: (i32, u32, u32) = (2025, 4, 1);

/// What is to be printed.
pub(crate) struct Job {
    form: Form,
    /// The record, with its title and version filled in.
    record: Value,
    /// The digest of a filled form; an empty one has none.
    digest: Option<String>,
}

impl Job {
    /// A filled form.
    pub(crate) fn of(record: &Record) -> Result<Self, Failure> {
        let form = record.form();
        let digest = record.digest().map_err(Failure::Record)?.to_string();
        let mut value = record.value().map_err(Failure::Record)?;
        fill(&mut value, "title", Some(form.title()));
        fill(&mut value, "version", form.version());
        Ok(Self { form, record: value, digest: Some(digest) })
    }

    /// An empty form.
    pub(crate) fn blank(form: Form, version: Option<&str>, effective: Option<NaiveDate>) -> Self {
        let (year, month, day) = PROCEDURE;
        let issued = effective.or_else(|| NaiveDate::from_ymd_opt(year, month, day));
        let mut record = json!({ "form": form.code(), "title": form.title(), "issued": issued, "version": version });
        fill(&mut record, "version", form.version());
        if let (Some(date), Some(fields)) = (effective, record.as_object_mut()) {
            fields.insert("effective".to_owned(), json!(date));
        }
        Self { form, record, digest: None }
    }
}

/// Fills a field that is missing or null.
fn fill(record: &mut Value, field: &str, value: Option<&str>) {
    let Some(fields) = record.as_object_mut() else { return };
    if fields.get(field).is_none_or(Value::is_null) {
        fields.insert(field.to_owned(), value.map_or(Value::Null, Value::from));
    }
}

/// Prints a form.
pub(crate) fn print(job: Job, templates: Templates) -> Result<Vec<u8>, Failure> {
    let code = job.form.code();
    let ident = format!("{code} {}", job.digest.as_deref().unwrap_or("blank"));
    let layout = layout(&job, &templates);
    let inputs = inputs(job, &templates)?;
    compile(code, ident, &layout, inputs, templates)
}

/// Prints the operator's manual: its title, edition and chapters as JSON, which are our own words, and neither a record nor somebody's.
pub(crate) fn manual(json: &[u8], templates: Templates) -> Result<Vec<u8>, Failure> {
    let text = str::from_utf8(json).map_err(|_| template(MANUAL, vec![bare("the manual is not text".to_owned())]))?;
    let mut inputs = Dict::new();
    inputs.insert("record".into(), text.into_value());
    compile(MANUAL, MANUAL.to_owned(), MANUAL, inputs, templates)
}

/// Lays out what `inputs` say, and makes a PDF of it. `code` is what it is called where something fails.
fn compile(
    code: &'static str,
    ident: String,
    layout: &str,
    inputs: Dict,
    templates: Templates,
) -> Result<Vec<u8>, Failure> {
    let world =
        FormWorld::new(templates, layout, inputs).map_err(|error| template(code, vec![bare(error.to_string())]))?;
    let Warned { output, warnings: _ } = typst::compile::<PagedDocument>(&world);
    let document = output.map_err(|errors| template(code, faults(&world, &errors)))?;
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|error| template(code, vec![bare(error.message().to_string())]))?;
    let options = PdfOptions {
        ident: Smart::Custom(ident),
        creator: Smart::Custom(Some(CREATOR.to_owned())),
        standards,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options).map_err(|errors| template(code, faults(&world, &errors)))
}

/// The name of the layout: where a folder has one for the record's own version, `fo-05-v03.typ`, that one, so that what was made
/// under an older version is printed as it was.
fn layout(job: &Job, templates: &Templates) -> String {
    let usual = job.form.template();
    let version = job.record.get("version").and_then(Value::as_str).unwrap_or_default();
    let own = usual.strip_suffix(".typ").map(|stem| format!("{stem}-v{version}.typ"));
    own.filter(|own| !version.is_empty() && templates.file(own).is_some()).unwrap_or_else(|| usual.to_owned())
}

/// What the layout reads as `sys.inputs`: texts, which are data and never source.
fn inputs(mut job: Job, templates: &Templates) -> Result<Dict, Failure> {
    let mut inputs = Dict::new();
    if let Some(digest) = &job.digest {
        let text = check_text(&job.record, digest);
        inputs.insert("qr".into(), qr::svg(&text).ok_or(Failure::Qr)?.into_value());
        let (readable, _) = letters::clean(&text, world::coverage()?);
        inputs.insert("qr-text".into(), readable.into_value());
        inputs.insert("digest".into(), digest.clone().into_value());
    }
    let replaced = letters::printable(&mut job.record, world::coverage()?);
    inputs.insert("replaced".into(), replaced.to_string().into_value());
    if let Some(logo) = templates.logo() {
        inputs.insert("logo".into(), logo.into_value());
    }
    inputs.insert("record".into(), job.record.to_string().into_value());
    Ok(inputs)
}

/// What the QR code says: an address where the configuration has one, else the same facts as words.
fn check_text(record: &Value, digest: &str) -> String {
    let field = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
    let (form, version, id) = (field("form"), field("version"), field("record"));
    match record.get("check_url").and_then(Value::as_str) {
        Some(url) => {
            format!("{}/{}?form={form}&v={}&sha256={digest}", url.trim_end_matches('/'), percent(id), percent(version))
        }
        None => format!("{form} v{version} {id} sha256:{digest}"),
    }
}

/// A text as a part of an address (RFC 3986, 2.3).
fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn template(form: &'static str, faults: Vec<Fault>) -> Failure {
    Failure::Template { form, faults }
}

/// A fault of no place.
fn bare(message: String) -> Fault {
    Fault { file: None, at: None, line: String::new(), message, hints: Vec::new() }
}

/// What Typst says, with the places that people can open.
fn faults(world: &FormWorld, errors: &[SourceDiagnostic]) -> Vec<Fault> {
    errors.iter().map(|error| fault(world, error)).collect()
}

fn fault(world: &FormWorld, error: &SourceDiagnostic) -> Fault {
    use typst::World as _;
    let source = error.span.id().and_then(|id| world.source(id).ok());
    let start = world.range(error.span).map(|range| range.start);
    let at = source.as_ref().zip(start).and_then(|(source, start)| source.lines().byte_to_line_column(start));
    let line = source.as_ref().zip(at).and_then(|(source, (line, _))| source.text().lines().nth(line));
    Fault {
        file: error.span.id().map(|id| world.called(id)),
        at: at.map(|(line, column)| (line + 1, column + 1)),
        line: line.unwrap_or_default().to_owned(),
        message: error.message.to_string(),
        hints: error.hints.iter().map(|hint| hint.v.to_string()).collect(),
    }
}
