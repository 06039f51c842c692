//! The folder of jobs: a sub-folder is a kind, a file's stem is a job's name, and nothing lies there unread.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::base::{Problem, Problems, nearest};
use crate::job::relation::relation_problems;
use crate::job::{Job, Kind, read_job};

/// Beside the kinds: what the source room reads.
const SOURCE_FOLDER: &str = "source";

/// Reads every job under `dir` (`report/weekly.toml` is the report `weekly`). All problems come at once; a folder or
/// file that would be passed over in silence is one.
pub fn read_jobs(dir: &Path) -> Result<Vec<Job>, Problems> {
    let (mut jobs, mut problems) = (Vec::new(), Vec::new());
    for entry in entries(dir, &mut problems) {
        let name = name_of(&entry);
        match Kind::FOLDERS.iter().find(|(folder, _)| *folder == name) {
            Some((_, kind)) if entry.is_dir() => read_kind(*kind, &entry, &mut jobs, &mut problems),
            _ if name == SOURCE_FOLDER || name.starts_with('.') => {}
            _ if entry.is_dir() => problems.push(unknown_folder(&entry, &name)),
            _ if is_toml(&entry) => {
                let message = "lies outside the folders of the kinds, nobody reads it";
                let problem = Problem::of_file(entry.display().to_string(), message);
                problems.push(problem.with_hint("move it to pipeline, report or upkeep"));
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

fn read_kind(kind: Kind, folder: &Path, jobs: &mut Vec<Job>, problems: &mut Vec<Problem>) {
    for path in entries(folder, problems) {
        let file = path.display().to_string();
        if path.is_dir() {
            let problem = Problem::of_file(file, "is a folder within a kind, nobody reads it");
            problems.push(problem.with_hint(format!("put the files into {}", folder.display())));
        } else if is_toml(&path) {
            let name = path.file_stem().map(|s| s.to_string_lossy()).unwrap_or_default();
            match fs::read_to_string(&path) {
                Ok(text) => match read_job(kind, &name, &file, &text) {
                    Ok(job) => jobs.push(job),
                    Err(mut found) => problems.append(&mut found.0),
                },
                Err(e) => problems.push(Problem::of_file(file, format!("cannot be read: {e}"))),
            }
        }
    }
}

fn unknown_folder(folder: &Path, name: &str) -> Problem {
    let kinds = Kind::FOLDERS.iter().map(|(folder, _)| *folder);
    let hint = match nearest(name, kinds) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "kinds: pipeline, report, upkeep".to_owned(),
    };
    Problem::of_file(folder.display().to_string(), format!("unknown kind of job `{name}`")).with_hint(hint)
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "toml")
}

/// What lies in a folder, by name.
fn entries(folder: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let listed = fs::read_dir(folder).and_then(|entries| entries.map(|e| e.map(|e| e.path())).collect());
    match listed {
        Ok(listed) => {
            let mut paths: Vec<PathBuf> = listed;
            paths.sort();
            paths
        }
        Err(e) => {
            let missing = if e.kind() == io::ErrorKind::NotFound { "does not exist" } else { "cannot be listed" };
            problems.push(Problem::of_file(folder.display().to_string(), format!("the folder of jobs {missing}: {e}")));
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::Format;

    #[test]
    fn the_shipped_jobs_read_and_the_report_waits_for_its_night() {
        let jobs = read_jobs(&Path::new(env!("CARGO_MANIFEST_DIR")).join("jobs")).expect("jobs without problems");
        let names: Vec<&str> = jobs.iter().map(|j| j.name.as_str()).collect();
        assert_eq!(names, ["nightly", "executive-weekly"]);
        assert_eq!(jobs[1].needs, ["nightly"]);
        assert_eq!(jobs[1].spec.recipients[0].to_string(), "Leadership <leadership@example.com>");
        assert_eq!(jobs[1].spec.formats, [Format::Pdf, Format::Xlsx]);
    }

    #[test]
    fn a_folder_without_files_holds_no_jobs_and_no_folder_is_a_problem() {
        let dir = tempfile::tempdir().expect("a directory");
        assert!(read_jobs(dir.path()).expect("no problems").is_empty());
        let missing = read_jobs(&dir.path().join("jobs")).expect_err("a problem").to_string();
        assert!(missing.contains("the folder of jobs does not exist"), "{missing}");
    }

    #[test]
    fn nothing_lies_in_the_folder_unread() {
        let dir = tempfile::tempdir().expect("a directory");
        for folder in ["reports", "source/promenade", "report/north"] {
            fs::create_dir_all(dir.path().join(folder)).expect("a folder");
        }
        for file in ["nightly.toml", "README.md", "report/notes.txt"] {
            fs::write(dir.path().join(file), "cron = 3").expect("a file");
        }
        let found = read_jobs(dir.path()).expect_err("problems").to_string();
        for expected in [
            "nightly.toml: lies outside the folders of the kinds",
            "north: is a folder within a kind",
            "unknown kind of job `reports` (did you mean `report`?)",
        ] {
            assert!(found.contains(expected), "{expected} in:\n{found}");
        }
        assert_eq!(found.lines().count(), 3, "{found}");
    }
}
