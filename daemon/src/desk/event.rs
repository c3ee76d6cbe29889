//! Events whose attendance is listed on form DIACO-RH-FO-02 (R118): trainings, talks, meetings. Pure; it may not know SQL or pages.

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use super::{Refused, text};

/// The most people of one event.
pub const ATTENDEES_MAX: usize = 500;
/// The most letters of a line.
const LINE_MAX: usize = 200;
/// The most letters of what it was for.
const OBJECTIVE_MAX: usize = 2_000;

words! {
    /// What it was.
    EventKind {
        /// People learn something.
        Training = "training", "capacitación";
        /// People are told something.
        Diffusion = "diffusion", "divulgación";
        /// People meet.
        Meeting = "meeting", "reunión";
    }
}

/// Somebody who was there, as they were then.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attendee {
    /// Their name.
    pub name: String,
    /// Their post; empty where nobody said.
    pub post: String,
    /// Their unit; empty where nobody said.
    pub unit: String,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What it was.
    pub kind: EventKind,
    /// What it was about.
    pub topic: String,
    /// When.
    pub day: NaiveDate,
    /// From when; none where nobody said.
    pub starts: Option<NaiveTime>,
    /// Until when.
    pub ends: Option<NaiveTime>,
    /// Where; empty where nobody said.
    pub place: String,
    /// Who held it.
    pub speaker: String,
    /// What it was for.
    pub objective: String,
    /// Who was there, in the order of the list.
    pub attendees: Vec<Attendee>,
    /// Whether it was entered by mistake.
    pub void: bool,
}

/// An event as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// The word of its kind.
    pub kind: String,
    /// What it was about.
    pub topic: String,
    /// When; none where nothing was written.
    pub day: Option<NaiveDate>,
    /// `09:00`, or empty.
    pub starts: String,
    /// The same.
    pub ends: String,
    /// Where.
    pub place: String,
    /// Who held it.
    pub speaker: String,
    /// What it was for.
    pub objective: String,
    /// One person a line: a login, or name, post and unit with semicolons between them.
    pub attendees: String,
    /// Entered by mistake.
    pub void: bool,
}

/// The lines of a list of people.
pub fn lines(attendees: &str) -> impl Iterator<Item = &str> {
    attendees.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// What was written as an event; `known` says who has a login. Says all that is wrong at once.
///
/// # Errors
/// [`Refused::Field`], one for each field.
pub fn checked(written: &Written, known: &dyn Fn(&str) -> Option<Attendee>) -> Result<Event, Vec<Refused>> {
    let mut wrong = Vec::new();
    let mut line = |field, value: &str, most, required| {
        text::line(field, value, most, required).unwrap_or_else(|refused| {
            wrong.push(refused);
            String::new()
        })
    };
    let (topic, place) =
        (line("topic", &written.topic, LINE_MAX, true), line("place", &written.place, LINE_MAX, false));
    let speaker = line("speaker", &written.speaker, LINE_MAX, false);
    let objective = text::lines("objective", &written.objective, OBJECTIVE_MAX, false).map_err(|one| wrong.push(one));
    let attendees = attendees(&written.attendees, known).map_err(|one| wrong.push(one));
    let (starts, ends) = (hour("starts", &written.starts), hour("ends", &written.ends));
    let [starts, ends] = [starts, ends].map(|hour| {
        hour.unwrap_or_else(|one| {
            wrong.push(one);
            None
        })
    });
    if let (Some(starts), Some(ends)) = (starts, ends)
        && ends <= starts
    {
        wrong.push(Refused::field("ends", "termina antes de empezar; revise las horas"));
    }
    let kind = EventKind::of_word(&written.kind);
    if kind.is_none() {
        wrong.push(Refused::field("kind", "elija una de las opciones"));
    }
    if written.day.is_none() {
        wrong.push(Refused::field("day", "escriba el día, por ejemplo 27-10-2026"));
    }
    match (kind, written.day, objective, attendees) {
        (Some(kind), Some(day), Ok(objective), Ok(attendees)) if wrong.is_empty() => {
            Ok(Event { kind, topic, day, starts, ends, place, speaker, objective, attendees, void: written.void })
        }
        _ => Err(wrong),
    }
}

fn hour(field: &'static str, text: &str) -> Result<Option<NaiveTime>, Refused> {
    match text.trim() {
        "" => Ok(None),
        text => match NaiveTime::parse_from_str(text, "%H:%M") {
            Ok(time) => Ok(Some(time)),
            Err(_) => Err(Refused::field(field, "escriba la hora como 09:00 o 14:30")),
        },
    }
}

fn attendees(text: &str, known: &dyn Fn(&str) -> Option<Attendee>) -> Result<Vec<Attendee>, Refused> {
    let field = "attendees";
    let mut all = Vec::new();
    for (at, line) in lines(text).enumerate() {
        if at >= ATTENDEES_MAX {
            return Err(Refused::field(
                field,
                format!("caben {ATTENDEES_MAX} personas; divida la lista en dos eventos"),
            ));
        }
        let parts = |part: &str| text::line(field, part, LINE_MAX, false);
        let mut split = line.splitn(3, ';').map(parts);
        let mut next = || split.next().unwrap_or_else(|| Ok(String::new()));
        let (name, post, unit) = (next()?, next()?, next()?);
        let person = match known(&name.to_lowercase()) {
            Some(person) if post.is_empty() && unit.is_empty() => person,
            _ if name.is_empty() => {
                return Err(Refused::field(field, format!("la línea {} no dice el nombre", at + 1)));
            }
            _ => Attendee { name, post, unit },
        };
        if all.contains(&person) {
            return Err(Refused::field(field, format!("{} está dos veces; deje una", person.name)));
        }
        all.push(person);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> Written {
        Written {
            kind: "training".to_owned(),
            topic: "Contraseñas".to_owned(),
            day: NaiveDate::from_ymd_opt(2026, 10, 27),
            starts: "09:00".to_owned(),
            ends: "11:30".to_owned(),
            attendees: " ANA \n\nÍñigo Paz; Asesor; Jurídico\nSolo Nombre".to_owned(),
            ..Written::default()
        }
    }

    fn known(login: &str) -> Option<Attendee> {
        let (post, unit) = ("Asesora".to_owned(), "Verificación".to_owned());
        (login == "ana").then(|| Attendee { name: "Ana Muñoz".to_owned(), post, unit })
    }

    fn fields(written: &Written) -> Vec<&'static str> {
        let wrong = checked(written, &known).unwrap_err();
        wrong.iter().map(|one| if let Refused::Field { field, .. } = one { *field } else { "" }).collect()
    }

    #[test]
    fn a_login_stands_for_whoever_has_it_and_others_are_written_out() {
        let event = checked(&written(), &known).unwrap();
        let names: Vec<_> = event.attendees.iter().map(|one| (one.name.as_str(), one.unit.as_str())).collect();
        assert_eq!(names, [("Ana Muñoz", "Verificación"), ("Íñigo Paz", "Jurídico"), ("Solo Nombre", "")]);
        let again = checked(&Written { attendees: "ana; Directora".to_owned(), ..written() }, &known).unwrap();
        assert_eq!(again.attendees[0].post, "Directora", "what is written out is taken as it stands");
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let bad = Written {
            kind: "fiesta".to_owned(),
            topic: " ".to_owned(),
            day: None,
            starts: "25:00".to_owned(),
            ..written()
        };
        assert_eq!(fields(&bad), ["topic", "starts", "kind", "day"]);
        assert_eq!(fields(&Written { ends: "09:00".to_owned(), ..written() }), ["ends"]);
        assert_eq!(fields(&Written { attendees: "ana\nANA".to_owned(), ..written() }), ["attendees"]);
        assert_eq!(fields(&Written { attendees: "; Asesor".to_owned(), ..written() }), ["attendees"]);
        let many: String = (0..=ATTENDEES_MAX).map(|at| format!("Persona {at}\n")).collect();
        assert_eq!(fields(&Written { attendees: many, ..written() }), ["attendees"]);
    }
}
