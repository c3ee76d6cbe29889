//! A report as the one line that a plugin of Nagios prints: status, the worst first, and performance data behind a bar.

use super::{Figure, Report, Severity};

/// So many findings are named; a line must stay a line.
const NAMED: usize = 4;
/// So long may what is said of one be, in letters.
const SAID: usize = 160;

/// The line, with its line feed.
pub(super) fn line(report: &Report) -> String {
    let problems: Vec<_> = report.problems().collect();
    let well = report.findings.len() - problems.len();
    let mut text = format!("RESGUARDO {} - ", report.severity().word());
    if problems.is_empty() {
        text.push_str(&format!("{well} checks are well"));
    } else {
        let count = |severity| problems.iter().filter(|finding| finding.severity == severity).count();
        let counts = [Severity::Critical, Severity::Warning, Severity::Unknown]
            .map(|severity| (count(severity), severity.word().to_lowercase()));
        let counts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
        text.push_str(&counts.collect::<Vec<_>>().join(", "));
        for finding in problems.iter().take(NAMED) {
            text.push_str(&format!("; {} {}: {}", finding.code.word(), finding.about, short(&finding.said)));
        }
        if problems.len() > NAMED {
            text.push_str(&format!("; and {} more", problems.len() - NAMED));
        }
    }
    // What stands behind a bar is read as figures.
    let mut text: String = text.chars().map(|it| if it == '|' || it.is_control() { ' ' } else { it }).collect();
    if !report.figures.is_empty() {
        text.push_str(" | ");
        text.push_str(&report.figures.iter().map(figure).collect::<Vec<_>>().join(" "));
    }
    text.push('\n');
    text
}

fn short(said: &str) -> String {
    let mut letters = said.chars();
    let mut short: String = letters.by_ref().take(SAID).collect();
    if letters.next().is_some() {
        short.push('…');
    }
    short
}

fn figure(figure: &Figure) -> String {
    let label: String = figure.label.chars().filter(|it| !"'=|".contains(*it) && !it.is_control()).collect();
    let max = figure.max.map(|max| format!(";;;0;{max}")).unwrap_or_default();
    format!("'{label}'={}{}{max}", figure.value, figure.unit)
}
