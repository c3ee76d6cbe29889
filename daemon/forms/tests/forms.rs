//! The program that prints forms, run as it is: every form filled and empty, hostile records, wrong templates, its limits.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

mod press;

use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use press::{CODES, Printed, blank, press, run, sample, samples, told};

/// Longer than anything takes on a busy machine, and shorter than anybody would wait.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the kernel sends to a process that used up its time, first and last.
const SIGXCPU: i32 = 24;
/// See [`SIGXCPU`].
const SIGKILL: i32 = 9;

/// The record of FO-01 with another description.
fn described(text: &str) -> Value {
    let mut record = sample("fo-01");
    record["content"]["description"] = json!(text);
    record
}

/// So many actions, each of one line.
fn acted(count: usize) -> Value {
    let mut record = sample("fo-01");
    let action =
        |n: usize| json!({ "at": "2026-11-09T09:30:00", "by": "Técnico", "text": format!("Acción número {n}.") });
    record["content"]["actions"] = (1..=count).map(action).collect();
    record
}

#[test]
fn every_form_is_a_whole_pdf_with_its_code_version_and_sheet_on_each_page() {
    for (name, record) in samples() {
        let printed = press(&record);
        printed.check();
        let code = record["form"].as_str().unwrap();
        let (code, version) = match code {
            "DIACO-IN-FO-01" => (code, "sin asignar"),
            "DIACO-IN-FO-02" => (code, "04"),
            "CARATULA" => ("Código: N/A", "N/A"),
            _ => (code, "03"),
        };
        let pages = printed.pages();
        for (page, text) in pages.iter().enumerate() {
            let sheet = format!("Hoja: {} de {}", page + 1, pages.len());
            for part in [code, &format!("Versión: {version}"), &sheet] {
                assert!(text.contains(part), "{name}, page {}: no {part:?} in\n{text}", page + 1);
            }
        }
    }
}

#[test]
fn every_form_can_be_had_empty() {
    for code in CODES {
        let printed = blank(code);
        printed.check();
        let text = printed.text();
        assert!(text.contains("Formato en blanco"), "{code}: {text}");
        assert!(text.contains(if *code == "CARATULA" { "Código: N/A" } else { code }), "{code}: {text}");
        assert!(!text.contains("SHA-256"), "{code}: an empty form has no record whose digest could be checked");
    }
}

#[test]
fn what_a_record_says_is_printed_with_its_accents() {
    let text = press(&sample("fo-01")).text();
    for part in [
        "Ana Sofía Muñoz de León",
        "Marta Lucía Güell Ordóñez",
        "¿Podrían revisarla?",
        "¡No he perdido",
        "«Alert!",
        "DT-2026-000044",
        "a) fallo en el sistema operativo",
        "b) reemplazo o reparación de piezas",
        "conforme con ampliación",
        "20-11-2026",
        "10-11-2026 15:02",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
    assert!(
        !text.contains('\u{200b}'),
        "a word that fits was cut: whoever searches or copies it does not find it\n{text}"
    );
}

#[test]
fn the_fonts_are_embedded_and_the_document_says_what_it_is() {
    let printed = press(&sample("fo-01"));
    let fonts = told("pdffonts", &printed.path());
    let rows: Vec<&str> = fonts.lines().skip(2).collect();
    assert!(!rows.is_empty());
    for row in rows {
        // The columns `emb`, `sub` and `uni`: embedded, subset, with a map to Unicode.
        assert!(row.contains("SourceSans3") && row.contains("yes yes yes"), "{row}");
    }
    let facts = told("pdfinfo", &printed.path());
    for part in ["Tagged:          yes", "Reporte de soporte técnico ST-2026-000123", "2026", "letter"] {
        assert!(facts.contains(part), "no {part:?} in\n{facts}");
    }
    let bytes = printed.bytes();
    for part in [
        "<pdfuaid:part>1</pdfuaid:part>",
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "es-GT",
    ] {
        assert!(bytes.windows(part.len()).any(|window| window == part.as_bytes()), "no {part:?} in the PDF");
    }
}

#[test]
fn the_same_record_gives_the_same_bytes_whatever_the_order_of_its_fields() {
    let record = sample("fo-01");
    let Value::Object(fields) = &record else { unreachable!("a record is an object") };
    let backwards: Vec<String> = fields.iter().rev().map(|(key, value)| format!("{key:?}:{value}")).collect();
    let again = run(&[], format!("{{{}}}", backwards.join(",")).as_bytes());
    assert_eq!(press(&record).bytes(), again.stdout);
}

#[test]
fn one_changed_letter_changes_the_digest_on_every_page() {
    let digest = |printed: &Printed| {
        let text = printed.text();
        let (_, digest) = text.rsplit_once("Huella SHA-256").unwrap();
        digest.split_whitespace().next().unwrap().to_owned()
    };
    let (one, other) = (press(&described("uno")), press(&described("dos")));
    assert_eq!(digest(&one).len(), 64);
    assert_ne!(digest(&one), digest(&other));
    for page in one.pages() {
        assert!(page.contains(digest(&one).get(..16).unwrap()));
    }
}

#[test]
fn the_qr_code_says_where_the_record_is_checked_or_all_that_is_checked() {
    let with_address = press(&sample("fo-01")).qr();
    assert!(
        with_address
            .starts_with("https://soporte.diaco.gob.gt/comprobar/ST-2026-000123?form=DIACO-IN-FO-01&v=&sha256="),
        "{with_address}"
    );
    let mut record = sample("fo-06");
    record["record"] = json!("FO-06/Ñ & 47");
    assert!(press(&record).qr().starts_with("DIACO-IN-FO-06 v03 FO-06/Ñ & 47 sha256:"));
    record["check_url"] = json!("https://soporte.diaco.gob.gt/comprobar/");
    let address = press(&record).qr();
    assert!(address.contains("/comprobar/FO-06%2F%C3%91%20%26%2047?form=DIACO-IN-FO-06&v=03&sha256="), "{address}");
}

#[test]
fn a_long_table_goes_on_over_pages_and_repeats_its_header() {
    let printed = press(&acted(300));
    printed.check();
    let pages = printed.pages();
    assert!(pages.len() > 5);
    assert!(pages.last().unwrap().contains(&format!("Hoja: {0} de {0}", pages.len())));
    for n in [1, 150, 300] {
        assert_eq!(pages.iter().filter(|page| page.contains(&format!("Acción número {n}."))).count(), 1);
    }
    assert!(pages.get(3).unwrap().contains("Acciones realizadas"));
}

#[test]
fn code_in_a_text_is_printed_as_it_was_written() {
    let hostile = r#"#panic() #sys.inputs *x* _y_ <script>alert(1)</script> $x^2$ @ref <label> `raw` = H [[ ]] \u{41} "} // /* #read("/etc/passwd")"#;
    let printed = press(&described(hostile));
    printed.check();
    assert!(printed.text().contains(hostile), "{}", printed.text());
}

#[test]
fn letters_that_cannot_be_printed_become_boxes_and_the_sheet_says_so() {
    let printed = press(&described("antes שלום مرحبا 😀 \u{1}\u{7}\u{1b}[31m\u{202e}rev\u{202c} 日本 después"));
    printed.check();
    let text = printed.text();
    assert!(
        text.contains("antes □□□□") && text.contains("[31m") && text.contains("□rev□") && text.contains("después"),
        "{text}"
    );
    assert!(text.contains("aparecen como □"), "{text}");
    assert!(!press(&described("todo se puede")).text().contains("aparecen como □"));
}

#[test]
fn letters_of_two_marks_are_composed_and_towers_of_marks_are_cut() {
    let printed = press(&described(&format!("n\u{303} e\u{301} torre{} fin", "\u{301}".repeat(5_000))));
    printed.check();
    assert!(printed.text().contains("ñ é torr"));
    assert!(printed.pages().len() <= 3);
}

#[test]
fn nothing_leaves_its_page() {
    let word = |letter: &str, count: usize| letter.repeat(count);
    let mut record = described(&word("W", 100_000));
    record["record"] = json!(word("X", 900));
    record["title"] = json!(word("T", 1_000));
    record["version"] = json!(word("9", 1_000));
    for field in ["number", "subject", "category", "equipment", "assignee", "state", "follows", "finished_by"] {
        record["content"][field] = json!(word("M", 1_000));
    }
    for field in ["name", "post", "unit", "place", "phone", "mail"] {
        record["content"]["requester"][field] = json!(word("@", 1_000));
    }
    for row in ["actions", "visits"] {
        record["content"][row][0]["by"] = json!(word("W", 1_000));
    }
    record["signatures"][0]["name"] = json!(word("W", 1_000));
    let printed = press(&record);
    printed.check();
    printed.nothing_outside();
    for (_, record) in samples() {
        press(&record).nothing_outside();
    }
}

#[test]
fn a_record_without_its_optional_fields_is_printed() {
    let mut record = sample("fo-01");
    let content = json!({
        "number": "ST-2026-000001", "state": "ingresada", "entered": "2026-11-09T08:17:00",
        "requester": { "name": "Ana" }, "category": "red", "subject": "", "description": "",
        "limit": { "first": "2026-11-12", "last": "2026-11-12", "days_allowed": 3 }
    });
    record["content"] = content;
    record["signatures"] = json!([]);
    record.as_object_mut().unwrap().remove("check_url");
    let printed = press(&record);
    printed.check();
    assert!(printed.text().contains("Sin dictamen"));
}

#[test]
fn a_record_that_does_not_read_is_refused_by_the_name_of_its_field() {
    let refused = |edit: fn(&mut Value), said: &str| {
        let mut record = sample("fo-01");
        edit(&mut record);
        let output = run(&[], record.to_string().as_bytes());
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(output.stdout.is_empty() && error.contains(said), "no {said:?} in {error}");
    };
    refused(|record| record["form"] = json!("DIACO-IN-FO-99"), "`form` must be one of DIACO-IN-FO-01");
    refused(|record| record["extra"] = json!(1), "unknown field `extra`");
    refused(|record| record["content"]["limit"]["first"] = json!("2026-02-30"), "`content.limit.first`");
    refused(|record| record["content"]["requester"]["name"] = json!(5), "`content.requester.name`");
    refused(|record| record["content"]["actions"][1]["text"] = json!(null), "`content.actions[1].text`");
    refused(|record| record["content"]["subject"] = json!("x".repeat(1_001)), "more than 1000 characters");
    refused(|record| record["content"]["actions"] = json!(vec![json!({}); 1]), "missing field");
    refused(|record| *record = acted(5_001), "more than 5000 rows");
    for text in ["", "{", "[]", "null", "{\"form\":"] {
        assert_eq!(run(&[], text.as_bytes()).status.code(), Some(2), "{text}");
    }
    assert_eq!(run(&[], &vec![b' '; 9 << 20]).status.code(), Some(2));
    assert_eq!(run(&["--blank", "DIACO-IN-FO-04"], b"").status.code(), Some(2));
}

#[test]
fn pathological_texts_end_in_time() {
    let texts = [
        "a\n".repeat(60_000),
        "😀".repeat(100_000),
        "a\u{301}\u{302}".repeat(40_000),
        "palabra ".repeat(16_000),
        "-".repeat(131_072),
    ];
    for text in texts {
        let began = Instant::now();
        let printed = press(&described(&text));
        assert!(
            began.elapsed() < PATIENCE,
            "{:?} for {:?}…",
            began.elapsed(),
            text.chars().take(4).collect::<String>()
        );
        printed.check();
    }
}

#[test]
fn a_template_of_a_folder_takes_the_place_of_the_built_in_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own");
    let shown = path.to_str().unwrap();
    assert!(run(&["--write-templates", shown], b"").status.success());
    assert_eq!(
        run(&["--write-templates", shown], b"").status.code(),
        Some(3),
        "a changed template is not written over"
    );
    let layout = std::fs::read_to_string(path.join("fo-01.typ")).unwrap();
    std::fs::write(path.join("fo-01.typ"), layout.replace("== 1. Solicitante", "== 1. Quien solicita")).unwrap();
    std::fs::write(
        path.join("logo.svg"),
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><rect width='9' height='9'/></svg>",
    )
    .unwrap();
    let output = run(&["--templates", shown], sample("fo-01").to_string().as_bytes());
    let printed = Printed::of(output);
    printed.check();
    assert!(printed.text().contains("1. Quien solicita"));
    assert!(run(&["--templates", shown, "--check"], b"").status.success());
}

#[test]
fn what_was_made_under_an_older_version_keeps_the_layout_of_that() {
    let folder = tempfile::tempdir().unwrap();
    let shown = folder.path().join("own");
    assert!(run(&["--write-templates", shown.to_str().unwrap()], b"").status.success());
    let layout = std::fs::read_to_string(shown.join("fo-01.typ")).unwrap();
    let old = layout.replace("== 1. Solicitante", "== 1. Quien solicita");
    std::fs::write(shown.join("fo-01-v02.typ"), old).unwrap();
    for (version, has_old) in [("02", true), ("03", false)] {
        let mut record = sample("fo-01");
        record["version"] = version.into();
        let output = run(&["--templates", shown.to_str().unwrap()], record.to_string().as_bytes());
        assert_eq!(Printed::of(output).text().contains("1. Quien solicita"), has_old, "version {version}");
        let args = ["--templates", shown.to_str().unwrap(), "--blank", "DIACO-IN-FO-01", "--form-version", version];
        assert_eq!(
            Printed::of(run(&args, b"")).text().contains("1. Quien solicita"),
            has_old,
            "empty, version {version}"
        );
    }
}

#[test]
fn a_template_that_does_not_compile_is_named_with_line_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let shown = folder.path().to_str().unwrap();
    for (text, said) in [
        (
            "#import \"hoja.typ\": *\n#show: hoja\n\n= Hola #nada-de-esto\n",
            "fo-01.typ, line 4, column 9: unknown variable: nada-de-esto",
        ),
        ("#import \"hoja.typ\": *\n#let x = (1,\n", "fo-01.typ, line 2, column 10: unclosed delimiter"),
        ("#image(\"otra.png\")\n", "fo-01.typ, line 1, column 8: file not found"),
        ("#read(\"/etc/passwd\")\n", "fo-01.typ, line 1, column 7: file not found"),
        ("#import \"@preview/cetz:0.3.0\": *\n", "fo-01.typ, line 1, column 9: "),
    ] {
        std::fs::write(folder.path().join("fo-01.typ"), text).unwrap();
        for output in [
            run(&["--templates", shown], sample("fo-01").to_string().as_bytes()),
            run(&["--templates", shown, "--check"], b""),
        ] {
            let error = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(3), "{error}");
            assert!(error.contains(said) && error.contains(shown), "no {said:?} in {error}");
        }
    }
    assert_eq!(run(&["--templates", "/nowhere"], b"{}").status.code(), Some(3));
}

#[test]
fn a_template_that_never_ends_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let layout = folder.path().join("fo-01.typ");
    let shown = folder.path().to_str().unwrap();
    std::fs::write(&layout, "#while true { }\n").unwrap();
    assert_eq!(run(&["--templates", shown, "--check"], b"").status.code(), Some(3));
    std::fs::write(&layout, "#let f(n) = f(n + 1)\n#f(1)\n").unwrap();
    assert_eq!(run(&["--templates", shown, "--check"], b"").status.code(), Some(3));
    // This takes minutes; the caller's limit is a second, and the program's own would be half a minute.
    std::fs::write(&layout, "#for i in range(1000000) { for j in range(1000) { let x = i + j } }\n").unwrap();
    let program = env!("CARGO_BIN_EXE_resguardo-forms");
    let script = format!("ulimit -t 1; exec {program} --templates {shown} --check");
    let ended = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
    assert!(matches!(ended.status.signal(), Some(SIGXCPU | SIGKILL)), "{ended:?}");
}

#[test]
fn before_it_reads_a_record_the_program_has_given_up_what_it_does_not_need() {
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_resguardo-forms"));
    let mut child = program.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let about = |file: &str| std::fs::read_to_string(format!("/proc/{}/{file}", child.id())).unwrap_or_default();
    let began = Instant::now();
    // Landlock goes with this bit, and comes after the limits.
    while !about("status").contains("NoNewPrivs:\t1") {
        assert!(began.elapsed() < PATIENCE, "{}", about("status"));
        std::thread::yield_now();
    }
    let limits = about("limits");
    for (name, most) in [("Max cpu time", "30"), ("Max address space", "2147483648"), ("Max core file size", "0")] {
        let row = limits.lines().find(|row| row.starts_with(name)).unwrap();
        assert_eq!(row.trim_start_matches(name).split_whitespace().next(), Some(most), "{row}");
    }
    drop(child.stdin.take());
    assert_eq!(child.wait().unwrap().code(), Some(2), "nothing is no record");
}
