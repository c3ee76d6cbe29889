//! Which pages are asked for, by whom and when. Each view has its moment, however long the one before took, and its time
//! counts from then: a service that stalls is not asked less.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

use super::browser::Browser;
use super::fill::{ATTENDING, OPEN, People, Tickets};

/// One of so many views of a ticket is followed by a message, and one of so many of their own by a new one.
const WRITES_ONE_OF: u64 = 100;

/// What somebody asks for.
const WISH: [(&str, &str); 6] = [
    ("category", "1"),
    ("location", "Nivel 2"),
    ("phone", "2501"),
    ("equipment", "PC0000001"),
    ("subject", "La impresora no enciende"),
    ("description", "Desde ayer no enciende; ya revisé el cable."),
];

/// How fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// So many views a second, by all browsers together.
    Views(u32),
    /// The next as soon as the last is there.
    AtOnce,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The open tickets by their limits, some narrowed, some the next page.
    Queue,
    /// Words in all tickets, common ones and rare ones.
    Search,
    /// One ticket, most of them new.
    Ticket,
    /// What somebody has asked for.
    Own,
    /// The first page.
    Home,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Queue, Self::Search, Self::Ticket, Self::Own, Self::Home];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Search => "search",
            Self::Ticket => "ticket",
            Self::Own => "own tickets",
            Self::Home => "home",
        }
    }
}

/// What was measured: milliseconds, sorted.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) kinds: Vec<(Kind, Vec<f64>)>,
    pub(super) lasted: Duration,
    /// Messages and tickets.
    pub(super) written: u64,
    pub(super) is_paced: bool,
}

/// Has the browsers ask.
pub(super) fn load(
    address: SocketAddr,
    people: &People,
    tickets: &Tickets,
    browsers: u32,
    pace: Pace,
    lasts: Duration,
) -> Result<Seen> {
    let began = Instant::now();
    let one = |number: u32| -> Result<_> {
        let mut browser = Browser::new(address)?;
        let mut asks = Asks { people, tickets, dice: Dice(u64::from(number) * 7_919 + 1) };
        let (mut times, mut written) = (Vec::new(), 0);
        let gap = match pace {
            Pace::Views(views) => Duration::from_secs(1) * browsers / views,
            Pace::AtOnce => Duration::ZERO,
        };
        // They do not all come at the same moment.
        let mut due = began + gap * number / browsers;
        while due < began + lasts {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            let from = if pace == Pace::AtOnce { Instant::now() } else { due };
            let (kind, person, path) = asks.next()?;
            let (token, _) = people.of(person)?;
            let page = browser.get(&path, token)?;
            times.push((kind, from.elapsed().as_secs_f64() * 1e3));
            if !page.contains("</html>") {
                return Err(anyhow!("{path} is no page"));
            }
            let says = kind == Kind::Ticket && page.contains("/mensaje\"");
            if says && asks.dice.below(WRITES_ONE_OF) == 0 {
                browser.post(&format!("{path}/mensaje"), people.of(person)?, &[("text", "Ya lo probé, gracias.")])?;
                written += 1;
            }
            if kind == Kind::Own && asks.dice.below(WRITES_ONE_OF) == 0 {
                browser.post("/solicitudes/nueva", people.of(person)?, &WISH)?;
                written += 1;
            }
            due = if pace == Pace::AtOnce { Instant::now() } else { due + gap };
        }
        Ok((times, written))
    };
    let ends: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..browsers).map(|number| scope.spawn(move || one(number))).collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a browser panicked"))).collect()
    });
    let lasted = began.elapsed();
    let (mut all, mut written) = (Vec::new(), 0);
    for end in ends {
        let (times, messages) = end??;
        all.extend(times);
        written += messages;
    }
    let kinds = Kind::ALL.map(|kind| {
        let mut times: Vec<f64> = all.iter().filter(|(of, _)| *of == kind).map(|(_, time)| *time).collect();
        times.sort_by(f64::total_cmp);
        (kind, times)
    });
    Ok(Seen { kinds: kinds.into(), lasted, written, is_paced: pace != Pace::AtOnce })
}

/// What one browser asks for.
struct Asks<'a> {
    people: &'a People,
    tickets: &'a Tickets,
    dice: Dice,
}

impl Asks<'_> {
    /// What, whose session, and where.
    fn next(&mut self) -> Result<(Kind, u32, String)> {
        let attends = 1 + self.under(ATTENDING);
        let requests = ATTENDING + 1 + self.under(self.people.count() - ATTENDING);
        let (kind, person, path) = match self.under(100) {
            0..30 => (Kind::Queue, attends, self.queue()),
            30..50 => (Kind::Search, attends, self.search()),
            50..80 => (Kind::Ticket, attends, self.ticket().context("a ticket")?),
            80..90 => (Kind::Own, requests, "/solicitudes".to_owned()),
            _ => (Kind::Home, requests, "/".to_owned()),
        };
        Ok((kind, person, path))
    }

    fn queue(&mut self) -> String {
        let which = ["", "?cuales=mias", "?cuales=vencidas", "?cuales=hoy", "?estado=waiting", "?q=impresora"];
        let which = which.get(self.under(12) as usize).copied().unwrap_or_default();
        format!("/bandeja{which}")
    }

    fn search(&mut self) -> String {
        let rare = 1 + self.under(self.tickets.count);
        match self.under(8) {
            0 => format!("/todas?q=PC{rare:07}"),
            1 => format!("/todas?q={rare:07}"),
            2 => "/todas?q=impresora".to_owned(),
            3 => "/todas?q=Verificaci%C3%B3n+monitor".to_owned(),
            4 => "/todas?q=teclado+bloqueada+quejas".to_owned(),
            5 => "/todas?q=nadie+escribe+esto".to_owned(),
            6 => "/todas?q=escaner&estado=void".to_owned(),
            _ => format!("/todas?q=contrase%C3%B1a&antes={rare}"),
        }
    }

    fn ticket(&mut self) -> Option<String> {
        let count = self.tickets.count;
        let back = if self.under(5) == 0 { self.under(count) } else { self.under(OPEN * 4) };
        Some(format!("/solicitudes/{}", self.tickets.number(count.checked_sub(back)?)?))
    }

    fn under(&mut self, bound: u32) -> u32 {
        u32::try_from(self.dice.below(u64::from(bound))).unwrap_or(0)
    }
}

/// Xorshift by Marsaglia: each browser asks the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound.max(1)
    }
}
