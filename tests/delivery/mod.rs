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
