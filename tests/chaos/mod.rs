//! The crash harness: real workers, two at a time, a real Postgres, a real mail server with moods; killed, and then the
//! ledgers, the star and the server's own record are checked against the invariants.
//!
//! - `directed`: a kill at every named point of `base::chaos`;
//! - `storm`: anything, by chance, for as long as `make chaos FOR=` says;
//! - `mutant`: the same with a safeguard taken out, to show that the checker would notice;
//! - `check`: from what is left behind to what must not be, and nothing but that.

mod check;
mod check_tests;
mod crew;
mod directed;
mod evidence;
mod mutant;
mod plan;
mod proxy;
mod shop;
mod star;
mod storm;
