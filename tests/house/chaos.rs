//! Every crash point and every switch of `base::chaos` is on its list, and is in the flow exactly once.

use std::path::Path;

use vesper::base::chaos::{MUTANTS, POINTS};

use super::imports::visit;

#[test]
fn every_crash_point_is_listed_and_passed_in_one_place() {
    let mut listed = POINTS.to_vec();
    listed.sort_unstable();
    assert_eq!(named_after(&["chaos::point(", "chaos::at_first_pause("]), listed);
}

#[test]
fn every_safeguard_that_can_be_taken_out_is_listed_and_taken_out_in_one_place() {
    let mut listed = MUTANTS.to_vec();
    listed.sort_unstable();
    assert_eq!(named_after(&["chaos::is_mutant("]), listed);
}

/// The texts that stand right behind these calls in `src`, sorted, as often as they stand there.
fn named_after(calls: &[&str]) -> Vec<String> {
    let mut names = Vec::new();
    visit(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut |_, text| {
        for (at, call) in calls.iter().flat_map(|call| text.match_indices(call)) {
            let name = text[at + call.len()..].trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
            names.push(name.unwrap_or("a name that is no text").to_owned());
        }
    });
    names.sort_unstable();
    names
}
