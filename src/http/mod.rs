//! The window: the published numbers over HTTP, read only.
//!
//! In: the current `Snapshot`, handed over whole by whoever published or loaded it (`Published::replace`).
//! Out: the eight routes of the published contract, two probes, the process's meters, a page for people, and sealed
//! files behind signed links.
//!
//! A body is the contract's own shape under `data`, with what we add under `meta`; it is made once for a snapshot and
//! a set of parameters and then served from memory. An unknown parameter is refused, not ignored.
//! Never here: a query, a formula, a write, the clock (the readiness probe and the end of a link apart). One route asks
//! the database, through `delivery::edition`: `/files/…` streams a sealed file, which may be too large to hold.

mod accept;
mod body;
mod file;
#[cfg(test)]
mod fixture;
mod parameter;
mod probe;
mod published;
mod refusal;
mod route;
mod serve;
mod time_series;
mod validator;
mod welcome;

pub use published::Published;
pub use route::{ROUTES, Route};
pub use serve::{HttpError, HttpState, check_bind, listen, router, serve};
