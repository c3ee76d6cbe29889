//! The sample database: four tables for PostgreSQL or SQLite, and their rows as text.
//! It may not know which of the two takes them.

use std::io::{self, Write};

use chrono::{Datelike, Days, NaiveDate};

use super::complaint::{PROVIDERS, Provider, Teller, amount, person, place, provider};
use super::random::Random;
use super::words::{NOTES, STATES};

/// The tables, for PostgreSQL and SQLite alike, in an order in which they can be made and filled.
pub const SCHEMA: &str = "\
-- Proveedores denunciados. Todos son inventados.
CREATE TABLE proveedores (
    id           INTEGER PRIMARY KEY,
    nombre       TEXT NOT NULL,
    nit          TEXT NOT NULL,
    rubro        TEXT NOT NULL,
    departamento TEXT NOT NULL,
    municipio    TEXT NOT NULL
);

-- Personal que atiende las quejas.
CREATE TABLE usuarios (
    id     INTEGER PRIMARY KEY,
    nombre TEXT NOT NULL,
    correo TEXT NOT NULL UNIQUE,
    puesto TEXT NOT NULL
);

-- Quejas de consumidores. El número empieza de nuevo cada año.
CREATE TABLE quejas (
    id           INTEGER PRIMARY KEY,
    numero       TEXT NOT NULL UNIQUE,
    fecha        DATE NOT NULL,
    departamento TEXT NOT NULL,
    municipio    TEXT NOT NULL,
    proveedor_id INTEGER NOT NULL REFERENCES proveedores (id),
    rubro        TEXT NOT NULL,
    motivo       TEXT NOT NULL,
    monto        NUMERIC(12, 2) NOT NULL, -- quetzales
    estado       TEXT NOT NULL,
    consumidor   TEXT NOT NULL
);

-- Lo que se hizo en cada queja.
CREATE TABLE seguimientos (
    id         INTEGER PRIMARY KEY,
    queja_id   INTEGER NOT NULL REFERENCES quejas (id),
    fecha      DATE NOT NULL,
    usuario_id INTEGER NOT NULL REFERENCES usuarios (id),
    nota       TEXT NOT NULL
);

CREATE INDEX quejas_por_proveedor ON quejas (proveedor_id);
CREATE INDEX seguimientos_por_queja ON seguimientos (queja_id);
";

const TABLES: &[Table] = &[
    Table {
        name: "proveedores",
        columns: &["id", "nombre", "nit", "rubro", "departamento", "municipio"],
        rows: providers,
    },
    Table { name: "usuarios", columns: &["id", "nombre", "correo", "puesto"], rows: users },
    QUEJAS,
    Table { name: "seguimientos", columns: &["id", "queja_id", "fecha", "usuario_id", "nota"], rows: follow_ups },
];

const QUEJAS: Table = Table {
    name: "quejas",
    columns: &[
        "id",
        "numero",
        "fecha",
        "departamento",
        "municipio",
        "proveedor_id",
        "rubro",
        "motivo",
        "monto",
        "estado",
        "consumidor",
    ],
    rows: grievances,
};

/// How many people answer complaints.
const USERS: u64 = 36;
/// The days over which the complaints are spread, from the first working day of 2024.
const DAYS: u64 = 1_050;
/// The series of numbers that each table is drawn from.
const USER_SERIES: u64 = 2;
const COMPLAINT_SERIES: u64 = 3;
const FOLLOW_UP_SERIES: u64 = 4;

type Rows = Box<dyn Iterator<Item = Vec<String>> + Send>;

/// A table of [`SCHEMA`] and how its rows are made.
pub struct Table {
    /// The table's name.
    pub name: &'static str,
    /// The names of its columns, in the order of the schema and of each row.
    pub columns: &'static [&'static str],
    rows: fn(u64) -> Rows,
}

/// The tables of [`SCHEMA`], each after those that it refers to.
pub fn tables() -> &'static [Table] {
    TABLES
}

impl Table {
    /// The rows of this table in a database of `complaints` complaints, as text and never null; always the same.
    pub fn rows(&self, complaints: u64) -> impl Iterator<Item = Vec<String>> + Send + use<> {
        (self.rows)(complaints)
    }

    /// Writes the rows as `COPY … FROM stdin` of PostgreSQL reads them, without the closing `\.`.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn copy(&self, complaints: u64, out: &mut dyn Write) -> io::Result<()> {
        let mut line = String::new();
        for row in self.rows(complaints) {
            line.clear();
            for (column, value) in row.iter().enumerate() {
                if column > 0 {
                    line.push('\t');
                }
                escape(value, &mut line);
            }
            line.push('\n');
            out.write_all(line.as_bytes())?;
        }
        Ok(())
    }
}

/// Writes `rows` complaints as `COPY quejas FROM stdin` of PostgreSQL reads them: about 600 bytes each.
///
/// # Errors
/// Those of `out`.
pub fn complaints(rows: u64, out: &mut dyn Write) -> io::Result<()> {
    QUEJAS.copy(rows, out)
}

fn escape(value: &str, line: &mut String) {
    for letter in value.chars() {
        match letter {
            '\\' => line.push_str("\\\\"),
            '\t' => line.push_str("\\t"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            _ => line.push(letter),
        }
    }
}

fn providers(_complaints: u64) -> Rows {
    Box::new((1..=PROVIDERS).map(|id| {
        let Provider { name, trade, department, municipality } = provider(id);
        // A NIT that is too short to be anyone's.
        let nit = format!("{id:04}-K");
        vec![id.to_string(), name, nit, trade.name.to_owned(), department.to_owned(), municipality.to_owned()]
    }))
}

fn users(_complaints: u64) -> Rows {
    Box::new((1..=USERS).map(|id| {
        let mut random = Random::of(USER_SERIES, id);
        let puesto = random.word(&[
            "conciliador",
            "técnica de atención",
            "delegada departamental",
            "verificador",
            "asesora jurídica",
        ]);
        vec![id.to_string(), person(&mut random), format!("usuario{id:02}@diaco.example"), puesto.to_owned()]
    }))
}

fn grievances(complaints: u64) -> Rows {
    let (mut year, mut number) = (0, 0);
    Box::new((1..=complaints).map(move |id| {
        let date = filed_on(id, complaints);
        if date.year() != year {
            (year, number) = (date.year(), 0);
        }
        number += 1;
        let mut random = Random::of(COMPLAINT_SERIES, id);
        let provider_id = random.between(1, PROVIDERS);
        let provider = provider(provider_id);
        let (department, municipality) = place(&mut random);
        let paid = amount(&mut random);
        let reason = Teller { random: &mut random, provider: &provider, on: date, paid: &paid }.complaint();
        vec![
            id.to_string(),
            format!("Q-{year}-{number:06}"),
            date.to_string(),
            department.to_owned(),
            municipality.to_owned(),
            provider_id.to_string(),
            provider.trade.name.to_owned(),
            reason,
            paid,
            random.word(STATES).to_owned(),
            person(&mut random),
        ]
    }))
}

/// None to two for each complaint.
fn follow_ups(complaints: u64) -> Rows {
    let rows = (1..=complaints).flat_map(move |complaint| {
        let mut random = Random::of(FOLLOW_UP_SERIES, complaint);
        let date = filed_on(complaint, complaints);
        (0..random.between(0, 2)).map(move |nth| {
            let (provider, paid) = (provider(random.between(1, PROVIDERS)), amount(&mut random));
            let later = date.checked_add_days(Days::new(nth * 9 + random.between(1, 8))).unwrap_or(date);
            let user = random.between(1, USERS).to_string();
            let note = Teller { random: &mut random, provider: &provider, on: later, paid: &paid }.one_of(NOTES);
            vec![complaint.to_string(), later.to_string(), user, note]
        })
    });
    Box::new(rows.zip(1_u64..).map(|(mut row, id)| {
        row.insert(0, id.to_string());
        row
    }))
}

/// Complaints are numbered as they come in, evenly over the days.
fn filed_on(id: u64, complaints: u64) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(2024, 1, 2).unwrap_or_default();
    let day = (id - 1).saturating_mul(DAYS) / complaints.max(1);
    first.checked_add_days(Days::new(day)).unwrap_or(first)
}
