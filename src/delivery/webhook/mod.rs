//! Webhooks: other systems are told what happened, by signed calls out of the same outbox as the mail.
//!
//! In: the hooks of `jobs/webhook`, and what happened as an [`Event`]. Out: one row a hook that listens, written in the
//! transaction of what it tells of, and calls that the [`Caller`] makes of them:
//!
//! ```text
//! pending ─claim─▶ sending ─resolve, check, connect, TLS─▶ committing_at set and committed ─request─▶
//!   2xx sent │ 408, 409, 425, 429, 5xx: pending │ any other answer: dead │ 410: dead, and the hook's other calls too
//!   the wire broke before the marker: pending │ after it: pending again (resend, the same webhook-id), or uncertain (hold)
//! ```
//!
//! A hook has a lane of its own: a silent receiver delays neither mail nor another hook. Calls of one hook begin in the
//! order of their events, but one that is tried again is overtaken by those behind it.
//!
//! Never here: what makes something happen, redirects, proxies, a second look-up of a name, a URL in a log or a row.

mod address;
mod call;
mod event;
mod hook;
mod outbox;
mod sender;
mod signature;
mod slack;
mod sweep;

pub use address::Allowed;
pub use call::{MemoryResolver, Outside, Resolver};
pub use event::{Breach, EntityBalance, Event, EventData, EventFile, EventKind};
pub use hook::{CallFormat, Webhook, Webhooks};
pub use outbox::{announce, sync_webhooks};
pub use sender::{Caller, Calling};
pub use signature::SigningKey;
