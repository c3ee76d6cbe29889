//! What is said, to whom, and for how long it is tried. It may not know how any of it is sent.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, FixedOffset};
use zeroize::Zeroizing;

/// What is said, in Spanish.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// One line; of more than 200 characters the rest is cut off.
    pub subject: String,
    /// Plain text, its lines ended by line feeds; of more than 64 KiB the rest is cut off.
    pub text: String,
    /// The same for programs; only webhooks carry it. A text in its member `kind` is told as the document's `kind`.
    pub data: serde_json::Value,
    /// When it happened.
    pub at: DateTime<FixedOffset>,
    /// Its name, unique and the same each time that it is tried: it becomes the `Message-ID` of the mail and the
    /// `Idempotency-Key` of the webhook. Best of `A-Z a-z 0-9 . _ -`: all else becomes `-`.
    pub id: String,
}

/// Whom to tell, and how. Desktops are told by [`super::desktop::show`].
#[derive(Debug, Clone)]
pub enum Target {
    /// Mail through an SMTP server.
    Email(Email),
    /// A JSON document posted to a URL.
    Webhook(Webhook),
    /// A ping for a dead-man's switch.
    HealthCheck(HealthCheck),
}

/// How mail is protected on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS after STARTTLS, never without.
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// None: only for a relay on this machine.
    None,
}

/// A mail server, a login there, and people.
#[derive(Clone)]
pub struct Email {
    /// The server's name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way there is protected.
    pub security: Security,
    /// The login; none, or none without a password, is no login at all.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<Zeroizing<String>>,
    /// The sender: `ADDRESS` or `NAME <ADDRESS>`.
    pub from: String,
    /// The recipients, likewise. All of them get the same one mail.
    pub to: Vec<String>,
}

impl fmt::Debug for Email {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = out.debug_struct("Email");
        out.field("host", &self.host).field("port", &self.port).field("security", &self.security);
        out.field("user", &self.user).field("password", &self.password.as_ref().map(|_| "…"));
        out.field("from", &self.from).field("to", &self.to).finish()
    }
}

/// A URL that takes a JSON document.
#[derive(Clone)]
pub struct Webhook {
    /// The URL. Those of some services are themselves secrets, so only its host is ever shown.
    pub url: String,
    /// A bearer token.
    pub token: Option<Zeroizing<String>>,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Webhook").field("url", &"…").field("token", &self.token.as_ref().map(|_| "…")).finish()
    }
}

/// A URL that is asked for, so that somebody misses it when it is not.
#[derive(Clone)]
pub struct HealthCheck {
    /// The URL, which is a secret: whoever has it can pretend that all is well.
    pub url: Zeroizing<String>,
}

impl fmt::Debug for HealthCheck {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("HealthCheck").field("url", &"…").finish()
    }
}

/// For how long a target is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Until the connection stands, names looked up.
    pub connect: Duration,
    /// Until all is said and done.
    pub whole: Duration,
}

impl Patience {
    /// 10 seconds to connect, 60 in all.
    pub const USUAL: Self = Self { connect: Duration::from_secs(10), whole: Duration::from_secs(60) };
}
