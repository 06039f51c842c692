//! Bad input: one clear message with the place and the remedy, the exit code of its kind, nothing half written.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use sqlx::AssertSqlSafe;

use super::footprint::{Footprint, open_work};
use super::session::play;
use super::stage::Stage;

/// What is broken in one case; everything else is right.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Case {
    /// The source has no table.
    is_source_empty: bool,
    /// The warehouse was not migrated.
    is_warehouse_empty: bool,
    /// What does not depend on the broken query is loaded all the same; nothing of it is published.
    is_rest_loaded: bool,
    /// A statement run in a warehouse of the case's own.
    warehouse_sql: String,
    /// Variables that are set; an empty value leaves one out.
    environment: BTreeMap<String, String>,
    /// Changes to the copies of `jobs` and `templates`.
    edit: Vec<Edit>,
    /// Files that are added.
    file: Vec<NewFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    file: String,
    /// Stands in the file exactly once.
    find: String,
    replace: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewFile {
    path: String,
    text: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn each_broken_input_ends_as_its_session_says_and_leaves_nothing_behind() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/cli");
    let mut claims: Vec<_> =
        std::fs::read_dir(&folder).expect("the cases").map(|entry| entry.expect("an entry").path()).collect();
    claims.sort();
    assert!(claims.len() > 20, "the cases are gone");
    let mut differences = Vec::new();
    for claim in claims {
        let text = std::fs::read_to_string(claim.join("case.toml")).expect("every case says what is broken");
        let case: Case = toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", claim.display()));
        let stage = case.set_up().await;
        let mut connection = stage.warehouse.connect().await;
        let before = Footprint::read(&mut connection).await;
        differences.extend(play(&stage, &claim.join("expected.txt")).await.err());
        let name = claim.display();
        let after = Footprint::read(&mut connection).await;
        match case.is_rest_loaded {
            true => assert_eq!(after.count("metric.snapshot"), before.count("metric.snapshot"), "{name}: published"),
            false => assert_eq!(after, before, "{name}: rows were left"),
        }
        assert_eq!(open_work(&mut connection).await, (0, 0), "{name}: a live run or a message was left");
        assert_eq!(stage.outbox(), Vec::<std::path::PathBuf>::new(), "{name}: mail was sent");
    }
    assert!(differences.is_empty(), "{}\nVESPER_BLESS=1 writes the sessions anew", differences.join("\n"));
}

impl Case {
    async fn set_up(&self) -> Stage {
        let mut stage = match self.warehouse_sql.as_str() {
            "" if self.is_rest_loaded => Stage::new().await,
            "" => Stage::of_refusal(self.is_source_empty, self.is_warehouse_empty).await,
            sql => {
                let stage = match self.is_warehouse_empty {
                    true => Stage::of_refusal(self.is_source_empty, true).await,
                    false => Stage::new().await,
                };
                let mut connection = stage.warehouse.connect().await;
                sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.expect("a statement");
                stage
            }
        };
        let fill = |stage: &Stage, text: &str| {
            stage.names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
        };
        for edit in &self.edit {
            let path = stage.directory().join(&edit.file);
            let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", edit.file));
            assert_eq!(text.matches(&edit.find).count(), 1, "{}: {:?}", edit.file, edit.find);
            let replaced = text.replace(&edit.find, &fill(&stage, &edit.replace));
            std::fs::write(path, replaced).expect("an edited file");
        }
        for file in &self.file {
            let path = stage.directory().join(&file.path);
            std::fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a folder");
            std::fs::write(path, fill(&stage, &file.text)).expect("a new file");
        }
        for (name, value) in &self.environment {
            let value = fill(&stage, value);
            if value.is_empty() {
                stage.environment.remove(name);
            } else {
                stage.environment.insert(name.clone(), value);
            }
        }
        stage
    }
}
