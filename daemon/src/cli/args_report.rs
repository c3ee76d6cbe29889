//! The arguments of `report`.

use clap::{Args, Subcommand};

/// Which form.
#[derive(Debug, Subcommand)]
pub enum ReportVerb {
    /// A ticket with its ruling: DIACO-IN-FO-01
    #[command(name = "fo-01")]
    Ticket(TicketPaper),
    /// The register of backups, an entry, a month or a year of it, with the signed head of its chain: DIACO-IN-FO-06
    #[command(name = "fo-06")]
    Register(RegisterPaper),
    /// The programme of maintenance of a semester: DIACO-IN-FO-02
    #[command(name = "fo-02")]
    Programme(ProgrammePaper),
    /// A piece's maintenance that was moved to another week: DIACO-IN-FO-03
    #[command(name = "fo-03")]
    Moved(NumberedPaper),
    /// The report of a month as it was delivered: DIACO-IN-FO-05
    #[command(name = "fo-05")]
    Monthly(MonthPaper),
    /// The indicators of a month, or of a semester's maintenance, as they were delivered: DIACO-RP-FO-03
    #[command(name = "rp-fo-03")]
    Indicators(IndicatorPaper),
    /// Who was at an event: DIACO-RH-FO-02
    #[command(name = "rh-fo-02")]
    Event(NumberedPaper),
    /// What goes along with the ministry's own form of a ticket for a mail account
    Cover(TicketPaper),
    /// An empty form in the version of today, to be filled by hand
    Blank(BlankPaper),
    /// The auditor's pack of a month or a semester: papers, files, lists and the register's excerpt in a ZIP with their digests
    Pack(PackAsked),
}

/// `report fo-02`.
#[derive(Debug, Args)]
pub struct ProgrammePaper {
    /// The semester, such as 2026-1.
    #[arg(long, value_name = "SEMESTER")]
    pub semester: String,
    /// Where to.
    #[command(flatten)]
    pub to: To,
}

/// `report fo-03` and `report rh-fo-02`.
#[derive(Debug, Args)]
pub struct NumberedPaper {
    /// Its number as it stands on paper, such as FO-03-2026-007 or EV-2026-0004.
    #[arg(value_name = "NUMBER")]
    pub number: String,
    /// Where to.
    #[command(flatten)]
    pub to: To,
}

/// `report rp-fo-03`.
#[derive(Debug, Args)]
pub struct IndicatorPaper {
    /// Of which period.
    #[command(flatten)]
    pub period: PeriodAsked,
    /// Which revision; the last one that was delivered, unless told.
    #[arg(long, value_name = "N")]
    pub revision: Option<u32>,
    /// Where to.
    #[command(flatten)]
    pub to: To,
}

/// `report fo-05`.
#[derive(Debug, Args)]
pub struct MonthPaper {
    /// The month, as YYYY-MM.
    #[arg(long, value_name = "MONTH")]
    pub month: String,
    /// Which revision; the last one that was delivered, unless told.
    #[arg(long, value_name = "N")]
    pub revision: Option<u32>,
    /// Where to.
    #[command(flatten)]
    pub to: To,
}

/// `report blank`.
#[derive(Debug, Args)]
pub struct BlankPaper {
    /// Its code, such as DIACO-IN-FO-01 or FO-01.
    #[arg(value_name = "CODE")]
    pub code: String,
    /// The file, which must not be there yet; `-` for standard output. Named after the form in this folder, unless told.
    #[arg(long, visible_alias = "output", value_name = "FILE")]
    pub to: Option<String>,
}

/// `report pack`.
#[derive(Debug, Args)]
pub struct PackAsked {
    /// Which period.
    #[command(flatten)]
    pub period: PeriodAsked,
    /// The file, which must not be there yet; `-` for standard output. Named after the period in this folder, unless told.
    #[arg(long, visible_alias = "output", value_name = "FILE")]
    pub to: Option<String>,
}

/// A month or a semester.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct PeriodAsked {
    /// A month, as YYYY-MM.
    #[arg(long, value_name = "MONTH")]
    pub month: Option<String>,
    /// A semester, such as 2026-1.
    #[arg(long, value_name = "SEMESTER")]
    pub semester: Option<String>,
}

/// `report fo-01` and `report cover`.
#[derive(Debug, Args)]
pub struct TicketPaper {
    /// The ticket's number, such as ST-2026-000123.
    #[arg(value_name = "NUMBER")]
    pub number: String,
    /// Asks on behalf of this user of the desk; only root may.
    #[arg(long = "as", value_name = "LOGIN")]
    pub on_behalf: Option<String>,
    /// Where to.
    #[command(flatten)]
    pub to: To,
}

/// `report fo-06`.
#[derive(Debug, Args)]
pub struct RegisterPaper {
    /// Which part.
    #[command(flatten)]
    pub part: Part,
    /// Where to.
    #[command(flatten)]
    pub to: To,
}

/// A part of the register.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Part {
    /// What was entered in a month, as YYYY-MM.
    #[arg(long, value_name = "MONTH")]
    pub month: Option<String>,
    /// What was entered in a year.
    #[arg(long, value_name = "YEAR")]
    pub year: Option<String>,
    /// One entry, such as 2026-47.
    #[arg(long, value_name = "ENTRY")]
    pub entry: Option<String>,
}

/// Where the PDF goes.
#[derive(Debug, Args)]
pub struct To {
    /// The file, which must not be there yet; `-` for standard output. Named after the form in this folder, unless told.
    #[arg(long, visible_alias = "output", value_name = "FILE")]
    pub to: Option<String>,
    /// Prints the record as JSON instead, as `resguardo-forms` reads it.
    #[arg(long, conflicts_with = "to")]
    pub json: bool,
}
