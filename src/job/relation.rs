//! What job files say of each other.

use std::collections::BTreeMap;

use crate::base::{Problem, nearest};
use crate::job::Job;

/// Names that stand twice, needs of nobody, circles.
pub(super) fn relation_problems(jobs: &[Job]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut by_name: BTreeMap<&str, &Job> = BTreeMap::new();
    for job in jobs {
        if let Some(other) = by_name.insert(&job.name, job) {
            let message = format!("job \"{}\" stands in {} too", job.name, other.file);
            problems.push(Problem::of_file(&job.file, message).with_hint("rename one of the files"));
        }
    }
    for job in jobs {
        for need in job.needs.iter().filter(|need| !by_name.contains_key(need.as_str())) {
            let problem = Problem::of_file(&job.file, format!("`needs` names the unknown job \"{need}\""));
            problems.push(match nearest(need, by_name.keys().copied()) {
                Some(near) => problem.with_hint(format!("did you mean \"{near}\"?")),
                None => problem,
            });
        }
        if needs_itself(job, &by_name) {
            let message = format!("job \"{}\" waits for itself through `needs`", job.name);
            problems.push(Problem::of_file(&job.file, message));
        }
    }
    problems
}

fn needs_itself(job: &Job, by_name: &BTreeMap<&str, &Job>) -> bool {
    let mut open: Vec<&str> = job.needs.iter().map(String::as_str).collect();
    let mut seen = Vec::new();
    while let Some(name) = open.pop() {
        if name == job.name {
            return true;
        }
        if !seen.contains(&name) {
            seen.push(name);
            open.extend(by_name.get(name).into_iter().flat_map(|j| j.needs.iter().map(String::as_str)));
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Problems;
    use crate::job::{Kind, read_job};

    #[test]
    fn needs_must_exist_and_may_not_turn_in_a_circle() {
        let job = |name: &str, needs: &str| {
            let text = format!("cron = \"0 2 * * *\"\nneeds = [{needs}]");
            read_job(Kind::Pipeline, name, &format!("jobs/pipeline/{name}.toml"), &text).expect("a job")
        };
        let circle = [job("a", "\"b\""), job("b", "\"c\""), job("c", "\"a\""), job("d", "\"a\", \"bb\"")];
        let found = Problems(relation_problems(&circle)).to_string();
        assert_eq!(found.matches("waits for itself").count(), 3, "{found}");
        assert!(found.contains("unknown job \"bb\" (did you mean \"b\"?)"), "{found}");
    }
}
