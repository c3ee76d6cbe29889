//! Why a day cannot be added to the calendar. The messages are read by people at a page and are Spanish; each says what to
//! write instead. It may not know pages.

use chrono::NaiveDate;

use super::closed::Closed;

/// Why a day cannot be added to a version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The calendar does not know its year.
    #[error(
        "la fecha {} está fuera del calendario: escriba una entre el 01-01-1900 y el 31-12-2200", shown(*date)
    )]
    OutOfYears {
        /// The day.
        date: NaiveDate,
    },
    /// It has no name.
    #[error("falta el nombre del día: escriba cómo se llama, por ejemplo «Puente de fin de año»")]
    NoName,
    /// Nothing says what gives it.
    #[error("falta la cita legal: escriba qué norma lo establece, por ejemplo «Acuerdo Gubernativo 222-2025»")]
    NoCitation,
    /// It is the feast of a place and names none.
    #[error("falta el lugar del asueto local: escriba la sede que no trabaja, por ejemplo «Antigua Guatemala»")]
    NoPlace,
    /// It is half a day and names no hour.
    #[error("falta la hora del medio día: escriba desde qué hora no se trabaja, por ejemplo 12")]
    NoHour,
    /// More units are elsewhere than anybody has.
    #[error("ya hay {most} unidades fuera de la capital: quite primero las que ya no existen")]
    TooManySeats {
        /// How many there may be.
        most: usize,
    },
    /// A text is longer than anybody reads.
    #[error("{what} tiene demasiados caracteres: escriba {most} como máximo")]
    TooLong {
        /// Which text, in Spanish, with its article.
        what: &'static str,
        /// How many characters it may have.
        most: usize,
    },
    /// There is no such hour.
    #[error("la hora {hour} no existe: escriba una de 0 a 23, o ninguna si no se trabaja en todo el día")]
    Hour {
        /// The hour.
        hour: u32,
    },
    /// Nobody works on that day anyhow.
    #[error("el {} es {closed} y ya no es hábil: escriba un día de lunes a viernes", shown(*date))]
    Weekend {
        /// The day.
        date: NaiveDate,
        /// Which day of the weekend.
        closed: Closed,
    },
    /// It is there already, and is at least as free.
    #[error("el {} ya está en el calendario como «{name}»: no hace falta agregarlo; si quería otro día, escriba su fecha", shown(*date))]
    Duplicate {
        /// The day.
        date: NaiveDate,
        /// What it is called there.
        name: String,
    },
    /// There are as many as a version may have.
    #[error("el calendario ya tiene {most} días agregados y no admite más: quite primero alguno")]
    TooMany {
        /// How many it may have.
        most: usize,
    },
}

/// A day as people here write it, `24-12-2025`.
fn shown(date: NaiveDate) -> String {
    date.format("%d-%m-%Y").to_string()
}
