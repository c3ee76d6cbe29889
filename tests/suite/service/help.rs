//! What helps whoever types: completions and manual pages, for every verb that the program has.

use std::fs;

use system_tests::command::{sh, text};
use system_tests::world::World;

/// The verbs below these words, by the program's own help.
fn verbs(world: &World, words: &[&str]) -> Vec<String> {
    let help = world.run(&[words, &["--help"]].concat()).exits(0).said();
    let Some((_, list)) = help.split_once("\nCommands:\n") else { return Vec::new() };
    let lines = list.lines().take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next().map(str::to_owned));
    names.filter(|name| !name.is_empty() && name != "help").collect()
}

#[test]
fn every_verb_has_a_manual_page_and_its_completions() {
    let world = World::with_disks(&[]);
    let folder = world.path("man");
    world.run(&["man", text(&folder)]).exits(0);
    let shells = ["bash", "zsh", "fish"].map(|shell| world.run(&["completions", shell]).exits(0).said());
    let first = verbs(&world, &[]);
    assert!(first.len() >= 19, "{first:?}");
    let mut pages = vec!["resguardo".to_owned()];
    for verb in &first {
        pages.push(format!("resguardo-{verb}"));
        pages.extend(verbs(&world, &[verb]).iter().map(|below| format!("resguardo-{verb}-{below}")));
        assert!(shells.iter().all(|script| script.contains(verb.as_str())), "{verb} is completed nowhere");
    }
    assert!(pages.contains(&"resguardo-register-correct".to_owned()), "{pages:?}");
    for page in pages {
        let text = fs::read_to_string(folder.join(format!("{page}.1"))).unwrap();
        assert!(text.contains(".SH NAME"), "{page}: {text}");
    }
    sh("bash -n \"$1\"", &[&written(&world, &shells[0])]);
}

fn written(world: &World, script: &str) -> String {
    fs::write(world.path("completions.bash"), script).unwrap();
    world.at("completions.bash")
}

#[test]
fn the_demonstration_ends_well() {
    let outcome =
        system_tests::command::run(std::process::Command::new(system_tests::command::resguardo()).arg("demo"));
    outcome.exits(0).says("rows").says("members by tar --compare");
}
