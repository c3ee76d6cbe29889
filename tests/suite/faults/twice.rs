//! Things that are there twice: a second service on the same state, and a disk that was copied bit for bit.

use std::fs;

use serde_json::json;
use system_tests::command::{sh, text};
use system_tests::daemon::{Daemon, status};

use super::judge::Verdict;
use super::site::Site;
use super::trials::Trials;

/// A second service, and a run beside it, are refused; the first goes on with its run.
pub(crate) fn daemon(trials: &mut Trials) {
    let mut site = Site::small(160, 3_000_000);
    site.start_daemon(None);
    while trials.left() {
        let before = status(&site.world)["daemon"]["pid"].clone();
        site.world.run(&["backup", "--detach"]).exits(0);
        let mut verdict = Verdict::default();
        let second = Daemon::spawn(&site.world, None, &[]);
        let said = second.end();
        if said.0 == Some(0) || said.0.is_none() {
            verdict.wrong.push(format!("a second service ends with {said:?}"));
        }
        let here = site.world.run(&["backup", "--here"]);
        if here.code != 9 {
            verdict.wrong.push(format!("a run beside the service ends with {}: {}", here.code, here.said()));
        }
        site.rest();
        if status(&site.world)["daemon"]["pid"] != before {
            verdict.stuck.push("the first service is not the one that answers".to_owned());
        }
        if system_tests::daemon::runs(&site.world).last().is_none_or(|run| run["state"] != "kept") {
            verdict.stuck.push("the first service's run was not kept".to_owned());
        }
        verdict.add(site.judge(true));
        verdict.add(site.next_run_of_daemon());
        trials.count("", verdict);
        site.make_room(60);
    }
}

/// A disk that was copied bit for bit stands at another disk's place: two disks of one id are never two copies.
pub(crate) fn clone(trials: &mut Trials) {
    while trials.left() {
        let mut site = Site::small(64, 3_000_000);
        // The copy is given the other's label, as somebody would who finds that it is refused, or stands under its own.
        let renamed = trials.row.tried.is_multiple_of(2);
        let [first, second] = [0, 1].map(|disk: usize| super::disks::image(&site.world.disks[disk]));
        site.world.disks[0].umount();
        site.world.disks[1].umount();
        let own = site.world.path("propia.img");
        fs::rename(&second, &own).unwrap();
        sh("cp --sparse=always \"$1\" \"$2\"", &[text(&first), text(&second)]);
        site.world.disks[0].mount();
        site.world.disks[1].mount();
        if renamed {
            let marker = site.world.disks[1].path.join("resguardo-disk.json");
            // Without the seal in its second line, which whoever does it by hand takes away.
            let said = String::from_utf8(sh("sed 2d \"$1\"", &[text(&marker)])).unwrap().replace("disco-a", "disco-b");
            fs::write(&marker, said).unwrap();
        }
        let mut verdict = Verdict::default();
        let ended = site.world.run(&["backup", "--here", "--json"]);
        let kept = ended.json()["datasets"][0]["disks"].clone();
        let ok = kept.as_array().into_iter().flatten().filter(|disk| disk["ok"] == json!(true)).count();
        if ok > 1 {
            verdict.wrong.push(format!("two disks of one id count as two copies: {kept}"));
        }
        if ended.code == 0 {
            verdict.wrong.push("nothing is said of it".to_owned());
        }
        let places = site.world.disks.iter().all(|disk| ended.said().contains(text(&disk.path)));
        if renamed && !places {
            verdict.stuck.push(format!("the message does not name both places: {}", ended.said()));
        }
        site.world.disks[1].umount();
        fs::rename(&own, &second).unwrap();
        site.world.disks[1].mount();
        verdict.add(site.judge(true));
        verdict.add(site.next_run());
        trials.count(if renamed { "under the other's label" } else { "under its own label" }, verdict);
    }
}
