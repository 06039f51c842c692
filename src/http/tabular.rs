//! `data` as a table: a list becomes its rows, any other document one row a value.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::table::{Cells, Column, Table};

/// A list's objects are rows, and what is nested in them are columns (`revenue_cents`). A document is told value by
/// value: `key` is the way to it (`by_stage.lead.value.cents`), and its own column holds it as what it is.
pub(super) fn table(data: &Value) -> Table {
    match data {
        Value::Array(rows) => of_rows(rows),
        other => of_document(other),
    }
}

fn of_rows(rows: &[Value]) -> Table {
    let mut names: Vec<String> = Vec::new();
    let mut flat: Vec<BTreeMap<String, &Value>> = Vec::with_capacity(rows.len());
    for row in rows {
        let mut cells = BTreeMap::new();
        flatten("", "_", row, &mut |name, value| {
            if !names.contains(&name) {
                names.push(name.clone());
            }
            cells.insert(name, value);
        });
        flat.push(cells);
    }
    // Money that is null in one row is an amount and a currency in others: those columns are empty there, and that is all.
    let is_empty_twin = |name: &String| {
        names.contains(&format!("{name}_cents")) && flat.iter().all(|row| row.get(name).is_none_or(|v| v.is_null()))
    };
    let twins: Vec<String> = names.iter().filter(|name| is_empty_twin(name)).cloned().collect();
    names.retain(|name| !twins.contains(name));
    if names.is_empty() {
        // A file without a single column is none that every program can read.
        names.push("value".to_owned());
    }
    let column = |name: String| {
        let values: Vec<Option<&Value>> = flat.iter().map(|row| row.get(&name).copied()).collect();
        Column { cells: cells(&values), name }
    };
    Table { columns: names.into_iter().map(column).collect() }
}

fn of_document(document: &Value) -> Table {
    let (mut keys, mut integers, mut decimals, mut texts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    flatten("", ".", document, &mut |key, value| {
        keys.push(Some(key));
        integers.push(value.as_i64());
        decimals.push(value.as_f64().filter(|_| value.as_i64().is_none()));
        texts.push(text(value).filter(|_| !value.is_number()));
    });
    let column = |name: &str, cells| Column { name: name.to_owned(), cells };
    let columns = vec![
        column("key", Cells::Text(keys)),
        column("integer", Cells::Integer(integers)),
        column("decimal", Cells::Decimal(decimals)),
        column("text", Cells::Text(texts)),
    ];
    Table { columns }
}

/// Every value that holds no others, with the way to it. Lists inside a row stay whole, as JSON.
fn flatten<'v>(prefix: &str, separator: &str, value: &'v Value, tell: &mut impl FnMut(String, &'v Value)) {
    let below = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}{separator}{name}") };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, v)| flatten(&below(name), separator, v, tell)),
        Value::Array(items) if separator == "." => {
            items.iter().enumerate().for_each(|(at, v)| flatten(&below(&at.to_string()), separator, v, tell));
        }
        _ => tell(if prefix.is_empty() { "value".to_owned() } else { prefix.to_owned() }, value),
    }
}

/// The narrowest type that holds every value of a column.
fn cells(values: &[Option<&Value>]) -> Cells {
    let all = |is: fn(&Value) -> bool| values.iter().flatten().all(|value| value.is_null() || is(value));
    let cells = || values.iter().copied();
    if all(|_| false) {
        Cells::Text(vec![None; values.len()])
    } else if all(|value| value.as_i64().is_some()) {
        Cells::Integer(cells().map(|value| value.and_then(Value::as_i64)).collect())
    } else if all(Value::is_number) {
        Cells::Decimal(cells().map(|value| value.and_then(Value::as_f64)).collect())
    } else {
        Cells::Text(cells().map(|value| value.and_then(text)).collect())
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn csv(data: &Value) -> String {
        String::from_utf8(table(data).csv()).expect("UTF-8")
    }

    #[test]
    fn a_list_becomes_rows_with_money_in_two_columns_and_types_that_hold_every_row() {
        let rows = json!([
            { "id": "a", "revenue": { "cents": 125, "currency": "USD" }, "rate": 1, "tags": ["x", "y"] },
            { "id": "b", "revenue": null, "rate": 66.7, "late": true },
        ]);
        let expected = "id,revenue_cents,revenue_currency,rate,tags,late\r\n\
                        a,125,USD,1,\"[\"\"x\"\",\"\"y\"\"]\",\r\nb,,,66.7,,true\r\n";
        assert_eq!(csv(&rows), expected);
        let columns = table(&rows).columns;
        assert!(matches!(columns[1].cells, Cells::Integer(_)) && matches!(columns[3].cells, Cells::Decimal(_)));
    }

    #[test]
    fn a_document_is_told_value_by_value() {
        let document =
            json!({ "total": 3, "rate": null, "top": [{ "id": "a", "value": { "cents": 5, "currency": "USD" } }] });
        let expected = "key,integer,decimal,text\r\ntotal,3,,\r\nrate,,,\r\ntop.0.id,,,a\r\n\
                        top.0.value.cents,5,,\r\ntop.0.value.currency,,,USD\r\n";
        assert_eq!(csv(&document), expected);
        assert_eq!(csv(&json!([])), "value\r\n");
    }
}
