//! The measurements, one file for each thing that is needed, and the order in which they are taken.

mod data;
mod decade;
mod desk;
mod distance;
mod machine;
mod memory;
mod meter;
mod options;
mod ours;
mod process;
mod profile;
mod questions;
mod relay;
mod restore;
mod service;
mod shell;
mod sshd;
mod stage;
mod table;
mod uses;
mod verify;
mod years;

use anyhow::Result;
use options::{Options, Section};
use stage::Stage;

/// Takes all measurements that were asked for, and prints each as it is done.
pub(crate) fn run() -> Result<()> {
    let options = Options::from_arguments()?;
    machine::print();
    let stage = Stage::build(&options)?;
    stage.print();
    for section in Section::ALL.into_iter().filter(|&section| options.wants(section)) {
        match section {
            Section::Dump => uses::dump(&stage)?,
            Section::Tools => uses::tools(&stage)?,
            Section::Distance => distance::measure(&stage)?,
            Section::Live => uses::live(&stage)?,
            Section::Tree => uses::tree(&stage)?,
            Section::Encrypted => uses::encrypted(&stage)?,
            Section::Restore => restore::measure(&stage)?,
            Section::Verify => verify::measure(&stage)?,
            Section::Memory => memory::measure(&stage)?,
            Section::Service => service::measure(&stage)?,
            Section::Desk => desk::measure(&stage)?,
            Section::Pack => desk::pack::measure(&stage)?,
            Section::Profile => profile::measure(&stage)?,
        }
    }
    Ok(())
}
