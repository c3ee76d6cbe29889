//! A year of maintenance by chance: an inventory, two programmes, what becomes of their items day by day, and both indicators. All that
//! was taken goes into a ledger of its own.

use chrono::{Days, NaiveDate};
use resguardo::desk::report::ReportState;
use resguardo::figures::month::Month;
use resguardo::jobs::office::Office;
use resguardo::jobs::people::{self, by::By, session::Session};
use resguardo::jobs::upkeep::entries::{self, Moving, Seen, Told};
use resguardo::jobs::upkeep::inventory::{self, Form};
use resguardo::jobs::upkeep::{UpkeepError, finish, fo_02, programme, semester};
use resguardo::store::semester_reports::Said;
use resguardo::upkeep::done::Written as Work;
use resguardo::upkeep::equipment::{Kind, Written};
use resguardo::upkeep::programme::Medium;
use resguardo::upkeep::semester::Semester;

use crate::figures::Chance;
use crate::house::House;
use crate::papers::pdf;
use crate::year_ledger::{End, Gone, Ledger, Move, Row, monday, word};

/// How many pieces the institution has.
const PIECES: u64 = 44;
/// Units, who heads each, and who else is in it.
const UNITS: &[(&str, &str, &str)] = &[
    ("Verificación", "ines", "berta"),
    ("Informática", "elena", "carlos"),
    ("Dirección", "gloria", "gloria"),
    ("Calidad", "hugo", "hugo"),
];
/// Why a piece cannot be had.
const AWAY: &[&str] =
    &["Hay audiencias toda la semana", "La unidad está en inventario", "El equipo está en una jornada"];

/// The semester of 2026.
pub(crate) fn half(half: u8) -> Semester {
    Semester::new(2026, half).unwrap()
}

/// The day on which the second semester begins.
fn turn() -> NaiveDate {
    "2026-07-01".parse().unwrap()
}

/// Works as somebody of the house.
pub(crate) async fn by<T>(house: &House, login: &str, work: impl AsyncFnOnce(Office<'_>, By<'_>) -> T) -> T {
    let user = house.store.user_of_login(login).await.unwrap().unwrap();
    let actor = house.who(login).await.actor;
    let session = Session { user, actor, form_key: String::new(), must_change: false };
    house.work(async |office| work(office, By::Person(&session, [127, 0, 0, 1].into())).await).await
}

/// The maintenance of the house.
pub(crate) struct Upkeep {
    pub(crate) ledger: Ledger,
    chance: Chance,
    /// The halves whose programme holds.
    holds: Vec<u8>,
}

impl Upkeep {
    pub(crate) fn new(seed: u64) -> Self {
        Self { ledger: Ledger::default(), chance: Chance(seed), holds: Vec::new() }
    }

    /// What happens on a day.
    pub(crate) async fn day(&mut self, house: &House, today: NaiveDate) {
        match today.to_string().as_str() {
            "2026-01-05" => {
                self.take_stock(house).await;
                draw_and_send(house, 1).await;
            }
            "2026-01-06" => self.approve(house, 1).await,
            "2026-06-22" => draw_and_send(house, 2).await,
            "2026-06-24" => return_and_send_again(house).await,
            "2026-06-25" => self.approve(house, 2).await,
            "2026-03-10" | "2026-05-19" | "2026-07-02" | "2026-09-22" | "2026-11-17" => self.retire(house, today).await,
            "2026-07-09" => {
                self.finish(house, 1).await;
                report(house, 1, self.ledger.half(1).is_met()).await;
            }
            "2026-07-10" => receive(house, 1).await,
            "2027-01-07" => self.finish(house, 2).await,
            "2027-01-08" => report(house, 2, self.ledger.half(2).is_met()).await,
            "2027-01-11" => receive(house, 2).await,
            _ => {}
        }
        for at in 0..self.ledger.rows.len() {
            let row = &self.ledger.rows[at];
            let is_near = row.week <= monday(today) + Days::new(7);
            // The second programme is approved before its semester begins.
            let has_begun = row.half == 1 || today >= turn();
            if self.holds.contains(&row.half) && is_near && has_begun && row.gone.is_none() {
                self.step(house, at, today).await;
            }
        }
    }

    /// Remembers what the report of a month should say that was delivered just now.
    pub(crate) fn reported(&mut self, month: Month, today: NaiveDate) {
        self.ledger.months.insert(month.first(), (today, self.ledger.month(month.first())));
    }

    /// Names the heads of units, and enters the equipment of each.
    async fn take_stock(&mut self, house: &House) {
        for (name, head, _) in UNITS {
            let head = Some(house.id(head).await);
            house
                .work(async |office| {
                    let unit = people::units::unit_named(office, name).await.unwrap();
                    let form = people::units::UnitForm { name: unit.name, kind: unit.kind, head, active: true };
                    people::units::change(office, By::System("root"), unit.id, unit.version, &form).await.unwrap();
                })
                .await;
        }
        for number in 1..=PIECES {
            let (unit, _, other) = self.chance.one(UNITS);
            let kind = self.chance.one(Kind::ALL);
            let responsible = if self.chance.of(3) == 0 { other } else { "" };
            let code = format!("INV-{:05}", 400 + number);
            let place = format!("{} nivel", 1 + self.chance.of(4));
            let serial = format!("S{}", self.chance.of(1_000_000));
            let add = async |office: Office<'_>, by: By<'_>| {
                let unit = Some(people::units::unit_named(office, unit).await.unwrap().id);
                let written = Written {
                    code: &code,
                    kind: kind.word(),
                    brand: "Dell",
                    model: "",
                    serial: &serial,
                    location: &place,
                };
                inventory::add(office, by, &Form { written, unit, responsible }).await.unwrap()
            };
            by(house, "elena", add).await;
        }
    }

    /// Another person approves a programme; it is handed out, and most heads say that they have it.
    async fn approve(&mut self, house: &House, of: u8) {
        decide(house, of, true).await;
        let view = view(house, of).await;
        let version = view.programme.version;
        let handed = by(house, "elena", async |office, by| {
            programme::distribute(office, by, half(of), version, Medium::Digital).await.unwrap()
        });
        assert!(handed.await > 1, "several units have equipment");
        for (_, head, _) in UNITS.iter().skip(usize::from(of) - 1) {
            let taken = by(house, head, async |office, by| programme::acknowledge(office, by, half(of)).await);
            assert!(matches!(taken.await, Ok(()) | Err(UpkeepError::NotFound)), "{head}");
        }
        for item in &view.items {
            let responsible = match view.equipment[&item.equipment].responsible {
                Some(id) => Some(house.store.user(id).await.unwrap().unwrap().login),
                None => None,
            };
            self.ledger.rows.push(Row {
                half: of,
                number: item.number,
                code: view.equipment[&item.equipment].about.code.clone(),
                unit: item.unit,
                responsible,
                approved: item.week.monday(),
                week: item.week.monday(),
                entries: 0,
                said: None,
                end: End::Open,
                gone: None,
                unconfirmed: false,
            });
        }
        self.holds.push(of);
    }

    /// Retires a piece, if there is one, that waits for its maintenance.
    async fn retire(&mut self, house: &House, today: NaiveDate) {
        // Just after a semester it is the last that waits of the old programme, of whose month nothing is reported yet.
        let is_turn = today == "2026-07-02".parse().unwrap();
        let open = |row: &&Row| self.holds.contains(&row.half) && row.gone.is_none() && row.end == End::Open;
        let waits = self.ledger.rows.iter().filter(open).filter(|row| !is_turn || row.half == 1);
        let codes: Vec<String> = waits.map(|row| row.code.clone()).collect();
        let at = self.chance.of(codes.len() as u64);
        let code = if is_turn { codes.last().unwrap() } else { &codes[usize::try_from(at).unwrap()] };
        let since = today - Days::new(if is_turn { 0 } else { self.chance.of(4) });
        by(house, "elena", async |office, by| {
            let version = inventory::one(office, by, code).await.unwrap().version;
            let why = (Some(since), "No enciende", "Acta 7-2026");
            inventory::retire(office, by, code, version, why).await.unwrap();
        })
        .await;
        for row in &mut self.ledger.rows {
            if &row.code == code && self.holds.contains(&row.half) && !matches!(row.end, End::Done(_)) {
                row.gone = Some(Gone { since, entered: today });
            }
        }
    }

    /// What somebody does of an item today, by chance.
    async fn step(&mut self, house: &House, at: usize, today: NaiveDate) {
        let row = self.ledger.rows[at].clone();
        let seen = (half(row.half), row.number, row.entries);
        let is_now = row.week <= monday(today);
        match (row.end, self.chance.of(12)) {
            (End::Done(_), _) => {}
            (End::NotDone, 0) if row.half == 1 => self.reschedule(house, at, seen, today).await,
            (End::NotDone, _) => {}
            (End::Open, 0..4) if row.said != Some(row.week) && row.week + Days::new(6) >= today => {
                if self.chance.of(4) > 0 {
                    self.say(house, at, seen, None).await;
                } else {
                    let reason = self.chance.one(AWAY);
                    self.say(house, at, seen, Some((reason, ""))).await;
                    let seen = (seen.0, seen.1, seen.2 + 1);
                    self.reschedule(house, at, seen, today).await;
                }
            }
            (End::Open, 4..8) if is_now => self.visit(house, at, seen, today).await,
            (End::Open, _) => {}
        }
    }

    async fn head(&self, house: &House, unit: i64) -> &'static str {
        let units = house.store.units().await.unwrap();
        let name = &units.iter().find(|one| one.id == unit).unwrap().name;
        UNITS.iter().find(|(unit, ..)| unit == name).unwrap().1
    }

    async fn say(&mut self, house: &House, at: usize, seen: Seen, unavailable: Option<(&str, &str)>) {
        let head = self.head(house, self.ledger.rows[at].unit).await;
        let said =
            by(house, head, async |office, by| entries::say_availability(office, by, seen, unavailable).await.unwrap());
        said.await;
        let row = &mut self.ledger.rows[at];
        (row.said, row.entries) = (Some(row.week), row.entries + 1);
    }

    /// Moves an item some weeks ahead, to the first in which somebody works; mostly the head of its unit says that they know.
    async fn reschedule(&mut self, house: &House, at: usize, seen: Seen, today: NaiveDate) {
        let row = self.ledger.rows[at].clone();
        let (first, from) = (1 + self.chance.of(6), monday(today).max(row.week));
        for ahead in first..first + 3 {
            let to = from + Days::new(7 * ahead);
            let moving = Moving {
                week: &word(to),
                reason: "El equipo no estará disponible",
                informed_by: "Quien lo usa",
                informed: (Some(today), "07:30"),
            };
            let moved = by(house, "elena", async |office, by| entries::reschedule(office, by, seen, &moving).await);
            match moved.await {
                Ok(()) => {}
                Err(UpkeepError::Wrong(_)) => continue,
                Err(other) => panic!("{other:?}"),
            }
            let name = self.ledger.next_name(today);
            self.ledger.moves.push(Move {
                half: row.half,
                code: row.code,
                day: today,
                from: row.week,
                to,
                name: name.clone(),
            });
            let head = self.head(house, row.unit).await;
            if head != "elena" && self.chance.of(4) > 0 {
                by(house, head, async |office, by| entries::know(office, by, &name).await.unwrap()).await;
            }
            let row = &mut self.ledger.rows[at];
            (row.week, row.entries, row.end) = (to, seen.2 + 1, End::Open);
            return;
        }
        panic!("nobody works for three weeks after {from}");
    }

    async fn visit(&mut self, house: &House, at: usize, seen: Seen, today: NaiveDate) {
        let technician = self.chance.one(&["carlos", "diego"]);
        // Some write down the next morning what they did the day before; for a semester that is just over it counts as well.
        let first: NaiveDate = if seen.0 == half(1) { "2026-01-07" } else { "2026-07-02" }.parse().unwrap();
        let was_yesterday = today >= first && self.chance.of(if today == turn() { 2 } else { 6 }) == 0;
        let day = if was_yesterday { today - Days::new(1) } else { today };
        let missed = self.chance.of(20) < if seen.0 == half(1) { 2 } else { 6 };
        let checks = [0, 1, 2, 3, 4, 5];
        let found = self.chance.one(&["works", "works", "works_but", "needs_repair"]);
        let notes = if found == "works" { "" } else { "Conviene cambiarle la batería" };
        let done = Told::Done(Work { checks: &checks, found, notes, received_by: "Marta López" });
        let told = if missed { Told::NotDone("No se pudo abrir la oficina") } else { done };
        by(house, technician, async |office, by| {
            entries::execute(office, by, seen, (Some(day), told)).await.unwrap();
        })
        .await;
        let row = &mut self.ledger.rows[at];
        row.entries += 1;
        row.end = if missed { End::NotDone } else { End::Done(day) };
        let Some(login) = row.responsible.clone().filter(|_| !missed) else { return };
        // Nobody confirms their own work.
        if login != technician {
            row.unconfirmed = self.chance.of(3) == 0;
            if !row.unconfirmed {
                confirm(house, &login, (row.half, row.number)).await;
            }
        }
    }

    /// Ends a programme: what is open was not done, and what left stays away.
    async fn finish(&mut self, house: &House, of: u8) {
        let version = view(house, of).await.programme.version;
        by(house, "elena", async |office, by| {
            let ended = finish::finish(office, by, half(of), version, "No alcanzó el tiempo de los técnicos").await;
            ended.unwrap();
        })
        .await;
        self.holds.retain(|one| *one != of);
        for row in self.ledger.rows.iter_mut().filter(|row| row.half == of && row.end == End::Open) {
            row.end = End::NotDone;
        }
    }
}

/// Says as somebody that what was done is right.
pub(crate) async fn confirm(house: &House, login: &str, (of, number): (u8, i64)) {
    by(house, login, async |office, by| entries::confirm(office, by, half(of), number).await.unwrap()).await;
}

pub(crate) async fn view(house: &House, of: u8) -> programme::View {
    by(house, "elena", async |office, by| programme::view(office, by, half(of)).await.unwrap()).await
}

async fn send(house: &House, of: u8) {
    let version = view(house, of).await.programme.version;
    by(house, "elena", async |office, by| programme::send(office, by, half(of), version).await.unwrap()).await;
}

async fn draw_and_send(house: &House, of: u8) {
    by(house, "elena", async |office, by| programme::draw(office, by, half(of)).await.unwrap()).await;
    send(house, of).await;
}

async fn decide(house: &House, of: u8, approved: bool) {
    let seen = view(house, of).await.programme;
    let digest = seen.digest.unwrap().to_string();
    let decision = (approved, "Lo leí", digest.as_str());
    for login in ["elena", "carlos", "hugo", "ines"] {
        let denied =
            by(house, login, async |office, by| programme::decide(office, by, half(of), seen.version, decision).await);
        assert!(matches!(denied.await, Err(UpkeepError::NotAllowed)), "{login}");
    }
    by(house, "gloria", async |office, by| {
        programme::decide(office, by, half(of), seen.version, decision).await.unwrap();
    })
    .await;
}

/// The second programme is returned; the head puts one item elsewhere and sends it again.
async fn return_and_send_again(house: &House) {
    decide(house, 2, false).await;
    let seen = view(house, 2).await;
    let item = seen.items.last().unwrap();
    let wanted =
        programme::Wanted { week: "2026-W40", technician: item.technician, activity: "Limpieza y cambio de filtros" };
    let place = (seen.programme.version, item.number);
    by(house, "elena", async |office, by| {
        programme::change_item(office, by, half(2), place, &wanted).await.unwrap();
    })
    .await;
    send(house, 2).await;
}

/// Delivers an indicator with the copy of its programme. Where the target was missed it needs causes and an action.
async fn report(house: &House, of: u8, met: bool) {
    let record = by(house, "elena", async |office, by| fo_02::record(office, by, half(of)).await.unwrap()).await;
    let copy = pdf(&record);
    let plain = Said { analysis: "Se cumplió lo que se pudo.".to_owned(), ..Said::default() };
    let whole = Said {
        causes: "Los técnicos atendieron la mudanza.".to_owned(),
        deed: "Un técnico más por las tardes.".to_owned(),
        ..plain.clone()
    };
    let delivered = by(house, "elena", async |office, by| {
        let version = semester::write(office, by, (half(of), 0), &plain).await.unwrap().version;
        let tried = semester::deliver(office, by, (half(of), version), &copy).await;
        if met {
            return tried.unwrap();
        }
        assert!(matches!(tried, Err(UpkeepError::Wrong(_))), "a target that was missed has causes and an action");
        let version = semester::write(office, by, (half(of), version), &whole).await.unwrap().version;
        semester::deliver(office, by, (half(of), version), &copy).await.unwrap()
    });
    assert_eq!(delivered.await.state, ReportState::Delivered);
}

async fn receive(house: &House, of: u8) {
    by(house, "hugo", async |office, by| {
        let shown = semester::view(office, by, half(of), None).await.unwrap().shown.unwrap();
        semester::receive(office, by, half(of), shown.version).await.unwrap();
    })
    .await;
}
