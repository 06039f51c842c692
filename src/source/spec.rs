//! A source folder as the operator wrote it: `source.toml`, `<entity>.sql`, `<entity>.csv`.

use crate::base::strict_toml::TomlFile;
use crate::base::{Problem, Problems};
use crate::source::change::ChangeSpec;
use crate::source::contract::{self, ENTITIES, Entity};
use crate::source::option::MetricOptions;
use crate::source::sheet::{Sheet, SheetPlace};

/// An entity and the query that reads it.
#[derive(Debug, Clone)]
pub struct EntityQuery {
    /// What the query delivers.
    pub entity: &'static Entity,
    /// The file, for messages.
    pub file: String,
    /// A SELECT without a final semicolon.
    pub sql: String,
}

/// Where the rows of an entity come from.
#[derive(Debug, Clone, Copy)]
pub enum Input<'s> {
    /// A query, with its place among the source's queries.
    Query(usize, &'s EntityQuery),
    /// A CSV file.
    Sheet(&'s Sheet),
}

impl Input<'_> {
    /// What the rows are.
    pub fn entity(&self) -> &'static Entity {
        match self {
            Input::Query(_, query) => query.entity,
            Input::Sheet(sheet) => sheet.entity,
        }
    }
}

/// One operational database: how to reach it and what to read.
#[derive(Debug, Clone)]
pub struct SourceSpec {
    /// The folder's name.
    pub name: String,
    /// The tenant its rows belong to.
    pub tenant: String,
    /// Reporting currency of the tenant (ISO 4217).
    pub currency: String,
    /// The setting that holds the database's URL.
    pub url_setting: String,
    /// What the deployment chose about its metrics.
    pub metric: MetricOptions,
    /// Share of an entity that may vanish in one night before the load refuses (0–1).
    pub vanish_share_max: f64,
    /// Seconds to wait for a table that another session locks.
    pub lock_timeout_seconds: i64,
    /// How the changes of each entity are found.
    pub changes: ChangeSpec,
    /// What the folder reads, dimensions before facts.
    pub queries: Vec<EntityQuery>,
    /// What comes by CSV.
    pub sheets: Vec<Sheet>,
}

impl SourceSpec {
    /// Reads a folder given as (path, text) pairs and CSV files; all problems at once. `currency` is the deployment's, for
    /// folders that name none.
    pub fn parse(
        name: &str,
        files: &[(String, String)],
        sheets: &[(String, SheetPlace)],
        currency: &str,
    ) -> Result<SourceSpec, Problems> {
        let mut problems = Vec::new();
        let stem_of = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
        let find = |wanted: &str| files.iter().find(|(path, _)| stem_of(path) == wanted);

        let mut spec = SourceSpec {
            name: name.to_owned(),
            tenant: "main".to_owned(),
            currency: currency.to_owned(),
            url_setting: "VESPER_SOURCE_URL".to_owned(),
            vanish_share_max: VANISH_SHARE_MAX,
            lock_timeout_seconds: LOCK_TIMEOUT_SECONDS,
            changes: ChangeSpec::default(),
            metric: MetricOptions::default(),
            queries: Vec::new(),
            sheets: Vec::new(),
        };
        match find("source.toml") {
            Some((path, text)) => spec.read_settings(path, text, &mut problems),
            None => problems.push(Problem::of_file(format!("{name}/source.toml"), "missing file")),
        }
        for entity in ENTITIES {
            if let Some((path, text)) = find(&format!("{}.sql", entity.name)) {
                let sql = text.trim_end().trim_end_matches(';').to_owned();
                spec.queries.push(EntityQuery { entity, file: path.clone(), sql });
            }
        }
        spec.read_sheets(sheets, &mut problems);
        if spec.queries.is_empty() && spec.sheets.is_empty() && problems.is_empty() {
            let expected = ENTITIES.iter().map(|e| format!("{}.sql", e.name)).collect::<Vec<_>>().join(", ");
            problems
                .push(Problem::of_file(name, "no entity is read").with_hint(format!("add at least one of {expected}")));
        }
        for (path, _) in files {
            let file = stem_of(path);
            let Some(stem) = file.strip_suffix(".sql") else { continue };
            if contract::find(stem).is_none() {
                problems.push(unknown_entity(path, stem, "sql"));
            }
        }
        Problems(problems).into_result().map(|()| spec)
    }

    /// Every entity that is read, dimensions before facts.
    pub fn inputs(&self) -> Vec<Input<'_>> {
        let queries = self.queries.iter().enumerate().map(|(index, query)| Input::Query(index, query));
        let mut inputs: Vec<Input<'_>> = queries.chain(self.sheets.iter().map(Input::Sheet)).collect();
        inputs.sort_by_key(|input| ENTITIES.iter().position(|e| e.name == input.entity().name));
        inputs
    }

    /// Takes the CSV files, each read to its end; an entity that comes in two ways is a problem.
    fn read_sheets(&mut self, sheets: &[(String, SheetPlace)], problems: &mut Vec<Problem>) {
        for (path, place) in sheets {
            let stem = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".csv");
            let Some(entity) = contract::find(stem) else {
                problems.push(unknown_entity(path, stem, "csv"));
                continue;
            };
            let query = self.queries.iter().find(|q| q.entity.name == stem).map(|q| &q.file);
            if let Some(other) = query.or(self.sheets.iter().find(|s| s.entity.name == stem).map(|s| &s.file)) {
                let problem = Problem::of_file(path.clone(), format!("{stem} comes from {other} already"));
                problems
                    .push(problem.with_hint("an entity comes by one query or by one CSV file: remove one of the two"));
                continue;
            }
            let sheet = Sheet { entity, file: path.clone(), place: place.clone() };
            match sheet.check() {
                Ok(_) => self.sheets.push(sheet),
                Err(mut found) => problems.append(&mut found.0),
            }
        }
    }

    fn read_settings(&mut self, path: &str, text: &str, problems: &mut Vec<Problem>) {
        let file = TomlFile::parse(path, text);
        let top = file.top();
        self.url_setting = top.text_or("url", &self.url_setting);
        self.tenant = top.text_or("tenant", &self.tenant);
        if let Some(currency) = top.text_opt("currency") {
            let is_code = currency.value.len() == 3 && currency.value.chars().all(|c| c.is_ascii_uppercase());
            if !is_code {
                let message = format!("`currency` is `{}`, expected an ISO 4217 code such as USD", currency.value);
                file.problem(&currency.span, message, None);
            }
            self.currency = currency.value;
        }
        if let Some(share) = top.number_opt("vanish_share_max") {
            if !(0.0..=1.0).contains(&share.value) {
                file.problem(&share.span, "`vanish_share_max` must lie between 0 and 1", None);
            }
            self.vanish_share_max = share.value;
        }
        self.lock_timeout_seconds = top.integer_or("lock_timeout_seconds", LOCK_TIMEOUT_SECONDS, 1..=3600);
        if let Some(changes) = top.table("changes") {
            self.changes = ChangeSpec::read(&changes);
        }
        if let Some(table) = top.table("metric") {
            self.metric = MetricOptions::read(&table);
        }
        top.finish();
        if let Err(mut found) = file.finish() {
            problems.append(&mut found.0);
        }
    }
}

fn unknown_entity(path: &str, stem: &str, extension: &str) -> Problem {
    let near = crate::base::nearest(stem, ENTITIES.iter().map(|e| e.name));
    let hint =
        near.map_or("`vesper contract` lists the entities".to_owned(), |n| format!("did you mean `{n}.{extension}`?"));
    Problem::of_file(path, format!("unknown entity `{stem}`")).with_hint(hint)
}

/// Longer than a quick ALTER TABLE, short enough that a forgotten session does not cost the night.
const LOCK_TIMEOUT_SECONDS: i64 = 60;
/// A night in which more than this share of an entity vanished is more likely a broken query than a real deletion.
const VANISH_SHARE_MAX: f64 = 0.05;

#[cfg(test)]
mod tests {
    use super::*;

    fn files(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn every_problem_of_a_folder_is_told_at_once() {
        let folder = files(&[
            (
                "s/source.toml",
                "curency = \"USD\"\nvanish_share_max = 2\n[changes]\ncustomer = \"xmin\"\nstock_movement = \"updated_at\"\ndeal = \"xmim\"\norders = \"full\"\n[metric]\nrfm_score = \"ntiles\"\ndeal_size = \"price\"\nlead_time_days = 0\nservice_percent = \"97\"\n",
            ),
            ("s/deals.sql", "select 1"),
            ("s/quota.sql", "select 1"),
        ]);
        let sheet = |path: &str, text: &str| (path.to_owned(), SheetPlace::Memory(text.as_bytes().into()));
        let sheets = [
            sheet("s/fx_rate.csv", "currency,valid_from,rate\nEUR,2025-13-01,1.1\n"),
            sheet("s/quota.csv", "quota_id\n"),
            sheet("s/quotas.csv", "quota_id\n"),
        ];
        let told = SourceSpec::parse("s", &folder, &sheets, "USD").expect_err("problems").to_string();
        for expected in [
            "s/source.toml:1:1: unknown key `curency` (did you mean `currency`?)",
            "s/source.toml:2:20: `vanish_share_max` must lie between 0 and 1",
            "s/source.toml:4:12: customer is always read whole",
            "s/source.toml:5:18: stock_movement has no updated_at (choose xmin, append or full)",
            "s/source.toml:6:8: unknown deal `xmim` (did you mean `xmin`?)",
            "s/source.toml:7:1: unknown key `orders` (did you mean `order`?)",
            "s/source.toml:9:13: unknown rfm_score `ntiles` (did you mean `ntile`?)",
            "s/source.toml:10:13: unknown deal_size `price`",
            "s/source.toml:11:18: `lead_time_days` is 0, expected 1 to 365",
            "s/source.toml:12:19: unknown service_percent `97`",
            "s/deals.sql: unknown entity `deals` (did you mean `deal.sql`?)",
            "s/fx_rate.csv:2:5: valid_from is `2025-13-01`, expected a date, such as 2025-01-31",
            "s/quota.csv: quota comes from s/quota.sql already",
            "s/quotas.csv: unknown entity `quotas` (did you mean `quota.csv`?)",
        ] {
            assert!(told.contains(expected), "{expected}\nnot in\n{told}");
        }
    }
}
