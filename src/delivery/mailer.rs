//! Where mail goes: a server, a directory, or memory.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use crate::delivery::directory::{DirectoryMailer, Stored};
use crate::delivery::smtp::SmtpLane;
use crate::delivery::{DeliveryError, DomainList, Recipient, SmtpRelays};

/// A claimed message as a mailer takes it.
#[derive(Clone)]
pub(super) struct Mail {
    pub(super) message_id: i64,
    pub(super) attempt: i32,
    pub(super) lease_owner: Uuid,
    pub(super) label: String,
    pub(super) rcpt: String,
    pub(super) mail_from: String,
    /// Header block with its closing empty line.
    pub(super) head: Vec<u8>,
    /// Shared by the mails of an edition.
    pub(super) body: Arc<[u8]>,
}

impl Mail {
    pub(super) fn recipient(&self) -> Recipient {
        Recipient { name: None, address: self.rcpt.clone() }
    }
}

/// A server's words about a message, or ours when it said none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: Option<u16>,
    pub(super) text: String,
}

/// What a mailer knows after a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Taken.
    Sent(Reply),
    /// Not taken; another time perhaps.
    Retry(Reply),
    /// Not taken, and never will be.
    Refused(Reply),
    /// Not taken, and never will be, because of whom it goes to: the answer to RCPT.
    Bounced(Reply),
    /// The final dot was written and no answer came.
    Unknown(Reply),
    /// The server refuses the sender or does not answer: this message was not the matter.
    SenderAway(Reply),
    /// The message is no longer ours; nothing was handed over.
    Lost,
}

/// Where mail goes.
#[derive(Debug, Clone)]
pub enum Mailer {
    /// Mail servers.
    Smtp(Arc<SmtpRelays>),
    /// A directory of `.eml` files.
    Directory {
        /// Where they lie.
        path: PathBuf,
        /// Domains that mail may go to.
        domains: DomainList,
    },
    /// Memory, for tests.
    Memory(MemoryMailer),
}

/// Messages kept in memory, each once.
#[derive(Debug, Clone, Default)]
pub struct MemoryMailer {
    mails: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl MemoryMailer {
    /// Everything delivered so far, in order.
    pub fn mails(&self) -> Vec<Vec<u8>> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, message: Vec<u8>) {
        let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        if !mails.contains(&message) {
            mails.push(message);
        }
    }
}

/// What a mailer is told beside its URL.
#[derive(Debug, Clone, Copy, Default)]
pub struct MailOptions<'a> {
    /// The name it says hello with; `[127.0.0.1]` when there is none.
    pub hello: Option<&'a str>,
    /// Certificates of authorities of one's own, as PEM; they are trusted beside the public ones.
    pub ca_file: Option<&'a Path>,
    /// Domains that mail may go to; `None` means all.
    pub domains: Option<&'a DomainList>,
}

impl Mailer {
    /// Reads `smtp://user:password@host:587`, `smtps://…` or `file:DIRECTORY`.
    pub fn parse(url: &str) -> Result<Self, DeliveryError> {
        Self::open(url, &MailOptions::default())
    }

    /// Reads what [`Mailer::parse`] reads, or several servers in the order they are asked.
    pub fn open(url: &str, options: &MailOptions<'_>) -> Result<Self, DeliveryError> {
        if let Some(path) = url.strip_prefix("file:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() {
                return Err(DeliveryError::MailUrl { reason: "file: names no directory".to_owned() });
            }
            let domains = options.domains.cloned().unwrap_or_default();
            return Ok(Mailer::Directory { path: PathBuf::from(path), domains });
        }
        Ok(Mailer::Smtp(Arc::new(SmtpRelays::parse(url, options)?)))
    }

    /// Looks whether mail could be left there, as far as that can be told without leaving any: the directory may be
    /// made later, but not below something that is none.
    pub fn check(&self) -> Result<(), DeliveryError> {
        let Mailer::Directory { path, .. } = self else { return Ok(()) };
        let existing = path.ancestors().find(|path| path.exists());
        match existing.filter(|path| !path.is_dir()) {
            Some(blocker) => Err(DeliveryError::MailFolder {
                folder: path.display().to_string(),
                blocker: blocker.display().to_string(),
            }),
            None => Ok(()),
        }
    }

    /// Where it goes, without secrets.
    pub fn place(&self) -> String {
        match self {
            Mailer::Smtp(relays) => relays.place(),
            Mailer::Directory { path, .. } => path.display().to_string(),
            Mailer::Memory(_) => "memory".to_owned(),
        }
    }

    /// Whether nobody may be asked now, because everybody refused the sender a moment ago.
    pub(super) fn is_resting(&self) -> bool {
        match self {
            Mailer::Smtp(relays) => relays.is_resting(),
            Mailer::Directory { .. } | Mailer::Memory(_) => false,
        }
    }

    /// How many messages may be under way at once.
    pub(super) fn lane_count(&self) -> usize {
        match self {
            Mailer::Smtp(_) => 4,
            Mailer::Directory { .. } | Mailer::Memory(_) => 1,
        }
    }

    /// A lane with a connection of its own.
    pub(super) fn lane(&self) -> Lane {
        match self {
            Mailer::Smtp(relays) => Lane::Smtp(Box::new(SmtpLane::new(relays.clone()))),
            Mailer::Directory { path, domains } => Lane::Directory(DirectoryMailer::new(path.clone()), domains.clone()),
            Mailer::Memory(memory) => Lane::Memory(memory.clone()),
        }
    }
}

/// One message after another.
pub(super) enum Lane {
    /// Boxed: a TLS connection is a kilobyte, the others are a path.
    Smtp(Box<SmtpLane>),
    Directory(DirectoryMailer, DomainList),
    Memory(MemoryMailer),
}

impl Lane {
    /// Delivers one message. `mark` makes the point of no return durable; when it answers `false` nothing is handed
    /// over. A directory and memory recognise what they have and need no mark.
    pub(super) async fn deliver(&mut self, mail: &Mail, mark: impl AsyncFnOnce() -> bool) -> Verdict {
        match self {
            Lane::Smtp(lane) => lane.deliver(mail, mark).await,
            Lane::Directory(_, domains) if !domains.allows(&mail.recipient()) => Verdict::Refused(out_of_bounds(mail)),
            Lane::Directory(directory, _) => match directory.store(mail).await {
                Ok(Stored { path, is_new }) => {
                    let words = if is_new { "written to" } else { "was already in" };
                    Verdict::Sent(Reply { code: None, text: format!("{words} {}", path.display()) })
                }
                Err(e) => Verdict::SenderAway(Reply { code: None, text: format!("the directory refuses: {e}") }),
            },
            Lane::Memory(memory) => {
                memory.keep([&mail.head[..], &mail.body[..]].concat());
                Verdict::Sent(Reply { code: None, text: "kept in memory".to_owned() })
            }
        }
    }

    /// Says goodbye.
    pub(super) async fn close(self) {
        match self {
            Lane::Smtp(lane) => lane.close().await,
            Lane::Directory(..) | Lane::Memory(_) => {}
        }
    }
}

/// Looked at once more when a message is sent: a list that became narrower holds for what is queued too.
pub(super) fn out_of_bounds(mail: &Mail) -> Reply {
    let recipient = mail.recipient();
    let domain = recipient.domain();
    Reply { code: None, text: format!("mail may not go to {domain}: it is not in mail.domains") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_servers_and_directories() {
        let place = |url: &str| Mailer::parse(url).expect("a mailer").place();
        assert_eq!(place("file:.vesper/outbox"), ".vesper/outbox");
        assert_eq!(place("file:///var/spool/vesper"), "/var/spool/vesper");
        assert_eq!(place("smtps://user:p%40ss@mail.example.com"), "smtps://mail.example.com:465");
        assert_eq!(place("smtp://mail.example.com"), "smtp://mail.example.com:587");
        assert_eq!(place("smtp://127.0.0.1:2525"), "smtp://127.0.0.1:2525");
        let both = "smtps://mail.example.com:465, then smtp://relay.example.org:587";
        assert_eq!(place("smtps://u:a,b@mail.example.com,smtp://relay.example.org"), both);
        assert_eq!(place("smtps://mail.example.com,\n  smtp://relay.example.org\n"), both);
    }

    #[test]
    fn wrong_urls_are_refused_without_repeating_the_password() {
        for (url, reason) in [
            ("file:", "names no directory"),
            ("http://h", "unknown scheme `http`"),
            ("smtp://", "host"),
            ("nonsense", "relative URL"),
            ("smtp://u:secret@h:99999", "invalid port"),
            ("smtp://:secret@h", "a password and no user"),
            ("smtp://h smtps://u:secret@h:x", "invalid port number (the 2. of 2)"),
            ("smtp://u@h?auth=xoauth2", "needs token_file=PATH"),
            ("smtp://u:secret@h?auth=xoauth2&token_file=/t", "keep one"),
            ("smtp://h?auth=xoauth2&token_file=/t", "needs a user"),
            ("smtp://u:secret@h?token_file=/t", "token_file needs auth=xoauth2"),
            ("smtp://u:secret@h?auth=cram-md5", "unknown auth `cram-md5`: plain, login or xoauth2"),
            ("smtp://u:secret@h?tokenfile=/t", "unknown parameter `tokenfile`, did you mean `token_file`?"),
        ] {
            let refusal = Mailer::parse(url).map(|_| ()).expect_err(url).to_string();
            assert!(!refusal.contains("secret") && refusal.contains(reason), "{url}: {refusal}");
        }
        let server = Mailer::parse("smtps://user:secret@mail.example.com").expect("a mailer");
        assert!(!format!("{server:?}").contains("secret"));
    }
}
