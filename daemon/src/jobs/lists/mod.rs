//! The records as lists, row by row: tickets and what happened to them, the register, the inventory, the programme, additional
//! tasks, requests for mail accounts, indicators. Each has its columns here once, for every program of tables and for the auditor's
//! pack. They may not know how a table is written, nor who may see one.

mod desk;
mod quality;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use chrono::{DateTime, NaiveDate, Utc};

use super::office::Office;
use crate::figures::month::Month;
use crate::store::desk_people::Face;
use crate::store::error::StoreError;
use crate::tables::{Cell, Column, Table};

/// Rows that a page hands out at most: a year of a busy office.
const ROWS_MAX: usize = 50_000;

/// A list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Tickets that came or were attended.
    Tickets,
    /// What happened to them.
    Events,
    /// The rulings on them.
    Rulings,
    /// What their requesters said of the service.
    Ratings,
    /// The entries of the register FO-06.
    Register,
    /// The inventory as it is.
    Equipment,
    /// The items of the programmes of the semesters.
    Items,
    /// Additional tasks.
    Tasks,
    /// Requests for mail accounts.
    Accounts,
    /// The indicators of the months.
    Indicators,
}

impl List {
    /// All of them, in the order of their names.
    pub const ALL: &'static [Self] = &[
        Self::Ratings,
        Self::Accounts,
        Self::Rulings,
        Self::Equipment,
        Self::Events,
        Self::Indicators,
        Self::Items,
        Self::Register,
        Self::Tickets,
        Self::Tasks,
    ];

    /// Its name, for files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tickets => "solicitudes",
            Self::Events => "eventos",
            Self::Rulings => "dictamenes",
            Self::Ratings => "calificaciones",
            Self::Register => "registro",
            Self::Equipment => "equipos",
            Self::Items => "programa",
            Self::Tasks => "tareas",
            Self::Accounts => "cuentas-de-correo",
            Self::Indicators => "indicadores",
        }
    }

    /// What people read.
    pub fn title(self) -> &'static str {
        match self {
            Self::Tickets => "Solicitudes",
            Self::Events => "Eventos",
            Self::Rulings => "Dictámenes",
            Self::Ratings => "Calificaciones",
            Self::Register => "Registro FO-06",
            Self::Equipment => "Equipos",
            Self::Items => "Programa FO-02",
            Self::Tasks => "Tareas adicionales",
            Self::Accounts => "Cuentas de correo",
            Self::Indicators => "Indicadores",
        }
    }

    /// Its columns.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Tickets => desk::TICKETS,
            Self::Events => desk::EVENTS,
            Self::Rulings => desk::RULINGS,
            Self::Ratings => desk::RATINGS,
            Self::Accounts => desk::ACCOUNTS,
            Self::Register => quality::REGISTER,
            Self::Equipment => quality::EQUIPMENT,
            Self::Items => quality::ITEMS,
            Self::Tasks => quality::TASKS,
            Self::Indicators => quality::INDICATORS,
        }
    }
}

/// Why a list is not whole.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The database failed.
    #[error("la base de datos no responde; intente de nuevo en un momento")]
    Store(#[from] StoreError),
    /// A row cannot be written.
    #[error("no se pudo escribir la lista")]
    Write(#[from] io::Error),
    /// There are more than a page hands out.
    #[error("la lista tiene más de {ROWS_MAX} renglones; pida un período más corto")]
    Long,
}

/// Which part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// From this day.
    pub first: NaiveDate,
    /// To this one.
    pub last: NaiveDate,
    /// Only what is of these units, where not all is seen.
    pub units: Option<Vec<i64>>,
}

impl Part {
    /// All from one day to another.
    pub fn of(first: NaiveDate, last: NaiveDate) -> Self {
        Self { first, last, units: None }
    }

    fn days(&self) -> (NaiveDate, NaiveDate) {
        (self.first, self.last)
    }

    fn sees(&self, unit: i64) -> bool {
        self.units.as_ref().is_none_or(|units| units.contains(&unit))
    }

    /// Its months, all that have a day of it.
    fn months(&self) -> Vec<Month> {
        let next = |month: &Month| Some(month.after());
        let last = Month::of(self.last);
        std::iter::successors(Some(Month::of(self.first)), next).take_while(|month| *month <= last).collect()
    }
}

/// Who takes the rows.
pub type Take<'a> = &'a mut (dyn FnMut(Vec<Cell>) -> Result<(), ListError> + Send);

/// Hands out the rows of a list one by one, in their order.
///
/// # Errors
/// [`ListError`], also that of whoever takes them.
pub async fn rows(office: Office<'_>, list: List, part: &Part, take: Take<'_>) -> Result<(), ListError> {
    match list {
        List::Tickets => desk::tickets(office, part, take).await,
        List::Events => desk::events(office, part, take).await,
        List::Rulings => desk::rulings(office, part, take).await,
        List::Ratings => desk::ratings(office, part, take).await,
        List::Accounts => desk::accounts(office, part, take).await,
        List::Register => quality::register(office, part, take).await,
        List::Equipment => quality::equipment(office, part, take).await,
        List::Items => quality::items(office, part, take).await,
        List::Tasks => quality::tasks(office, part, take).await,
        List::Indicators => quality::indicators(office, part, take).await,
    }
}

/// A list as a table of which a page hands out a file.
///
/// # Errors
/// [`ListError`].
pub async fn table(office: Office<'_>, list: List, part: &Part) -> Result<Table, ListError> {
    let mut all = Vec::new();
    let mut take = |row| {
        if all.len() == ROWS_MAX {
            return Err(ListError::Long);
        }
        all.push(row);
        Ok(())
    };
    Box::pin(rows(office, list, part, &mut take)).await?;
    Ok(Table { title: list.title(), columns: list.columns(), rows: all })
}

/// Names that rows show.
struct Names {
    office_zone: chrono_tz::Tz,
    faces: BTreeMap<i64, Face>,
    units: BTreeMap<i64, String>,
}

impl Names {
    async fn of(office: Office<'_>, people: BTreeSet<i64>) -> Result<Self, StoreError> {
        let units = office.store.units().await?.into_iter().map(|unit| (unit.id, unit.name)).collect();
        Ok(Self { office_zone: office.config.time_zone, faces: office.store.faces(&people).await?, units })
    }

    fn person(&self, id: Option<i64>) -> Cell {
        id.and_then(|id| self.faces.get(&id)).map(|face| face.name.clone()).into()
    }

    fn unit(&self, id: Option<i64>) -> Cell {
        id.and_then(|id| self.units.get(&id)).cloned().into()
    }

    /// As the clocks on the walls showed it, to the second.
    fn moment(&self, at: Option<DateTime<Utc>>) -> Cell {
        at.map_or(Cell::Empty, |at| Cell::Moment(at.with_timezone(&self.office_zone).naive_local()))
    }
}
