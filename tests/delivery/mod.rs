//! Editions and the outbox against a real ledger, and a real SMTP conversation.

mod edition;
pub mod hook_server;
pub mod outbox;
mod settle;
pub mod smtp_server;
mod webhook;
mod webhook_address;
mod webhook_event;
