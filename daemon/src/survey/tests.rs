//! Answers that are well made and others, and what follows from them.

use resguardo_shared::dump::{Dump, Files, Sqlite};

use super::*;

const ANSWER: &str = "system\tDebian GNU/Linux 12 (bookworm)\trespaldo
tool\tpg_dump\t/usr/bin/pg_dump\tpg_dump (PostgreSQL) 15.18
tool\tmariadb-dump\t/usr/bin/mariadb-dump\t
room\t/var/tmp\t1000
postgres\tpostgres\t7000000\t15.18\t5432\t/var/run/postgresql\tsudo -n -u postgres
postgres\tdiaco en línea\t\t15.18\t5433\t/var/run/postgresql\tsudo -n -u postgres
mysql\tportal\t1048576\t10.11.6-MariaDB\t
sqlite\t/srv/encuestas/datos.db\t4096
sqlite\t/var/lib/PackageKit/transactions.db\t4096
web\tapache\t/var/www/html\t2048\t
web\tnginx\t/srv/otro/html\t\t/srv/otro/html/privado
container\tbd\tpostgres:15\tsudo -n docker
lack\tmysql\tmariadb\tERROR 1045 (28000): Access denied
end
";

fn proposals(known: &[&Dump], names: &[&str]) -> Vec<Proposal> {
    propose(&read(ANSWER).unwrap(), known, names)
}

#[test]
fn an_answer_is_read_whole() {
    let survey = read(ANSWER).unwrap();
    assert_eq!((survey.system.as_str(), survey.login.as_str()), ("Debian GNU/Linux 12 (bookworm)", "respaldo"));
    assert_eq!((survey.tools.len(), survey.databases.len(), survey.files.len()), (2, 3, 2));
    assert_eq!(survey.rooms, [Room { folder: "/var/tmp".into(), free: 1_024_000 }]);
    let database = &survey.databases[1];
    assert_eq!((database.bytes, database.socket.clone()), (None, Some(("/var/run/postgresql".into(), 5433))));
    assert_eq!(database.way, ["sudo", "-n", "-u", "postgres"]);
    assert_eq!(survey.databases[2].way, Vec::<String>::new());
    assert_eq!((survey.webs[0].bytes, survey.webs[0].closed.as_deref()), (Some(2 << 20), None));
    assert_eq!((survey.webs[1].bytes, survey.webs[1].closed.as_deref()), (None, Some("/srv/otro/html/privado")));
    assert_eq!((survey.containers[0].engine.as_str(), survey.lacks.len()), ("sudo -n docker", 1));
}

#[test]
fn half_an_answer_and_an_odd_one_say_nothing() {
    for cut in 0..ANSWER.len() - "end\n".len() {
        if let Some(half) = ANSWER.get(..cut) {
            assert!(read(half).is_err(), "{half}");
        }
    }
    for odd in
        ["Welcome!\nend\n", "sqlite\t/a\tmuchos\nend\n", "postgres\tx\t1\t15\t70000\t/run\t\nend\n", "end\nend\n"]
    {
        assert!(matches!(read(odd), Err(Unread::Line(_))), "{odd}");
    }
    assert_eq!(read(""), Err(Unread::Unfinished));
}

#[test]
fn what_could_be_kept_has_a_name_of_its_own_and_says_what_stands_against_it() {
    let proposals = proposals(&[], &["HTML"]);
    let names: Vec<&str> = proposals.iter().map(|proposal| proposal.name.as_str()).collect();
    assert_eq!(names, ["diaco_en_l_nea", "portal", "datos", "html-2", "html-3"]);
    let Dump::Postgres(postgres) = &proposals[0].dump else { panic!("{:?}", proposals[0]) };
    assert_eq!((postgres.database.as_str(), postgres.port, &postgres.host), ("diaco en línea", Some(5433), &None));
    assert_eq!(postgres.prefix, ["sudo", "-n", "-u", "postgres"]);
    assert_eq!(proposals[1].against, None);
    let against = proposals[4].against.as_deref().unwrap();
    assert!(against.contains("respaldo may not read /srv/otro/html/privado"), "{against}");
}

#[test]
fn a_missing_dump_tool_is_said_with_the_database() {
    let answer = ANSWER.replace("tool\tpg_dump\t/usr/bin/pg_dump\tpg_dump (PostgreSQL) 15.18\n", "");
    let proposals = propose(&read(&answer).unwrap(), &[], &[]);
    assert_eq!(proposals[0].against.as_deref(), Some("pg_dump is not on that server: install it there first"));
}

#[test]
fn what_is_kept_already_is_not_proposed_again() {
    let files = |path: &str| Dump::Files(Files { path: path.into(), exclude: Vec::new(), prefix: vec!["nice".into()] });
    let all = proposals(&[], &[]);
    for proposal in &all {
        let rest = proposals(&[&proposal.dump], &[]);
        assert_eq!(rest.len(), all.len() - 1, "{}", proposal.name);
    }
    // A tree keeps what lies in it, and nothing beside it.
    assert_eq!(proposals(&[&files("/srv/otro")], &[]).len(), all.len() - 1);
    assert_eq!(proposals(&[&files("/srv/otr")], &[]).len(), all.len());
    assert!(is_same(&files("/a/"), &files("/a")) && !is_same(&files("/a/b"), &files("/a")));
    let sqlite = Dump::Sqlite(Sqlite { path: "/srv/encuestas/datos.db".into(), scratch: None, prefix: Vec::new() });
    assert_eq!(proposals(&[&sqlite], &[]).len(), all.len() - 1);
}
