//! Editions and the outbox against a real ledger, and a real SMTP conversation.

pub mod authority;
mod bounce;
mod edition;
pub mod hook_server;
mod link;
pub mod outbox;
mod settle;
pub mod smtp_server;
mod webhook;
mod webhook_address;
mod webhook_event;

use vesper::delivery::MailBody;

/// The mail of an edition whose mail is not what a test is about.
pub static NO_MAIL: MailBody =
    MailBody { subject: String::new(), html: String::new(), text: String::new(), inline: Vec::new() };
