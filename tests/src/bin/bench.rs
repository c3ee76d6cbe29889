//! Measures Resguardo beside the pipelines and programs that an administrator would use instead: everything in one run,
//! in turns, on the same bytes. Only the ratios within one run mean anything. It may not judge: it prints the target
//! beside each ratio, and whoever reads decides.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a report for a person at a terminal")]

#[path = "../bench/mod.rs"]
mod bench;

use std::process::ExitCode;

fn main() -> ExitCode {
    match bench::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}
