//! Which disk takes the place of one whose turn it is and that is not here. Pure.

use super::backup::Looked;
use super::select::Item;
use crate::config::model::{Config, Plan};
use crate::schedule::rotation;

/// A disk in the place of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIn {
    /// The plan.
    pub plan: String,
    /// The disk whose turn it is.
    pub due: String,
    /// The one that takes its place.
    pub by: String,
}

/// The same item with every disk that could take a place in it, to be looked at.
pub fn candidates(config: &Config, item: &Item) -> Item {
    let mut disks = item.disks.clone();
    for due in &item.disks {
        let others = turn(config, item, due).map(|plan| rotation::from(&plan.rotation, due)).unwrap_or_default();
        disks.extend(others.into_iter().filter(|other| !disks.contains(other)).cloned().collect::<Vec<_>>());
    }
    Item { disks, ..item.clone() }
}

/// The item with the disks that are written to: one whose turn it is and that is not here gives way to the first one
/// after it that is. One that nobody stands in for stays, and is told as absent.
pub fn choose(config: &Config, item: &Item, looked: &Looked) -> (Item, Vec<StandIn>) {
    let here = |disk: &String| looked.get(disk).is_some_and(Result::is_ok);
    let mut disks: Vec<String> = Vec::new();
    let mut stand_ins = Vec::new();
    for due in &item.disks {
        let plan = turn(config, item, due).filter(|_| !here(due));
        let by = plan.and_then(|plan| {
            let mut others = rotation::from(&plan.rotation, due).into_iter();
            let by = others.find(|other| here(other) && !item.disks.contains(other) && !disks.contains(other))?;
            Some(StandIn { plan: plan.name.clone(), due: due.clone(), by: by.clone() })
        });
        disks.push(by.as_ref().map_or_else(|| due.clone(), |stand_in| stand_in.by.clone()));
        stand_ins.extend(by);
    }
    (Item { disks, ..item.clone() }, stand_ins)
}

/// The plan in which it is a disk's turn, unless some plan wants every backup of the dataset on it.
fn turn<'a>(config: &'a Config, item: &Item, disk: &String) -> Option<&'a Plan> {
    let of_item = |plan: &&Plan| {
        item.plan.as_ref().is_none_or(|name| *name == plan.name)
            && plan.datasets.iter().any(|(server, dataset)| (server, dataset) == (&item.server, &item.dataset))
    };
    let plans = || config.plans.iter().filter(of_item);
    if plans().any(|plan| plan.disks.contains(disk)) {
        return None;
    }
    plans().find(|plan| plan.rotation.contains(disk))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::error::JobError;
    use crate::vault::admit::Admitted;
    use crate::vault::marker::Marker;
    use crate::vault::store::Place;

    fn config() -> Config {
        let text = include_str!("../../../config/resguardo.yaml");
        crate::config::parse(text, std::path::Path::new("resguardo.yaml")).unwrap()
    }

    /// The item of the plan `semanal`: each backup on `nube`, and on `disco-b` as the one that is due.
    fn item() -> Item {
        let (plan, server, dataset) = (Some("semanal".to_owned()), "web".to_owned(), "sitio".to_owned());
        let config = config();
        let (server, dataset) = config.plan("semanal").unwrap().datasets.first().cloned().unwrap_or((server, dataset));
        Item { plan, server, dataset, disks: vec!["nube".to_owned(), "disco-b".to_owned()] }
    }

    fn looked(here: &[&str]) -> Looked {
        let look = |name: &str| {
            let (label, prepared, prepared_by) = (name.to_owned(), String::new(), String::new());
            let marker = Marker { format: 1, id: uuid::Uuid::now_v7(), label, custody: None, prepared, prepared_by };
            let place = Place::Folder { path: "/nowhere".into(), mount_point: false };
            let why = JobError::NoDisk { dataset: String::new(), why: String::new() };
            let disk =
                if here.contains(&name) { Ok(Admitted { name: name.to_owned(), place, marker }) } else { Err(why) };
            (name.to_owned(), disk)
        };
        ["nube", "disco-a", "disco-b", "disco-c"].map(look).into_iter().collect()
    }

    fn chosen(here: &[&str]) -> (Vec<String>, Option<String>) {
        let (item, stand_ins) = choose(&config(), &item(), &looked(here));
        (item.disks, stand_ins.into_iter().next().map(|stand_in| stand_in.by))
    }

    fn disks(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn every_disk_that_could_take_the_place_is_looked_at() {
        assert_eq!(candidates(&config(), &item()).disks, disks(&["nube", "disco-b", "disco-c", "disco-a"]));
    }

    #[test]
    fn the_one_that_is_due_is_taken_when_it_is_here_and_the_next_after_it_otherwise() {
        assert_eq!(chosen(&["nube", "disco-a", "disco-b", "disco-c"]), (disks(&["nube", "disco-b"]), None));
        assert_eq!(chosen(&["disco-a", "disco-c"]), (disks(&["nube", "disco-c"]), Some("disco-c".to_owned())));
        assert_eq!(chosen(&["nube", "disco-a"]), (disks(&["nube", "disco-a"]), Some("disco-a".to_owned())));
        assert_eq!(chosen(&["nube"]), (disks(&["nube", "disco-b"]), None));
    }

    #[test]
    fn nobody_stands_in_for_a_disk_on_which_every_backup_belongs() {
        assert_eq!(chosen(&["disco-b", "disco-a"]), (disks(&["nube", "disco-b"]), None));
    }
}
