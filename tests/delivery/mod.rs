//! Editions and the outbox against a real ledger, and a real SMTP conversation.

mod edition;
mod outbox;
pub mod smtp_server;
