//! What an operator's words mean: plans and datasets by name. Pure.

use chrono::NaiveDate;

use crate::config::model::Config;

use super::error::JobError;
use crate::schedule::rotation;

/// A dataset to be kept, and on which disks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The plan it comes from, when one was asked for.
    pub plan: Option<String>,
    /// The server's name.
    pub server: String,
    /// The dataset's name.
    pub dataset: String,
    /// The disks' names.
    pub disks: Vec<String>,
}

impl Item {
    /// `SERVER/DATASET`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.server, self.dataset)
    }
}

/// The items that these names mean: plans, or datasets as `SERVER/DATASET`, which go to the disks of every plan that
/// names them. No names mean every plan. Each dataset comes once, with all the disks that any of the names gives it. `day`
/// says which disk is due of those that take turns.
///
/// # Errors
/// [`JobError::Unknown`], with what exists.
pub fn select(config: &Config, names: &[String], day: NaiveDate) -> Result<Vec<Item>, JobError> {
    let mut items: Vec<Item> = Vec::new();
    let all: Vec<String> = config.plans.iter().map(|plan| plan.name.clone()).collect();
    for name in if names.is_empty() { &all } else { names } {
        for item in by_name(config, name, day)? {
            match items.iter_mut().find(|known| known.name() == item.name()) {
                Some(known) => {
                    let more = item.disks.into_iter().filter(|disk| !known.disks.contains(disk)).collect::<Vec<_>>();
                    known.disks.extend(more);
                }
                None => items.push(item),
            }
        }
    }
    Ok(items)
}

/// The plan, if these names mean one whole plan and nothing else.
pub fn only_plan(config: &Config, names: &[String]) -> Option<String> {
    match (names, config.plans.as_slice()) {
        ([name], _) => config.plan(name).map(|plan| plan.name.clone()),
        ([], [plan]) => Some(plan.name.clone()),
        _ => None,
    }
}

fn by_name(config: &Config, name: &str, day: NaiveDate) -> Result<Vec<Item>, JobError> {
    if let Some(plan) = config.plan(name) {
        return Ok(super::office::items(plan, day));
    }
    let known = name.split_once('/').filter(|(server, dataset)| config.dataset(server, dataset).is_some());
    let Some((server, dataset)) = known else {
        let plans = config.plans.iter().map(|plan| plan.name.clone());
        let datasets = datasets(config);
        let known = plans.chain(datasets).collect::<Vec<_>>().join(", ");
        return Err(JobError::Unknown { what: "plan or dataset", name: name.to_owned(), known });
    };
    let names_it = |pair: &(String, String)| pair.0 == server && pair.1 == dataset;
    let mut disks: Vec<String> = Vec::new();
    for plan in config.plans.iter().filter(|plan| plan.datasets.iter().any(names_it)) {
        let wanted = plan.disks.iter().chain(rotation::due(&plan.rotation, day));
        disks.extend(wanted.filter(|disk| !disks.contains(disk)).cloned().collect::<Vec<_>>());
    }
    if disks.is_empty() {
        let known = config.plans.iter().map(|plan| plan.name.clone()).collect::<Vec<_>>().join(", ");
        return Err(JobError::Unknown { what: "plan that names the dataset", name: name.to_owned(), known });
    }
    Ok(vec![Item { plan: None, server: server.to_owned(), dataset: dataset.to_owned(), disks }])
}

fn datasets(config: &Config) -> impl Iterator<Item = String> + '_ {
    config
        .servers
        .iter()
        .flat_map(|server| server.datasets.iter().map(move |dataset| format!("{}/{}", server.name, dataset.name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        let text = include_str!("../../../config/resguardo.yaml");
        crate::config::parse(text, std::path::Path::new("resguardo.yaml")).unwrap()
    }

    fn day() -> NaiveDate {
        "2026-11-22".parse().unwrap()
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn no_names_mean_every_dataset_of_every_plan_once() {
        let config = config();
        let items = select(&config, &[], day()).unwrap();
        for plan in &config.plans {
            for (server, dataset) in &plan.datasets {
                let same = items.iter().filter(|item| item.server == *server && item.dataset == *dataset);
                let [item] = same.collect::<Vec<_>>()[..] else { panic!("{server}/{dataset} comes once") };
                assert!(
                    plan.disks.iter().all(|disk| item.disks.contains(disk)),
                    "{server}/{dataset} on {:?}",
                    plan.disks
                );
            }
        }
    }

    #[test]
    fn a_dataset_by_its_name_goes_where_its_plans_would_take_it() {
        let config = config();
        let plan = &config.plans[0];
        let (server, dataset) = &plan.datasets[0];
        let name = format!("{server}/{dataset}");
        let [item] = &select(&config, &names(&[&name]), day()).unwrap()[..] else { panic!("one item") };
        assert_eq!((item.name(), &item.plan), (name, &None));
        assert!(plan.disks.iter().all(|disk| item.disks.contains(disk)));
    }

    #[test]
    fn of_the_disks_that_take_turns_each_week_another_one_is_among_them() {
        let config = config();
        let plan = config.plans.iter().find(|plan| plan.rotation.len() == 3).unwrap();
        let mut due: Vec<String> = Vec::new();
        for week in 0..3 {
            let items = select(&config, std::slice::from_ref(&plan.name), day() + chrono::Days::new(7 * week)).unwrap();
            let [one] = plan.rotation.iter().filter(|disk| items[0].disks.contains(disk)).collect::<Vec<_>>()[..]
            else {
                panic!("one is due: {:?}", items[0].disks)
            };
            assert!(!due.contains(one));
            due.push(one.clone());
        }
    }

    #[test]
    fn an_unknown_name_lists_what_there_is() {
        let config = config();
        let error = select(&config, &names(&["semenal"]), day()).unwrap_err().to_string();
        assert!(error.contains("semenal") && error.contains(&config.plans[0].name), "{error}");
        assert!(config.servers.iter().all(|server| {
            server.datasets.iter().all(|dataset| error.contains(&format!("{}/{}", server.name, dataset.name)))
        }));
    }
}
