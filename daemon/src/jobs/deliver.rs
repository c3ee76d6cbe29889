//! The outbox: what people are to be told is sent, and sent again until it was taken or a week is over. What becomes of
//! it is recorded and changes nothing else: a failed mail never undoes a backup.

use chrono::{DateTime, TimeDelta, Utc};
use zeroize::Zeroizing;

use super::error::chain;
use super::office::Office;
use super::tell;
use crate::config::model::{Channel, MailSecurity, SecretSource};
use crate::config::secret::{self, SecretError};
use crate::notify::{self, Email, HealthCheck, Message, NotifyError, Security, Target, Webhook};
use crate::store::change::Change;
use crate::store::error::StoreError;
use crate::store::rows::{Delivery, DeliveryState, Notice};

/// How long after each attempt the next one comes, in minutes; from then on the last of them goes on.
const BACK_OFF_MINUTES: [i64; 5] = [1, 5, 15, 60, 240];
/// What was not taken for so long is given up.
const PATIENCE: TimeDelta = TimeDelta::days(7);
/// At most so many at once.
const BATCH: u32 = 64;

/// Sends what is due. Returns when there will be more to send.
///
/// # Errors
/// What the store says; what was sent and could not be recorded is sent again, under the same id.
pub async fn deliver(office: Office<'_>) -> Result<Option<DateTime<Utc>>, StoreError> {
    loop {
        let due = office.store.deliveries_due(office.now(), BATCH).await?;
        if due.is_empty() {
            return office.store.next_delivery().await;
        }
        for (delivery, notice) in due {
            let delivery = one(office, delivery, &notice).await;
            office.store.apply(Change { deliveries: vec![delivery], ..Change::default() }).await?;
        }
    }
}

async fn one(office: Office<'_>, delivery: Delivery, notice: &Notice) -> Delivery {
    let until = notice.at + PATIENCE;
    // Desktops fetch theirs themselves; here only their patience ends.
    if tell::is_desktop(&delivery.channel) {
        return if office.now() < until {
            Delivery { next_attempt: until, ..delivery }
        } else {
            let error = delivery.error.clone().or_else(|| Some("no desktop has asked for it for a week".to_owned()));
            Delivery { state: DeliveryState::Abandoned, error, ..delivery }
        };
    }
    let labelled = tell::labelled(office.config);
    let Some((_, channel)) = labelled.iter().find(|(label, _)| *label == delivery.channel) else {
        let error = Some("the configuration has no such channel any more".to_owned());
        return Delivery { state: DeliveryState::Abandoned, error, ..delivery };
    };
    let sent = match target(channel) {
        Ok(Some(target)) => notify::send(&target, &message(office, &delivery, notice)).await.map_err(Failed::Send),
        Ok(None) => Ok(()),
        Err(error) => Err(Failed::Secret(error)),
    };
    recorded(office, delivery, sent, until)
}

/// Why something was not sent.
enum Failed {
    Send(NotifyError),
    Secret(SecretError),
}

fn recorded(office: Office<'_>, delivery: Delivery, sent: Result<(), Failed>, until: DateTime<Utc>) -> Delivery {
    let now = office.now();
    let attempts = delivery.attempts + 1;
    let error = match sent {
        Ok(()) => {
            tracing::info!(notice = delivery.notice, channel = delivery.channel, "a notice was taken");
            return Delivery { state: DeliveryState::Sent, attempts, sent: Some(now), error: None, ..delivery };
        }
        // Sent again, those whom it reached would have it twice.
        Err(Failed::Send(error)) if error.reached_somebody() => {
            tracing::warn!(
                notice = delivery.notice,
                channel = delivery.channel,
                "not everybody has a notice: {}",
                chain(&error)
            );
            let error = Some(chain(&error));
            return Delivery { state: DeliveryState::Sent, attempts, sent: Some(now), error, ..delivery };
        }
        Err(Failed::Send(error)) => chain(&error),
        Err(Failed::Secret(error)) => chain(&error),
    };
    tracing::warn!(notice = delivery.notice, channel = delivery.channel, attempts, error, "a notice was not taken");
    let state = if now < until { DeliveryState::Pending } else { DeliveryState::Abandoned };
    let place = usize::try_from(delivery.attempts).unwrap_or(usize::MAX).min(BACK_OFF_MINUTES.len() - 1);
    let next_attempt = now + TimeDelta::minutes(BACK_OFF_MINUTES[place]);
    Delivery { state, attempts, next_attempt, error: Some(error), ..delivery }
}

fn message(office: Office<'_>, delivery: &Delivery, notice: &Notice) -> Message {
    let mut data = notice.data.clone();
    data["kind"] = notice.kind.clone().into();
    Message {
        subject: format!("Resguardo: {}", notice.subject),
        text: notice.text.clone(),
        data,
        at: office.local(notice.at),
        id: format!("resguardo-{}-{}-{}", notice.at.timestamp_micros(), notice.number, delivery.channel),
    }
}

/// The channel with its secrets; `None` for a desktop.
pub(super) fn target(channel: &Channel) -> Result<Option<Target>, SecretError> {
    let read = |source: &SecretSource, what: &str| {
        secret::read(source, what).map(|secret| Zeroizing::new(secret.expose().to_owned()))
    };
    Ok(Some(match channel {
        Channel::Email { smtp, security, user, password, from, to, .. } => {
            let (host, port) = smtp.rsplit_once(':').unwrap_or((smtp, "25"));
            Target::Email(Email {
                host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
                port: port.parse().unwrap_or(25),
                security: match security {
                    MailSecurity::StartTls => Security::StartTls,
                    MailSecurity::Tls => Security::Tls,
                    MailSecurity::None => Security::None,
                },
                user: user.clone(),
                password: password
                    .as_ref()
                    .map(|source| read(source, "the password of the mail server"))
                    .transpose()?,
                from: from.clone(),
                to: to.clone(),
            })
        }
        Channel::Webhook { url, token, .. } => Target::Webhook(Webhook {
            url: url.clone(),
            token: token.as_ref().map(|source| read(source, "the token of the webhook")).transpose()?,
        }),
        Channel::HealthCheck { url } => {
            Target::HealthCheck(HealthCheck { url: read(url, "the URL of the health check")? })
        }
        Channel::Desktop { .. } => return Ok(None),
    }))
}
