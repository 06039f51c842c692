//! Getting it there: sealed editions, and mail that is a row before it is a message.
//!
//! In: artifacts' bytes, a mail body, recipients. Out: a sealed [`SealedEdition`] whose files are stored once, one row
//! a recipient in the outbox, and messages handed to a [`Mailer`].
//!
//! An edition is sealed once for (job, slot, scope) and never changes. A message is enqueued once for
//! (job, slot, recipient) and goes through these states:
//!
//! ```text
//! pending ─claim─▶ sending ─MAIL, RCPT, DATA─▶ committing_at set and committed ─body and final dot─▶
//!   2xx sent │ 4xx, or the wire broke before the marker: pending │ 5xx dead
//!   the wire broke after the marker: uncertain (hold), or pending again (resend, the same Message-ID)
//! ```
//!
//! SMTP has no exactly-once: after the final dot only the server knows. What is unknown is held for a person by
//! default. A server that refuses the sender itself (greeting, TLS, AUTH) or does not answer pauses the sender and
//! costs no message an attempt. Several servers are asked in their order; after the mark no second one is. Calls of
//! [`webhook`]s are rows of the same outbox and go out beside the mail.
//!
//! Never here: rendering, deciding who gets what, the machine's clock.

mod address;
mod bounce;
mod clerk;
mod compose;
mod directory;
mod domains;
pub mod edition;
mod enclosure;
mod error;
mod mailer;
mod message;
mod outbox;
mod relay;
mod rest;
mod sender;
mod smtp;
mod suppression;
mod trust;
pub mod webhook;

pub use address::Recipient;
pub use compose::{ComposedMail, InlineImage, MailBody, MailDraft, OutgoingArtifact, compose_mail};
pub use domains::DomainList;
pub use edition::{
    EditionDraft, Manifest, ManifestFile, SealedEdition, earlier_edition, edition_artifacts, edition_mail,
    find_edition, seal_edition,
};
pub use enclosure::{ATTACHED_SIZE_MAX, LINK_LIFE, Linker, enclose};
pub use error::DeliveryError;
pub use mailer::{MailOptions, Mailer, MemoryMailer};
pub use message::{
    MessageChange, MessageDetail, MessageEdition, MessageFile, MessageFilter, MessageLine, find_message, message_lines,
};
pub use outbox::{CHANNEL, Enqueued, OnUncertain, Posting, Resolution, enqueue, resolve_message, resolve_messages};
pub use relay::SmtpServer;
pub use sender::{Sender, Sending};
pub use smtp::SmtpRelays;
pub use suppression::{Suppression, allow_inbox, suppress_inbox, suppressions};
