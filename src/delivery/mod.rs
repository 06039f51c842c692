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
//! costs no message an attempt. Calls of [`webhook`]s are rows of the same outbox and go out beside the mail.
//!
//! Never here: rendering, deciding who gets what, the machine's clock.

mod address;
mod compose;
mod directory;
mod edition;
mod error;
mod mailer;
mod message;
mod outbox;
mod sender;
mod smtp;
mod suppression;
pub mod webhook;

pub use address::Recipient;
pub use compose::{ComposedMail, InlineImage, MailBody, MailDraft, OutgoingArtifact, compose_mail};
pub use edition::{EditionDraft, Manifest, ManifestFile, SealedEdition, edition_artifacts, find_edition, seal_edition};
pub use error::DeliveryError;
pub use mailer::{Mailer, MemoryMailer};
pub use message::{
    MessageChange, MessageDetail, MessageEdition, MessageFile, MessageFilter, MessageLine, find_message, message_lines,
};
pub use outbox::{CHANNEL, Enqueued, OnUncertain, Posting, Resolution, enqueue, resolve_message, resolve_messages};
pub use sender::{Sender, Sending};
pub use smtp::SmtpServer;
pub use suppression::{Suppression, allow_inbox, suppress_inbox, suppressions};
