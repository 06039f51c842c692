//! The window: the published numbers over HTTP, read only.
//!
//! In: each tenant's current `Snapshot`, handed over whole by whoever published or loaded it (`Published::replace`), and
//! the tokens there are (`TokenBook::replace`).
//! Out: the eight routes of the published contract, every metric of the catalog, the lists of snapshots and sealed
//! reports, two probes, the process's meters, the description of all that, pages for people, and sealed files.
//!
//! A body is the contract's own shape under `data`, with what we add under `meta`; it is made and compressed once for a
//! snapshot and a set of parameters and then served from memory. An unknown parameter is refused, not ignored.
//! Never here: a formula, a write but of tokens, the clock (the probes and the ends of links and tokens apart). No request
//! asks the database but for two things that would not fit the memory: a sealed file, which streams through
//! `delivery::edition`, and the snapshot of an earlier day that nobody has asked for lately (`archive`).

mod accept;
mod answer;
mod archive;
mod body;
mod cors;
mod docs;
mod encoding;
mod envelope;
mod error;
mod figure;
mod file;
#[cfg(test)]
mod fixture;
mod format;
mod guard;
mod openapi;
mod page;
mod parameter;
mod patience;
mod probe;
mod published;
mod refusal;
mod route;
mod serve;
mod server;
mod tabular;
mod token;
mod validator;
mod welcome;

pub use archive::{SnapshotLine, list_snapshots};
pub use cors::Cors;
pub use error::HttpError;
pub use published::{Published, Shelf, Tenants};
pub use route::{ROUTES, Route};
pub use serve::{HttpState, check_bind, is_loopback, listen, router};
pub use server::{Tls, serve};
pub use token::{
    NewToken, Scope, TOKEN_CHANNEL, TokenBook, TokenError, TokenLine, create_token, known_tenants, list_tokens,
    revoke_token,
};
