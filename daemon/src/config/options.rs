//! Further arguments of dump tools that would break what Resguardo promises: a dump on standard output, whole, in the
//! expected format, of the dataset that was named, with no password in sight. It may not know YAML.

use super::check::{Fault, fault, holds_password, line};

/// A dump tool, as far as its arguments go.
pub(super) struct Tool {
    /// Long options, without dashes, that are refused, with what to do instead.
    long: &'static [(&'static [&'static str], &'static str)],
    /// Short options that are refused, with what to do instead.
    short: &'static [(&'static str, &'static str)],
    /// Short options that take a value, after which no further option follows in the same word.
    valued: &'static str,
    /// Whether `_` in a long option is read as `-`, and `loose-` before it is skipped.
    underscores: bool,
}

const OUTPUT: &str = "take it out: the dump must go to standard output";
const FORMAT: &str = "take it out: format and compression are Resguardo's; `format: custom` or `format: plain` chooses";
const OWN_KEY: &str = "take it out and use the dataset's own keys `database`, `host`, `port`, `user`";
const PASSWORDS: &str = "take it out: no password may stand here; use `password_file` or `defaults_file`";
const INCOMPLETE: &str = "take it out: it would hide that a dump is incomplete";
const NO_DUMP: &str = "take it out: with it no dump is made";

pub(super) const PG_DUMP: Tool = Tool {
    long: &[
        (&["file"], OUTPUT),
        (&["format", "compress", "jobs"], FORMAT),
        (&["dbname", "host", "port", "username"], OWN_KEY),
        (&["password"], PASSWORDS),
        (&["help", "version"], NO_DUMP),
    ],
    short: &[("f", OUTPUT), ("FZj", FORMAT), ("dhpU", OWN_KEY), ("W", PASSWORDS), ("?V", NO_DUMP)],
    valued: "EenNStT",
    underscores: false,
};

pub(super) const MYSQLDUMP: Tool = Tool {
    long: &[
        (&["result-file", "tab", "dir"], OUTPUT),
        (&["xml", "compact", "skip-comments", "comments", "force", "ignore-error", "log-error"], INCOMPLETE),
        (&["host", "port", "socket", "user", "all-databases", "databases"], OWN_KEY),
        (&["defaults-file", "defaults-extra-file", "defaults-group-suffix", "no-defaults", "login-path"], PASSWORDS),
        (&["password", "password1", "password2", "password3"], PASSWORDS),
        (&["help", "version", "print-defaults"], NO_DUMP),
    ],
    short: &[("rT", OUTPUT), ("Xif", INCOMPLETE), ("hPSuAB", OWN_KEY), ("p", PASSWORDS), ("?IV", NO_DUMP)],
    valued: "w#",
    underscores: true,
};

impl Tool {
    /// Accepts one further argument.
    pub(super) fn accepts(&self, text: &str) -> Result<String, Fault> {
        if holds_password(text) {
            return Err(fault("carries a password", PASSWORDS));
        }
        let text = line(text)?;
        let refused = match text.strip_prefix("--") {
            Some("") => Some("take it out: options after it would be taken for names"),
            Some(long) => self.refused_long(long),
            None => match text.strip_prefix('-') {
                None | Some("") => Some("write an option in one piece: `--option=value`"),
                Some(shorts) => self.refused_short(shorts),
            },
        };
        refused.map_or(Ok(text), |remedy| Err(fault("is an option that cannot be used here", remedy)))
    }

    /// Tools take any beginning of a long option that is unambiguous, so each beginning of a refused one is refused.
    fn refused_long(&self, option: &str) -> Option<&'static str> {
        let name = option.split_once('=').map_or(option, |(name, _)| name);
        let name = if self.underscores { name.replace('_', "-") } else { name.to_owned() };
        let name = if self.underscores { name.strip_prefix("loose-").unwrap_or(&name) } else { &name };
        self.long.iter().find(|(refused, _)| refused.iter().any(|long| long.starts_with(name))).map(|(_, why)| *why)
    }

    /// Short options can share one word: `-vf/tmp/x` is `-v -f /tmp/x`.
    fn refused_short(&self, letters: &str) -> Option<&'static str> {
        let mut rest = letters.chars();
        while let Some(letter) = rest.next() {
            let refused = self.short.iter().find(|(letters, _)| letters.contains(letter));
            if let Some((_, remedy)) = refused {
                return Some(remedy);
            }
            if self.valued.contains(letter) {
                let alone = rest.as_str().is_empty();
                return alone.then_some("write the option and its value in one piece");
            }
        }
        None
    }
}

/// Accepts a pattern of what tar leaves out, unless it leaves out everything.
pub(super) fn exclusion(text: &str) -> Result<String, Fault> {
    let text = line(text)?;
    if ["*", ".", "./", "./*", "/", "/*", "**"].contains(&text.as_str()) {
        return Err(fault("leaves everything out", "name what is to be left out, such as `./cache/*`"));
    }
    Ok(text)
}

/// Accepts a word of the command that is put before a dump's command line.
pub(super) fn prefix_word(text: &str) -> Result<String, Fault> {
    if holds_password(text) {
        return Err(fault("carries a password", "take it out: every user of the server could see it"));
    }
    line(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_redirect_reformat_or_shorten_a_dump_are_refused_however_written() {
        for text in [
            "-f",
            "-f/tmp/x",
            "-vf/tmp/x",
            "--file=/tmp/x",
            "--fil=/tmp/x",
            "-Fc",
            "--format=plain",
            "-j4",
            "-Z9",
            "--compress=9",
            "--comp=9",
            "-Uadmin",
            "--host=x",
            "--dbname=x",
            "-W",
            "--",
            "-",
            "quejas",
            "-t",
            "--help",
            "--dbname=postgres://u:password=x",
        ] {
            assert!(PG_DUMP.accepts(text).is_err(), "{text}");
        }
        for text in [
            "-r/tmp/x",
            "--result-file=/tmp/x",
            "--result_file=/tmp/x",
            "--loose-result-file=x",
            "--tab=/tmp",
            "-T/tmp",
            "--skip-comments",
            "--compact",
            "--force",
            "-f",
            "-vf",
            "-psecret",
            "--password=secret",
            "--pass",
            "--defaults-file=/x",
            "-A",
            "--all-databases",
            "-X",
        ] {
            assert!(MYSQLDUMP.accepts(text).is_err(), "{text}");
        }
    }

    #[test]
    fn options_that_choose_what_is_in_a_dump_are_accepted() {
        for text in ["--exclude-table=cache_*", "-Tcache_*", "-vx", "--no-owner", "--no-password", "-Nfinance"] {
            assert!(PG_DUMP.accepts(text).is_ok(), "{text}");
        }
        for text in ["--ignore-table=web.cache", "--routines", "--hex-blob", "--no-tablespaces", "-R"] {
            assert!(MYSQLDUMP.accepts(text).is_ok(), "{text}");
        }
    }
}
