//! A programme drawn up from the inventory: which piece in which week by whom. Pure and the same for the same inventory, so that
//! whoever asks twice sees nothing change.

use std::collections::BTreeMap;

use super::equipment::{Equipment, Kind};
use super::semester::Week;

/// A piece in a week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The piece, an id.
    pub equipment: i64,
    /// Its unit, an id.
    pub unit: i64,
    /// What is to be done.
    pub activity: &'static str,
    /// When.
    pub week: Week,
    /// By whom, a user's id; none where there is no technician.
    pub technician: Option<i64>,
}

/// Spreads what is in use over the weeks, as many pieces in each as in any other, give or take one, unit after unit and each by
/// code, so that a unit is visited in as few weeks as may be. In each week the technicians share them, whoever has fewest
/// so far taking what is left over; in the end nobody has two more than another.
pub fn plan(inventory: &[Equipment], weeks: &[Week], technicians: &[i64]) -> Vec<Planned> {
    let mut pieces: Vec<&Equipment> = inventory.iter().filter(|piece| piece.retired.is_none()).collect();
    pieces.sort_by(|one, other| (one.unit, &one.about.code).cmp(&(other.unit, &other.about.code)));
    let mut by_week: BTreeMap<Week, Vec<&Equipment>> = BTreeMap::new();
    for (index, piece) in pieces.iter().enumerate() {
        // The place in the year as a fraction, in whole numbers.
        if let Some(week) = weeks.get(index * weeks.len() / pieces.len()) {
            by_week.entry(*week).or_default().push(piece);
        }
    }
    let mut loads: Vec<(usize, i64)> = technicians.iter().map(|technician| (0, *technician)).collect();
    let mut planned = Vec::with_capacity(pieces.len());
    for (week, pieces) in by_week {
        let shares = shares(pieces.len(), &mut loads);
        for (index, piece) in pieces.into_iter().enumerate() {
            planned.push(Planned {
                equipment: piece.id,
                unit: piece.unit,
                activity: activity(piece.about.kind),
                week,
                technician: shares.get(index).copied(),
            });
        }
    }
    planned
}

/// Who does each of so many pieces, those of one standing together; their loads grow by it.
fn shares(count: usize, loads: &mut [(usize, i64)]) -> Vec<i64> {
    let Some(each) = count.checked_div(loads.len()) else { return Vec::new() };
    let left = count % loads.len();
    loads.sort_unstable();
    let mut shares = Vec::with_capacity(count);
    for (place, (load, technician)) in loads.iter_mut().enumerate() {
        let share = each + usize::from(place < left);
        *load += share;
        shares.extend(std::iter::repeat_n(*technician, share));
    }
    shares
}

/// What is done to a piece, unless somebody writes otherwise.
pub fn activity(kind: Kind) -> &'static str {
    match kind {
        Kind::Cpu | Kind::Laptop => "Limpieza interna y externa, actualización y revisión de disco",
        Kind::Monitor => "Limpieza y revisión de cables",
        Kind::Printer | Kind::Scanner => "Limpieza, revisión de rodillos y página de prueba",
        Kind::Ups => "Limpieza y prueba de batería",
        Kind::Network => "Limpieza, revisión de puertos y copia de la configuración",
        Kind::Other => "Limpieza y revisión general",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::{DateTime, Days, NaiveDate};
    use proptest::prelude::*;

    use super::super::equipment::{About, Retirement};
    use super::*;

    fn inventory(units: &[i64]) -> Vec<Equipment> {
        let piece = |(index, unit): (usize, &i64)| Equipment {
            id: i64::try_from(index).unwrap() + 1,
            about: About {
                // The order of the codes is not that of the ids.
                code: format!("{:04}", 9999 - index),
                kind: Kind::Other,
                brand: String::new(),
                model: String::new(),
                serial: String::new(),
                location: String::new(),
            },
            unit: unit.abs(),
            responsible: None,
            retired: (*unit < 0).then(|| Retirement {
                day: NaiveDate::default(),
                reason: String::new(),
                document: String::new(),
            }),
            version: 1,
            created: DateTime::UNIX_EPOCH,
            created_by: String::new(),
        };
        units.iter().enumerate().map(piece).collect()
    }

    fn spread(counts: impl IntoIterator<Item = usize>) -> usize {
        let counts: Vec<usize> = counts.into_iter().collect();
        counts.iter().max().unwrap_or(&0) - counts.iter().min().unwrap_or(&0)
    }

    proptest! {
        #[test]
        fn every_piece_in_use_stands_once_and_weeks_and_technicians_share_them_evenly(
            units in prop::collection::vec(prop_oneof![1i64..6, -3i64..-1], 0..200),
            weeks in 1usize..27,
            technicians in 0usize..5,
        ) {
            let inventory = inventory(&units);
            let monday = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
            let weeks: Vec<Week> = (0..weeks).map(|week| Week::of(monday + Days::new(week as u64 * 7))).collect();
            let technicians: Vec<i64> = (1..=technicians).map(|id| i64::try_from(id).unwrap()).collect();
            let planned = plan(&inventory, &weeks, &technicians);
            let mut shuffled = inventory.clone();
            shuffled.reverse();
            prop_assert_eq!(&plan(&shuffled, &weeks, &technicians), &planned, "the order of the rows decides something");
            let ids: BTreeSet<i64> = planned.iter().map(|one| one.equipment).collect();
            let in_use: BTreeSet<i64> = inventory.iter().filter(|one| one.retired.is_none()).map(|one| one.id).collect();
            prop_assert_eq!(planned.len(), ids.len());
            prop_assert_eq!(ids, in_use);
            prop_assert!(planned.windows(2).all(|two| (two[0].week, two[0].unit) <= (two[1].week, two[1].unit)));
            // Unit after unit: none is come back to once another was begun.
            let mut order: Vec<i64> = planned.iter().map(|one| one.unit).collect();
            order.dedup();
            prop_assert_eq!(order.iter().collect::<BTreeSet<_>>().len(), order.len());
            prop_assert!(spread(weeks.iter().map(|week| planned.iter().filter(|one| one.week == *week).count())) <= 1);
            let load = |id: &i64| planned.iter().filter(|one| one.technician == Some(*id)).count();
            prop_assert!(spread(technicians.iter().map(load)) <= 1);
            prop_assert_eq!(planned.iter().all(|one| one.technician.is_none()), technicians.is_empty() || planned.is_empty());
        }
    }

    #[test]
    fn nothing_and_no_week_make_no_programme() {
        assert_eq!(plan(&[], &[Week::of(NaiveDate::default())], &[1]), []);
        assert_eq!(plan(&inventory(&[1, 2]), &[], &[1]), []);
    }
}
