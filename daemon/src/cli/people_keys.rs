//! `resguardo token` and `resguardo audit`: the keys of other programs and the audit log, by the service. It may not know
//! what a key opens.

use std::path::Path;

use super::args_people::{AuditList, AuditVerb, TokenVerb};
use super::exit::{Failure, code};
use super::people::say;
use super::{people_lists as lists, print, socket};
use crate::jobs::report::Listing;
use crate::service::client;
use crate::service::people::{AuditAsked, AuditReport, TokenAsked, TokenMade, TokenReport, VerifiedReport};
use crate::service::protocol::Request;

/// `resguardo token`.
pub(super) fn token(config: &Path, verb: &TokenVerb) -> Result<u8, Failure> {
    let socket = socket::of(config)?;
    match verb {
        TokenVerb::Add(asked) => {
            let (name, user) = (asked.name.clone(), asked.user.clone());
            let request = TokenAsked::Add { name, user, scopes: asked.scopes.clone(), until: asked.until };
            let made: TokenMade = client::ask_once(&socket, Request::Tokens(request))?;
            if asked.json {
                print::value(&made)?;
            } else {
                print::out(&format!("token {} is {}\nIt is shown only now.\n", made.id, made.token))?;
            }
            Ok(code::DONE)
        }
        TokenVerb::List(asked) => {
            let tokens: Listing<TokenReport> = client::ask_once(&socket, Request::Tokens(TokenAsked::List))?;
            if asked.json {
                print::value(&serde_json::json!({ "tokens": tokens.items }))?;
            } else {
                print::out(&lists::tokens(&tokens.items))?;
            }
            Ok(code::DONE)
        }
        TokenVerb::Revoke(asked) => {
            let request = Request::Tokens(TokenAsked::Revoke { id: asked.id });
            say(&client::ask_once::<String>(&socket, request)?, asked.json)
        }
    }
}

/// `resguardo audit`.
pub(super) fn audit(config: &Path, verb: &AuditVerb) -> Result<u8, Failure> {
    match verb {
        AuditVerb::List(asked) => list(config, asked),
        AuditVerb::Verify(asked) => {
            let found: VerifiedReport = client::ask_once(&socket::of(config)?, Request::Audit(AuditAsked::Verify))?;
            if asked.json {
                print::value(&found)?;
            } else {
                let good = format!("{} lines follow each other; the last hash is {}\n", found.lines, found.head);
                let bad = found.broken.as_ref().map(|broken| format!("DAMAGE: {broken}\n")).unwrap_or_default();
                print::out(&(good + &bad))?;
            }
            Ok(if found.broken.is_some() { code::DAMAGE } else { code::DONE })
        }
    }
}

fn list(config: &Path, asked: &AuditList) -> Result<u8, Failure> {
    let (actor, object) = (asked.actor.clone(), asked.object.clone());
    let request = Request::Audit(AuditAsked::List { actor, object, limit: asked.limit });
    let lines: Listing<AuditReport> = client::ask_once(&socket::of(config)?, request)?;
    if asked.json {
        return print::value(&serde_json::json!({ "lines": lines.items, "more": lines.more })).map(|()| code::DONE);
    }
    print::out(&lists::audit(&lines.items))?;
    Ok(code::DONE)
}
