//! Notifications: whom to tell, and how. It may not know what there is to tell.

use super::check::{self, fault};
use super::model::{Channel, MailSecurity, Tell};
use super::reader::Node;

#[derive(Clone, Copy)]
enum Kind {
    Email,
    Webhook,
    HealthCheck,
    Desktop,
}

const KINDS: &[(&str, Kind)] = &[
    ("email", Kind::Email),
    ("webhook", Kind::Webhook),
    ("health_check", Kind::HealthCheck),
    ("desktop", Kind::Desktop),
];

const SECURITIES: &[(&str, MailSecurity)] =
    &[("starttls", MailSecurity::StartTls), ("tls", MailSecurity::Tls), ("none", MailSecurity::None)];

const TELLS: &[(&str, Tell)] = &[("problems", Tell::Problems), ("everything", Tell::Everything)];

/// Reads all channels.
pub(super) fn read_all(root: &Node<'_>) -> Vec<Channel> {
    root.nodes("notifications").into_iter().filter_map(|node| read(&node)).collect()
}

fn read(node: &Node<'_>) -> Option<Channel> {
    node.need("kind", "write one of email, webhook, health_check, desktop");
    // Which other keys belong here depends on the kind, so without one nothing can be said about them.
    let channel = match node.choice("kind", KINDS)? {
        Kind::Email => email(node),
        Kind::Webhook => {
            node.is_a("<webhook>");
            node.need("url", "write the URL to which a JSON document is posted");
            let url = node.parsed_unseen("url", check::http_url).unwrap_or_default();
            Channel::Webhook { url, token: node.secret("token"), tell: tell(node, Tell::Problems) }
        }
        Kind::HealthCheck => {
            node.is_a("<health_check>");
            Channel::HealthCheck { url: node.required_secret("url", "the URL, which is itself a secret") }
        }
        Kind::Desktop => {
            node.is_a("<desktop>");
            Channel::Desktop { tell: tell(node, Tell::Everything) }
        }
    };
    node.finish();
    Some(channel)
}

fn email(node: &Node<'_>) -> Channel {
    node.is_a("<email>");
    let smtp = node.required("smtp", "write host and port of the mail server: `HOST:587`", check::host_and_port);
    let security = node.choice("security", SECURITIES).unwrap_or(MailSecurity::StartTls);
    if security == MailSecurity::None && !smtp.is_empty() && !check::is_local(&smtp) {
        let what = "sends mail unprotected over the network";
        node.wrong("security", fault(what, "write starttls or tls; `none` is only for a relay on this machine"));
    }
    let (user, password) = (node.parsed("user", check::line), node.secret("password"));
    match (node.has("user"), node.has("password")) {
        (true, false) => node.lacks("password", "give the password of `user`: `{file: PATH}` or `{credential: NAME}`"),
        (false, true) => node.lacks("user", "give the login whose `password` it is"),
        _ => {}
    }
    let from = node.required("from", "write the sender's address", check::mail_address);
    node.need("to", "list the recipients' addresses");
    let to: Vec<String> = node.texts("to", check::mail_address).into_iter().map(|(_, address)| address).collect();
    if node.get("to").and_then(|value| value.as_sequence()).is_some_and(Vec::is_empty) {
        node.wrong("to", fault("is an empty list", "list the recipients' addresses"));
    }
    Channel::Email { smtp, security, user, password, from, to, tell: tell(node, Tell::Problems) }
}

fn tell(node: &Node<'_>, default: Tell) -> Tell {
    node.choice("tell", TELLS).unwrap_or(default)
}
