//! Resguardo's own database as a dataset of every plan, which nobody has to write down. It may not know how it is dumped.

use std::path::PathBuf;

use resguardo_shared::dump::{Dump, Postgres, PostgresFormat, Roles, Sqlite};

use super::check::fault;
use super::model::{Database, Dataset, Mode, Plan, Server};
use super::reader::Node;
use crate::store::login;

/// The name of the server under which Resguardo keeps what is its own. No other server may have it.
pub const SERVER: &str = "resguardo";
/// The name of the dataset that is its database.
pub const DATASET: &str = "registros";

/// This machine with Resguardo's own database, unless the configuration wants none of it.
pub(super) fn read(root: &Node<'_>, database: &Database) -> Option<Server> {
    let wanted = root.node("own_records").and_then(|node| {
        let backup = node.boolean("backup");
        node.finish();
        backup
    });
    if wanted == Some(false) {
        return None;
    }
    let Some(dump) = dump(&database.url) else {
        if let Some(node) = root.node("database") {
            let remedy = "write `sqlite:/ABSOLUTE/PATH` or `postgres://USER@HOST:PORT/NAME`";
            node.wrong("url", fault("does not read", remedy));
        }
        return None;
    };
    Some(Server {
        name: SERVER.to_owned(),
        login: None,
        mode: Mode::Local,
        idle_seconds: 1800,
        outage_seconds: 0,
        bytes_per_second: None,
        datasets: vec![Dataset { name: DATASET.to_owned(), dump, keep: None }],
    })
}

/// How the database of this URL is dumped; `None` for one that does not read.
fn dump(url: &str) -> Option<Dump> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        // A store takes both forms, as the tools of SQLite do.
        let path = PathBuf::from(path.strip_prefix("//").unwrap_or(path)).to_string_lossy().into_owned();
        return Some(Dump::Sqlite(Sqlite { path, scratch: None, prefix: Vec::new() }));
    }
    let login = login::of(url)?;
    Some(Dump::Postgres(Postgres {
        database: login.database,
        host: Some(login.host),
        port: Some(login.port),
        user: Some(login.user),
        password_file: None,
        format: PostgresFormat::Custom,
        // They are the cluster's affair, and only a superuser may read them.
        roles: Roles::None,
        options: Vec::new(),
        prefix: Vec::new(),
    }))
}

/// Adds the database to every plan, as the last of its datasets: it then tells of the others too.
pub(super) fn add(plans: &mut [Plan]) {
    let pair = (SERVER.to_owned(), DATASET.to_owned());
    for plan in plans.iter_mut().filter(|plan| !plan.datasets.contains(&pair)) {
        plan.datasets.push(pair.clone());
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::model::Config;
    use crate::config::problem::Problems;

    const START: &str = "time_zone: America/Guatemala\n";
    const SERVER_LINES: &str = "servers:\n  - name: central\n    mode: local\n    datasets:\n      \
        - {name: a, kind: files, path: /srv}\n";
    const REST: &str = "disks:\n  - {name: d, path: /media/d}\nplans:\n  - {name: p, datasets: [\"central/*\"], when: '@weekly', disks: [d]}\n";

    fn parse(text: &str) -> Result<Config, Problems> {
        crate::config::parse(text, Path::new("r.yaml"))
    }

    fn with(lines: &str) -> String {
        format!("{START}{lines}{SERVER_LINES}{REST}")
    }

    /// The one problem: its line and what is said of it.
    fn fault(text: &str) -> (Option<usize>, String) {
        let list = parse(text).unwrap_err().list;
        let [only] = &list[..] else { panic!("one problem: {list:?}") };
        (only.line, format!("{}; {}", only.what, only.remedy))
    }

    fn own() -> (String, String) {
        (SERVER.to_owned(), DATASET.to_owned())
    }

    #[test]
    fn the_database_is_the_last_dataset_of_every_plan() {
        let config = parse(&with("paths: {state: /srv/estado}\n")).unwrap();
        assert_eq!(config.plans[0].datasets, [("central".to_owned(), "a".to_owned()), own()]);
        let Dump::Sqlite(sqlite) = &config.dataset(SERVER, DATASET).unwrap().dump else { panic!("SQLite") };
        assert_eq!(sqlite.path, "/srv/estado/resguardo.db");
        assert_eq!(config.server(SERVER).unwrap().mode, Mode::Local);
        assert!(config.server("central").unwrap().login.is_none());

        // Whoever names it all the same has it once, where they want it.
        let named = with("").replace("\"central/*\"", "resguardo/registros, \"central/*\"");
        assert_eq!(parse(&named).unwrap().plans[0].datasets[0], own());
        assert_eq!(parse(&named).unwrap().plans[0].datasets.len(), 2);
    }

    #[test]
    fn a_database_of_postgresql_is_reached_as_its_url_says_and_without_its_password() {
        let lines = "database: {url: 'postgres://r@bd:5433/diaco?sslmode=require', password: {file: /etc/clave}}\n";
        let config = parse(&with(lines)).unwrap();
        let Dump::Postgres(postgres) = &config.dataset(SERVER, DATASET).unwrap().dump else { panic!("PostgreSQL") };
        let said = (postgres.database.as_str(), postgres.host.as_deref(), postgres.port, postgres.user.as_deref());
        assert_eq!(said, ("diaco", Some("bd"), Some(5433), Some("r")));
        assert_eq!((&postgres.password_file, postgres.roles), (&None, Roles::None));
        let (line, said) = fault(&with("database: {url: 'postgres://r@bd:puerto/diaco'}\n"));
        assert!(line == Some(2) && said.contains("does not read"), "{line:?} {said}");
    }

    #[test]
    fn whoever_wants_no_copy_says_so() {
        let config = parse(&with("own_records: {backup: false}\n")).unwrap();
        assert!(config.server(SERVER).is_none() && !config.plans[0].datasets.contains(&own()));
        assert!(fault(&with("own_records: {backup: nunca}\n")).1.contains("write true or false"));
        assert!(fault(&with("own_records: {bakcup: false}\n")).1.contains("did you mean `backup`?"));
    }

    #[test]
    fn the_name_belongs_to_resguardo_itself() {
        for name in ["resguardo", "Resguardo"] {
            let (line, said) = fault(
                &with("").replace("name: central", &format!("name: {name}")).replace("central/*", &format!("{name}/*")),
            );
            assert!(line == Some(3) && said.contains("keeps its own records; give the server another name"), "{said}");
        }
    }

    #[test]
    fn what_leads_to_a_server_means_nothing_for_this_machine() {
        for key in ["host: h", "port: 22", "user: u", "key: {file: /k}", "host_key: x", "known_hosts: /k", "jump: x"] {
            let (line, said) = fault(&with("").replace("mode: local", &format!("mode: local\n    {key}")));
            assert!(line == Some(5) && said.contains("take it out, or write another `mode`"), "{key}: {line:?} {said}");
        }
        let through = "servers:\n  - {name: s, host: h, user: u, key: {file: /k}, known_hosts: /k, jump: central}\n";
        let (_, said) = fault(&with("").replace("servers:\n", through));
        assert!(said.contains("nothing leads through it"), "{said}");
    }
}
