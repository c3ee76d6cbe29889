//! Why somebody was not told. It may not hold a secret: of URLs it knows the host, of answers a line without the
//! password.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use super::clean;

/// A way of telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// Mail.
    Mail,
    /// A webhook.
    Webhook,
    /// A health check.
    HealthCheck,
    /// A desktop notification.
    Desktop,
}

impl fmt::Display for Channel {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Mail => "mail",
            Self::Webhook => "webhook",
            Self::HealthCheck => "health check",
            Self::Desktop => "desktop notification",
        })
    }
}

/// Whose mail address is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Address {
    /// The sender's, `from`.
    Sender,
    /// A recipient's, in `to`.
    Recipient,
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Sender => "sender",
            Self::Recipient => "recipient",
        })
    }
}

/// The innermost reason of what a library or a server said: one line of at most 300 characters, no secret in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Cause(String);

impl Cause {
    /// What an error goes back to. Libraries repeat their sources on the way, so only the innermost is taken.
    pub(super) fn of(error: &(dyn Error + 'static)) -> Self {
        let innermost = std::iter::successors(Some(error), |&error| error.source()).last();
        Self::text(&innermost.map(ToString::to_string).unwrap_or_default())
    }

    /// The same, of an answer by somebody who knows the secret.
    pub(super) fn without(error: &(dyn Error + 'static), secret: &str) -> Self {
        let cause = Self::of(error);
        let repeats = !secret.is_empty() && cause.0.contains(secret);
        if repeats { Self::text("the answer repeats the password and is not shown") } else { cause }
    }

    pub(super) fn text(text: &str) -> Self {
        Self(clean::line(text, 300))
    }
}

/// Why somebody was not told.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// A mail address is none.
    #[error("the mail's {whose} `{address}` is no mail address: write it like `informatica@diaco.gob.gt`")]
    Address {
        /// Whose it is.
        whose: Address,
        /// The address.
        address: String,
    },
    /// The mail has no recipient, or cannot be put together.
    #[error("the mail cannot be put together: look at `from` and `to` in the configuration")]
    Compose {
        /// Why.
        source: Cause,
    },
    /// The URL is none of http or https.
    #[error("the {channel}'s URL is no http or https URL: write it like `https://HOST/PATH`")]
    Url {
        /// Of which channel.
        channel: Channel,
    },
    /// The token holds what no header can.
    #[error("the token of the webhook at {server} holds a line break or another control character: write it anew")]
    Token {
        /// The webhook's host.
        server: String,
    },
    /// The message is too large for a webhook.
    #[error("the document for the webhook at {server} has {bytes} bytes, and 262144 are the most")]
    TooLarge {
        /// The webhook's host.
        server: String,
        /// How many bytes it has.
        bytes: usize,
    },
    /// TLS or the HTTP client cannot be set up.
    #[error("no {channel} can be sent to {server}: TLS cannot be set up; look whether `ca-certificates` is installed")]
    Setup {
        /// Which channel.
        channel: Channel,
        /// Host and port.
        server: String,
        /// Why.
        source: Cause,
    },
    /// No connection.
    #[error("no {channel} can be sent: {server} cannot be reached; look at its name, its port and the network")]
    Unreachable {
        /// Which channel.
        channel: Channel,
        /// Host and port.
        server: String,
        /// Why.
        source: Cause,
    },
    /// It took too long.
    #[error("no {channel} was sent within {} s: {server} does not answer in time", after.as_secs_f32())]
    TimedOut {
        /// Which channel.
        channel: Channel,
        /// Host and port.
        server: String,
        /// How long it was tried.
        after: Duration,
    },
    /// The server has no STARTTLS.
    #[error("the mail server {server} offers no STARTTLS: write `security: tls` and its port for TLS, often 465")]
    NoStartTls {
        /// Host and port.
        server: String,
    },
    /// TLS with the mail server fails.
    #[error(
        "the mail server {server} cannot be talked to over TLS: its certificate must name that host and be signed by \
         an authority that this machine trusts (`update-ca-certificates`, or $SSL_CERT_FILE)"
    )]
    Tls {
        /// Host and port.
        server: String,
        /// Whether it is the certificate or the protocol, and not the network.
        refused: bool,
        /// Why.
        source: Cause,
    },
    /// The server offers no login, or none that is known.
    #[error("the mail server {server} offers no login by PLAIN or LOGIN: take out `user`, or use another port")]
    NoLogin {
        /// Host and port.
        server: String,
    },
    /// The login is refused.
    #[error("the mail server {server} refuses the login `{user}`: look at `user` and `password`")]
    Login {
        /// Host and port.
        server: String,
        /// The login.
        user: String,
        /// Whether the server says that it is for good.
        permanent: bool,
        /// The server's answer.
        source: Cause,
    },
    /// Some or all recipients are refused.
    #[error("the mail server {server} refuses {refused} and took the mail for {}: look at `to`", others(*reached))]
    Recipients {
        /// Host and port.
        server: String,
        /// Who is refused.
        refused: String,
        /// How many others were told.
        reached: usize,
        /// Whether the server says that it is for good.
        permanent: bool,
        /// The answer to the first who is refused.
        source: Cause,
    },
    /// The server breaks off or refuses.
    #[error("the mail server {server} takes no mail, at {step}")]
    Dialogue {
        /// Host and port.
        server: String,
        /// At which step.
        step: &'static str,
        /// Whether the server says that it is for good.
        permanent: bool,
        /// Its answer, or what broke the connection.
        source: Cause,
    },
    /// The HTTP exchange broke off.
    #[error("the {channel} to {server} broke off")]
    Broken {
        /// Which channel.
        channel: Channel,
        /// Host and port.
        server: String,
        /// Why.
        source: Cause,
    },
    /// The answer is a redirect.
    #[error("{server} answers the {channel} with {status}, a redirect, which is not followed: write the final URL")]
    Redirect {
        /// Which channel.
        channel: Channel,
        /// Host and port.
        server: String,
        /// The status.
        status: u16,
    },
    /// The answer is no 2xx.
    #[error("{server} answers the {channel} with {status}: look at its URL and token, and at that server's log")]
    Status {
        /// Which channel.
        channel: Channel,
        /// Host and port.
        server: String,
        /// The status.
        status: u16,
    },
    /// There is no session bus.
    #[error(
        "no desktop notification can be shown: there is no session bus; run this inside the desktop session of a \
         person who is logged in, as a service of `systemd --user`"
    )]
    DesktopBus {
        /// Why.
        source: Cause,
    },
    /// Nothing on the bus shows notifications.
    #[error(
        "no desktop notification can be shown: nothing on the session bus shows them; log in to a desktop, or install a \
         notification server such as `dunst`"
    )]
    DesktopServer {
        /// Why.
        source: Cause,
    },
}

fn others(number: usize) -> String {
    match number {
        0 => "nobody else".to_owned(),
        1 => "1 other".to_owned(),
        many => format!("{many} others"),
    }
}

impl NotifyError {
    /// Whether the same may go well later with nothing changed here. Where it may not, a person has to do what the
    /// message says.
    pub fn may_help(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::Broken { .. } => true,
            Self::DesktopBus { .. } | Self::DesktopServer { .. } => true,
            Self::Tls { refused, .. } => !refused,
            Self::Login { permanent, .. } | Self::Recipients { permanent, .. } | Self::Dialogue { permanent, .. } => {
                !permanent
            }
            Self::Status { status, .. } => *status >= 500 || matches!(status, 408 | 425 | 429),
            Self::Address { .. } | Self::Compose { .. } | Self::Url { .. } | Self::Token { .. } => false,
            Self::TooLarge { .. } | Self::Setup { .. } | Self::NoStartTls { .. } | Self::NoLogin { .. } => false,
            Self::Redirect { .. } => false,
        }
    }

    /// Whether some of the recipients were told, so that telling again would tell them twice.
    pub fn reached_somebody(&self) -> bool {
        matches!(self, Self::Recipients { reached, .. } if *reached > 0)
    }
}
