//! `resguardo man`: the manual pages, one for the program, one for each verb, and one for the configuration.

use std::io;
use std::path::Path;

use clap::{Command, CommandFactory};

use super::args::{Arguments, Man};
use super::exit::{Failure, code};
use super::print;

/// The configuration that explains itself.
const EXAMPLE: &str = include_str!("../../../config/resguardo.yaml");

pub(super) fn run(asked: &Man) -> Result<u8, Failure> {
    let pages = pages().map_err(|error| Failure::unexpected("cannot make the manual pages", &error))?;
    write(&asked.folder, &pages).map_err(|error| {
        Failure::unexpected(&format!("cannot write the manual pages into {}", asked.folder.display()), &error)
    })?;
    print::note(&format!("wrote {} pages into {}", pages.len(), asked.folder.display()));
    Ok(code::DONE)
}

fn write(folder: &Path, pages: &[(String, Vec<u8>)]) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    pages.iter().try_for_each(|(name, page)| std::fs::write(folder.join(name), page))
}

/// Every page by its file name.
fn pages() -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    let source = format!("resguardo {}", command.get_version().unwrap_or_default());
    let mut pages = Vec::new();
    add(&command, &source, &mut pages)?;
    pages.push(("resguardo.yaml.5".to_owned(), configuration(&source).into_bytes()));
    Ok(pages)
}

/// The page of the configuration: the example, in which every key stands with what it is for.
fn configuration(source: &str) -> String {
    let mut page = format!(
        ".TH resguardo.yaml 5 \"\" \"{source}\" Resguardo\n\
         .SH NAME\n\
         resguardo.yaml \\- the configuration of resguardo(1)\n\
         .SH DESCRIPTION\n\
         Every key stands in this example, live or as a comment, with what it is for and its default. \
         Run resguardo\\-check(1) after a change: it names each fault by its line.\n\
         .SH EXAMPLE\n\
         .nf\n"
    );
    for line in EXAMPLE.lines() {
        // A line that begins with a dot or a quote would be a request.
        page.push_str("\\&");
        page.push_str(&line.replace('\\', "\\e").replace('-', "\\-"));
        page.push('\n');
    }
    page.push_str(".fi\n.SH FILES\n/etc/resguardo/resguardo.yaml\n.SH SEE ALSO\nresguardo(1), resguardo\\-check(1)\n");
    page
}

fn add(command: &Command, source: &str, pages: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    let page = clap_mangen::Man::new(command.clone()).source(source).manual("Resguardo");
    let mut text = Vec::new();
    page.render(&mut text)?;
    pages.push((page.get_filename(), text));
    command.get_subcommands().try_for_each(|verb| add(verb, source, pages))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The verbs that have no verbs below them, as their pages are named.
    fn verbs(command: &Command, name: &str) -> Vec<(String, Command)> {
        let mut all = vec![(name.to_owned(), command.clone())];
        for verb in command.get_subcommands() {
            all.extend(verbs(verb, &format!("{name}-{}", verb.get_name())));
        }
        all
    }

    #[test]
    fn every_verb_has_a_page_that_names_every_option() {
        let pages = pages().unwrap();
        let mut command = Arguments::command().disable_help_subcommand(true);
        command.build();
        for (name, verb) in verbs(&command, "resguardo") {
            let page = pages.iter().find(|(file, _)| *file == format!("{name}.1"));
            let page = String::from_utf8(page.unwrap_or_else(|| panic!("{name} has no page")).1.clone()).unwrap();
            for option in verb.get_arguments().filter_map(clap::Arg::get_long) {
                let written = format!("\\-\\-{}", option.replace('-', "\\-"));
                assert!(page.contains(&written), "{name}: --{option}\n{page}");
            }
        }
        assert!(pages.iter().any(|(file, _)| file == "resguardo-register-correct.1"));
    }

    #[test]
    fn everything_on_the_command_line_says_what_it_is_for() {
        let mut command = Arguments::command().disable_help_subcommand(true);
        command.build();
        for (name, verb) in verbs(&command, "resguardo") {
            assert!(verb.get_about().is_some(), "{name}");
            for argument in verb.get_arguments() {
                assert!(argument.get_help().is_some(), "{name}: {}", argument.get_id());
            }
        }
    }

    #[test]
    fn the_page_of_the_configuration_reads_as_the_example_does() {
        let pages = pages().unwrap();
        let (_, page) = pages.iter().find(|(name, _)| name == "resguardo.yaml.5").unwrap();
        let page = String::from_utf8(page.clone()).unwrap();
        let (_, shown) = page.split_once(".nf\n").unwrap();
        let (shown, _) = shown.split_once(".fi\n").unwrap();
        let read: Vec<String> = shown
            .lines()
            .map(|line| line.strip_prefix("\\&").unwrap().replace("\\-", "-").replace("\\e", "\\"))
            .collect();
        assert_eq!(read, EXAMPLE.lines().collect::<Vec<_>>());
    }

    #[test]
    fn the_folder_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("man/man1");
        write(&below, &pages().unwrap()).unwrap();
        let page = std::fs::read_to_string(below.join("resguardo.1")).unwrap();
        assert!(page.contains(".TH resguardo 1") && page.contains("Exit codes"), "{page}");
    }
}
