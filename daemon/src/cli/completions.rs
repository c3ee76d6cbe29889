//! `resguardo completions`: what a shell needs to complete the command line.

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::{Arguments, Completions};
use super::exit::{Failure, code};
use super::print;

pub(super) fn run(asked: &Completions) -> Result<u8, Failure> {
    let script = script(asked.shell).map_err(|error| Failure::unexpected("cannot make the completions", &error))?;
    print::out(&script)?;
    Ok(code::DONE)
}

fn script(shell: Shell) -> std::io::Result<String> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "resguardo", &mut script);
    String::from_utf8(script).map_err(|error| std::io::Error::new(std::io::ErrorKind::InvalidData, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_completes_every_verb() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let script = script(shell).unwrap();
            for verb in Arguments::command().get_subcommands() {
                assert!(script.contains(verb.get_name()), "{shell}: {}", verb.get_name());
            }
        }
    }
}
