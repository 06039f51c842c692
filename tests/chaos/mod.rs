//! The crash harness: real workers, two at a time, a real Postgres, a real mail server with moods; killed, and then the
//! ledgers, the star and the server's own record are checked against the invariants.
//!
//! - `directed`: a kill at every named point of `base::chaos`;
//! - `mutant`: the same with a safeguard taken out, to show that the checker would notice;
//! - `check`: from what is left behind to what must not be, and nothing but that.

mod check;
mod check_tests;
mod crew;
mod directed;
mod evidence;
mod mutant;
mod plan;
mod shop;
mod star;
