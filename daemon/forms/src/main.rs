//! Prints controlled forms: one record as JSON on standard input, one PDF on standard output, and nothing else (or, asked for it, many). It runs
//! as a process of its own, so that texts that anybody wrote meet a program that has no files, no network and little time.
//!
//! What a form says is in `resguardo-forms-model`; how it looks is in `templates/`, in Typst. Only here is Typst known.

mod args;
mod failure;
mod letters;
mod limits;
mod many;
mod paper;
mod qr;
mod templates;
mod world;

use std::io::{self, Read, Write};
use std::process::ExitCode;

use clap::Parser;
use resguardo_forms_model::{Form, RECORD_BYTES_MAX, Record};

use args::Args;
use failure::Failure;
use paper::Job;
use templates::Templates;

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell();
            ExitCode::from(failure.code())
        }
    }
}

/// Files are read first, and then no more: what comes after runs confined.
fn run(args: &Args) -> Result<(), Failure> {
    if let Some(folder) = &args.write_templates {
        return templates::write(folder);
    }
    let templates = Templates::load(args.templates.as_deref())?;
    limits::confine(args.many)?;
    if args.many {
        return many::print(&templates, &mut io::stdin().lock(), &mut io::stdout().lock());
    }
    if args.check {
        return check(templates);
    }
    if args.manual {
        return write(&paper::manual(&input()?, templates)?);
    }
    let job = match args.blank {
        Some(form) => Job::blank(form, args.form_version.as_deref(), args.effective),
        None => Job::of(&Record::read(&input()?).map_err(Failure::Record)?)?,
    };
    write(&paper::print(job, templates)?)
}

fn write(pdf: &[u8]) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    output.write_all(pdf).and_then(|()| output.flush()).map_err(Failure::Output)
}

/// Prints every form blank and throws it away: whoever changed a template learns whether it compiles.
fn check(templates: Templates) -> Result<(), Failure> {
    for form in Form::ALL {
        paper::print(Job::blank(*form, None, None), templates.clone())?;
    }
    Ok(())
}

/// Standard input, and at most one byte more than a record may have.
fn input() -> Result<Vec<u8>, Failure> {
    let most = u64::try_from(RECORD_BYTES_MAX).map_or(u64::MAX, |most| most.saturating_add(1));
    let mut json = Vec::new();
    io::stdin().lock().take(most).read_to_end(&mut json).map_err(Failure::Input)?;
    Ok(json)
}
