//! Configurations of many shapes, to which something is added and of which nothing is lost.

use std::path::Path;

use resguardo_shared::dump::{Dump, Files, Postgres};

use super::add::{NewDataset, NewServer, Unfit, datasets, server};
use super::parse;

const EXAMPLE: &str = include_str!("../../../config/resguardo.yaml");

fn new_server() -> NewServer {
    NewServer {
        name: "web-2".into(),
        host: "10.20.0.16".into(),
        port: 2222,
        user: "respaldo".into(),
        key: "/etc/resguardo/keys/web 2".into(),
        host_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF6Q1EV0rv6BUrwUnMx0/Pt9uwhkPBhs3QMKSDOuD/Z3".into(),
        jump: None,
        mode: "plain".into(),
    }
}

fn new_datasets() -> Vec<NewDataset> {
    let dump = Dump::Postgres(Postgres {
        database: "quejas: año # 2".into(),
        host: None,
        port: Some(5433),
        user: None,
        password_file: None,
        format: Default::default(),
        roles: Default::default(),
        options: Vec::new(),
        prefix: vec!["sudo".into(), "-n".into(), "-u".into(), "postgres".into()],
    });
    let quejas = NewDataset { name: "quejas".into(), dump, comment: "PostgreSQL 15.18, 7 MB\nname: x".into() };
    let dump = Dump::Files(Files { path: "/var/www/html".into(), exclude: Vec::new(), prefix: Vec::new() });
    vec![quejas, NewDataset { name: "html".into(), dump, comment: "web site of nginx".into() }]
}

/// Every line that was there is there, in its order.
#[track_caller]
fn nothing_lost(before: &str, after: &str) {
    let mut after_lines = after.lines();
    for line in before.lines() {
        assert!(after_lines.any(|kept| kept == line), "{line:?} is lost in\n{after}");
    }
    let (before, after) = (before.lines().count(), after.lines().count());
    assert!(after > before, "{before} {after}");
}

#[test]
fn the_example_takes_a_server_and_datasets_and_still_loads() {
    let with_server = server(EXAMPLE, &new_server(), &new_datasets()).unwrap();
    nothing_lost(EXAMPLE, &with_server);
    let config = parse(&with_server, Path::new("resguardo.yaml")).unwrap();
    let added = config.server("web-2").unwrap();
    assert_eq!((added.datasets.len(), added.datasets[0].dump.clone()), (2, new_datasets()[0].dump.clone()));
    assert_eq!(added.login.as_ref().unwrap().port, 2222);

    for name in ["bd-minecodc", "web", "central", "web-2"] {
        let mut more = new_datasets();
        more.iter_mut().for_each(|dataset| dataset.name.push_str("-nuevo"));
        let after = datasets(&with_server, name, &more).unwrap();
        nothing_lost(&with_server, &after);
        let before = config.server(name).unwrap().datasets.len();
        let config = parse(&after, Path::new("resguardo.yaml")).unwrap();
        assert_eq!(config.server(name).unwrap().datasets.len(), before + 2, "{name}\n{after}");
    }
    // A server without datasets gets its list.
    let after = datasets(&with_server, "salto", &new_datasets()).unwrap();
    nothing_lost(&with_server, &after);
    assert_eq!(parse(&after, Path::new("resguardo.yaml")).unwrap().server("salto").unwrap().datasets.len(), 2);
    assert_eq!(datasets(EXAMPLE, "nadie", &new_datasets()), Err(Unfit::Server("nadie".into())));
}

#[test]
fn lists_of_every_indentation_are_added_to() {
    let item = |pad: &str| {
        format!(
            "{pad}- name: bd\n{pad}  host: bd.example # x\n{pad}  datasets:\n{pad}  # y\n{pad}  - name: a\n{pad}    kind: files\n{pad}    path: /a\n"
        )
    };
    for pad in ["", "  ", "    "] {
        for tail in
            ["", "\n# The end.\n", "plans:\n- name: p\n  datasets: [bd/a]\n", "\n\n  # of what follows\nplans: []\n"]
        {
            for head in ["", "time_zone: America/Guatemala\n\n", "---\n# servers:\n"] {
                let text =
                    format!("{head}servers: # all of them\n{}{}{tail}", item(pad), item(pad).replace("bd", "otro"));
                for name in ["bd", "otro"] {
                    let after = datasets(&text, name, &new_datasets());
                    nothing_lost(&text, &after.unwrap_or_else(|unfit| panic!("{unfit}: {name} in\n{text}")));
                }
                let after = server(&text, &new_server(), &new_datasets());
                nothing_lost(&text, &after.unwrap_or_else(|unfit| panic!("{unfit} in\n{text}")));
            }
        }
    }
    // Nothing is there yet.
    let after = server("servers:\n", &new_server(), &new_datasets()).unwrap();
    assert!(after.starts_with("servers:\n  - name: web-2\n"), "{after}");
}

#[test]
fn what_is_written_in_another_way_is_refused_and_never_spoilt() {
    for text in [
        "servers: []\n",
        "servers: [{name: bd, host: x, datasets: []}]\n",
        "{servers: []}\n",
        "plans: []\n",
        "- a\n",
        "servers: {a: b}\n",
        "servers: &all\n- name: bd\n  datasets: *all\n",
        "a: [\n",
    ] {
        assert!(server(text, &new_server(), &new_datasets()).is_err(), "{text}");
        assert!(datasets(text, "bd", &new_datasets()).is_err(), "{text}");
    }
    // What looks like a list within a text is none.
    let text =
        "servers:\n- name: bd\n  note: |\n    servers:\n    datasets:\n    - name: no\n  datasets:\n  - name: a\n";
    let after = datasets(text, "bd", &new_datasets()).unwrap();
    nothing_lost(text, &after);
    assert!(after.starts_with(text), "{after}");
}
