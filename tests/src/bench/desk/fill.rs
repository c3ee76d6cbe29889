//! A million tickets of ten years, in SQL that both databases understand, so that they take a minute and not a day: two
//! hundred people, of whom ten attend, and every ticket with what happened to it and a message. It may not know how it is read.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Datelike, Days, NaiveDate, Utc, Weekday};
use resguardo::people::token::{hex, stored};

use crate::bench::years::Years;

/// Business days over which the tickets are spread.
const DAYS: u32 = 2_600;
/// Units of the office.
const UNITS: u32 = 20;
/// The first people attend, and the very first leads them.
pub(super) const ATTENDING: u32 = 10;
/// The newest tickets are still open.
pub(super) const OPEN: u32 = 1_500;
/// Microseconds of a working day, over which its tickets come in.
const WORKING_DAY: u64 = 8 * 3600 * 1_000_000;

/// What people write; folded, as the search has it.
const THINGS: [&str; 12] = [
    "impresora",
    "monitor",
    "teclado",
    "computadora",
    "correo",
    "sistema",
    "red",
    "telefono",
    "escaner",
    "servidor",
    "contrasena",
    "pantalla",
];
const TROUBLES: [&str; 11] = [
    "no enciende",
    "esta lenta",
    "muestra un error",
    "perdio la conexion",
    "no imprime",
    "hace ruido",
    "pide permiso",
    "se apaga sola",
    "no abre",
    "quedo bloqueada",
    "necesita instalacion",
];
const PLACES: [&str; 13] = [
    "direccion",
    "juridico",
    "verificacion",
    "atencion al consumidor",
    "recursos humanos",
    "financiero",
    "archivo",
    "recepcion",
    "quejas",
    "mediacion",
    "bodega",
    "capacitacion",
    "comunicacion",
];

/// Those who have logged in: the token of person `i` and the key of their forms.
#[derive(Debug)]
pub(super) struct People(Vec<(String, String)>);

impl People {
    pub(super) fn new(number: u32) -> Self {
        let one = |id: u32| {
            let token = format!("{:064x}", 0x5eed_u64 + u64::from(id));
            (token, format!("{id:064x}"))
        };
        Self((1..=number).map(one).collect())
    }

    /// The token and the forms' key of somebody, by their number from 1.
    pub(super) fn of(&self, id: u32) -> Result<&(String, String)> {
        let place = usize::try_from(id)?.checked_sub(1).context("people count from 1")?;
        self.0.get(place).context("nobody has this number")
    }

    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }
}

/// Which tickets there are: those with the numbers from 1, as many on each business day.
#[derive(Debug)]
pub(super) struct Tickets {
    /// How many.
    pub(super) count: u32,
    /// The days that they came in, the last one today or the last business day.
    days: Vec<NaiveDate>,
}

impl Tickets {
    pub(super) fn new(count: u32, now: DateTime<Utc>) -> Self {
        let today = now.date_naive();
        let back = (0..).map_while(|days| today.checked_sub_days(Days::new(days))).filter(is_business_day);
        let mut days: Vec<NaiveDate> = back.take(DAYS as usize).collect();
        days.reverse();
        Self { count, days }
    }

    fn each_day(&self) -> u32 {
        self.count.div_ceil(DAYS)
    }

    /// The number of ticket `id`, as people know it.
    pub(super) fn number(&self, id: u32) -> Option<String> {
        let day = self.days.get(usize::try_from(id.checked_sub(1)? / self.each_day()).ok()?)?;
        Some(format!("ST-{}-{id:07}", day.year()))
    }
}

fn is_business_day(day: &NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// Writes everything. Returns the seconds that took.
pub(super) fn fill(years: &Years<'_>, people: &People, tickets: &Tickets, now: DateTime<Utc>) -> Result<f64> {
    let began = Instant::now();
    let people_text = everybody(people, now, years.is_postgres())?;
    let text = [beginning(&tickets.days), people_text, of_tickets(people.count(), tickets)].concat();
    // As anybody does who loads a table: what it takes hours to sort in one by one is sorted at the end at once.
    let text = if years.is_postgres() { [WITHOUT_INDEX, &text, WITH_INDEX].concat() } else { text };
    let mut client = years.sql_input()?;
    let mut child = client.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().context("the database's client")?;
    child.stdin.take().context("its input")?.write_all(text.as_bytes())?;
    ensure!(child.wait()?.success(), "the tickets cannot be written");
    Ok(began.elapsed().as_secs_f64())
}

/// The days that tickets came in, each with the limit of what came that day, and the words.
fn beginning(days: &[NaiveDate]) -> String {
    let ahead = |day: NaiveDate| (1..).map_while(move |ahead| day.checked_add_days(Days::new(ahead)));
    let limit = |day| ahead(day).filter(is_business_day).nth(2);
    let mut text =
        "BEGIN;\nCREATE TEMP TABLE work_days (d INTEGER PRIMARY KEY, at BIGINT, day TEXT, due TEXT);\n".to_owned();
    for (number, &day) in days.iter().enumerate() {
        let at = day.and_hms_opt(14, 0, 0).unwrap_or_default().and_utc().timestamp_micros();
        let due = limit(day).unwrap_or(day);
        let _text = writeln!(text, "INSERT INTO work_days VALUES ({number}, {at}, '{day}', '{due}');");
    }
    for (table, words) in [("things", &THINGS[..]), ("troubles", &TROUBLES[..]), ("places", &PLACES[..])] {
        let _text = writeln!(text, "CREATE TEMP TABLE {table} (k INTEGER PRIMARY KEY, w TEXT);");
        for (number, word) in words.iter().enumerate() {
            let _text = writeln!(text, "INSERT INTO {table} VALUES ({number}, '{word}');");
        }
    }
    text
}

fn everybody(people: &People, now: DateTime<Utc>, postgres: bool) -> Result<String> {
    let blob = |digits: &str| if postgres { format!("'\\x{digits}'") } else { format!("X'{digits}'") };
    let now = now.timestamp_micros();
    let end = now + 20 * 3600 * 1_000_000;
    let mut text = String::new();
    for unit in 1..=UNITS {
        writeln!(
            text,
            "INSERT INTO units VALUES ({unit}, 'Unidad {unit}', 'department', NULL, 1, 1, {now}, 'bench');"
        )?;
    }
    for id in 1..=people.count() {
        let (token, key) = people.of(id)?;
        let unit = id % UNITS + 1;
        writeln!(
            text,
            "INSERT INTO users (id, login, name, post, email, unit, directory, active, must_change, version, created, created_by)
             VALUES ({id}, 'persona{id}', 'Persona Número {id}', 'Puesto', 'persona{id}@diaco.example', {unit}, 0, 1, 0, 1, {now}, 'bench');"
        )?;
        if id <= ATTENDING {
            let role = if id == 1 { "chief" } else { "technician" };
            writeln!(text, "INSERT INTO user_roles VALUES ({id}, '{role}', '2016-01-01', NULL, {now}, 'bench');")?;
        }
        let token = blob(&hex(&stored(token).context("a token")?));
        writeln!(
            text,
            "INSERT INTO sessions VALUES ({token}, {id}, {}, '127.0.0.1', 'bench', {now}, {now}, {end});",
            blob(key)
        )?;
    }
    Ok(text)
}

fn of_tickets(people: u32, tickets: &Tickets) -> String {
    let (requesters, each_day, tickets) = (people - ATTENDING, tickets.each_day(), tickets.count);
    let gap = WORKING_DAY / u64::from(each_day);
    let first_open = tickets.saturating_sub(OPEN) + 1;
    let whom = format!("{} + (i * 7) % {requesters}", ATTENDING + 1);
    let attends = format!("2 + i % {}", ATTENDING - 1);
    format!(
        "WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {tickets}),
         t AS (SELECT i, d.at + (i % {each_day}) * {gap} AS at, d.day, d.due, {whom} AS whom, {attends} AS attends, i < {first_open} AS old,
             things.w || ' ' || troubles.w || ' en ' || places.w AS words, substr(CAST(10000000 + i AS TEXT), 2) AS code
           FROM n JOIN work_days d ON d.d = (i - 1) / {each_day} JOIN things ON things.k = (i * 5) % {things}
             JOIN troubles ON troubles.k = (i / 3) % {troubles} JOIN places ON places.k = (i / 7) % {places})
         INSERT INTO tickets (id, number, requester, unit, location, phone, category, equipment, subject, description, entered,
             entered_day, state, assignee, assigned, mode, analysis, analysed, first_limit, last_limit, calendar, attended,
             attended_day, finished, finished_by, verdict, rating, rated, version, words)
         SELECT i, 'ST-' || substr(day, 1, 4) || '-' || code, whom, whom % {UNITS} + 1, 'Nivel 2', '2501', i % 8 + 1, 'PC' || code,
             words, words || '. El equipo PC' || code || ' lo usan dos personas y el trabajo de la semana depende de él; gracias.', at,
             day, CASE WHEN old AND i % 400 = 0 THEN 'void' WHEN old AND i % 50 = 1 THEN 'finished' WHEN old THEN 'rated' WHEN i % 5 = 0 THEN 'entered'
                  WHEN i % 5 = 1 THEN 'waiting' WHEN i % 5 = 2 THEN 'assigned' ELSE 'attending' END,
             CASE WHEN old OR i % 5 <> 0 THEN attends END, CASE WHEN old OR i % 5 <> 0 THEN at END, 'remote',
             CASE WHEN old OR i % 5 > 2 THEN 'Se revisó a distancia y se reinició el servicio.' END, CASE WHEN old OR i % 5 > 2 THEN at END,
             due, due, 1, CASE WHEN old THEN at + 3600000000 END, CASE WHEN old THEN day END,
             CASE WHEN old THEN at + 3600000000 END, CASE WHEN old THEN attends END, CASE WHEN old THEN 'kept' END,
             CASE WHEN old AND i % 50 <> 1 THEN 'satisfied' END, CASE WHEN old AND i % 50 <> 1 THEN at + 7200000000 END, 5,
             'st ' || substr(day, 1, 4) || ' ' || code || ' ' || words || ' ' || words
               || ' el equipo pc' || code || ' lo usan dos personas y el trabajo de la semana depende de el gracias'
         FROM t;\n{EVENTS}{COMMENTS}
         INSERT INTO counters (name, value) SELECT name, {tickets} FROM (SELECT 'ticket' AS name UNION SELECT 'comment'
             UNION SELECT 'ticket/' || year FROM (SELECT DISTINCT substr(day, 1, 4) AS year FROM work_days) AS years) AS names;
         COMMIT;\n",
        things = THINGS.len(),
        troubles = TROUBLES.len(),
        places = PLACES.len(),
    )
}

/// For `psql`: the largest index goes, and comes back as it was.
const WITHOUT_INDEX: &str =
    "SELECT pg_get_indexdef('ticket_beginnings'::regclass) AS made \\gset\nDROP INDEX ticket_beginnings;\n";
const WITH_INDEX: &str = ":made;\n";

/// What happened to each ticket.
const EVENTS: &str = r#"
INSERT INTO ticket_events SELECT id, 1, entered, entered_day, 'entered', requester, '127.0.0.1', '{"limit":"' || first_limit || '"}' FROM tickets;
INSERT INTO ticket_events SELECT id, 2, assigned, entered_day, 'taken', assignee, '127.0.0.1', '{}' FROM tickets WHERE assignee IS NOT NULL;
INSERT INTO ticket_events SELECT id, 3, analysed, entered_day, 'analysed', assignee, '127.0.0.1', '{}' FROM tickets WHERE analysed IS NOT NULL;
INSERT INTO ticket_events SELECT id, 4, finished, entered_day, 'finished', assignee, '127.0.0.1', '{}' FROM tickets WHERE finished IS NOT NULL;
INSERT INTO ticket_events SELECT id, 5, rated, entered_day, 'rated', requester, '127.0.0.1', '{"rating":"satisfied"}' FROM tickets WHERE rated IS NOT NULL;
"#;

/// A message for each ticket.
const COMMENTS: &str = r#"
INSERT INTO comments SELECT id, id, COALESCE(assignee, requester), 'Puede usar el equipo de la sala mientras tanto.', 0, entered + 60000000 FROM tickets;
"#;
