//! `resguardo calendar`: the days on which nobody works, by the service. It may not know how days are counted.

use std::path::Path;

use super::args_desk::{CalendarDay, CalendarVerb};
use super::exit::{Failure, code};
use super::ticket::ask;
use super::{desk_lists as lists, print};
use crate::calendar::Kind;
use crate::jobs::desk::days::{DueReport, YearReport};
use crate::service::tickets::{Moved, NewDay, What};

/// `resguardo calendar`.
pub(super) fn run(config: &Path, verb: &CalendarVerb) -> Result<u8, Failure> {
    match verb {
        CalendarVerb::Show(asked) => {
            let year: YearReport = ask(config, &asked.asking, What::Year { year: asked.year })?;
            if asked.asking.json { print::value(&year)? } else { print::out(&lists::year(&year))? }
        }
        CalendarVerb::Due(asked) => {
            let due: DueReport = ask(config, &asked.asking, What::Due { entry: asked.entry })?;
            if asked.asking.json { print::value(&due)? } else { print::out(&lists::due(&due))? }
        }
        CalendarVerb::Add(asked) => change(config, asked, false)?,
        CalendarVerb::Publish(asked) => change(config, asked, true)?,
        CalendarVerb::Seat(asked) => {
            let (unit, place, note) = (asked.unit.clone(), asked.place.clone(), asked.note.clone());
            let seat = What::Seat { unit, place, note, publish: asked.publish };
            let moved: Moved = ask(config, &asked.asking, seat)?;
            if asked.asking.json { print::value(&moved)? } else { print::out(&lists::moved(&moved))? }
        }
    }
    Ok(code::DONE)
}

fn change(config: &Path, asked: &CalendarDay, publish: bool) -> Result<(), Failure> {
    let kind = match asked.kind.as_str() {
        "accord" => Kind::Accord,
        "local" => Kind::Local,
        "half_day" => Kind::HalfDay,
        _ => return Err(Failure::new(code::USAGE, "--kind: write one of accord, local, half_day")),
    };
    let day = NewDay {
        date: asked.date,
        kind,
        name: asked.name.clone(),
        citation: asked.citation.clone(),
        from_hour: asked.from_hour,
        place: asked.place.clone(),
        note: asked.note.clone(),
    };
    let moved: Moved = ask(config, &asked.asking, What::Day { day, publish })?;
    if asked.asking.json { print::value(&moved) } else { print::out(&lists::moved(&moved)) }
}
