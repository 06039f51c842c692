//! `vesper contract`

use serde::Serialize;

use crate::base::{Remedy, nearest};
use crate::cli::print::left_columns;
use crate::cli::{ContractArgs, Failure};
use crate::source::contract::{ENTITIES, Entity, find};

/// An entity as a script reads it.
#[derive(Debug, Serialize)]
struct EntityLine {
    entity: &'static str,
    key: &'static str,
    key_parts: &'static [&'static str],
    columns: Vec<ColumnLine>,
}

#[derive(Debug, Serialize)]
struct ColumnLine {
    column: &'static str,
    #[serde(rename = "type")]
    column_type: &'static str,
    is_null_allowed: bool,
    meaning: &'static str,
}

impl EntityLine {
    fn of(entity: &Entity) -> EntityLine {
        let column = |c: &crate::source::Column| ColumnLine {
            column: c.name,
            column_type: c.column_type.sql(),
            is_null_allowed: c.is_optional,
            meaning: c.meaning,
        };
        EntityLine {
            entity: entity.name,
            key: entity.key,
            key_parts: entity.key_parts,
            columns: entity.columns.iter().map(column).collect(),
        }
    }

    fn print(&self) {
        let row = |c: &ColumnLine| {
            let null = if c.is_null_allowed {
                "yes"
            } else if c.column == self.key && !self.key_parts.is_empty() {
                "made"
            } else {
                "no"
            };
            [c.column, c.column_type, null, c.meaning].map(str::to_owned).to_vec()
        };
        let rows: Vec<Vec<String>> = self.columns.iter().map(row).collect();
        println!("{}\n{}", self.entity, left_columns(&["column", "type", "null", "meaning"], &rows));
        if !self.key_parts.is_empty() {
            println!("  {} may be left out: then it is {}", self.key, self.key_parts.join("/"));
        }
    }
}

/// Prints what a query or a CSV file must deliver, of one entity or of all.
pub(in crate::cli) fn contract(args: &ContractArgs) -> Result<(), Failure> {
    let entities = match &args.entity {
        Some(name) => vec![EntityLine::of(find(name).ok_or_else(|| unknown(name))?)],
        None => ENTITIES.iter().map(EntityLine::of).collect(),
    };
    if args.json {
        let text = serde_json::to_string_pretty(&entities);
        println!("{}", text.expect("names and texts are JSON"));
        return Ok(());
    }
    for (i, entity) in entities.iter().enumerate() {
        if i > 0 {
            println!();
        }
        entity.print();
    }
    Ok(())
}

fn unknown(name: &str) -> Failure {
    let hint = nearest(name, ENTITIES.iter().map(|e| e.name)).map_or_else(
        || format!("the entities are {}", ENTITIES.iter().map(|e| e.name).collect::<Vec<_>>().join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    Failure::new(Remedy::FixConfig, format!("there is no entity `{name}`")).or_hint(hint)
}
