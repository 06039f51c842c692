//! The folder of jobs: a sub-folder is a kind, a file's stem is a job's name, and nothing lies there unread.

use std::collections::BTreeSet;

use crate::base::calendar::read_calendar;
use crate::base::{Calendar, Folder, Problem, Problems, nearest};
use crate::job::file::{JobFile, read_job_file};
use crate::job::relation::relation_problems;
use crate::job::webhook::WEBHOOK_FOLDER;
use crate::job::{Calendars, Job, Kind};
use crate::metric::kpi::{KPI_FOLDER, known_catalog};

/// Beside the kinds: what the source room reads. Webhooks have a reader of their own too.
const SOURCE_FOLDER: &str = "source";
/// Beside the kinds: metrics of the deployment's own, which the metric room reads.
const METRIC_FOLDER: &str = KPI_FOLDER;
/// Beside the kinds: which days are business days, a country a file.
const CALENDAR_FOLDER: &str = "calendar";

/// Reads every job of the folder (`report/weekly.toml` is the report `weekly`). All problems come at once; a file that
/// would be passed over in silence is one.
pub fn read_jobs(folder: &Folder) -> Result<Vec<Job>, Problems> {
    let (mut jobs, mut problems) = (Vec::new(), Vec::new());
    let paths = folder.list("", "toml").unwrap_or_else(|e| {
        problems.push(Problem::of_file(folder.root(), format!("the folder of jobs cannot be listed: {e}")));
        Vec::new()
    });
    let calendars = read_calendars(folder, &paths, &mut problems);
    let catalog = known_catalog(folder);
    let mut unknown = BTreeSet::new();
    for path in &paths {
        let parts: Vec<&str> = path.split('/').collect();
        let kind = Kind::FOLDERS.iter().find(|(name, _)| *name == parts[0]).map(|(_, kind)| *kind);
        match (parts.as_slice(), kind) {
            ([SOURCE_FOLDER | WEBHOOK_FOLDER, ..], _) | ([CALENDAR_FOLDER | METRIC_FOLDER, _], _) => {}
            ([_], _) => {
                let problem =
                    Problem::of_file(folder.name(path), "lies outside the folders of the kinds, nobody reads it");
                problems.push(problem.with_hint("move it to pipeline, report or upkeep"));
            }
            ([_, file], Some(kind)) => {
                let read =
                    folder.read(path).map_err(|e| Problems(vec![Problem::of_file(folder.name(path), e.to_string())]));
                let (name, file) = (file.trim_end_matches(".toml"), folder.name(path));
                match read.and_then(|text| {
                    read_job_file(&JobFile { kind, name, file: &file, text: &text, catalog: &catalog }, &calendars)
                }) {
                    Ok(job) => jobs.push(job),
                    Err(mut found) => problems.append(&mut found.0),
                }
            }
            ([kind_folder, ..], kind) if kind.is_some() || [CALENDAR_FOLDER, METRIC_FOLDER].contains(kind_folder) => {
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

fn read_calendars(folder: &Folder, paths: &[String], problems: &mut Vec<Problem>) -> Calendars {
    let mut calendars = Calendars::new();
    for path in paths {
        let Some((CALENDAR_FOLDER, file)) = path.split_once('/').filter(|(_, file)| !file.contains('/')) else {
            continue;
        };
        let (name, file) = (file.trim_end_matches(".toml"), folder.name(path));
        let read = folder.read(path).map_err(|e| Problems(vec![Problem::of_file(&file, e.to_string())]));
        let calendar = read.and_then(|text| read_calendar(name, &file, &text)).unwrap_or_else(|mut found| {
            problems.append(&mut found.0);
            // The name is known, so that the jobs that use it are not wrong too.
            Calendar { name: name.to_owned(), weekend: Vec::new(), holidays: Vec::new() }
        });
        calendars.insert(name.to_owned(), calendar);
    }
    calendars
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
    use crate::job::{Days, Format};

    fn open(path: &Path) -> Folder {
        Folder::open(path).expect("the folder is there")
    }

    #[test]
    fn the_shipped_jobs_read_and_the_report_waits_for_its_night() {
        let jobs =
            read_jobs(&open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("jobs"))).expect("jobs without problems");
        assert!(jobs.iter().any(|j| j.name == "nightly"));
        let reports: Vec<&Job> = jobs.iter().filter(|j| j.spec.kind == Kind::Report).collect();
        assert!(reports.len() > 5 && reports.iter().all(|j| j.needs == ["nightly"]));
        let weekly = reports.iter().find(|j| j.name == "executive-weekly").expect("shipped");
        assert_eq!(weekly.spec.recipients[0].to_string(), "Leadership <leadership@example.com>");
        assert_eq!(weekly.spec.formats, [Format::Pdf, Format::Xlsx]);
        // A burst reaches everybody in a team: it waits until somebody says so.
        assert!(reports.iter().all(|j| j.enabled != j.spec.burst.is_some()));
    }

    #[test]
    fn a_folder_without_files_holds_no_jobs() {
        let dir = tempfile::tempdir().expect("a directory");
        assert!(read_jobs(&open(dir.path())).expect("no problems").is_empty());
    }

    #[test]
    fn calendars_are_found_by_name_and_all_their_problems_come_with_those_of_the_jobs() {
        let dir = tempfile::tempdir().expect("a directory");
        for folder in ["calendar", "pipeline"] {
            fs::create_dir_all(dir.path().join(folder)).expect("a folder");
        }
        let write = |file: &str, text: &str| fs::write(dir.path().join(file), text).expect("a file");
        write("calendar/de.toml", "weekend = [\"sat\", \"sun\"]");
        write("pipeline/a.toml", "cron = \"0 7 * * *\"\ncalendar = \"de\"\ndays = \"first-business\"");
        let jobs = read_jobs(&open(dir.path())).expect("no problems");
        assert_eq!(jobs[0].schedule.days().map(|rule| rule.days), Some(Days::FirstBusiness));

        write("calendar/fr.toml", "weekend = [\"sam\"]");
        write("pipeline/b.toml", "cron = \"0 7 * * *\"\ncalendar = \"fr\"");
        write("pipeline/c.toml", "cron = \"0 7 * * *\"\ncalendar = \"dee\"\ndays = \"busines\"");
        write("pipeline/d.toml", "cron = \"0 7 * * *\"\nshift = \"next\"");
        write("pipeline/e.toml", "cron = \"0 7 * * sat\"\ncalendar = \"de\"");
        write(
            "pipeline/f.toml",
            "cron = \"0 7 * * *\"\ncalendar = \"de\"\ndays = \"holidays\"\nshift = \"next\"\ndst = \"elapsed\"",
        );
        let found = read_jobs(&open(dir.path())).expect_err("problems").to_string();
        for expected in [
            "calendar/fr.toml:1:12: unknown weekday `sam` (did you mean `sat`?)",
            "c.toml:2:12: unknown calendar `dee` (did you mean `de`?)",
            "c.toml:3:8: unknown days `busines` (did you mean `business`?)",
            "d.toml:2:9: `shift` needs a `calendar` (calendars: de, fr)",
            "e.toml:1:8: `0 7 * * sat` never comes on such a day of calendar de",
            "f.toml:4:9: `shift` moves slots to business days",
            "f.toml:4:9: `shift` moves a time of day",
        ] {
            assert!(found.contains(expected), "{expected} in:\n{found}");
        }
        assert_eq!(found.lines().count(), 7, "{found}");
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
