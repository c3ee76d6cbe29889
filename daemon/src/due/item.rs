//! One thing that is due, and how that is said. It may not know what makes it due.

use chrono::NaiveDate;

use crate::calendar::Calendar;

words! {
    /// What kind of thing is due.
    Kind {
        /// A ticket is to be attended, or so many are.
        Ticket = "ticket", "Solicitud";
        /// A ticket of one's own is to be rated.
        Rating = "rating", "Calificación";
        /// An answer of the ministry was awaited too long.
        Account = "account", "Trámite de correo";
        /// A monthly report is to be delivered.
        Report = "report", "Informe mensual";
        /// The indicator of a semester is to be delivered.
        Indicator = "indicator", "Indicador semestral";
        /// A report of a month or a semester is to be received.
        Receipt = "receipt", "Acuse de informe";
        /// A semester's programme is to be made, decided or handed out.
        Programme = "programme", "Programa de mantenimiento";
        /// The copy of a programme is to be acknowledged.
        Copy = "copy", "Copia del programa";
        /// Maintenance of this week.
        Upkeep = "upkeep", "Mantenimiento";
        /// A backup of this week is missing.
        Backup = "backup", "Respaldo semanal";
        /// A disk is expected, or owed copies.
        Disk = "disk", "Disco";
        /// A backup is to be restored for a test.
        Drill = "drill", "Prueba de restauración";
        /// A directive is to be issued, reviewed or read.
        Directive = "directive", "Directriz de respaldo";
    }
}

/// Something that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Names it for as long as it is due, the same each time: `report/2026-11`. Without what nobody else may see.
    pub key: String,
    /// What kind of thing it is.
    pub kind: Kind,
    /// The last day on which it is in time.
    pub day: NaiveDate,
    /// What is to be done, a sentence in Spanish without its full stop.
    pub what: String,
    /// Why it is that day, the same.
    pub why: String,
    /// How many things it is: 1, or as many as are only counted.
    pub count: i64,
    /// Where it is done, a path of the pages.
    pub path: String,
    /// What the link there says.
    pub act: &'static str,
}

/// How a day stands to today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It is past, by so many business days; none where only days passed on which nobody works.
    Overdue(i64),
    /// It is today.
    Today,
    /// It comes in so many business days.
    Ahead(i64),
}

impl Standing {
    /// How a day stands to today.
    pub fn of(day: NaiveDate, today: NaiveDate, calendar: &Calendar) -> Self {
        if day < today {
            Self::Overdue(calendar.business_days_between(day, today))
        } else if day == today {
            Self::Today
        } else {
            Self::Ahead(calendar.business_days_between(today, day))
        }
    }

    /// In words: it must be understood without any colour.
    pub fn label(self) -> String {
        match self {
            Self::Overdue(0) => "Vencido".to_owned(),
            Self::Overdue(1) => "Vencido hace 1 día hábil".to_owned(),
            Self::Overdue(days) => format!("Vencido hace {days} días hábiles"),
            Self::Today => "Vence hoy".to_owned(),
            Self::Ahead(0 | 1) => "Vence el próximo día hábil".to_owned(),
            Self::Ahead(days) => format!("Faltan {days} días hábiles"),
        }
    }

    /// For programs: `overdue`, `today` or `ahead`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Overdue(_) => "overdue",
            Self::Today => "today",
            Self::Ahead(_) => "ahead",
        }
    }
}

/// How many of what is due stand how: overdue, today and later.
pub fn counted(due: &[(Due, Standing)]) -> [i64; 3] {
    due.iter().fold([0; 3], |[overdue, today, ahead], (one, standing)| match standing {
        Standing::Overdue(_) => [overdue + one.count, today, ahead],
        Standing::Today => [overdue, today + one.count, ahead],
        Standing::Ahead(_) => [overdue, today, ahead + one.count],
    })
}
