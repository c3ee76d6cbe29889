//! Sends one message as the daemon does, from an environment of its own: what is trusted and which session bus is meant
//! is said in variables, which a test cannot change for itself. Reads a JSON document, and says in English what went
//! wrong.
#![expect(clippy::print_stderr, reason = "what went wrong is for the test that runs it")]

use std::io::Read as _;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use resguardo::notify::{self, Email, HealthCheck, Message, NotifyError, Patience, Security, Target, Webhook, desktop};
use serde_json::Value;
use zeroize::Zeroizing;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match tell().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if let Some(error) = error.downcast_ref::<NotifyError>() {
                eprintln!("debug: {error:?}");
                eprintln!("may help: {}, reached somebody: {}", error.may_help(), error.reached_somebody());
            }
            eprintln!("tell: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn tell() -> anyhow::Result<()> {
    let mut document = String::new();
    std::io::stdin().lock().take(1 << 20).read_to_string(&mut document)?;
    let document: Value = serde_json::from_str(&document)?;
    let message = message(&document["message"])?;
    if document["kind"] == "desktop" {
        let urgent = document["urgent"].as_bool().unwrap_or(false);
        return Ok(desktop::show(&message.subject, &message.text, urgent).await?);
    }
    let mut patience = Patience::USUAL;
    if let Some(milliseconds) = document["patience_ms"].as_u64() {
        patience.whole = Duration::from_millis(milliseconds);
    }
    Ok(notify::send_within(&target(&document)?, &message, patience).await?)
}

fn message(value: &Value) -> anyhow::Result<Message> {
    let at = text(value, "at")?.parse()?;
    let data = value["data"].clone();
    Ok(Message { subject: text(value, "subject")?, text: text(value, "text")?, data, at, id: text(value, "id")? })
}

fn target(value: &Value) -> anyhow::Result<Target> {
    let secret = |key: &str| value[key].as_str().map(|text| Zeroizing::new(text.to_owned()));
    Ok(match text(value, "kind")?.as_str() {
        "email" => Target::Email(Email {
            host: text(value, "host")?,
            port: u16::try_from(value["port"].as_u64().context("no port")?)?,
            security: match text(value, "security")?.as_str() {
                "starttls" => Security::StartTls,
                "tls" => Security::Tls,
                "none" => Security::None,
                other => bail!("{other} is no security"),
            },
            user: text(value, "user").ok(),
            password: secret("password"),
            from: text(value, "from")?,
            to: serde_json::from_value(value["to"].clone())?,
        }),
        "webhook" => Target::Webhook(Webhook { url: text(value, "url")?, token: secret("token") }),
        "health_check" => Target::HealthCheck(HealthCheck { url: text(value, "url")?.into() }),
        other => bail!("{other} is no target"),
    })
}

fn text(value: &Value, key: &str) -> anyhow::Result<String> {
    Ok(value[key].as_str().with_context(|| format!("no {key}"))?.to_owned())
}
