//! The one binary. Called by the agent's name it is the agent, so that a server can be given this very program; by another
//! it becomes a program that ends with its caller.

use std::process::ExitCode;

use resguardo::jobs::drill::process;

fn main() -> ExitCode {
    let mut arguments = std::env::args();
    let program = arguments.next().unwrap_or_default();
    let name = std::path::Path::new(&program).file_name().unwrap_or_default().to_string_lossy();
    if name.starts_with("resguardo-agent") {
        return resguardo_agent::command_line::main(vec![program.clone()], arguments.collect());
    }
    if name == process::ENDS_WITH_CALLER {
        return process::end_with_caller(std::env::args_os().skip(1));
    }
    resguardo::cli::main()
}
