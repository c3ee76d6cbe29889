//! The papers of a pack: which there are, and printing them through two processes, one for each core. It may not know how they look.

use resguardo_forms_model::Record;

use super::contents::Part;
use super::{Making, PackError};
use crate::bundle::Content;
use crate::figures::month::Month;
use crate::forms::FormError;
use crate::forms::press::Press;
use crate::jobs::desk::{Caller, fo_01};
use crate::jobs::error::chain;
use crate::jobs::monthly::{fo_05, month_name, rp_fo_03};
use crate::jobs::people::by::By;
use crate::jobs::quality::register::Extent;
use crate::jobs::quality::signed::Signable;
use crate::jobs::quality::{events, fo_06};
use crate::jobs::upkeep::{fo_02, fo_03, rp_fo_03 as of_semester};
use crate::upkeep::semester::Semester;

/// Papers that are printed before any of them is written: each press has half of them.
const BATCH: usize = 16;

/// A paper.
#[derive(Debug, Clone)]
enum Sheet {
    Ticket(String),
    Programme(Semester),
    Report(Month, u32),
    Indicators(Month, u32),
    Register(Month),
    Moved(String),
    Event(String),
    Semester(Semester, u32),
}

/// A paper or why there is none.
type Printed = Result<Result<Vec<u8>, String>, FormError>;

impl Making<'_> {
    /// Prints the papers of a part.
    pub(super) async fn papers(&mut self, part: Part) -> Result<(), PackError> {
        let sheets = self.sheets(part).await?;
        let templates = self.office.config.desk.as_ref().and_then(|desk| desk.forms.as_deref());
        let mut presses = [Press::new(templates), Press::new(templates)];
        for batch in sheets.chunks(BATCH) {
            let printed = self.printed(batch, &mut presses).await;
            for ((path, _), printed) in batch.iter().zip(printed) {
                match printed.map_err(PackError::Forms)? {
                    Ok(pdf) => self.add(path, &pdf, Content::Packed)?,
                    Err(why) => self.lacks(format!("{path}: no se pudo imprimir: {why}")),
                }
            }
        }
        Ok(())
    }

    /// Which papers there are, with their paths in the order of these; what should be there and is not, is noted.
    async fn sheets(&mut self, part: Part) -> Result<Vec<(String, Sheet)>, PackError> {
        let mut sheets = Vec::new();
        match part {
            Part::Requests => {
                for number in self.office.store.attended_numbers(self.period.days()).await? {
                    sheets.push((format!("formatos/DIACO-IN-FO-01/{number}.pdf"), Sheet::Ticket(number)));
                }
            }
            Part::Programme => {
                let Some(semester) = self.period.semester() else { return Ok(sheets) };
                match self.office.store.programme(semester).await? {
                    Some(_) => {
                        let path = format!("formatos/DIACO-IN-FO-02/{}-{}.pdf", semester.year(), semester.half());
                        sheets.push((path, Sheet::Programme(semester)));
                    }
                    None => self.lacks(format!("FO-02: no hay programa del {}", semester.to_string().to_lowercase())),
                }
            }
            Part::Reports | Part::Indicators => {
                for month in self.period.months() {
                    self.reports(part, month, &mut sheets).await?;
                }
            }
            Part::Register => {
                for month in self.period.months() {
                    sheets.push((format!("formatos/DIACO-IN-FO-06/{month}.pdf"), Sheet::Register(month)));
                }
            }
            Part::Moved => {
                for one in self.office.store.reschedulings_between(self.period.days()).await? {
                    let name = one.name();
                    sheets.push((format!("formatos/DIACO-IN-FO-03/{name}.pdf"), Sheet::Moved(name)));
                }
            }
            Part::Events => {
                for number in self.events().await? {
                    sheets.push((format!("formatos/DIACO-RH-FO-02/{number}.pdf"), Sheet::Event(number)));
                }
            }
            Part::Semester => {
                for (semester, revision) in self.semesters().await? {
                    let path = format!("formatos/DIACO-RP-FO-03/{}-R{revision}.pdf", semester.word());
                    sheets.push((path, Sheet::Semester(semester, revision)));
                }
            }
            Part::Attachments | Part::Signed | Part::Lists | Part::Chain => {}
        }
        Ok(sheets)
    }

    /// The numbers of the events of the period, without those that were entered by mistake.
    async fn events(&self) -> Result<Vec<String>, PackError> {
        let (first, last) = self.period.days();
        let events = self.office.store.training_events(first, last).await?;
        let mut numbers: Vec<String> = events.into_iter().filter(|one| !one.event.void).map(|one| one.number).collect();
        numbers.sort();
        Ok(numbers)
    }

    /// The revisions of the semester's indicator that were delivered.
    async fn semesters(&self) -> Result<Vec<(Semester, u32)>, PackError> {
        let Some(semester) = self.period.semester() else { return Ok(Vec::new()) };
        let Some(programme) = self.office.store.programme(semester).await? else { return Ok(Vec::new()) };
        let reports = self.office.store.semester_reports(programme.id).await?;
        Ok(reports.iter().filter(|one| one.frozen.is_some()).map(|one| (semester, one.revision)).collect())
    }

    /// The records of the period that may have been signed on paper, by their ids, in their order.
    pub(super) async fn records(&self) -> Result<Vec<String>, PackError> {
        let mut records: Vec<Signable> = self.events().await?.into_iter().map(Signable::Event).collect();
        records.extend(self.period.semester().map(Signable::Programme));
        records.extend(
            self.semesters().await?.into_iter().map(|(semester, revision)| Signable::Semester(semester, revision)),
        );
        let moved = self.office.store.reschedulings_between(self.period.days()).await?;
        records.extend(moved.iter().map(|one| Signable::Moved(one.year, one.number)));
        for month in self.period.months() {
            records.push(Signable::Register(month));
            for report in self.office.store.reports_of(month).await? {
                records
                    .extend([Signable::Report(month, report.revision), Signable::Indicators(month, report.revision)]);
            }
        }
        let mut names: Vec<String> = records.iter().map(Signable::record).collect();
        names.sort();
        Ok(names)
    }

    async fn reports(&mut self, part: Part, month: Month, sheets: &mut Vec<(String, Sheet)>) -> Result<(), PackError> {
        let reports = self.office.store.reports_of(month).await?;
        let delivered: Vec<u32> = reports.iter().filter(|one| one.frozen.is_some()).map(|one| one.revision).collect();
        if delivered.is_empty() && part == Part::Reports {
            self.lacks(format!("FO-05 y RP-FO-03: el informe de {} no se ha entregado", month_name(month)));
        }
        for revision in delivered {
            sheets.push(match part {
                Part::Reports => {
                    (format!("formatos/DIACO-IN-FO-05/{month}-R{revision}.pdf"), Sheet::Report(month, revision))
                }
                _ => (format!("formatos/DIACO-RP-FO-03/{month}-R{revision}.pdf"), Sheet::Indicators(month, revision)),
            });
        }
        Ok(())
    }

    /// Prints papers, every other one on each press, and gives them back in their order.
    async fn printed(&self, batch: &[(String, Sheet)], presses: &mut [Press; 2]) -> Vec<Printed> {
        let [one, other] = presses;
        let (even, odd) = tokio::join!(
            Box::pin(self.lane(batch.iter().step_by(2), one)),
            Box::pin(self.lane(batch.iter().skip(1).step_by(2), other))
        );
        let mut odd = odd.into_iter();
        even.into_iter().flat_map(|first| [Some(first), odd.next()]).flatten().collect()
    }

    async fn lane(&self, sheets: impl Iterator<Item = &(String, Sheet)>, press: &mut Press) -> Vec<Printed> {
        let mut printed = Vec::new();
        for (_, sheet) in sheets {
            printed.push(match Box::pin(self.record(sheet)).await {
                Err(why) => Ok(Err(why)),
                Ok(record) => match press.print(&record).await {
                    Ok(pdf) => Ok(Ok(pdf)),
                    // Without the program there is no pack; a record that does not print costs itself alone.
                    Err(error @ FormError::Missing { .. }) => Err(error),
                    Err(error) => Ok(Err(chain(&error))),
                },
            });
        }
        printed
    }

    async fn record(&self, sheet: &Sheet) -> Result<Record, String> {
        let office = self.office;
        // Whoever asks for the pack, it is what quality management sees: no internal notes.
        let who = Caller::reader();
        let by = By::System("paquete");
        match sheet {
            Sheet::Ticket(number) => Box::pin(fo_01::record(office, &who, number)).await.map_err(|error| chain(&error)),
            Sheet::Programme(semester) => fo_02::record(office, by, *semester).await.map_err(|error| chain(&error)),
            Sheet::Report(month, revision) => {
                fo_05::record(office, &who, *month, Some(*revision)).await.map_err(|error| chain(&error))
            }
            Sheet::Indicators(month, revision) => {
                rp_fo_03::record(office, &who, *month, Some(*revision)).await.map_err(|error| chain(&error))
            }
            Sheet::Moved(name) => fo_03::record(office, by, name).await.map_err(|error| chain(&error)),
            Sheet::Event(number) => events::record(office, by, number).await.map_err(|error| chain(&error)),
            Sheet::Semester(semester, revision) => {
                Box::pin(of_semester::record(office, by, *semester, Some(*revision)))
                    .await
                    .map_err(|error| chain(&error))
            }
            Sheet::Register(month) => {
                fo_06::record(office, by, self.key, Extent::Month(month.first())).await.map_err(|error| chain(&error))
            }
        }
    }
}
