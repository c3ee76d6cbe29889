//! A house with people: who asks, who attends, who heads; and a clock that is put where a test needs it.

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use resguardo::config::model::Config;
use resguardo::desk::acts::Act;
use resguardo::desk::check::Draft;
use resguardo::desk::people::{Role, UnitKind};
use resguardo::desk::ticket::{Mode, Ticket};
use resguardo::jobs::desk::enter::{self, File, NewTicket};
use resguardo::jobs::desk::{Caller, DeskError, act};
use resguardo::jobs::office::Office;
use resguardo::jobs::people::{self, by::By};
use resguardo::store::db::Store;

use crate::place::Place;

/// People of the house, and their desk.
pub(crate) struct House {
    pub(crate) place: Place,
    pub(crate) store: Store,
    config: Config,
    clock: Clock,
}

struct Clock(AtomicI64);

/// Who is in the house: login, unit and role.
const PEOPLE: &[(&str, &str, Option<Role>)] = &[
    ("ana", "Verificación", None),
    ("berta", "Verificación", None),
    ("carlos", "Informática", Some(Role::Technician)),
    ("diego", "Informática", Some(Role::Technician)),
    ("elena", "Informática", Some(Role::Chief)),
    ("fidel", "Informática", Some(Role::Chief)),
    ("gloria", "Dirección", Some(Role::Direction)),
    ("hugo", "Calidad", Some(Role::Quality)),
    ("ines", "Verificación", Some(Role::UnitHead)),
    ("admin", "Informática", Some(Role::Administrator)),
];

impl House {
    /// On Monday, 5 January 2026, at nine in the morning.
    pub(crate) async fn new(place: Place) -> Self {
        let text = include_str!("../../../config/resguardo.yaml");
        let config = resguardo::config::parse(text, Path::new("resguardo.yaml")).unwrap();
        let store = place.open().await;
        let house = Self { place, store, config, clock: Clock(AtomicI64::new(0)) };
        house.at("2026-01-05T09:00:00-06:00");
        let now = || house.now();
        let office = Office { config: &house.config, store: &house.store, now: &now };
        let by = By::System("root");
        for name in ["Verificación", "Informática", "Dirección", "Calidad"] {
            let form =
                people::units::UnitForm { name: name.to_owned(), kind: UnitKind::Department, head: None, active: true };
            people::units::create(office, by, &form).await.unwrap();
        }
        for (login, unit, role) in PEOPLE {
            let unit = people::units::unit_named(office, unit).await.unwrap().id;
            let form = people::accounts::Form {
                login: (*login).to_owned(),
                name: format!("{login} Pérez"),
                email: format!("{login}@diaco.example"),
                unit: Some(unit),
                ..people::accounts::Form::default()
            };
            let roles: Vec<Role> = role.iter().copied().collect();
            people::accounts::create(office, by, &form, &roles).await.unwrap();
        }
        let mut unit = people::units::unit_named(office, "Verificación").await.unwrap();
        unit.head = Some(house.id("ines").await);
        let form = people::units::UnitForm { name: unit.name.clone(), kind: unit.kind, head: unit.head, active: true };
        people::units::change(office, by, unit.id, unit.version, &form).await.unwrap();
        house
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.clock.0.load(Ordering::SeqCst)).unwrap()
    }

    /// Puts the clock.
    pub(crate) fn at(&self, text: &str) {
        let moment = DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        self.clock.0.store(moment.timestamp_micros(), Ordering::SeqCst);
    }

    /// Works in the office.
    pub(crate) async fn work<T>(&self, work: impl AsyncFnOnce(Office<'_>) -> T) -> T {
        let now = || self.now();
        work(Office { config: &self.config, store: &self.store, now: &now }).await
    }

    pub(crate) async fn id(&self, login: &str) -> i64 {
        self.store.user_of_login(login).await.unwrap().unwrap().id
    }

    /// Somebody of the house, as they are now.
    pub(crate) async fn who(&self, login: &str) -> Caller {
        let user = self.store.user_of_login(login).await.unwrap().unwrap();
        let now = self.now();
        let actor = self.work(async |office| people::session::actor(office, &user, now).await.unwrap()).await;
        Caller { actor, address: Some([127, 0, 0, 1].into()) }
    }

    pub(crate) async fn enter(&self, login: &str, asked: NewTicket, files: Vec<File>) -> Result<Ticket, DeskError> {
        let who = self.who(login).await;
        self.work(async |office| enter::enter(office, &who, asked, files).await).await
    }

    /// Makes a ticket.
    pub(crate) async fn ticket(&self, login: &str) -> Ticket {
        self.enter(login, asked("no imprime"), Vec::new()).await.unwrap()
    }

    /// Does something with a ticket as it is now.
    pub(crate) async fn act(&self, login: &str, number: &str, wanted: Act) -> Result<Ticket, DeskError> {
        let version = self.store.ticket_by_number(number).await.unwrap().map_or(0, |ticket| ticket.version);
        let who = self.who(login).await;
        self.work(async |office| act::act(office, &who, (number, version), wanted).await).await
    }

    /// Attends a ticket from its beginning to its ruling.
    pub(crate) async fn attend(&self, login: &str, number: &str) -> Ticket {
        self.act(login, number, Act::Take).await.unwrap();
        self.act(login, number, Act::Analyse { text: "el rodillo".to_owned() }).await.unwrap();
        self.act(login, number, Act::Rule { mode: Mode::Remote, ruling: ruling() }).await.unwrap()
    }

    /// The templates of the letters about a ticket, with who gets each.
    pub(crate) async fn letters(&self, ticket: i64) -> Vec<(String, String)> {
        let letters = self.store.letters_of(ticket).await.unwrap();
        letters.into_iter().map(|letter| (letter.template, letter.name.replace(" Pérez", ""))).collect()
    }
}

/// A ticket as it is asked for.
pub(crate) fn asked(subject: &str) -> NewTicket {
    NewTicket {
        location: "segundo nivel".to_owned(),
        category: 1,
        subject: subject.to_owned(),
        description: "desde ayer".to_owned(),
        ..NewTicket::default()
    }
}

pub(crate) fn ruling() -> Draft {
    let text = || "algo".to_owned();
    Draft { findings: text(), actions: text(), recommendation: String::new(), parts: text() }
}
