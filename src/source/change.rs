//! How the changes of an entity are found, as the operator chose it in `[changes]` of `source.toml`.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::base::strict_toml::Table;
use crate::source::contract::{self, Entity, READ_BY_CHANGE};

/// How the rows that changed since the last load are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeMethod {
    /// By the transaction that wrote the row: sees late commits, updates that leave `updated_at` alone, and savepoints.
    /// One scan of the table.
    Xmin,
    /// By `updated_at`, which the source must keep and index; by `Xmin` once a week.
    UpdatedAt,
    /// By `created_at`: a log that nobody changes; by `Xmin` once a week.
    Append,
    /// Every row is read and compared.
    Full,
}

const METHODS: [(&str, ChangeMethod); 4] = [
    ("xmin", ChangeMethod::Xmin),
    ("updated_at", ChangeMethod::UpdatedAt),
    ("append", ChangeMethod::Append),
    ("full", ChangeMethod::Full),
];

/// The choices of one source.
#[derive(Debug, Clone)]
pub struct ChangeSpec {
    methods: BTreeMap<&'static str, ChangeMethod>,
    /// How far before the last mark `updated_at` and `append` look: a transaction may commit so long after its stamp.
    pub overlap: TimeDelta,
}

impl Default for ChangeSpec {
    fn default() -> Self {
        Self { methods: BTreeMap::new(), overlap: TimeDelta::minutes(OVERLAP_MINUTES) }
    }
}

impl ChangeSpec {
    /// How the entity's changes are found: `xmin` unless chosen otherwise, `full` where every row is needed.
    pub fn of(&self, entity: &Entity) -> ChangeMethod {
        match READ_BY_CHANGE.contains(&entity.name) {
            true => self.methods.get(entity.name).copied().unwrap_or(ChangeMethod::Xmin),
            false => ChangeMethod::Full,
        }
    }

    /// Reads `[changes]`; problems go to the table's file.
    pub(super) fn read(table: &Table<'_, '_>) -> ChangeSpec {
        let overlap = table.integer_or("overlap_minutes", OVERLAP_MINUTES, 0..=OVERLAP_MINUTES_MAX);
        let mut methods = BTreeMap::new();
        for entity in contract::ENTITIES.iter().filter(|e| table.has(e.name)) {
            let method = table.choice(entity.name, &METHODS, ChangeMethod::Full);
            let refuse = |why: String, hint: &str| {
                let span = table.text_opt(entity.name).map_or(table.span(), |found| found.span);
                table.file().problem(&span, why, Some(hint.to_owned()));
            };
            let has = |name: &str| entity.columns.iter().any(|c| c.name == name);
            match method {
                ChangeMethod::Full => {}
                _ if !READ_BY_CHANGE.contains(&entity.name) => {
                    refuse(format!("{} is always read whole", entity.name), "leave it out");
                }
                ChangeMethod::UpdatedAt if !has("updated_at") => {
                    refuse(format!("{} has no updated_at", entity.name), "choose xmin, append or full");
                }
                ChangeMethod::Append if !has("created_at") => {
                    refuse(format!("{} has no created_at", entity.name), "choose xmin or full");
                }
                ChangeMethod::Xmin | ChangeMethod::UpdatedAt | ChangeMethod::Append => {}
            }
            methods.insert(entity.name, method);
        }
        table.finish();
        ChangeSpec { methods, overlap: TimeDelta::minutes(overlap) }
    }
}

/// An hour: longer than transactions of applications live.
const OVERLAP_MINUTES: i64 = 60;
/// A month: beyond it a full compare is cheaper.
const OVERLAP_MINUTES_MAX: i64 = 60 * 24 * 31;
