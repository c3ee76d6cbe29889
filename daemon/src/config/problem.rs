//! What is wrong with a configuration, in the words an operator reads. It may not know YAML.

use std::fmt;
use std::path::PathBuf;

/// One thing that is wrong, and what would be right. It never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line of the file, from 1; `None` if the file as a whole is meant.
    pub line: Option<usize>,
    /// Where in the configuration: `servers[0].datasets[2].path`; empty for the whole.
    pub path: String,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub remedy: String,
}

/// Everything that is wrong with a configuration, in the order of the file's lines.
#[derive(Debug, Clone)]
pub struct Problems {
    /// The file.
    pub file: PathBuf,
    /// The problems, at least one.
    pub list: Vec<Problem>,
}

impl fmt::Display for Problems {
    /// One problem a line: `FILE:LINE: PATH: what; remedy`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.list.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            write!(out, "{}", self.file.display())?;
            if let Some(line) = problem.line {
                write!(out, ":{line}")?;
            }
            if !problem.path.is_empty() {
                write!(out, ": {}", problem.path)?;
            }
            write!(out, ": {}; {}", problem.what, problem.remedy)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_problem_is_a_line_with_file_line_path_fault_and_remedy() {
        let problem = |line, path: &str| Problem {
            line,
            path: path.to_owned(),
            what: "is missing".to_owned(),
            remedy: "add it".to_owned(),
        };
        let list = vec![problem(Some(3), "servers[0].host"), problem(None, "")];
        let shown = Problems { file: "/etc/r.yaml".into(), list }.to_string();
        assert_eq!(shown, "/etc/r.yaml:3: servers[0].host: is missing; add it\n/etc/r.yaml: is missing; add it");
    }
}
