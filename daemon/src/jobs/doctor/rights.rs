//! Whether the dump of a dataset could be taken: its tools, its connection and its rights, asked in the very way that the dump takes.

use resguardo_shared::dump::{Dump, Roles};
use resguardo_shared::rights::{About, questions, rehearsal};

use super::asked::{Answer, Way};
use crate::findings::{self, Code, Verdict};

/// What is well about it, or all that is not.
pub(super) async fn examine(way: &Way, dump: &Dump, copies_itself: bool) -> Result<String, Vec<Verdict>> {
    let mut tool = String::new();
    let mut verdicts = Vec::new();
    for question in questions(dump) {
        let answer = match way.ask(&question.argv).await {
            Ok(answer) => answer,
            Err(said) => {
                return Err(vec![Verdict::not_asked(said, "run it again; if it lasts, see what hangs on the server")]);
            }
        };
        if answer.status != 0 {
            return Err(vec![refused(question.about, &answer)]);
        }
        match (question.about, dump) {
            (About::Tool, _) => tool = answer.out,
            (About::Rights, Dump::Postgres(it)) => {
                let found = findings::postgres(&tool, &answer.out, it.roles == Roles::Full);
                verdicts.extend(left_out(way, dump, !it.options.is_empty(), found).await);
            }
            (About::Rights, Dump::Mysql(it)) => {
                verdicts.extend(findings::mysql(&tool, &answer.out, &it.database, &it.options));
            }
            (About::Path, Dump::Sqlite(it)) => {
                verdicts.extend(asked(&answer, |out| findings::sqlite(out, &it.path, copies_itself)));
            }
            (About::Path, Dump::Files(it)) => verdicts.extend(asked(&answer, |out| findings::tree(out, &it.path))),
            _ => {}
        }
    }
    if !verdicts.is_empty() {
        return Err(verdicts);
    }
    Ok(match dump {
        Dump::Command(_) => "a command of its own: nothing can be asked without running it".to_owned(),
        Dump::Files(_) => "tar is there, and all of the tree can be read".to_owned(),
        Dump::Sqlite(_) => "the file can be read, and there is room for its copy".to_owned(),
        _ => format!("it lets the dump in and read everything ({})", tool.lines().next().unwrap_or_default().trim()),
    })
}

/// What closes a table does not matter where the tool is told to leave it out; then the tool itself has the word.
async fn left_out(way: &Way, dump: &Dump, has_options: bool, found: Vec<Verdict>) -> Vec<Verdict> {
    let is_right = |verdict: &Verdict| verdict.code == Code::DatabaseRights;
    let rehearsal = rehearsal(dump).filter(|_| has_options && found.iter().any(is_right));
    let Some(argv) = rehearsal else { return found };
    match way.ask(&argv).await {
        Ok(answer) if answer.status == 0 => found.into_iter().filter(|verdict| !is_right(verdict)).collect(),
        _ => found,
    }
}

/// An answer that does not begin as it must came from something else.
fn asked(answer: &Answer, verdicts: impl Fn(&str) -> Vec<Verdict>) -> Vec<Verdict> {
    if answer.out.starts_with("asked\n") {
        return verdicts(&answer.out);
    }
    vec![Verdict::not_asked("the answer is not that of a POSIX shell", "see what `prefix` leads to")]
}

fn refused(about: About, answer: &Answer) -> Verdict {
    let said = answer.complaint();
    match about {
        _ if answer.is_missing() => {
            let remedy =
                "install the database's client programs, GNU tar or sqlite3 where the dump runs, and correct `prefix`";
            Verdict::critical(Code::ToolMissing, said, remedy)
        }
        About::Rights => {
            let remedy = "see that the server runs, and correct host, port, user and the password file of the dataset";
            Verdict::critical(Code::DatabaseRefused, said, remedy)
        }
        About::Tool | About::Path => {
            let remedy = "correct `prefix` of the dataset, or what lets it run, such as a line in /etc/sudoers.d";
            Verdict::critical(Code::PrefixRefused, said, remedy)
        }
    }
}
