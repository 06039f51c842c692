//! Vesper: a star schema, published metrics, charted reports by mail and read-only HTTP, from one
//! operational Postgres and one binary.
//!
//! ```text
//! operational row ─source─▶ batch ─load─▶ dim/fact ─cube─▶ measures ─metric─▶ snapshot ─────▶ http, bi
//!                                                                             │
//!              inbox ◀─delivery─ artifact ◀─render─ pages ◀─render─ document ◀─report
//! ```
//!
//! One word a stage, one room a word, one type at each border. The invariants:
//!
//! 1. The date is a parameter: a run works for its slot's business date, however late it starts.
//! 2. The data of a load and the end of its step commit in one transaction.
//! 3. A snapshot never changes; recomputing publishes a new one and moves a pointer, in one transaction, after its checks hold.
//! 4. The Document is the last place with meaning; after it there is only geometry.
//! 5. A mail is a row before it is a message; (edition, recipient) is unique.
//! 6. Leases, not open transactions; no transaction outlives a step.
//! 7. The HTTP and BI roles cannot write.
//! 8. Money is integer cents (numeric in SQL); ratios come from sums.
//! 9. No row is lost silently: read = loaded + unchanged + quarantined, and the ledger shows the three.

pub mod app;
pub mod base;
pub mod cli;
pub mod config;
pub mod cube;
pub mod delivery;
pub mod demo;
pub mod export;
pub mod http;
pub mod job;
pub mod load;
pub mod metric;
pub mod render;
pub mod report;
pub mod source;
pub mod table;
