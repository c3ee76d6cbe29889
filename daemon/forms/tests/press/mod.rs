//! Runs the program and asks independent tools what came of it.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The codes of all forms.
pub(crate) const CODES: &[&str] = &[
    "DIACO-IN-FO-01",
    "DIACO-IN-FO-02",
    "DIACO-IN-FO-03",
    "DIACO-IN-FO-05",
    "DIACO-IN-FO-06",
    "DIACO-RP-FO-03",
    "DIACO-RH-FO-02",
    "CARATULA",
];
/// The most points that a letter's box may stand out of its page; ink of a font's line box reaches a little over.
const SLACK: f64 = 1.0;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples")
}

/// The record of a sample.
pub(crate) fn sample(name: &str) -> Value {
    serde_json::from_slice(&fs::read(folder().join(name).with_extension("json")).unwrap()).unwrap()
}

/// All samples; there is one of each form.
pub(crate) fn samples() -> Vec<(String, Value)> {
    let names = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned());
    let samples: Vec<(String, Value)> = names.map(|name| (name.clone(), sample(&name))).collect();
    for code in CODES {
        assert!(samples.iter().any(|(_, record)| record["form"] == *code), "no sample of {code}");
    }
    samples
}

/// Runs the program.
pub(crate) fn run(args: &[&str], input: &[u8]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_resguardo-forms"));
    let mut child =
        program.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Whoever refuses its arguments does not read.
    let _unread = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// Prints a record.
pub(crate) fn press(record: &Value) -> Printed {
    Printed::of(run(&[], record.to_string().as_bytes()))
}

/// Prints an empty form.
pub(crate) fn blank(code: &str) -> Printed {
    Printed::of(run(&["--blank", code], b""))
}

/// What a tool says of a file.
#[track_caller]
pub(crate) fn told(tool: &str, path: &Path) -> String {
    let output = Command::new(tool).arg(path).output().unwrap();
    assert!(output.status.success(), "{tool}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A PDF.
pub(crate) struct Printed {
    folder: tempfile::TempDir,
}

impl Printed {
    /// What the program wrote.
    #[track_caller]
    pub(crate) fn of(output: Output) -> Self {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("form.pdf"), output.stdout).unwrap();
        Self { folder }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("form.pdf")
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        fs::read(self.path()).unwrap()
    }

    /// Another program finds nothing wrong with it.
    #[track_caller]
    pub(crate) fn check(&self) {
        let output = Command::new("qpdf").arg("--check").arg(self.path()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !said.contains("WARNING"), "{said}");
    }

    /// Its text, with one space where it has any white space but the one that does not break.
    pub(crate) fn text(&self) -> String {
        self.pages().join(" ")
    }

    /// The same, page by page.
    pub(crate) fn pages(&self) -> Vec<String> {
        let output = Command::new("pdftotext").arg(self.path()).arg("-").output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let pages = text.trim_end_matches('\u{c}').split('\u{c}');
        pages
            .map(|page| page.split([' ', '\n']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
            .collect()
    }

    /// What a reader of codes reads on its last page.
    pub(crate) fn qr(&self) -> String {
        let picture = self.folder.path().join("last");
        let last = self.pages().len().to_string();
        let args = ["-png", "-singlefile", "-r", "200", "-f", &last];
        assert!(Command::new("pdftoppm").args(args).arg(self.path()).arg(&picture).status().unwrap().success());
        let read = Command::new("zbarimg").args(["-q", "--raw"]).arg(picture.with_extension("png")).output().unwrap();
        String::from_utf8(read.stdout).unwrap().trim_end().to_owned()
    }

    /// No word stands outside of its page.
    #[track_caller]
    pub(crate) fn nothing_outside(&self) {
        let output = Command::new("pdftotext").arg("-bbox").arg(self.path()).arg("-").output().unwrap();
        let boxes = String::from_utf8(output.stdout).unwrap();
        let number = |line: &str, name: &str| -> f64 {
            let (_, rest) = line.split_once(&format!(" {name}=\"")).unwrap();
            rest.split('"').next().unwrap().parse().unwrap()
        };
        let (mut width, mut height, mut words) = (0.0, 0.0, 0);
        for line in boxes.lines() {
            if line.contains("<page ") {
                (width, height) = (number(line, "width"), number(line, "height"));
            } else if line.contains("<word ") {
                words += 1;
                let inside = number(line, "xMin") >= -SLACK
                    && number(line, "yMin") >= -SLACK
                    && number(line, "xMax") <= width + SLACK
                    && number(line, "yMax") <= height + SLACK;
                assert!(inside, "outside of {width} × {height}: {line}");
            }
        }
        assert!(words > 20);
    }
}
