//! Editions and the outbox against a real ledger, and a real SMTP conversation.

mod edition;
pub mod outbox;
mod settle;
pub mod smtp_server;
