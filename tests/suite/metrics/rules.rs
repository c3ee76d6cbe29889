//! The rules and what they tell people to do, by `promtool`.

use std::fs;
use std::process::Command;

use system_tests::command::{resguardo, run};

use super::of_project;

#[track_caller]
fn promtool(words: &[&str], file: &str) {
    let mut command = Command::new("promtool");
    command.args(words).arg(of_project(file)).current_dir(of_project("config/prometheus"));
    run(&mut command).exits(0).says("SUCCESS");
}

#[test]
fn every_rule_is_right_and_has_a_test_in_which_it_fires() {
    promtool(&["check", "rules"], "config/prometheus/resguardo.rules.yml");
    promtool(&["test", "rules"], "config/prometheus/resguardo.rules.test.yml");
    let rules = fs::read_to_string(of_project("config/prometheus/resguardo.rules.yml")).unwrap();
    let tests = fs::read_to_string(of_project("config/prometheus/resguardo.rules.test.yml")).unwrap();
    let names: Vec<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(names.len() >= 10, "{names:?}");
    for name in names {
        let fires = tests.split("\n  - name: ").any(|one| {
            one.contains(&format!("alertname: {name}\n"))
                && one.contains("exp_labels")
                && one.contains("exp_annotations")
        });
        assert!(fires, "no test shows {name} fire");
    }
}

#[test]
fn what_a_rule_tells_people_to_say_is_understood() {
    let rules = fs::read_to_string(of_project("config/prometheus/resguardo.rules.yml")).unwrap();
    let rules = rules.split_whitespace().collect::<Vec<_>>().join(" ");
    let quoted = rules.split('`').skip(1).step_by(2);
    let commands: Vec<&str> = quoted.filter_map(|said| said.strip_prefix("resguardo ")).collect();
    assert!(commands.len() >= 10, "{commands:?}");
    for said in commands {
        // What stands for a name is one word.
        let mut words: Vec<String> = Vec::new();
        let mut rest = said;
        while let Some((before, after)) = rest.split_once("{{") {
            words.extend(before.split_whitespace().map(str::to_owned));
            rest = after.split_once("}}").unwrap().1.trim_start_matches(|letter: char| letter != ' ' && letter != '{');
        }
        words.extend(rest.split_whitespace().map(str::to_owned));
        let verbs = words.iter().take_while(|word| word.bytes().all(|letter| letter.is_ascii_lowercase()));
        let mut command = Command::new(resguardo());
        let help = run(command.args(verbs).arg("--help"));
        for option in words.iter().filter(|word| word.starts_with("--")) {
            help.exits(0).says(option);
        }
        help.exits(0);
    }
}
