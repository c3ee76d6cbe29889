//! Those who are to be told: does the mail server take our login, does a web address answer, is there a desktop's bus. Nobody is told
//! anything.

use std::os::unix::net::UnixStream;

use super::{Found, HERE};
use crate::config::model::{Channel, Config};
use crate::findings::{Code, Verdict};
use crate::jobs::deliver;
use crate::jobs::error::chain;
use crate::notify::{self, Patience, Target};

/// Where a bus of the system listens.
const SYSTEM_BUS: &str = "unix:path=/run/dbus/system_bus_socket";

/// One of the channels.
pub(super) async fn examine(config: &Config, number: usize) -> Found {
    let mut found = Found::default();
    let Some(channel) = config.notifications.get(number) else { return found };
    let about = format!("notifications {}", number + 1);
    let target = match deliver::target(channel) {
        Ok(Some(target)) => target,
        Ok(None) => {
            desktop(&about, channel, &mut found);
            return found;
        }
        Err(error) => {
            let remedy = "put the secret where the configuration says, for its owner alone";
            found.add(HERE, &about, Verdict::critical(Code::SecretUnreadable, chain(&error), remedy));
            return found;
        }
    };
    match notify::reach(&target, Patience::USUAL).await {
        Ok(()) => found.well(HERE, &about, "who is to be told answers"),
        Err(error) => {
            let (code, remedy) = match target {
                Target::Email(_) => (
                    Code::MailRefused,
                    "see that the mail server runs and correct `smtp`, `security`, `user` and `password`; then `resguardo notify --test`",
                ),
                _ => (
                    Code::WebUnreachable,
                    "see that the address is right and this machine's way to it; then `resguardo notify --test`",
                ),
            };
            found.add(HERE, &about, Verdict::warning(code, chain(&error), remedy));
        }
    }
    found
}

/// The bus of whoever asks, or that of the system where there is none.
fn desktop(about: &str, channel: &Channel, found: &mut Found) {
    if !matches!(channel, Channel::Desktop { .. }) {
        return;
    }
    let set = |name: &str| std::env::var(name).ok().filter(|address| !address.is_empty());
    let address = set("DBUS_SESSION_BUS_ADDRESS").or_else(|| set("DBUS_SYSTEM_BUS_ADDRESS"));
    let address = address.unwrap_or_else(|| SYSTEM_BUS.to_owned());
    let path = address.split(';').find_map(|one| one.strip_prefix("unix:path=")?.split(',').next());
    let Some(path) = path else {
        return found.well(HERE, about, format!("the desktop's bus is at {address}, which is not tried"));
    };
    match UnixStream::connect(path) {
        Ok(_) => found.well(HERE, about, "the desktop's bus answers"),
        Err(error) => {
            let said = format!("no D-Bus answers at {path}: {error}");
            let remedy =
                "start it (systemctl start dbus), or log in to the desktop; it shows what is new once it is back";
            found.add(HERE, about, Verdict::warning(Code::DbusAbsent, said, remedy));
        }
    }
}
