//! What there is on a server that could be kept: the question, the answer, and what follows from it. Pure; it may not know how a server
//! is asked, nor what a configuration looks like.

mod propose;
mod read;
#[cfg(test)]
mod tests;

pub use propose::{Proposal, is_same, propose};
pub use read::{Unread, read};

/// The question: a script for a POSIX shell, which reads and changes nothing.
pub const SCRIPT: &str = include_str!("ask.sh");

/// The longest answer that is taken, in bytes.
pub const ANSWER_BYTES_MAX: usize = 1 << 20;

/// What a server said of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// Its system: `Debian GNU/Linux 12 (bookworm)`.
    pub system: String,
    /// Who asked, by the name there.
    pub login: String,
    /// Programs that dumps may need.
    pub tools: Vec<Tool>,
    /// Room for what a dump needs there.
    pub rooms: Vec<Room>,
    /// Databases of servers.
    pub databases: Vec<Database>,
    /// SQLite files.
    pub files: Vec<File>,
    /// The trees of web servers.
    pub webs: Vec<Web>,
    /// Containers.
    pub containers: Vec<Container>,
    /// What is there and did not answer.
    pub lacks: Vec<Lack>,
}

/// A program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub path: String,
    /// What it says of itself; empty where it says nothing.
    pub version: String,
}

/// Room in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// The folder.
    pub folder: String,
    /// Bytes that are free.
    pub free: u64,
}

/// What serves a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// PostgreSQL.
    Postgres,
    /// MySQL or MariaDB.
    Mysql,
}

/// A database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// What serves it.
    pub engine: Engine,
    /// Its name.
    pub name: String,
    /// Its size in bytes; none where who asked may not know it.
    pub bytes: Option<u64>,
    /// The version of what serves it.
    pub version: String,
    /// The folder of the socket, and the port; of PostgreSQL alone.
    pub socket: Option<(String, u16)>,
    /// What had to be put before the command: `sudo -n -u postgres`.
    pub way: Vec<String>,
}

/// An SQLite file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where it is.
    pub path: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// The tree of a web server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Web {
    /// What serves it: `apache`, `nginx`.
    pub by: String,
    /// Where it is.
    pub path: String,
    /// Its size in bytes, where that could be found out in time.
    pub bytes: Option<u64>,
    /// Something in it that who asked may not read.
    pub closed: Option<String>,
}

/// A container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// What it was made from.
    pub image: String,
    /// What runs it: `sudo -n docker`.
    pub engine: String,
}

/// Something that is there and did not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// What it is: `postgres`, `mysql`.
    pub what: String,
    /// Where.
    pub place: String,
    /// What it said.
    pub why: String,
}
