//! Why something could not be sealed, enqueued or sent.

use crate::base::pg::remedy_of;
use crate::base::{Remedied, Remedy};
use crate::delivery::Resolution;

/// A situation of the delivery.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// A statement on editions or the outbox failed.
    #[error("the delivery's ledger could not {action}")]
    Ledger {
        /// What was being done, as a verb phrase.
        action: &'static str,
        /// The driver's reason.
        #[source]
        source: sqlx::Error,
    },
    /// The mail URL cannot be used. The URL itself is not repeated: it holds a password.
    #[error("the mail URL (VESPER_MAIL_URL, or `mail.url` in vesper.toml) is not usable: {reason}")]
    MailUrl {
        /// What is wrong with it.
        reason: String,
    },
    /// The certificates of one's own authorities cannot be read.
    #[error("the certificates of VESPER_MAIL_CA_FILE (`mail.ca_file` in vesper.toml) cannot be used: {file}: {reason}")]
    CaFile {
        /// The path.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The directory for mails cannot be one.
    #[error("mail cannot be left in {folder}: {blocker} is no directory")]
    MailFolder {
        /// The directory of the mail URL.
        folder: String,
        /// What is there instead of it, or of a folder above it.
        blocker: String,
    },
    /// A header would carry what no header may.
    #[error("mail \"{label}\": {field} {reason}")]
    Header {
        /// Which mail.
        label: String,
        /// Which header.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The composer refuses a mail.
    #[error("mail \"{label}\" cannot be composed")]
    Compose {
        /// Which mail.
        label: String,
        /// The composer's reason.
        #[source]
        source: lettre::error::Error,
    },
    /// A mail too large for most servers.
    #[error("mail \"{label}\" has {size} bytes, more than the {size_max} that servers take")]
    TooLarge {
        /// Which mail.
        label: String,
        /// Composed, with the attachments in base64.
        size: usize,
        /// The limit.
        size_max: usize,
    },
    /// Files that need a link, and nowhere to link to.
    #[error(
        "mail \"{label}\" has {size} bytes of files, more than the {size_max} that are attached, and nobody said where links lead"
    )]
    NoPublicUrl {
        /// Which mail.
        label: String,
        /// All files, raw.
        size: usize,
        /// The limit.
        size_max: usize,
    },
    /// A stored manifest is not what this version writes.
    #[error("edition {edition_id}: the stored manifest cannot be read")]
    Manifest {
        /// The edition.
        edition_id: i64,
        /// The reader's reason.
        #[source]
        source: serde_json::Error,
    },
    /// The mail an edition was sealed with is not what this version writes, or it was sealed without one.
    #[error("edition {edition_id}: the sealed mail cannot be read")]
    Body {
        /// The edition.
        edition_id: i64,
        /// The reader's reason.
        #[source]
        source: serde_json::Error,
    },
    /// Nothing to resolve: a message does not exist or its state is settled.
    #[error("{} cannot be {}", told_states(.messages), .resolution.name())]
    NotOpen {
        /// Each message and its state, or "unknown".
        messages: Vec<(i64, String)>,
        /// What was asked for.
        resolution: Resolution,
    },
    /// No such message.
    #[error("there is no message {message_id}")]
    NoMessage {
        /// What was asked for.
        message_id: i64,
    },
    /// The address is none.
    #[error("`{address}` is no mail address: {reason}")]
    Address {
        /// As written.
        address: String,
        /// Why.
        reason: String,
    },
    /// The inbox is not suppressed.
    #[error("{inbox} is not suppressed")]
    NotSuppressed {
        /// What was asked for.
        inbox: String,
        /// The suppressed inbox most like it.
        nearest: Option<String>,
    },
}

impl DeliveryError {
    /// For `map_err` on a statement.
    pub(super) fn ledger(action: &'static str) -> impl FnOnce(sqlx::Error) -> DeliveryError {
        move |source| DeliveryError::Ledger { action, source }
    }
}

/// `message 3 is sent and message 9 is unknown:`
fn told_states(messages: &[(i64, String)]) -> String {
    let told: Vec<String> = messages.iter().map(|(id, state)| format!("message {id} is {state}")).collect();
    format!("{}:", told.join(" and "))
}

impl Remedied for DeliveryError {
    fn remedy(&self) -> Remedy {
        match self {
            DeliveryError::Ledger { source, .. } => remedy_of(source),
            DeliveryError::MailUrl { .. }
            | DeliveryError::CaFile { .. }
            | DeliveryError::MailFolder { .. }
            | DeliveryError::Header { .. }
            | DeliveryError::TooLarge { .. }
            | DeliveryError::NoPublicUrl { .. }
            | DeliveryError::NotOpen { .. }
            | DeliveryError::NoMessage { .. }
            | DeliveryError::Address { .. }
            | DeliveryError::NotSuppressed { .. } => Remedy::FixConfig,
            DeliveryError::Compose { .. } | DeliveryError::Manifest { .. } | DeliveryError::Body { .. } => {
                Remedy::FixCode
            }
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            DeliveryError::MailUrl { .. } => Some(
                "write smtps://user:password@host, smtp://user:password@host:587, several of them with spaces between, \
                 or file:DIRECTORY; special characters of the password in percent encoding"
                    .to_owned(),
            ),
            DeliveryError::CaFile { .. } => Some("name a file with certificates as PEM, the authority's own".to_owned()),
            DeliveryError::MailFolder { .. } => {
                Some("give VESPER_MAIL_URL (`mail.url` in vesper.toml) another directory: file:DIRECTORY".to_owned())
            }
            DeliveryError::NoPublicUrl { .. } => Some(
                "set VESPER_PUBLIC_URL (`public_url` in vesper.toml) to the address people reach this server at, so that \
                 larger files are linked; or attach fewer formats"
                    .to_owned(),
            ),
            DeliveryError::TooLarge { .. } => Some("attach fewer formats or split the report".to_owned()),
            DeliveryError::NotOpen { messages, .. }
                if messages.iter().any(|(_, state)| state.contains("suppressed")) =>
            {
                Some("`vesper outbox allow ADDRESS` lifts the suppression; nothing was changed".to_owned())
            }
            DeliveryError::NotOpen { .. } => {
                Some("`vesper outbox` lists the messages and their states; nothing was changed".to_owned())
            }
            DeliveryError::NoMessage { .. } => Some("`vesper outbox` lists the messages".to_owned()),
            DeliveryError::Address { .. } => Some("expected name@host".to_owned()),
            DeliveryError::NotSuppressed { nearest: Some(near), .. } => Some(format!("did you mean {near}?")),
            DeliveryError::NotSuppressed { nearest: None, .. } => {
                Some("`vesper outbox suppressed` lists the inboxes that get no mail".to_owned())
            }
            DeliveryError::Ledger { .. }
            | DeliveryError::Header { .. }
            | DeliveryError::Compose { .. }
            | DeliveryError::Manifest { .. }
            | DeliveryError::Body { .. } => None,
        }
    }
}
