//! One webhook: where it goes, what it listens to, how it is signed.

use std::fmt;
use std::time::Duration;

use url::{Host, Url};

use crate::delivery::webhook::{Allowed, EventKind, Outside, SigningKey};
use crate::delivery::{OnUncertain, Recipient};

/// How the body of a call is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CallFormat {
    /// `type`, `timestamp` and `data`, for programs.
    #[default]
    Json,
    /// `text` and `blocks`, for chats that read what Slack reads.
    Slack,
}

impl CallFormat {
    /// Both by the name used in files.
    pub const NAMES: [(&'static str, CallFormat); 2] = [("json", CallFormat::Json), ("slack", CallFormat::Slack)];
}

/// One file of `jobs/webhook`. Its `Debug` shows no URL: those of chats are secrets themselves.
#[derive(Clone)]
pub struct Webhook {
    /// The file's stem.
    pub name: String,
    /// Where calls go.
    pub url: Url,
    /// What it is told of.
    pub events: Vec<EventKind>,
    /// Whose runs and editions it is told of; empty for all.
    pub jobs: Vec<String>,
    /// Each signs every call.
    pub keys: Vec<SigningKey>,
    /// How the body is written.
    pub format: CallFormat,
    /// Attempts before a call is dead.
    pub attempt_max: i32,
    /// Not sent after.
    pub expires_after: Duration,
    /// What happens to a call whose answer was lost.
    pub on_uncertain: OnUncertain,
    /// Whether it may go to this machine, and there without TLS.
    pub allow_loopback: bool,
    /// Who minds it.
    pub owner: Option<Recipient>,
}

impl Webhook {
    /// Why calls cannot go to `url`, as far as the URL alone tells; the message repeats no path and no login.
    pub fn refusal(url: &Url, allow_loopback: bool, allowed: &Allowed) -> Option<String> {
        let Some(host) = url.host() else { return Some("it names no host".to_owned()) };
        if !url.username().is_empty() || url.password().is_some() {
            return Some("it holds a login; receivers know a call by its signature".to_owned());
        }
        let is_loopback = match host {
            Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::Ipv4(v4) => v4.is_loopback(),
            Host::Ipv6(v6) => v6.is_loopback(),
        };
        match url.scheme() {
            "https" => {}
            "http" if is_loopback && allow_loopback => return None,
            "http" if is_loopback => {
                return Some("http goes to this machine only with allow_loopback = true".to_owned());
            }
            "http" => return Some("http is readable on its way; write https".to_owned()),
            other => return Some(format!("{other} is no way to call; write https")),
        }
        let address = match host {
            Host::Ipv4(v4) => v4.into(),
            Host::Ipv6(v6) => v6.into(),
            Host::Domain(_) => return None,
        };
        let why = allowed.refusal(address).filter(|_| !(is_loopback && allow_loopback))?;
        Some(format!("{address} is {why}"))
    }

    /// Whether it is told of this kind of event of this job.
    pub(super) fn listens(&self, kind: EventKind, job: &str) -> bool {
        self.events.contains(&kind) && (self.jobs.is_empty() || self.jobs.iter().any(|name| name == job))
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("name", &self.name).field("events", &self.events).finish_non_exhaustive()
    }
}

/// Every webhook of the deployment that is switched on, and the way out to them.
#[derive(Debug, Clone, Default)]
pub struct Webhooks {
    /// One a file.
    pub list: Vec<Webhook>,
    /// How the receivers are reached.
    pub outside: Outside,
    /// Where people reach this server, for links.
    pub public_url: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str, allow_loopback: bool) -> Option<String> {
        let allowed = Allowed::parse("10.1.0.0/16").expect("a network");
        Webhook::refusal(&Url::parse(url).expect("a URL"), allow_loopback, &allowed)
    }

    #[test]
    fn only_https_to_the_outside_is_a_url_to_call() {
        for fine in [
            "https://crm.example.com/hook?x=1",
            "https://crm.example.com:8443/",
            "https://10.1.2.3/",
            "https://1.1.1.1/",
        ] {
            assert_eq!(refusal(fine, false), None, "{fine}");
        }
        for (wrong, expected) in [
            ("http://crm.example.com/", "https"),
            ("ftp://crm.example.com/", "https"),
            ("https://u:hunter2@crm.example.com/", "login"),
            ("https://10.2.0.1/", "private"),
            ("https://[fd00:ec2::254]/", "metadata"),
            ("https://[::ffff:7f00:1]/", "loopback"),
            ("https://0x7f.1/", "loopback"),
            ("http://localhost:9000/", "allow_loopback"),
        ] {
            let told = refusal(wrong, false).expect(wrong);
            assert!(told.contains(expected) && !told.contains("hunter2"), "{wrong}: {told}");
        }
    }

    #[test]
    fn this_machine_is_called_only_when_the_file_says_so() {
        for local in ["http://localhost:9000/", "http://127.0.0.1/", "http://[::1]/", "https://127.0.0.1/"] {
            assert_eq!(refusal(local, true), None, "{local}");
        }
        assert!(refusal("http://10.2.0.1/", true).is_some() && refusal("http://crm.example.com/", true).is_some());
    }
}
