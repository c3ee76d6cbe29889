//! The answer of a server, line by line. What a server says is not believed to be well made.

use super::{Container, Database, Engine, File, Lack, Room, Survey, Tool, Web};

/// Why an answer says nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// It has no end: the shell gave up, or something else answered.
    #[error("the answer has no end; does the login run a POSIX shell and nothing else?")]
    Unfinished,
    /// A line that no question asks for.
    #[error("the answer has a line that was not asked for: {0:?}")]
    Line(String),
}

/// Reads an answer.
///
/// # Errors
/// [`Unread`]. Half an answer would say of the other half that there is nothing.
pub fn read(answer: &str) -> Result<Survey, Unread> {
    let mut survey = Survey::default();
    let mut lines = answer.lines().filter(|line| !line.trim().is_empty());
    for line in lines.by_ref() {
        let fields: Vec<&str> = line.split('\t').map(str::trim).collect();
        if fields == ["end"] {
            return lines.next().map_or(Ok(survey), |more| Err(Unread::Line(shown(more))));
        }
        note(&mut survey, &fields).ok_or_else(|| Unread::Line(shown(line)))?;
    }
    Err(Unread::Unfinished)
}

/// A line as messages have it.
fn shown(line: &str) -> String {
    line.chars().take(200).collect()
}

fn note(survey: &mut Survey, fields: &[&str]) -> Option<()> {
    let text = |text: &&str| (*text).to_owned();
    match fields {
        ["system", system, login] => {
            survey.system = text(system);
            survey.login = text(login);
        }
        ["tool", name, path, version] => {
            survey.tools.push(Tool { name: text(name), path: text(path), version: text(version) });
        }
        ["room", folder, free] => {
            let free = free.parse::<u64>().ok()?.saturating_mul(1024);
            survey.rooms.push(Room { folder: text(folder), free });
        }
        ["postgres", name, bytes, version, port, folder, way] => {
            survey.databases.push(Database {
                engine: Engine::Postgres,
                name: text(name),
                bytes: number(bytes)?,
                version: text(version),
                socket: Some((text(folder), port.parse().ok()?)),
                way: words(way),
            });
        }
        ["mysql", name, bytes, version, way] => {
            survey.databases.push(Database {
                engine: Engine::Mysql,
                name: text(name),
                bytes: number(bytes)?,
                version: text(version),
                socket: None,
                way: words(way),
            });
        }
        ["sqlite", path, bytes] => survey.files.push(File { path: text(path), bytes: bytes.parse().ok()? }),
        ["web", by, path, kibibytes, closed] => {
            let bytes = number(kibibytes)?.map(|number| number.saturating_mul(1024));
            let closed = (!closed.is_empty()).then(|| text(closed));
            survey.webs.push(Web { by: text(by), path: text(path), bytes, closed });
        }
        ["container", name, image, engine] => {
            survey.containers.push(Container { name: text(name), image: text(image), engine: text(engine) });
        }
        ["lack", what, place, why] => {
            survey.lacks.push(Lack { what: text(what), place: text(place), why: text(why) });
        }
        _ => return None,
    }
    Some(())
}

/// A number that may be missing.
fn number(text: &str) -> Option<Option<u64>> {
    if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
