//! What goes to a path of a server: an SQLite database, or a tree of files.

use super::{Load, Manner, with_input, words_of};

/// The scripts of what goes to a path: `$1` is the path, `$2` its unfinished name, `$3` where what stands there goes,
/// `$4` the digest.
pub(super) struct Scripts {
    look: &'static str,
    prepare: &'static str,
    load: &'static str,
    finish: &'static str,
    undo: &'static str,
}

/// An SQLite database. A journal without its database would be taken for that of the new one.
pub(super) const SQLITE: Scripts = Scripts {
    look: "for end in '' -wal -shm -journal; do
if [ -e \"$1$end\" ] || [ -L \"$1$end\" ]; then echo full; exit 0; fi
done
echo absent",
    prepare: "umask 077; set -C; mkdir -p \"$(dirname \"$1\")\" && : > \"$2\"",
    load: "cat >> \"$2\"",
    finish: "[ \"$(sha256sum < \"$2\")\" = \"$4  -\" ] || { echo \"$2 is not what was sent\" >&2; exit 65; }
if command -v sqlite3 >/dev/null 2>&1; then
verdict=$(sqlite3 -batch \"$2\" 'PRAGMA integrity_check') || exit 65
[ \"$verdict\" = ok ] || { echo \"integrity_check says: $verdict\" >&2; exit 65; }
fi
sync \"$2\" || exit
if [ -n \"$3\" ]; then
for end in '' -wal -shm -journal; do
if [ -e \"$1$end\" ]; then mv -nT \"$1$end\" \"$3$end\" && [ ! -e \"$1$end\" ] || exit 73; fi
done
fi
mv -nT \"$2\" \"$1\" && [ ! -e \"$2\" ]",
    undo: "if [ -n \"$3\" ] && [ ! -e \"$1\" ]; then
for end in '' -wal -shm -journal; do
if [ -e \"$3$end\" ]; then mv -nT \"$3$end\" \"$1$end\"; fi
done
fi
rm -f \"$2\"",
};

/// A tree of files. `mv -T` takes the place of an empty folder and of nothing else.
pub(super) const TREE: Scripts = Scripts {
    look: "if [ -L \"$1\" ] || { [ -e \"$1\" ] && [ ! -d \"$1\" ]; }; then echo full
elif [ ! -e \"$1\" ]; then echo absent
else content=$(ls -A \"$1\") || exit
if [ -n \"$content\" ]; then echo full; else echo empty; fi
fi",
    prepare: "if command -v mountpoint >/dev/null 2>&1 && mountpoint -q \"$1\"; then
echo \"$1 is a mount point, and a folder takes its name only when it is whole; choose a folder below it\" >&2; exit 73
fi
mkdir -p \"$(dirname \"$1\")\" && mkdir -m 700 \"$2\"",
    load: "exec tar --extract --xattrs --acls --preserve-permissions --file=- --directory=\"$2\"",
    finish: "if [ -n \"$3\" ]; then mv -nT \"$1\" \"$3\" && [ ! -e \"$1\" ] || exit 73; fi
mv -T \"$2\" \"$1\"",
    undo: "if [ -n \"$3\" ] && [ -e \"$3\" ] && [ ! -e \"$1\" ]; then mv -nT \"$3\" \"$1\"; fi
rm -rf \"$2\"",
};

pub(super) fn load(prefix: &[String], scripts: Scripts, target: &str, manner: &Manner, sha256: &str) -> Load {
    let target = target.trim_end_matches('/');
    let unfinished = format!("{target}.unfinished");
    let aside = if let Manner::Overwrite { aside } = manner { aside.as_str() } else { "" };
    let script = |script: &str| {
        let mut argv = with_input(prefix);
        argv.extend(words_of(["env", "LC_ALL=C", "sh", "-c", script, "restore"]));
        argv.extend(words_of([target, &unfinished, aside, sha256]));
        argv
    };
    Load {
        look: script(scripts.look),
        prepare: vec![script(scripts.prepare)],
        head: Vec::new(),
        load: script(scripts.load),
        tail: Vec::new(),
        count: None,
        finish: vec![script(scripts.finish)],
        undo: vec![script(scripts.undo)],
        unfinished,
        drops: false,
    }
}
