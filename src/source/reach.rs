//! How much of an entity is read, as a statement.

use chrono::{DateTime, Utc};

use crate::source::{EntityQuery, TableState};

/// How much of an entity a load reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Every row.
    Whole,
    /// The rows that changed since a mark, and these.
    Changed(Since, Keys),
    /// Nothing but these: the source wrote no row.
    Only(Keys),
}

/// Since when rows count as changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// Written by this transaction or a later one (`pg_snapshot_xmin` of the last load's snapshot): whatever that
    /// snapshot did not see, it did not see because its transaction is not older.
    Xid(u64),
    /// The column of the contract holds this instant or a later one, or nothing.
    Column(&'static str, DateTime<Utc>),
}

/// Rows that are read again whether they changed or not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// The contract's keys; `null` stands for rows without one, as in the quarantine.
    pub retried: Vec<String>,
    /// Rows whose column names one of these: an order's lines follow their order.
    pub of_parents: Option<(&'static str, Vec<String>)>,
}

impl Keys {
    /// These rows of the quarantine.
    pub fn again(retried: Vec<String>) -> Keys {
        Keys { retried, of_parents: None }
    }

    /// Whether no row is asked for.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many names the statement will hold.
    pub fn len(&self) -> usize {
        self.retried.len() + self.of_parents.as_ref().map_or(0, |(_, ids)| ids.len())
    }

    /// The condition on a row `q` of the query whose key is called `key`; never null.
    fn condition(&self, key: &str) -> String {
        let mut parts = Vec::new();
        let is_one_of = |column: &str, values: &[String]| {
            format!("coalesce(q.\"{column}\"::text = any({}), false)", text_array(values))
        };
        if !self.retried.is_empty() {
            parts.push(is_one_of(key, &self.retried));
        }
        if self.retried.iter().any(|key| key == NO_KEY) {
            parts.push(format!("q.\"{key}\" is null"));
        }
        if let Some((column, ids)) = self.of_parents.as_ref().filter(|(_, ids)| !ids.is_empty()) {
            parts.push(is_one_of(column, ids));
        }
        if parts.is_empty() { "false".to_owned() } else { format!("({})", parts.join(" or ")) }
    }
}

/// The query that delivers the rows of a reach, in the contract's columns.
pub(super) fn select(query: &EntityQuery, columns: &str, tables: &[TableState], reach: &Reach) -> String {
    let (sql, key) = (&query.sql, query.entity.key);
    let from = |source: &str, condition: &str| format!("select {columns} from (\n{source}\n) as q where {condition}");
    let again = |keys: &Keys| from(sql, &keys.condition(key));
    match reach {
        Reach::Whole => format!("select {columns} from (\n{sql}\n) as q"),
        Reach::Only(keys) => again(keys),
        Reach::Changed(since, keys) => {
            let changed = match since {
                Since::Xid(mark) => {
                    let source = since_xid(sql, tables, *mark);
                    from(&source, &format!("not {}", keys.condition(key)))
                }
                Since::Column(column, at) => {
                    let at = at.to_rfc3339();
                    let is_changed = format!("(q.\"{column}\" >= '{at}'::timestamptz or q.\"{column}\" is null)");
                    from(sql, &format!("{is_changed} and not {}", keys.condition(key)))
                }
            };
            match keys.is_empty() {
                true => changed,
                false => format!("{changed}\nunion all\n{}", again(keys)),
            }
        }
    }
}

/// The query over the rows of its one table that transactions since `mark` wrote: the table's name stands for them.
pub(super) fn since_xid(sql: &str, tables: &[TableState], mark: u64) -> String {
    let Some((schema, name)) = tables.first().map(|t| &t.root) else { return sql.to_owned() };
    let (schema, name) = (quoted(schema), quoted(name));
    // Transaction ids in rows have 32 bits; `age` compares them round the corner.
    let mark = mark & u64::from(u32::MAX);
    format!(
        "with {name} as (select * from {schema}.{name} where age(xmin) <= age('{mark}'::xid))\nselect * from (\n{sql}\n) as changed"
    )
}

/// The quarantine's name for a row without a key.
const NO_KEY: &str = "null";

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Keys as a literal: COPY takes no parameters.
pub(super) fn text_array(values: &[String]) -> String {
    let items: Vec<String> = values.iter().map(|v| format!("'{}'", v.replace('\'', "''"))).collect();
    format!("array[{}]::text[]", items.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_with_quotes_are_literals_and_no_keys_are_no_row() {
        let keys = Keys::again(vec!["o'brien".into(), "null".into()]);
        assert_eq!(
            keys.condition("deal_id"),
            "(coalesce(q.\"deal_id\"::text = any(array['o''brien','null']::text[]), false) or q.\"deal_id\" is null)"
        );
        assert_eq!(Keys::default().condition("deal_id"), "false");
        assert!(Keys { of_parents: Some(("order_id", Vec::new())), ..Keys::default() }.is_empty());
    }
}
