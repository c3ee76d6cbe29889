//! `resguardo manual`: the operator's manual on paper. It needs no configuration, since it is wanted before there is one.

use super::args::Manual;
use super::backup_here::runtime;
use super::exit::Failure;
use super::report;
use crate::forms;

pub(super) fn run(asked: &Manual) -> Result<u8, Failure> {
    let pdf = runtime()?.block_on(forms::manual(env!("CARGO_PKG_VERSION"), None));
    let pdf = pdf.map_err(|error| Failure::unexpected("the manual cannot be printed", &error))?;
    report::write(&pdf, "Manual de operación.pdf", asked.to.as_deref())
}
