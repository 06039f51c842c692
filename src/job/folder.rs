//! The folder of jobs: a sub-folder is a kind, a file's stem is a job's name, and nothing lies there unread.

use std::collections::BTreeSet;

use crate::base::{Folder, Problem, Problems, nearest};
use crate::job::relation::relation_problems;
use crate::job::webhook::WEBHOOK_FOLDER;
use crate::job::{Job, Kind, read_job};

/// Beside the kinds: what the source room reads. Webhooks have a reader of their own too.
const SOURCE_FOLDER: &str = "source";

/// Reads every job of the folder (`report/weekly.toml` is the report `weekly`). All problems come at once; a file that
/// would be passed over in silence is one.
pub fn read_jobs(folder: &Folder) -> Result<Vec<Job>, Problems> {
    let (mut jobs, mut problems) = (Vec::new(), Vec::new());
    let paths = folder.list("", "toml").unwrap_or_else(|e| {
        problems.push(Problem::of_file(folder.root(), format!("the folder of jobs cannot be listed: {e}")));
        Vec::new()
    });
    let mut unknown = BTreeSet::new();
    for path in &paths {
        let parts: Vec<&str> = path.split('/').collect();
        let kind = Kind::FOLDERS.iter().find(|(name, _)| *name == parts[0]).map(|(_, kind)| *kind);
        match (parts.as_slice(), kind) {
            ([SOURCE_FOLDER | WEBHOOK_FOLDER, ..], _) => {}
            ([_], _) => {
                let problem =
                    Problem::of_file(folder.name(path), "lies outside the folders of the kinds, nobody reads it");
                problems.push(problem.with_hint("move it to pipeline, report or upkeep"));
            }
            ([_, file], Some(kind)) => {
                let read =
                    folder.read(path).map_err(|e| Problems(vec![Problem::of_file(folder.name(path), e.to_string())]));
                match read.and_then(|text| read_job(kind, file.trim_end_matches(".toml"), &folder.name(path), &text)) {
                    Ok(job) => jobs.push(job),
                    Err(mut found) => problems.append(&mut found.0),
                }
            }
            ([kind_folder, ..], Some(_)) => {
                let problem = Problem::of_file(folder.name(path), "lies in a folder within a kind, nobody reads it");
                problems.push(problem.with_hint(format!("move it to {}", folder.name(kind_folder))));
            }
            ([kind_folder, ..], None) if unknown.insert(kind_folder.to_string()) => {
                problems.push(unknown_folder(folder, kind_folder));
            }
            _ => {}
        }
    }
    // A job that failed to read would make every file that needs it look wrong.
    if problems.is_empty() {
        problems.append(&mut relation_problems(&jobs));
    }
    jobs.sort_by(|a: &Job, b: &Job| (a.spec.kind.name(), &a.name).cmp(&(b.spec.kind.name(), &b.name)));
    Problems(problems).into_result().map(|()| jobs)
}

fn unknown_folder(folder: &Folder, name: &str) -> Problem {
    let kinds = Kind::FOLDERS.iter().map(|(folder, _)| *folder);
    let hint = match nearest(name, kinds) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "kinds: pipeline, report, upkeep".to_owned(),
    };
    Problem::of_file(folder.name(name), format!("unknown kind of job `{name}`")).with_hint(hint)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::job::Format;

    fn open(path: &Path) -> Folder {
        Folder::open(path).expect("the folder is there")
    }

    #[test]
    fn the_shipped_jobs_read_and_the_report_waits_for_its_night() {
        let jobs =
            read_jobs(&open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("jobs"))).expect("jobs without problems");
        let names: Vec<&str> = jobs.iter().map(|j| j.name.as_str()).collect();
        assert_eq!(names, ["nightly", "executive-weekly"]);
        assert_eq!(jobs[1].needs, ["nightly"]);
        assert_eq!(jobs[1].spec.recipients[0].to_string(), "Leadership <leadership@example.com>");
        assert_eq!(jobs[1].spec.formats, [Format::Pdf, Format::Xlsx]);
    }

    #[test]
    fn a_folder_without_files_holds_no_jobs() {
        let dir = tempfile::tempdir().expect("a directory");
        assert!(read_jobs(&open(dir.path())).expect("no problems").is_empty());
    }

    #[test]
    fn nothing_lies_in_the_folder_unread() {
        let dir = tempfile::tempdir().expect("a directory");
        for folder in ["reports", "source/promenade", "report/north"] {
            fs::create_dir_all(dir.path().join(folder)).expect("a folder");
        }
        for file in [
            "nightly.toml",
            "README.md",
            "report/notes.txt",
            "report/north/x.toml",
            "reports/y.toml",
            "source/promenade/source.toml",
        ] {
            fs::write(dir.path().join(file), "cron = 3").expect("a file");
        }
        let found = read_jobs(&open(dir.path())).expect_err("problems").to_string();
        for expected in [
            "nightly.toml: lies outside the folders of the kinds",
            "north/x.toml: lies in a folder within a kind",
            "unknown kind of job `reports` (did you mean `report`?)",
        ] {
            assert!(found.contains(expected), "{expected} in:\n{found}");
        }
        assert_eq!(found.lines().count(), 3, "{found}");
    }
}
