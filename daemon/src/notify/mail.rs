//! One mail to all recipients, step by step, so that each refusal has its name. It may not know what the mail is about.

use std::net::Ipv4Addr;
use std::time::{Duration, SystemTime};

use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::bounded::Bounded;
use super::clean;
use super::error::{Address, Cause, Channel, NotifyError};
use super::target::{Email, Message, Patience, Security};

/// What a server has to say, with the certificates of its TLS, is a tenth of this.
const SERVER_SAYS_MOST_BYTES: usize = 256 * 1024;
/// A mail that is accepted is not undone by a server that is slow to say goodbye.
const GOODBYE: Duration = Duration::from_secs(2);
const SUBJECT_MOST: usize = 200;
const TEXT_MOST_BYTES: usize = 64 * 1024;

/// Sends it.
pub(super) async fn send(email: &Email, message: &Message, patience: Patience) -> Result<(), NotifyError> {
    let letter = Letter::compose(email, message)?;
    let server = server(email);
    let late = NotifyError::TimedOut { channel: Channel::Mail, server: server.clone(), after: patience.whole };
    let delivered = timeout(patience.whole, deliver(email, &server, &letter, patience.connect)).await;
    let (mut connection, refused) = delivered.map_err(|_| late)??;
    let _goodbye = timeout(GOODBYE, connection.quit()).await;
    match refused {
        Some(refused) => Err(refused.into_error(&server, letter.to.len())),
        None => Ok(()),
    }
}

/// Connects and logs in as for a mail, and takes leave.
pub(super) async fn greet(email: &Email, patience: Patience) -> Result<(), NotifyError> {
    let server = server(email);
    let late = NotifyError::TimedOut { channel: Channel::Mail, server: server.clone(), after: patience.whole };
    let greeting = async {
        let mut connection = connect(email, &server, patience.connect).await?;
        log_in(email, &server, &mut connection).await?;
        Ok(connection)
    };
    let mut connection = timeout(patience.whole, greeting).await.map_err(|_| late)??;
    let _goodbye = timeout(GOODBYE, connection.quit()).await;
    Ok(())
}

fn server(email: &Email) -> String {
    format!("{}:{}", clean::line(&email.host, 100), email.port)
}

/// The name or address without the brackets of IPv6.
fn host(email: &Email) -> &str {
    email.host.trim_matches(['[', ']'])
}

/// A mail, ready to be sent.
#[derive(Debug)]
struct Letter {
    from: lettre::Address,
    to: Vec<lettre::Address>,
    bytes: Vec<u8>,
}

impl Letter {
    fn compose(email: &Email, message: &Message) -> Result<Self, NotifyError> {
        let from = mailbox(&email.from, Address::Sender)?;
        let to: Vec<Mailbox> =
            email.to.iter().map(|address| mailbox(address, Address::Recipient)).collect::<Result<_, _>>()?;
        let subject = clean::line(&message.subject, SUBJECT_MOST);
        let id = format!("<{}@{}>", clean::word(&message.id), from.email.domain());
        let mut letter = lettre::Message::builder()
            .from(from.clone())
            .subject(subject)
            .date(SystemTime::from(message.at))
            .message_id(Some(id))
            .header(ContentType::TEXT_PLAIN);
        for recipient in &to {
            letter = letter.to(recipient.clone());
        }
        // Nobody's absence is to be answered to a program.
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        let letter = letter.raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()));
        let letter = letter.body(clean::lines(&message.text, TEXT_MOST_BYTES));
        let letter = letter.map_err(|error| NotifyError::Compose { source: Cause::of(&error) })?;
        let to = to.into_iter().map(|mailbox| mailbox.email).collect();
        Ok(Self { from: from.email, to, bytes: letter.formatted() })
    }
}

/// An address of ASCII only: not every server takes others, and none of them needs them here.
fn mailbox(text: &str, whose: Address) -> Result<Mailbox, NotifyError> {
    let wrong = || NotifyError::Address { whose, address: clean::line(text, 100) };
    if text.chars().any(char::is_control) {
        return Err(wrong());
    }
    let mailbox: Mailbox = text.parse().map_err(|_| wrong())?;
    let address: &str = mailbox.email.as_ref();
    if address.is_ascii() { Ok(mailbox) } else { Err(wrong()) }
}

/// The recipients that the server refuses, and why the first of them.
#[derive(Debug)]
struct Refused {
    addresses: Vec<String>,
    permanent: bool,
    source: Cause,
}

impl Refused {
    fn into_error(self, server: &str, recipients: usize) -> NotifyError {
        let reached = recipients.saturating_sub(self.addresses.len());
        let refused = clean::line(&self.addresses.join(", "), 300);
        let server = server.to_owned();
        NotifyError::Recipients { server, refused, reached, permanent: self.permanent, source: self.source }
    }
}

/// Delivers it to all that are not refused. An error means that nobody got it, or that nobody knows.
async fn deliver(
    email: &Email,
    server: &str,
    letter: &Letter,
    patience: Duration,
) -> Result<(AsyncSmtpConnection, Option<Refused>), NotifyError> {
    let mut connection = connect(email, server, patience).await?;
    log_in(email, server, &mut connection).await?;
    let failed = |step: &'static str| {
        move |error: SmtpError| NotifyError::Dialogue {
            server: server.to_owned(),
            step,
            permanent: error.is_permanent(),
            source: Cause::of(&error),
        }
    };
    let from = Mail::new(Some(letter.from.clone()), Vec::new());
    connection.command(from).await.map_err(failed("its sender"))?;
    let mut refused: Option<Refused> = None;
    for address in &letter.to {
        match connection.command(Rcpt::new(address.clone(), Vec::new())).await {
            Ok(_) => {}
            // One address that is no more must not keep the others from being told.
            Err(error) if error.is_permanent() || error.is_transient() => {
                let first = || Refused { addresses: Vec::new(), permanent: true, source: Cause::of(&error) };
                let refused = refused.get_or_insert_with(first);
                refused.addresses.push(address.to_string());
                refused.permanent &= error.is_permanent();
            }
            Err(error) => return Err(failed("its recipients")(error)),
        }
    }
    if let Some(refused) = refused.take_if(|refused| refused.addresses.len() == letter.to.len()) {
        return Err(refused.into_error(server, letter.to.len()));
    }
    connection.command(Data).await.map_err(failed("the announcement of its text"))?;
    connection.message(&letter.bytes).await.map_err(failed("its text"))?;
    Ok((connection, refused))
}

/// Connects, as protected as asked for and never less.
async fn connect(email: &Email, server: &str, patience: Duration) -> Result<AsyncSmtpConnection, NotifyError> {
    let broken = |error: SmtpError| NotifyError::Dialogue {
        server: server.to_owned(),
        step: "its greeting",
        permanent: error.is_permanent(),
        source: Cause::of(&error),
    };
    let untrusted = |error: SmtpError| NotifyError::Tls {
        server: server.to_owned(),
        refused: is_refusal(&error),
        source: Cause::of(&error),
    };
    let name = own_name();
    if email.security == Security::None {
        let stream = reach(email, server, patience).await?;
        return AsyncSmtpConnection::connect_with_transport(Box::new(stream), &name).await.map_err(broken);
    }
    let tls = TlsParameters::builder(host(email).to_owned()).build().map_err(|error| NotifyError::Setup {
        channel: Channel::Mail,
        server: server.to_owned(),
        source: Cause::of(&error),
    })?;
    if email.security == Security::Tls {
        // Here time is the only bound on what the server says, but it says nothing before its certificate is trusted.
        let address = (host(email), email.port);
        let connected = AsyncSmtpConnection::connect_tokio1(address, Some(patience), &name, Some(tls), None).await;
        return connected.map_err(|error| match &error {
            answer if answer.is_permanent() || answer.is_transient() => broken(error),
            refusal if is_refusal(refusal) => untrusted(error),
            _ => unreachable(&error, server),
        });
    }
    let stream = Box::new(reach(email, server, patience).await?);
    let mut connection = AsyncSmtpConnection::connect_with_transport(stream, &name).await.map_err(broken)?;
    if !connection.can_starttls() {
        return Err(NotifyError::NoStartTls { server: server.to_owned() });
    }
    connection.starttls(tls, &name).await.map_err(untrusted)?;
    Ok(connection)
}

/// A connection to one of the server's addresses.
async fn reach(email: &Email, server: &str, patience: Duration) -> Result<Bounded, NotifyError> {
    match timeout(patience, TcpStream::connect((host(email), email.port))).await {
        Ok(Ok(stream)) => Ok(Bounded::new(stream, SERVER_SAYS_MOST_BYTES)),
        Ok(Err(error)) => Err(unreachable(&error, server)),
        Err(_) => Err(NotifyError::TimedOut { channel: Channel::Mail, server: server.to_owned(), after: patience }),
    }
}

fn unreachable(error: &(dyn std::error::Error + 'static), server: &str) -> NotifyError {
    NotifyError::Unreachable { channel: Channel::Mail, server: server.to_owned(), source: Cause::of(error) }
}

/// Whether TLS itself says no: the library gives its errors as invalid data, those of the network as what they are.
fn is_refusal(error: &SmtpError) -> bool {
    let error: &(dyn std::error::Error + 'static) = error;
    std::iter::successors(Some(error), |&error| error.source())
        .filter_map(|error| error.downcast_ref::<std::io::Error>())
        .any(|error| error.kind() == std::io::ErrorKind::InvalidData)
}

async fn log_in(email: &Email, server: &str, connection: &mut AsyncSmtpConnection) -> Result<(), NotifyError> {
    let (Some(user), Some(password)) = (&email.user, &email.password) else { return Ok(()) };
    let mechanisms = [Mechanism::Plain, Mechanism::Login];
    if connection.server_info().get_auth_mechanism(&mechanisms).is_none() {
        return Err(NotifyError::NoLogin { server: server.to_owned() });
    }
    let credentials = Credentials::new(user.clone(), password.to_string());
    let login = connection.auth(&mechanisms, &credentials).await;
    login.map(drop).map_err(|error| NotifyError::Login {
        server: server.to_owned(),
        user: clean::line(user, 100),
        permanent: error.is_permanent(),
        source: Cause::without(&error, password),
    })
}

/// What this machine calls itself; servers are told no name that could break the line.
fn own_name() -> ClientId {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    if !name.is_empty() && name.bytes().all(plain) {
        ClientId::Domain(name)
    } else {
        ClientId::Ipv4(Ipv4Addr::LOCALHOST)
    }
}
