//! The agent as a small static binary of its own.

fn main() -> std::process::ExitCode {
    let mut arguments = std::env::args();
    let program = arguments.next().into_iter().collect();
    resguardo_agent::command_line::main(program, arguments.collect())
}
