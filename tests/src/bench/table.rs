//! Contenders that run in turns, and the table that comes of it.

use anyhow::{Context, Result};

use super::meter::{Sample, median};

/// Somebody who is measured.
pub(crate) struct Contender<'a> {
    /// Its name in the table.
    pub(crate) name: &'static str,
    /// One run. It tidies up after itself, outside the time that it returns.
    pub(crate) run: Box<dyn FnMut() -> Result<Sample> + 'a>,
}

/// What is compared.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Figure {
    /// Seconds.
    Wall,
    /// Seconds of the processors at both ends.
    Cpu,
    /// Bytes of dump a second.
    Rate,
}

/// A ratio and what it should be.
pub(crate) struct Target {
    /// Whose figure.
    pub(crate) of: &'static str,
    /// Divided by whose.
    pub(crate) by: &'static str,
    /// Which figure.
    pub(crate) figure: Figure,
    /// The target; a negative one is the least, a positive one the most that the ratio may be.
    pub(crate) target: f64,
}

impl Target {
    /// At most this.
    pub(crate) const fn most(of: &'static str, by: &'static str, figure: Figure, target: f64) -> Self {
        Self { of, by, figure, target }
    }

    /// At least this.
    pub(crate) const fn least(of: &'static str, by: &'static str, figure: Figure, target: f64) -> Self {
        Self { of, by, figure, target: -target }
    }
}

struct Row {
    name: &'static str,
    samples: Vec<Sample>,
}

/// Runs everybody in turns, and prints the medians, and the ratios beside their targets.
pub(crate) fn measure(title: &str, runs: usize, mut contenders: Vec<Contender<'_>>, targets: &[Target]) -> Result<()> {
    let mut rows: Vec<Row> = contenders.iter().map(|it| Row { name: it.name, samples: Vec::new() }).collect();
    for run in 1..=runs {
        for (contender, row) in contenders.iter_mut().zip(&mut rows) {
            let sample = (contender.run)().with_context(|| format!("{title}: {}", contender.name))?;
            eprintln!("  {title}, run {run}: {} {:.2} s, cpu {:.2} s", row.name, sample.span.wall, sample.span.cpu);
            row.samples.push(sample);
        }
    }
    println!("\n## {title}\n\n| | wall s (least-most) | cpu s, both ends | MB/s | stored MB |\n|---|---|---|---|---|");
    rows.iter().for_each(print_row);
    print_read_back(&rows);
    if !targets.is_empty() {
        println!("\n| ratio | measured | target |\n|---|---|---|");
    }
    targets.iter().for_each(|target| print_target(&rows, target));
    Ok(())
}

impl Row {
    fn figure(&self, figure: Figure) -> f64 {
        median(self.samples.iter().map(|it| match figure {
            Figure::Wall => it.span.wall,
            Figure::Cpu => it.span.cpu,
            Figure::Rate => mb(it.plain) / it.span.wall,
        }))
    }
}

fn print_row(row: &Row) {
    let walls = || row.samples.iter().map(|it| it.span.wall);
    let (least, most) = (walls().fold(f64::INFINITY, f64::min), walls().fold(0.0, f64::max));
    let stored = median(row.samples.iter().map(|it| mb(it.stored)));
    let (wall, cpu, rate) = (row.figure(Figure::Wall), row.figure(Figure::Cpu), row.figure(Figure::Rate));
    println!("| {} | {wall:.2} ({least:.2}-{most:.2}) | {cpu:.2} | {rate:.0} | {stored:.0} |", row.name);
}

fn print_read_back(rows: &[Row]) {
    for row in rows {
        let spans: Vec<_> =
            row.samples.iter().filter_map(|it| Some((it.read_back?, mb(it.plain), mb(it.stored)))).collect();
        if spans.is_empty() {
            continue;
        }
        let wall = median(spans.iter().map(|(span, ..)| span.wall));
        let cpu = median(spans.iter().map(|(span, ..)| span.cpu));
        let plain = median(spans.iter().map(|(_, plain, _)| *plain)) / wall;
        let stored = median(spans.iter().map(|(.., stored)| *stored)) / wall;
        let name = row.name;
        println!(
            "\n{name}, reading back and proving, not counted above: {wall:.2} s, cpu {cpu:.2} s, {plain:.0} MB/s of dump, {stored:.0} MB/s of archive"
        );
    }
}

fn print_target(rows: &[Row], target: &Target) {
    let figure = |name| rows.iter().find(|row| row.name == name).map_or(f64::NAN, |row| row.figure(target.figure));
    let ratio = figure(target.of) / figure(target.by);
    let word = match target.figure {
        Figure::Wall => "wall",
        Figure::Cpu => "cpu",
        Figure::Rate => "MB/s",
    };
    let sign = if target.target < 0.0 { "≥" } else { "≤" };
    println!("| {word}: {} / {} | {ratio:.2} × | (target {sign} {:.2}) |", target.of, target.by, target.target.abs());
}

#[expect(clippy::cast_precision_loss, reason = "a figure for a person")]
fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
