//! Records of forms: what is written reads back, and a digest hangs on nothing but what the record says.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

use std::fs;
use std::path::Path;

use resguardo_forms_model::{Form, Line, Record, RecordError, Rows};
use serde_json::{Value, json};

fn samples() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/samples");
    let files = fs::read_dir(folder).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    files.map(|file| serde_json::from_slice(&file).unwrap()).collect()
}

fn read(value: &Value) -> Record {
    Record::read(value.to_string().as_bytes()).unwrap()
}

#[test]
fn what_is_written_reads_back_and_has_the_same_digest() {
    let samples = samples();
    assert!(samples.len() >= Form::ALL.len());
    for sample in samples {
        let record = read(&sample);
        assert_eq!(record.form().code(), sample["form"]);
        let again = Record::read(&record.canonical().unwrap()).unwrap();
        let Value::Object(mut without) = record.value().unwrap() else { panic!("a record is an object") };
        without.remove("check_url");
        if sample["form"] == "DIACO-IN-FO-06" {
            without["content"].as_object_mut().unwrap().remove("head");
        }
        assert_eq!(again.value().unwrap(), Value::Object(without), "nothing else is left out");
        assert_eq!(again.digest().unwrap(), record.digest().unwrap());
        // With its nulls, as the daemon may send it.
        let with_nulls = Record::read(&serde_json::to_vec(&record).unwrap()).unwrap();
        assert_eq!(with_nulls.digest().unwrap(), record.digest().unwrap());
    }
}

#[test]
fn the_canonical_json_has_sorted_keys_and_neither_nulls_nor_empty_lists_nor_spaces() {
    let record = json!({
        "title": null, "record": "EV-1", "issued": "2026-10-27", "form": "DIACO-RH-FO-02", "signatures": [],
        "content": { "topic": "Ñandú", "kind": "reunión", "date": "2026-10-27", "attendees": [], "scan": null }
    });
    let canonical = String::from_utf8(read(&record).canonical().unwrap()).unwrap();
    assert_eq!(
        canonical,
        r#"{"content":{"date":"2026-10-27","kind":"reunión","topic":"Ñandú"},"form":"DIACO-RH-FO-02","issued":"2026-10-27","record":"EV-1"}"#
    );
}

#[test]
fn the_code_of_a_form_is_its_name_in_json() {
    for form in Form::ALL {
        assert_eq!(serde_json::to_value(form).unwrap(), form.code());
        assert_eq!(Form::of_code(form.code()), Some(*form));
    }
    assert_eq!(Form::of_code("DIACO-IN-FO-04"), None);
}

#[test]
fn an_error_names_the_field_from_the_outside_in() {
    let mut sample = samples().into_iter().find(|sample| sample["form"] == "DIACO-IN-FO-01").unwrap();
    sample["content"]["rulings"][1]["issued"] = json!("ayer");
    let Err(RecordError::Field { form, path, .. }) = Record::read(sample.to_string().as_bytes()) else {
        panic!("it was read")
    };
    assert_eq!((form, path.as_str()), ("DIACO-IN-FO-01", "content.rulings[1].issued"));
}

#[test]
fn whatever_prints_becomes_a_line() {
    assert_eq!(Line::from(12), Line("12".to_owned()));
    assert_eq!(Line::from("doce"), Line("doce".to_owned()));
    assert_eq!(Rows::from(vec![1]).0, [1]);
}
