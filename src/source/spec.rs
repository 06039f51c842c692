//! A source folder as the operator wrote it: `source.toml`, `<entity>.sql`, `fx_rate.csv`.

use crate::base::strict_toml::TomlFile;
use crate::base::{Problem, Problems};
use crate::source::contract::{ENTITIES, Entity};
use crate::source::reference::FxRate;

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
    /// Share of an entity that may vanish in one night before the load refuses (0–1).
    pub vanish_share_max: f64,
    /// What the folder reads, dimensions before facts.
    pub queries: Vec<EntityQuery>,
    /// Exchange rates to the reporting currency.
    pub fx_rates: Vec<FxRate>,
}

impl SourceSpec {
    /// Reads a folder given as (path, text) pairs; all problems at once. `currency` is the deployment's, for folders
    /// that name none.
    pub fn parse(name: &str, files: &[(String, String)], currency: &str) -> Result<SourceSpec, Problems> {
        let mut problems = Vec::new();
        let stem_of = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
        let find = |wanted: &str| files.iter().find(|(path, _)| stem_of(path) == wanted);

        let mut spec = SourceSpec {
            name: name.to_owned(),
            tenant: "main".to_owned(),
            currency: currency.to_owned(),
            url_setting: "VESPER_SOURCE_URL".to_owned(),
            vanish_share_max: VANISH_SHARE_MAX,
            queries: Vec::new(),
            fx_rates: Vec::new(),
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
        if spec.queries.is_empty() && problems.is_empty() {
            let expected = ENTITIES.iter().map(|e| format!("{}.sql", e.name)).collect::<Vec<_>>().join(", ");
            problems
                .push(Problem::of_file(name, "no entity is read").with_hint(format!("add at least one of {expected}")));
        }
        for (path, _) in files {
            let file = stem_of(path);
            let Some(stem) = file.strip_suffix(".sql") else { continue };
            if crate::source::contract::find(stem).is_none() {
                let near = crate::base::nearest(stem, ENTITIES.iter().map(|e| e.name));
                let hint =
                    near.map_or("`vesper check` lists the entities".to_owned(), |n| format!("did you mean `{n}.sql`?"));
                problems.push(Problem::of_file(path.clone(), format!("unknown entity `{stem}`")).with_hint(hint));
            }
        }
        if let Some((path, text)) = find("fx_rate.csv") {
            match FxRate::parse(path, text, &spec.currency) {
                Ok(rates) => spec.fx_rates = rates,
                Err(mut found) => problems.append(&mut found.0),
            }
        }
        Problems(problems).into_result().map(|()| spec)
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
        top.finish();
        if let Err(mut found) = file.finish() {
            problems.append(&mut found.0);
        }
    }
}

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
            ("s/source.toml", "curency = \"USD\"\nvanish_share_max = 2\n"),
            ("s/deals.sql", "select 1"),
            ("s/fx_rate.csv", "currency,valid_from,rate\nEUR,2025-13-01,1.1\n"),
        ]);
        let told = SourceSpec::parse("s", &folder, "USD").expect_err("problems").to_string();
        for expected in [
            "s/source.toml:1:1: unknown key `curency` (did you mean `currency`?)",
            "s/source.toml:2:20: `vanish_share_max` must lie between 0 and 1",
            "s/deals.sql: unknown entity `deals` (did you mean `deal.sql`?)",
            "s/fx_rate.csv:2:",
        ] {
            assert!(told.contains(expected), "{expected}\nnot in\n{told}");
        }
    }
}
