//! What can be said on the command line about accounts, units, keys and the audit log. It may not know what any of it does.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub enum UserVerb {
    /// Makes an account and prints its first password, once
    Add(UserAdd),
    /// Lists who may log in
    List(UserList),
    /// Says all of one account
    Show(UserOne),
    /// Lets somebody in no more, at once
    Disable(UserOne),
    /// Lets somebody in again
    Enable(UserOne),
    /// Gives somebody a new first password and prints it, once
    Password(UserOne),
    /// Gives somebody a role for some days, or takes it
    Role(UserRole),
    /// Makes and changes accounts by a CSV file with the columns login,name,post,email,unit,superior
    Import(UserImport),
}

/// `user add`.
#[derive(Debug, Args)]
pub struct UserAdd {
    /// The login.
    pub login: String,
    /// The full name.
    #[arg(long, value_name = "TEXT")]
    pub name: String,
    /// The post.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub post: String,
    /// The mail address.
    #[arg(long, value_name = "ADDRESS", default_value = "")]
    pub email: String,
    /// The name of the unit.
    #[arg(long, value_name = "UNIT")]
    pub unit: Option<String>,
    /// The login of the superior.
    #[arg(long, value_name = "LOGIN")]
    pub superior: Option<String>,
    /// A role from today on: technician, chief, direction, unit_head, quality or administrator. May be given several times.
    #[arg(long = "role", value_name = "ROLE")]
    pub roles: Vec<String>,
    /// The directory of the configuration is asked for the password.
    #[arg(long)]
    pub directory: bool,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `user list`.
#[derive(Debug, Args)]
pub struct UserList {
    /// Only whose login, name or post holds this.
    #[arg(value_name = "TEXT")]
    pub words: Option<String>,
    /// Only of this unit.
    #[arg(long, value_name = "UNIT")]
    pub unit: Option<String>,
    /// Only who has this role today.
    #[arg(long, value_name = "ROLE")]
    pub role: Option<String>,
    /// Also those who may not log in.
    #[arg(long)]
    pub all: bool,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `user show`, `user disable`, `user enable`, `user password`.
#[derive(Debug, Args)]
pub struct UserOne {
    /// The login.
    pub login: String,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `user role`.
#[derive(Debug, Args)]
pub struct UserRole {
    /// The login.
    pub login: String,
    /// technician, chief, direction, unit_head, quality or administrator.
    pub role: String,
    /// The first day; today, unless told.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub from: Option<NaiveDate>,
    /// The last day; for as long as it lasts, unless told.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub until: Option<NaiveDate>,
    /// Takes the role instead, at once.
    #[arg(long, conflicts_with_all = ["from", "until"])]
    pub revoke: bool,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `user import`.
#[derive(Debug, Args)]
pub struct UserImport {
    /// The file.
    pub file: PathBuf,
    /// Only says what would become of each line.
    #[arg(long)]
    pub dry_run: bool,
    /// The directory of the configuration is asked for the passwords of those who are new.
    #[arg(long)]
    pub directory: bool,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// What to do with units.
#[derive(Debug, Subcommand)]
pub enum UnitVerb {
    /// Makes a unit
    Add(UnitAdd),
    /// Lists the units
    List(ListOnly),
    /// Says who heads a unit
    Head(UnitHead),
}

/// `unit add`.
#[derive(Debug, Args)]
pub struct UnitAdd {
    /// Its name.
    pub name: String,
    /// direction, subdirection, department or process.
    #[arg(long, value_name = "KIND", default_value = "department")]
    pub kind: String,
    /// The login of its head.
    #[arg(long, value_name = "LOGIN")]
    pub head: Option<String>,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `unit head`.
#[derive(Debug, Args)]
pub struct UnitHead {
    /// Its name.
    pub name: String,
    /// The login of its head.
    #[arg(required_unless_present = "nobody")]
    pub login: Option<String>,
    /// It has no head.
    #[arg(long, conflicts_with = "login")]
    pub nobody: bool,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// A list.
#[derive(Debug, Args)]
pub struct ListOnly {
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// What to do with the keys of other programs.
#[derive(Debug, Subcommand)]
pub enum TokenVerb {
    /// Makes a key and prints it, once
    Add(TokenAdd),
    /// Lists the keys
    List(ListOnly),
    /// Makes a key worthless, at once
    Revoke(TokenRevoke),
}

/// `token add`.
#[derive(Debug, Args)]
pub struct TokenAdd {
    /// What it is for.
    pub name: String,
    /// The login on whose behalf it asks.
    #[arg(long, value_name = "LOGIN")]
    pub user: String,
    /// What it may ask: tickets:read, tickets:write, reports:read or metrics. May be given several times.
    #[arg(long = "scope", value_name = "SCOPE", required = true)]
    pub scopes: Vec<String>,
    /// Its last day; two years from now, unless told.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub until: Option<NaiveDate>,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `token revoke`.
#[derive(Debug, Args)]
pub struct TokenRevoke {
    /// Its number, as `token list` shows it.
    pub id: i64,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// What to do with the audit log.
#[derive(Debug, Subcommand)]
pub enum AuditVerb {
    /// Lists its newest lines
    List(AuditList),
    /// Follows its chain from the first line to the last
    Verify(ListOnly),
}

/// `audit list`.
#[derive(Debug, Args)]
pub struct AuditList {
    /// Only by this actor: a login, or `unix:LOGIN`.
    #[arg(long, value_name = "ACTOR")]
    pub actor: Option<String>,
    /// Only of this object: `user ana`.
    #[arg(long, value_name = "OBJECT")]
    pub object: Option<String>,
    /// At most so many, and 999 at most.
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: u32,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}
