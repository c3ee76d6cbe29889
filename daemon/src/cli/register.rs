//! `resguardo register`: reads and corrects the register DIACO-IN-FO-06 through the service, or reads it from a disk.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::args_daemon::{RegisterCorrect, RegisterExport, RegisterList, RegisterShow, RegisterVerb};
use super::exit::{Failure, code};
use super::times::moment;
use super::{print, register_disks, register_form, register_verify, socket};
use crate::jobs::error::chain;
use crate::jobs::report::Listing;
use crate::register::entry::{Entry, name, word};
use crate::register::head::Head;
use crate::register::seal::file_name;
use crate::service::client;
use crate::service::protocol::{Line, RegisterLine, Request};

pub(super) fn run(config: &Path, verb: &RegisterVerb) -> Result<u8, Failure> {
    match verb {
        RegisterVerb::List(list) => self::list(config, list),
        RegisterVerb::Show(show) => self::show(config, show),
        RegisterVerb::Verify(verify) => register_verify::run(config, verify),
        RegisterVerb::Export(export) => self::export(config, export),
        RegisterVerb::Correct(correct) => self::correct(config, correct),
    }
}

fn list(config: &Path, asked: &RegisterList) -> Result<u8, Failure> {
    let limit = socket::limit(asked.limit);
    let lines: Listing<RegisterLine> = if asked.disks.is_empty() {
        client::ask_once(&socket::of(config)?, Request::Register { year: asked.year, limit })?
    } else {
        register_disks::newest(config, &asked.disks, asked.year, limit)?
    };
    if asked.json {
        print::json(&serde_json::json!({ "entries": values(&lines.items)?, "more": lines.more }))?;
    } else {
        let entries = lines.items.iter().map(|line| entry(&line.text)).collect::<Result<Vec<_>, _>>()?;
        print::out(&table(&entries))?;
        print::more(lines.more);
    }
    Ok(code::DONE)
}

fn show(config: &Path, asked: &RegisterShow) -> Result<u8, Failure> {
    let (year, number) = asked.entry;
    let lines = if asked.disks.is_empty() {
        let lines: Listing<RegisterLine> =
            client::ask_once(&socket::of(config)?, Request::RegisterEntry { year, number })?;
        lines.items
    } else {
        register_disks::with_corrections(config, &asked.disks, year, number)?
    };
    if asked.json {
        print::json(&serde_json::json!({ "entries": values(&lines)?, "more": false }))?;
        return Ok(code::DONE);
    }
    let entries = lines.iter().map(|line| Ok((entry(&line.text)?, line.hash.clone())));
    let entries = entries.collect::<Result<Vec<_>, Failure>>()?;
    let Some(((first, hash), corrections)) = entries.split_first() else {
        return Err(Failure::new(code::UNKNOWN, format!("there is no entry {}", name(year, number))));
    };
    let corrections: Vec<&Entry> = corrections.iter().map(|(entry, _)| entry).collect();
    print::out(&register_form::form(first, hash, &corrections))?;
    Ok(code::DONE)
}

fn correct(config: &Path, asked: &RegisterCorrect) -> Result<u8, Failure> {
    let (year, number) = asked.entry;
    let (reason, changes) = (asked.reason.clone(), asked.changes.clone());
    let request = Request::RegisterCorrect { year, number, reason, changes };
    let line: RegisterLine = client::ask_once(&socket::of(config)?, request)?;
    let made = entry(&line.text)?;
    print::out(&format!("{} is corrected by {}, hash {}\n", name(year, number), made.name(), line.hash))?;
    Ok(code::DONE)
}

/// The lines as they stand in the chain, so that what is written has the hashes that it says.
fn export(config: &Path, asked: &RegisterExport) -> Result<u8, Failure> {
    let mut conversation = client::ask(&socket::of(config)?, Request::RegisterExport { year: asked.year })?;
    let mut files = asked.to.as_deref().map(Files::new).transpose()?;
    let head = loop {
        match (conversation.next_line()?, &mut files) {
            (Line::Text(text), Some(files)) => files.line(&text)?,
            (Line::Text(text), None) => print::out(&format!("{text}\n"))?,
            (Line::Answer(head), _) => break head,
            _ => {}
        }
    };
    if let Some(files) = files {
        let head = serde_json::from_str::<Option<Head>>(head.get());
        let head = head.map_err(|error| Failure::unexpected("the head of the register does not read", &error))?;
        let lines = files.finish(head.as_ref())?;
        print::note(&format!("wrote {}", crate::units::count(lines, "entry").replace("entrys", "entries")));
    }
    Ok(code::DONE)
}

/// An export in the making: a file for each year, and the head last.
struct Files {
    folder: PathBuf,
    year: Option<(i32, BufWriter<File>)>,
    lines: u64,
}

impl Files {
    fn new(folder: &Path) -> Result<Self, Failure> {
        std::fs::create_dir_all(folder).map_err(|error| cannot_write(folder, &error))?;
        Ok(Self { folder: folder.to_owned(), year: None, lines: 0 })
    }

    fn line(&mut self, text: &str) -> Result<(), Failure> {
        let year = entry(text)?.year;
        let path = self.folder.join(file_name(year));
        if self.year.as_ref().is_none_or(|(open, _)| *open != year) {
            self.close()?;
            // A year whose entries are not in one piece goes on in its file, which is none that was there before.
            let again = self.lines > 0 && path.exists();
            let file = if again { OpenOptions::new().append(true).open(&path) } else { File::create_new(&path) };
            self.year = Some((year, BufWriter::new(file.map_err(|error| cannot_write(&path, &error))?)));
        }
        if let Some((_, file)) = &mut self.year {
            file.write_all(text.as_bytes()).map_err(|error| cannot_write(&path, &error))?;
            file.write_all(b"\n").map_err(|error| cannot_write(&path, &error))?;
        }
        self.lines += 1;
        Ok(())
    }

    fn close(&mut self) -> Result<(), Failure> {
        match self.year.take() {
            Some((year, mut file)) => {
                let path = self.folder.join(file_name(year));
                file.flush().and_then(|()| file.get_ref().sync_all()).map_err(|error| cannot_write(&path, &error))
            }
            None => Ok(()),
        }
    }

    fn finish(mut self, head: Option<&Head>) -> Result<u64, Failure> {
        self.close()?;
        if let Some(head) = head {
            let path = self.folder.join("head.json");
            let json = head.to_json().map_err(|error| Failure::unexpected("cannot write the head", &error))?;
            let written = File::create_new(&path).and_then(|mut file| file.write_all(&json));
            written.map_err(|error| cannot_write(&path, &error))?;
        }
        Ok(self.lines)
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    let code = if error.kind() == io::ErrorKind::AlreadyExists { code::EXISTS } else { code::FAILED };
    Failure::new(code, format!("cannot write {}: {error}", path.display()))
}

/// Reads a line of the register.
pub(super) fn entry(text: &str) -> Result<Entry, Failure> {
    Entry::parse(text).map_err(|error| {
        let what =
            format!("a line of the register does not read, `resguardo register verify` says more: {}", chain(&error));
        Failure::new(code::DAMAGE, what)
    })
}

/// The lines as JSON, each with its hash.
fn values(lines: &[RegisterLine]) -> Result<Vec<serde_json::Value>, Failure> {
    let value = |line: &RegisterLine| {
        let mut value: serde_json::Value = serde_json::from_str(&line.text)
            .map_err(|error| Failure::unexpected("a line of the register does not read", &error))?;
        if let Some(fields) = value.as_object_mut() {
            fields.insert("hash".to_owned(), line.hash.clone().into());
        }
        Ok(value)
    };
    lines.iter().map(value).collect()
}

fn table(entries: &[Entry]) -> String {
    let rows = entries.iter().map(|entry| {
        let draft = &entry.draft;
        let media: Vec<&str> = draft.media.iter().map(|medium| medium.label.as_str()).collect();
        let outcome = match &draft.corrects {
            Some(of) => format!("{} de {}", word(&draft.outcome), name(of.year, of.number)),
            None => word(&draft.outcome),
        };
        vec![
            entry.name(),
            moment(&draft.at.to_rfc3339()),
            draft.week.clone(),
            format!("{}/{}", draft.origin.server, draft.origin.name),
            outcome,
            media.join(", "),
        ]
    });
    print::table(&["entry", "made", "week", "of", "outcome", "media"], &[], rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::key::Key;
    use crate::register::sample::{hourly, register};
    use crate::register::verify::verify;

    fn sample() -> crate::register::sample::Sample {
        let key = Key::from_hex(&"07".repeat(32)).unwrap();
        register(&hourly(3), &key, vec![]).unwrap()
    }

    #[test]
    fn an_export_is_the_register_and_verifies() {
        let sample = sample();
        let folder = tempfile::tempdir().unwrap();
        let mut files = Files::new(folder.path()).unwrap();
        for (_, content) in &sample.files {
            String::from_utf8_lossy(content).lines().for_each(|line| files.line(line).unwrap());
        }
        assert_eq!(files.finish(Some(&sample.head)).unwrap(), 3);
        let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
        let written: Vec<_> = sample.files.iter().map(|(name, _)| (name.clone(), read(name))).collect();
        let head = Head::from_json(&read("head.json")).unwrap();
        assert!(verify(&written, Some(&head), None).is_whole());
    }

    #[test]
    fn an_export_overwrites_nothing() {
        let sample = sample();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("FO-06-2026.jsonl"), "mine").unwrap();
        let mut files = Files::new(folder.path()).unwrap();
        let content = String::from_utf8_lossy(&sample.files[0].1).into_owned();
        let failure = files.line(content.lines().next().unwrap()).unwrap_err();
        assert_eq!(failure.code, code::EXISTS);
    }

    #[test]
    fn json_of_an_entry_is_its_own_and_its_hash() {
        let sample = sample();
        let text = String::from_utf8_lossy(&sample.files[0].1).lines().next().unwrap().to_owned();
        let values = values(&[RegisterLine { text, hash: "abc".to_owned() }]).unwrap();
        assert_eq!((values[0]["correlativo"].as_i64(), values[0]["hash"].as_str()), (Some(1), Some("abc")));
    }
}
