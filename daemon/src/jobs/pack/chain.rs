//! The register in a pack: the lines of the period, those after it up to the head, and the head signed, in files that `sha256sum` and
//! `openssl` check by themselves. It may not know what an entry means.

use std::fs::File;
use std::io::{BufWriter, Write as _};

use super::{Making, PackError};
use crate::bundle::Content;
use crate::people::token::unhex;
use crate::register::entry::Entry;
use crate::register::head::{Head, Tip, sign};

/// Lines that are read from the store at once.
const BATCH: u32 = 1000;
/// What stands before the 32 bytes of an ed25519 key in DER (RFC 8410, 4).
const DER: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

impl Making<'_> {
    /// Puts the excerpt in; an empty register has none.
    pub(super) async fn chain(&mut self) -> Result<(), PackError> {
        let Some(last) = self.office.store.last_line().await? else {
            self.lacks("registro: el registro FO-06 está vacío");
            return Ok(());
        };
        let tip = Tip { year: last.year, number: last.number, sequence: last.sequence, hash: last.hash };
        self.lines(&tip).await?;
        // At the pack's own moment, and without what the disks were given: the same records make the same bytes.
        let head = sign(self.key, &tip, self.office.local(self.office.now()), Vec::new())?;
        self.head(&head)
    }

    /// From the first line of the period to the head: the period's own, and those after it in a file of their own.
    async fn lines(&mut self, tip: &Tip) -> Result<(), PackError> {
        let folder = self.office.config.paths.state.clone();
        let write = |source| PackError::Write { folder: folder.clone(), source };
        let new = || tempfile::tempfile_in(&folder).map(BufWriter::new).map_err(write);
        let (mut own, mut later): (BufWriter<File>, BufWriter<File>) = (new()?, new()?);
        let (first, last) = self.period.days();
        let (mut after, mut begun, mut over, mut any) = (0, false, false, false);
        let mut before = crate::register::seal::FIRST.to_owned();
        while after < tip.sequence {
            let batch = self.office.store.lines(after, BATCH).await?;
            let Some(end) = batch.last() else { break };
            after = end.sequence;
            for line in batch.into_iter().filter(|line| line.sequence <= tip.sequence) {
                let day = Entry::parse(&line.text).ok().map(|entry| entry.draft.at.date_naive());
                // A clock that was put back does not take a line out of the chain.
                begun |= day.is_some_and(|day| day >= first);
                over |= begun && day.is_some_and(|day| day > last);
                if !begun {
                    before = line.hash;
                    continue;
                }
                any |= !over;
                writeln!(if over { &mut later } else { &mut own }, "{}", line.text).map_err(write)?;
            }
        }
        self.add("registro/1-hash-anterior.txt", format!("{before}\n").as_bytes(), Content::Text)?;
        for (name, out) in [("registro/2-periodo.jsonl", own), ("registro/3-posteriores.jsonl", later)] {
            let mut file = out.into_inner().map_err(|error| write(error.into_error()))?;
            self.bundle.copy(name, &mut file, Content::Text).map_err(write)?;
        }
        if !any {
            self.lacks("registro: no hay asientos del registro FO-06 en el período");
        }
        Ok(())
    }

    fn head(&mut self, head: &Head) -> Result<(), PackError> {
        self.add("registro/cabeza.json", &head.to_json()?, Content::Text)?;
        self.add("registro/cabeza.firma", &unhex(&head.signature), Content::Packed)?;
        self.add("registro/cabeza.firmado", &head.signed_text()?, Content::Text)?;
        let key = [DER.as_slice(), &unhex(&head.key)].concat();
        self.add("registro/clave-publica.der", &key, Content::Packed)
    }
}
