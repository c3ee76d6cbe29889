//! What is in a pack, as a list: a further kind of record is a further entry of it. It may not know how anything is printed.

use std::fs::File;
use std::io::BufWriter;

use resguardo_shared::digest::Digest;

use super::{Making, PackError};
use crate::bundle::Content;
use crate::desk::text::folded;
use crate::jobs::lists::{self, List, ListError};
use crate::store::of_period::AttachedFile;
use crate::tables::csv::CsvTable;

/// A part of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The files of the tickets, as they are stored.
    Attachments,
    /// Records as they were signed on paper.
    Signed,
    /// FO-01 of each ticket that was attended.
    Requests,
    /// FO-02 of the semester.
    Programme,
    /// FO-03 of each item that was moved.
    Moved,
    /// FO-05 of the months, each revision that was delivered.
    Reports,
    /// FO-06 of the months.
    Register,
    /// RH-FO-02 of the events.
    Events,
    /// RP-FO-03 of the months, as FO-05.
    Indicators,
    /// RP-FO-03 of the semester.
    Semester,
    /// The lists as CSV.
    Lists,
    /// The register's excerpt, and the head of the whole.
    Chain,
}

/// The parts, in the order of their names.
pub(super) const CONTENTS: &[Part] = &[
    Part::Attachments,
    Part::Signed,
    Part::Requests,
    Part::Programme,
    Part::Moved,
    Part::Reports,
    Part::Register,
    Part::Events,
    Part::Indicators,
    Part::Semester,
    Part::Lists,
    Part::Chain,
];

/// Letters that the name of a file keeps.
const NAME_LETTERS_MAX: usize = 60;

impl Making<'_> {
    /// Puts a part in.
    pub(super) async fn put(&mut self, part: Part) -> Result<(), PackError> {
        match part {
            Part::Attachments => self.attachments().await,
            Part::Lists => self.lists().await,
            Part::Chain => self.chain().await,
            Part::Signed => self.signed().await,
            Part::Requests
            | Part::Programme
            | Part::Moved
            | Part::Reports
            | Part::Register
            | Part::Events
            | Part::Indicators
            | Part::Semester => self.papers(part).await,
        }
    }

    async fn attachments(&mut self) -> Result<(), PackError> {
        let (mut of, mut place) = (String::new(), 0);
        for AttachedFile { number, ticket, about } in self.office.store.attached(self.period.days()).await? {
            place = if of == number { place + 1 } else { 1 };
            let path = format!("adjuntos/{number}/{place:02}-{}", safe(&about.name, &about.kind));
            let stored = self.office.store.attachment(ticket, &about.id).await?;
            self.file(&path, stored.map(|(_, bytes)| bytes), &about.sha256)?;
            of = number;
        }
        Ok(())
    }

    /// Puts in a file as it is stored; says where there is none, and where it is no longer what was attached.
    fn file(&mut self, path: &str, stored: Option<Vec<u8>>, sha256: &str) -> Result<(), PackError> {
        let Some(bytes) = stored else {
            self.lacks(format!("{path}: el archivo no está en la base de datos"));
            return Ok(());
        };
        if Digest::of(&bytes).to_string() != sha256 {
            self.lacks(format!("{path}: el archivo guardado no es el que se adjuntó (SHA-256 {sha256})"));
        }
        self.add(path, &bytes, Content::Packed)
    }

    async fn signed(&mut self) -> Result<(), PackError> {
        for record in self.records().await? {
            for (place, about) in (1..).zip(self.office.store.signed_copies(&record).await?) {
                let path = format!("firmados/{record}/{place:02}-{}", safe(&about.name, &about.kind));
                let stored = self.office.store.signed_copy_bytes(&about.id).await?;
                self.file(&path, stored, &about.sha256)?;
            }
        }
        Ok(())
    }

    async fn lists(&mut self) -> Result<(), PackError> {
        let folder = self.office.config.paths.state.clone();
        let write = |source| PackError::Write { folder: folder.clone(), source };
        let (first, last) = self.period.days();
        let part = lists::Part::of(first, last);
        for list in List::ALL {
            let file = tempfile::tempfile_in(&folder).map_err(write)?;
            let mut csv = CsvTable::new(BufWriter::new(file), list.columns()).map_err(write)?;
            let mut take = |row: Vec<_>| csv.row(&row).map_err(ListError::Write);
            Box::pin(lists::rows(self.office, *list, &part, &mut take)).await?;
            let mut file: File = csv
                .finish()
                .and_then(|out| out.into_inner().map_err(std::io::IntoInnerError::into_error))
                .map_err(write)?;
            self.bundle.copy(&format!("listas/{}.csv", list.name()), &mut file, Content::Text).map_err(write)?;
        }
        Ok(())
    }
}

/// A name that every system takes and no shell misreads, with the ending of what the file is.
fn safe(name: &str, kind: &str) -> String {
    let ending = if kind == "jpeg" { "jpg" } else { "pdf" };
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let is_good = |letter: &char| letter.is_ascii_alphanumeric();
    let letters = folded(stem).chars().map(|letter| if is_good(&letter) { letter } else { '_' }).collect::<String>();
    let letters: String = letters.trim_matches('_').chars().take(NAME_LETTERS_MAX).collect();
    if letters.is_empty() { format!("archivo.{ending}") } else { format!("{letters}.{ending}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_safe_wherever_it_is_unpacked() {
        for (name, expected) in [
            ("Formulario firmado (1).pdf", "formulario_firmado_1.pdf"),
            ("../../etc/passwd.pdf", "etc_passwd.pdf"),
            ("..\\..\\a\r\nb.pdf", "a_b.pdf"),
            ("-rf $(reboot).pdf", "rf_reboot.pdf"),
            ("árbol.exe", "arbol.pdf"),
            ("💥.pdf", "archivo.pdf"),
            ("", "archivo.pdf"),
        ] {
            assert_eq!(safe(name, "pdf"), expected);
        }
        assert_eq!(safe("foto.JPEG", "jpeg"), "foto.jpg");
        assert!(safe(&"x".repeat(999), "pdf").len() < 70);
    }
}
