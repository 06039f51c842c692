//! The binary as a person or a script meets it: arguments and variables in, words and an exit code out.
//!
//! What it must refuse is data: each folder of `tests/cases/cli` is one claim (`case.toml` says what is broken,
//! `expected.txt` is the session that follows). `VESPER_BLESS=1` writes the sessions anew, to be read in the diff.

mod demo;
mod explain;
mod footprint;
mod help;
mod metrics;
mod night;
mod outbox;
mod pipe;
mod quiet;
mod refresh;
mod refusal;
mod reload;
mod report;
mod roles;
mod runs;
pub mod serve;
mod session;
pub mod stage;
mod supervisor;
mod webhook;
