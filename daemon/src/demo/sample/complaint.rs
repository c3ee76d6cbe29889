//! Tells what happened to a consumer, in a few sentences that are put together from clauses.
//! It may not know which table the words end up in.

use chrono::{Datelike, Days, NaiveDate};

use super::random::Random;
use super::trades::{TRADES, Trade};
use super::words::{
    ANSWERS, CLAIMS, COLOURS, DEPARTMENTS, FIRM_MARKS, FIRM_NAMES, GRADES, HARMS, MEN, MOMENTS, OPENINGS, PAYMENTS,
    PLACES, POSTS, REQUESTS, SURNAMES, TIMES, WOMEN,
};
use crate::calendar::names::month;

/// How many providers there are.
pub(super) const PROVIDERS: u64 = 240;
/// The series of numbers that each kind of thing is drawn from.
const PROVIDER_SERIES: u64 = 1;

/// A provider of goods or services.
pub(super) struct Provider {
    pub(super) name: String,
    pub(super) trade: &'static Trade,
    pub(super) department: &'static str,
    pub(super) municipality: &'static str,
}

/// The provider with this number, from 1 to `PROVIDERS`; always the same.
pub(super) fn provider(id: u64) -> Provider {
    let mut random = Random::of(PROVIDER_SERIES, id);
    // The list is a constant and not empty.
    let trade = random.pick(TRADES).unwrap_or(&TRADES[0]);
    let (department, municipality) = place(&mut random);
    let firm = random.word(trade.firms);
    let name = format!("{firm} {} {}, S. A.", random.word(FIRM_NAMES), random.word(FIRM_MARKS));
    Provider { name, trade, department, municipality }
}

/// A department and one of its municipalities; a third of all is in the capital's.
pub(super) fn place(random: &mut Random) -> (&'static str, &'static str) {
    let departments = if random.chance(33) { DEPARTMENTS.get(..1).unwrap_or_default() } else { DEPARTMENTS };
    let (department, municipalities) = random.pick(departments).copied().unwrap_or_default();
    (department, random.word(municipalities))
}

/// The invented name of a person.
pub(super) fn person(random: &mut Random) -> String {
    let given = if random.chance(50) { WOMEN } else { MEN };
    format!("{} {} {}", random.word(given), random.word(SURNAMES), random.word(SURNAMES))
}

/// A day as it is said within a year.
pub(super) fn day_of(date: NaiveDate) -> String {
    format!("{} de {}", date.day(), month(date))
}

/// An amount of money with two decimals and no thousands separator.
pub(super) fn amount(random: &mut Random) -> String {
    let most = if random.chance(70) { 2_500 } else { 48_000 };
    format!("{}.{:02}", random.between(35, most), random.between(0, 99))
}

/// Fills the slots of texts about one complaint.
pub(super) struct Teller<'a> {
    pub(super) random: &'a mut Random,
    pub(super) provider: &'a Provider,
    /// The day on which it is told: what happened was before, what is asked for comes after.
    pub(super) on: NaiveDate,
    /// What was paid, without its currency.
    pub(super) paid: &'a str,
}

impl Teller<'_> {
    /// Two to five sentences: what was bought, what went wrong, what the provider said, the harm, the request.
    pub(super) fn complaint(&mut self) -> String {
        let problems = self.provider.trade.problems;
        let (first, second) = (self.random.word(problems), self.random.word(problems));
        let mut trouble = self.fill(first);
        if self.random.chance(50) && first != second {
            trouble = format!("{trouble}; además, {}", self.fill(second));
        }
        let mut sentences = vec![
            format!("{} {}, {}.", self.one_of(OPENINGS), self.one_of(PLACES), self.one_of(PAYMENTS)),
            format!("{} {trouble}.", self.one_of(MOMENTS)),
        ];
        if self.random.chance(90) {
            sentences.push(format!("{} y {}.", self.one_of(CLAIMS), self.one_of(ANSWERS)));
        }
        if self.random.chance(75) {
            sentences.push(self.one_of(HARMS));
        }
        if self.random.chance(85) {
            sentences.push(self.one_of(REQUESTS));
        }
        // Some people write in paragraphs, which COPY must escape.
        sentences.join(if self.random.chance(4) { "\n" } else { " " })
    }

    /// One of `templates` with its slots filled.
    pub(super) fn one_of(&mut self, templates: &[&'static str]) -> String {
        let template = self.random.word(templates);
        self.fill(template)
    }

    fn fill(&mut self, template: &str) -> String {
        let mut rest = template;
        let mut text = String::with_capacity(160);
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let (slot, next) = after.split_once('}').unwrap_or((after, ""));
            text.push_str(&self.slot(slot));
            rest = next;
        }
        text.push_str(rest);
        text
    }

    fn slot(&mut self, slot: &str) -> String {
        let random = &mut *self.random;
        match slot {
            "producto" => self.one_of(self.provider.trade.products),
            "veces" => self.one_of(TIMES),
            "firma" => self.provider.name.clone(),
            "ella" => format!("{} {}", random.word(WOMEN), random.word(SURNAMES)),
            "él" => format!("{} {}", random.word(MEN), random.word(SURNAMES)),
            "nombre" => format!(
                "{} {}",
                {
                    let given = if random.chance(50) { WOMEN } else { MEN };
                    random.word(given)
                },
                random.word(SURNAMES)
            ),
            "lugar" => place(random).1.to_owned(),
            "puesto" => random.word(POSTS).to_owned(),
            "color" => random.word(COLOURS).to_owned(),
            "grado" => random.word(GRADES).to_owned(),
            "fecha" => day_of(self.on.checked_sub_days(Days::new(random.between(3, 120))).unwrap_or(self.on)),
            "plazo" => day_of(self.on.checked_add_days(Days::new(random.between(5, 45))).unwrap_or(self.on)),
            "hora" => format!("{}:{:02}", random.between(7, 21), random.between(0, 3) * 15),
            "poco" => random.between(2, 60).to_string(),
            "chico" => random.between(2, 9).to_string(),
            "talla" => random.between(24, 44).to_string(),
            "pico" => random.between(10, 450).to_string(),
            "calle" => random.between(1, 28).to_string(),
            "total" => self.paid.to_owned(),
            "zona" => random.between(1, 21).to_string(),
            "n" => random.between(100, 999).to_string(),
            "monto" => amount(random),
            // Guatemala's numbers for fixed lines do not begin with 0.
            "telefono" => format!("0{:03}-{:04}", random.between(0, 999), random.between(0, 9_999)),
            "serie" => format!("{:X}-{:04}", random.between(0xA0, 0xFFF), random.between(1, 9_999)),
            "factura" => format!("serie {:08X} número {}", random.next() >> 32, random.next() >> 33),
            "uuid" => uuid(random),
            other => other.to_owned(),
        }
    }
}

/// The authorisation of an electronic invoice has the shape of a UUID.
fn uuid(random: &mut Random) -> String {
    let (high, low) = (random.next(), random.next());
    let (a, b, c) = (high >> 32, (high >> 16) & 0xFFFF, high & 0xFFFF);
    format!("{a:08X}-{b:04X}-{c:04X}-{:04X}-{:012X}", low >> 48, low & 0xFFFF_FFFF_FFFF)
}
