//! The programme of a semester, form FO-02, from its draft to the copies in the hands of the heads of units (R060 to R065). Pure:
//! each step takes the programme as it is and gives it as it is then, or says why not.

use chrono::{DateTime, Utc};
use resguardo_shared::digest::Digest;
use serde::Serialize;

use super::done::{Finish, ItemState};
use super::semester::{Semester, Week};
use crate::desk::Refused;
use crate::desk::text::{line, lines};

/// The most letters of what is to be done.
const ACTIVITY_MAX: usize = 200;
/// The most letters of a comment.
const COMMENT_MAX: usize = 2000;

words! {
    /// Where a programme stands.
    State {
        /// It is being made.
        Draft = "draft", "Borrador";
        /// It waits for its decision.
        Sent = "sent", "Enviado";
        /// It was returned with a reason, and is being made again.
        Returned = "returned", "Devuelto";
        /// It was approved; its items stay as they are.
        Approved = "approved", "Aprobado";
        /// Copies were handed over.
        Distributed = "distributed", "Distribuido";
        /// It is over: each item has its fate.
        Finished = "finished", "Finalizado";
    }
}

words! {
    /// How a copy is handed over (R064).
    Medium {
        /// On these pages.
        Digital = "digital", "Digital";
        /// On paper.
        Paper = "paper", "Física";
    }
}

/// A programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programme {
    /// Its id; 0 gets the next.
    pub id: i64,
    /// The semester; there is one of each.
    pub semester: Semester,
    /// Where it stands.
    pub state: State,
    /// When it was drawn up.
    pub made: DateTime<Utc>,
    /// By whom, a user's id.
    pub made_by: i64,
    /// When it was sent, and by whom.
    pub sent: Option<(DateTime<Utc>, i64)>,
    /// The digest of what was sent.
    pub digest: Option<Digest>,
    /// The last decision.
    pub decision: Option<Decision>,
    /// How it ended, if it did.
    pub finish: Option<Finish>,
    /// Counts its changes, from 1. A row is stored only over the version that it was read with.
    pub version: i64,
}

/// What dirección or subdirección decided (R062).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom, a user's id.
    pub by: i64,
    /// Whether it was approved; else it was returned.
    pub approved: bool,
    /// In their words; never empty where it was returned.
    pub comment: String,
}

/// A piece of equipment in a week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its number in the programme, from 1.
    pub number: i64,
    /// The piece, an id.
    pub equipment: i64,
    /// The unit that had it then, an id.
    pub unit: i64,
    /// What is to be done.
    pub activity: String,
    /// When.
    pub week: Week,
    /// By whom, a user's id.
    pub technician: Option<i64>,
}

/// A copy for the head of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// The unit, an id.
    pub unit: i64,
    /// Its head then, a user's id.
    pub recipient: i64,
    /// How.
    pub medium: Medium,
    /// When.
    pub given: DateTime<Utc>,
    /// When they said that they have it (R065).
    pub acknowledged: Option<DateTime<Utc>>,
}

/// Why a step is not taken, in Spanish.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// It is not in a state for it.
    #[error("el programa está «{}» y esto ya no o todavía no se puede hacer; vuelva a abrirlo", .0.label())]
    State(State),
    /// Who made or sent it does not decide it (R062).
    #[error("quien elaboró o envió el programa no lo aprueba ni lo devuelve; lo decide otra persona")]
    SamePerson,
    /// There is nothing in it.
    #[error("el programa no tiene ningún equipo; agregue equipos al inventario y elabórelo de nuevo")]
    Empty,
    /// An item has nobody who does it.
    #[error("el equipo n.º {0} no tiene técnico; asígnelo antes de enviar el programa")]
    NoTechnician(i64),
    /// No head of a unit lacks a copy.
    #[error("no hay jefes de unidad sin copia; nombre primero al jefe de la unidad que falta")]
    AllHanded,
    /// What is stored is not what was sent or what was seen.
    #[error("el contenido no es el que se envió o el que usted vio; vuelva a abrir el programa y revíselo de nuevo")]
    OtherContent,
    /// An item is not in a state for it.
    #[error("el renglón está «{}» y esto ya no se puede hacer; vuelva a abrirlo", .0.label())]
    Item(ItemState),
    /// The week of an item is over.
    #[error("la semana programada ya terminó; avise directamente a la jefatura del DTI")]
    WeekOver,
    /// A field does not hold what it needs to.
    #[error(transparent)]
    Field(#[from] Refused),
}

/// What of an item is approved, and so digested. The names of its fields never change.
#[derive(Serialize)]
struct Approved<'a> {
    activity: &'a str,
    equipment: i64,
    number: i64,
    technician: Option<i64>,
    unit: i64,
    week: String,
}

impl<'a> Approved<'a> {
    fn of(item: &'a Item) -> Self {
        Self {
            activity: &item.activity,
            equipment: item.equipment,
            number: item.number,
            technician: item.technician,
            unit: item.unit,
            week: item.week.word(),
        }
    }
}

/// The digest of a programme's content: SHA-256 of its items by number, each an object with its keys in alphabetical order, as JSON
/// without white space, behind the semester. What was approved is what is done, as long as it is the same.
pub fn digest(semester: Semester, items: &[Item]) -> Digest {
    let mut items: Vec<&Item> = items.iter().collect();
    items.sort_by_key(|item| item.number);
    let rows: Vec<Approved<'_>> = items.into_iter().map(Approved::of).collect();
    let json = serde_json::json!([semester.year(), semester.half(), rows]);
    Digest::of(json.to_string().as_bytes())
}

impl Programme {
    /// Whether its items can still be changed.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Draft | State::Returned)
    }

    /// Whether the heads of units have it, or had.
    pub fn is_out(&self) -> bool {
        matches!(self.state, State::Distributed | State::Finished)
    }

    /// Whether it holds: it was approved, and is not over.
    pub fn holds(&self) -> bool {
        matches!(self.state, State::Approved | State::Distributed)
    }

    /// That its items can still be changed.
    ///
    /// # Errors
    /// [`Stop::State`].
    pub fn open(&self) -> Result<(), Stop> {
        if self.is_open() { Ok(()) } else { Err(Stop::State(self.state)) }
    }

    /// Sends it to be decided.
    ///
    /// # Errors
    /// [`Stop`].
    pub fn send(self, items: &[Item], who: i64, at: DateTime<Utc>) -> Result<Self, Stop> {
        self.open()?;
        if items.is_empty() {
            return Err(Stop::Empty);
        }
        if let Some(item) = items.iter().find(|item| item.technician.is_none()) {
            return Err(Stop::NoTechnician(item.number));
        }
        let digest = Some(digest(self.semester, items));
        Ok(Self { state: State::Sent, sent: Some((at, who)), digest, ..self })
    }

    /// Approves or returns it; `seen` is the digest of what whoever decides was shown.
    ///
    /// # Errors
    /// [`Stop`].
    pub fn decide(
        self,
        items: &[Item],
        who: i64,
        (approved, comment, seen): (bool, &str, &str),
        at: DateTime<Utc>,
    ) -> Result<Self, Stop> {
        if self.state != State::Sent {
            return Err(Stop::State(self.state));
        }
        if self.made_by == who || self.sent.is_some_and(|(_, by)| by == who) {
            return Err(Stop::SamePerson);
        }
        let is = digest(self.semester, items);
        if self.digest != Some(is) || is.to_string() != seen {
            return Err(Stop::OtherContent);
        }
        let comment = lines("comment", comment, COMMENT_MAX, !approved)?;
        let state = if approved { State::Approved } else { State::Returned };
        Ok(Self { state, decision: Some(Decision { at, by: who, approved, comment }), ..self })
    }

    /// That copies of it may be handed over: it was approved, and its content is what was approved.
    ///
    /// # Errors
    /// [`Stop`].
    pub fn distribute(self, items: &[Item]) -> Result<Self, Stop> {
        if !self.holds() {
            return Err(Stop::State(self.state));
        }
        if self.digest != Some(digest(self.semester, items)) {
            return Err(Stop::OtherContent);
        }
        Ok(Self { state: State::Distributed, ..self })
    }
}

impl Item {
    /// The same piece in another week, by another technician, or with something else to be done.
    ///
    /// # Errors
    /// [`Stop::Field`].
    pub fn changed(self, week: Week, weeks: &[Week], technician: Option<i64>, activity: &str) -> Result<Self, Stop> {
        if !weeks.contains(&week) {
            return Err(Refused::field("week", "elija una semana del semestre que tenga días hábiles").into());
        }
        Ok(Self { week, technician, activity: line("activity", activity, ACTIVITY_MAX, true)?, ..self })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn semester() -> Semester {
        Semester::new(2026, 1).unwrap()
    }

    fn programme() -> Programme {
        Programme {
            id: 1,
            semester: semester(),
            state: State::Draft,
            made: DateTime::UNIX_EPOCH,
            made_by: 1,
            sent: None,
            digest: None,
            decision: None,
            finish: None,
            version: 1,
        }
    }

    fn item(number: i64) -> Item {
        let week = Week::of_word("2026-W05").unwrap();
        Item { number, equipment: number + 10, unit: 1, activity: "Limpieza".to_owned(), week, technician: Some(5) }
    }

    const AT: DateTime<Utc> = DateTime::UNIX_EPOCH;

    #[test]
    fn a_programme_is_made_sent_decided_by_another_and_handed_over() {
        let items = [item(1), item(2)];
        let seen = digest(semester(), &items).to_string();
        assert_eq!(programme().send(&[], 1, AT), Err(Stop::Empty));
        let nobody = Item { technician: None, ..item(2) };
        assert_eq!(programme().send(&[item(1), nobody], 1, AT), Err(Stop::NoTechnician(2)));
        assert_eq!(programme().decide(&items, 3, (true, "", &seen), AT), Err(Stop::State(State::Draft)));
        let sent = programme().send(&items, 2, AT).unwrap();
        assert_eq!(sent.clone().send(&items, 1, AT), Err(Stop::State(State::Sent)));
        for own in [1, 2] {
            assert_eq!(sent.clone().decide(&items, own, (true, "", &seen), AT), Err(Stop::SamePerson));
        }
        assert!(matches!(sent.clone().decide(&items, 3, (false, " ", &seen), AT), Err(Stop::Field(_))));
        let returned = sent.clone().decide(&items, 3, (false, "falta la red", &seen), AT).unwrap();
        assert!(returned.is_open() && !returned.holds());
        assert!(returned.send(&items, 1, AT).is_ok());
        assert_eq!(sent.clone().distribute(&items), Err(Stop::State(State::Sent)));
        let approved = sent.decide(&items, 3, (true, "", &seen), AT).unwrap();
        assert_eq!(approved.open(), Err(Stop::State(State::Approved)));
        let handed = approved.distribute(&items).unwrap().distribute(&items).unwrap();
        assert_eq!(handed.state, State::Distributed);
    }

    #[test]
    fn what_was_approved_is_what_was_seen_and_sent_and_nothing_else() {
        let items = [item(1), item(2)];
        let sent = programme().send(&items, 1, AT).unwrap();
        let other = [item(1), Item { technician: Some(6), ..item(2) }];
        let [seen, unseen] = [&items, &other].map(|items| digest(semester(), items).to_string());
        for (stored, shown) in [(&items, &unseen), (&other, &seen), (&other, &unseen)] {
            let decided = sent.clone().decide(stored, 3, (true, "", shown), AT);
            assert_eq!(decided, Err(Stop::OtherContent));
        }
        let approved = sent.decide(&items, 3, (true, "", &seen), AT).unwrap();
        assert_eq!(approved.distribute(&other), Err(Stop::OtherContent));
    }

    #[test]
    fn the_digest_is_that_of_these_bytes_forever() {
        let json =
            r#"[2026,1,[{"activity":"Limpieza","equipment":11,"number":1,"technician":5,"unit":1,"week":"2026-W05"}]]"#;
        assert_eq!(digest(semester(), &[item(1)]), Digest::of(json.as_bytes()));
    }

    #[test]
    fn an_item_stays_in_the_weeks_of_its_semester() {
        let weeks = [Week::of_word("2026-W06").unwrap()];
        let moved = item(1).changed(weeks[0], &weeks, None, " Revisión ").unwrap();
        assert_eq!((moved.week, moved.technician, moved.activity.as_str()), (weeks[0], None, "Revisión"));
        assert!(item(1).changed(item(1).week, &weeks, None, "x").is_err());
        assert!(item(1).changed(weeks[0], &weeks, None, " ").is_err());
    }

    proptest! {
        #[test]
        fn any_change_of_any_item_is_another_digest(
            count in 1i64..20, at in 0usize..20, what in 0u8..5, turned in 0usize..20,
        ) {
            let items: Vec<Item> = (1..=count).map(item).collect();
            let mut other = items.clone();
            let place = at % other.len();
            let one = &mut other[place];
            match what {
                0 => one.activity.push('.'),
                1 => one.equipment += 100,
                2 => one.unit += 1,
                3 => one.technician = None,
                _ => one.week = Week::of_word("2026-W09").unwrap(),
            }
            prop_assert_ne!(digest(semester(), &items), digest(semester(), &other));
            prop_assert_ne!(digest(semester(), &items), digest(semester(), &items[1..]));
            let mut rotated = items.clone();
            rotated.rotate_left(turned % items.len());
            prop_assert_eq!(digest(semester(), &items), digest(semester(), &rotated), "the order of the rows says something");
        }
    }
}
