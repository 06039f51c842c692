//! The checker would notice: each safeguard of the protocol is taken out, and the kill that needs it finds the gap.

use std::time::Duration;

use super::check::{Violation, check};
use super::crew::{Crash, Crew, EXPIRE_RUNS, work};
use super::directed::{HELD, finish, kill};
use super::evidence::Evidence;
use super::plan::{JobPlan, NIGHT};
use super::shop::Shop;

/// A report whose recipients' server has no moods.
const CALM: JobPlan = JobPlan { recipients: &["a", "b", "c", "d", "e"], formats: "", lease: "60s", ..HELD };

/// Races of a lost attempt against the word that it is lost.
const TRIES: usize = 8;

async fn violations(shop: &Shop, mutant: &'static str, point: &'static str) -> Vec<Violation> {
    let evidence = kill(shop, Some(mutant), &[Crash { point, pass: 1, turn: 0 }]).await;
    check(&evidence.unwrap_or_else(|problem| panic!("{mutant}: {problem}")))
}

fn assert_caught(violations: &[Violation], invariant: u8, words: &str) {
    let is_caught = violations.iter().any(|v| v.invariant == invariant && v.what.contains(words));
    assert!(is_caught, "no I{invariant} with {words:?} among {violations:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_marker_a_held_mail_is_accepted_twice() {
    let shop = Shop::after_the_nights(&[CALM]).await;
    assert_caught(&violations(&shop, "marker", "mail.accepted").await, 6, "accepted 2 times");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_memo_a_night_is_loaded_twice() {
    let shop = Shop::before_the_nights(&[NIGHT]).await;
    assert_caught(&violations(&shop, "memo", "step.committed").await, 3, "(nightly) was loaded ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_cursor_moved_before_the_slots_a_slot_is_lost() {
    let shop = Shop::after_the_nights(&[CALM]).await;
    assert_caught(&violations(&shop, "cursor", "slots.inserted").await, 1, "has 0 runs");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_fence_a_lost_attempt_commits_its_step() {
    // The lost attempt may hear of its loss in time, as it should: then the fence had nothing to refuse.
    let mut violations = Vec::new();
    for _ in 0..TRIES {
        violations.extend(check(&superseded_in_a_step(Some("fence")).await));
        if violations.iter().any(|v| v.invariant == 13) {
            break;
        }
    }
    assert_caught(&violations, 13, "committed when attempt");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_fence_a_lost_attempt_commits_nothing() {
    let violations = check(&superseded_in_a_step(None).await);
    assert!(violations.is_empty(), "{violations:#?}");
}

/// Takes a run away from its worker in the middle of a step: the step's lock is held until the next attempt waits for
/// it too, and then the lost one comes first.
async fn superseded_in_a_step(mutant: Option<&'static str>) -> Evidence {
    // The lock of the job's steps and no other: workers that start wait for each other's sync as well.
    const WAITING: &str = "\
        select count(*) from pg_locks where locktype = 'advisory' and not granted \
        and database = (select oid from pg_database where datname = current_database()) \
        and classid::bigint << 32 | objid::bigint = hashtextextended('vesper.step:held', 0)";
    let shop = Shop::after_the_nights(&[CALM]).await;
    let hold_up = shop.hold_up(CALM.name).await;
    let mut crew = Crew::new(&shop, mutant);
    crew.start().await;
    crew.start().await;
    let do_two_wait = async |crew: &Crew<'_>| {
        let waiting = shop.count(WAITING).await;
        if waiting == 1 {
            shop.bend(EXPIRE_RUNS).await;
        }
        waiting > 1 || !crew.accidents.is_empty()
    };
    let is_taken = work(&mut crew, do_two_wait, Duration::from_secs(120)).await;
    assert!(is_taken, "the run is not taken away:\n{}", crew.words());
    drop(hold_up);
    finish(&shop, crew).await
}
