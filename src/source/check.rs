//! Compares the queries of a folder with the contract, on the server, before a row is read.

use sqlx::postgres::{PgColumn, PgDatabaseError};
use sqlx::{AssertSqlSafe, Column as _, Executor, PgConnection, SqlSafeStr, Statement, TypeInfo};

use crate::base::pg::remedy_of;
use crate::base::{Problem, Problems, Remedy, nearest};
use crate::source::contract::{ATTRIBUTES, CUSTOMER_HANDLE, Column, ColumnType, Entity};
use crate::source::extraction::SelectList;
use crate::source::plan::Scans;
use crate::source::{EntityQuery, SourceError, SourceSpec};

/// Describes every query of the folder and compares its columns with the contract. Reads no row.
///
/// Errors: [`SourceError::Contract`] with every difference, file and line.
pub async fn check_queries(connection: &mut PgConnection, spec: &SourceSpec) -> Result<(), SourceError> {
    let described = describe_queries(connection, spec).await?;
    let problems = described.into_iter().filter_map(Result::err).flat_map(|problems| problems.0).collect();
    let name = spec.name.clone();
    Problems(problems).into_result().map_err(|source| SourceError::Contract { name, source })
}

/// What the server makes of each query, or its differences from the contract.
///
/// Errors: when no query finds its tables it is another database, and when none fits there is nothing to read.
pub(super) async fn describe_queries(
    connection: &mut PgConnection,
    spec: &SourceSpec,
) -> Result<Vec<Result<SelectList, Problems>>, SourceError> {
    let mut described = Vec::new();
    let mut missing_count = 0;
    for query in &spec.queries {
        let mut problems = Vec::new();
        match describe(connection, query).await {
            Ok((found, scans)) => {
                let columns = compare(query, &found, &mut problems);
                described.push(Problems(problems).into_result().map(|()| SelectList { columns, scans }));
            }
            Err(Described::Refused { problem, is_table_missing }) => {
                missing_count += usize::from(is_table_missing);
                described.push(Err(Problems(vec![problem])));
            }
            Err(Described::Broken(source)) => {
                return Err(SourceError::Query {
                    name: spec.name.clone(),
                    action: format!("describing {}", query.file),
                    source,
                });
            }
        }
    }
    if described.iter().any(Result::is_ok) || described.is_empty() {
        return Ok(described);
    }
    let problems = described.into_iter().filter_map(Result::err).flat_map(|problems| problems.0).collect();
    let (name, source) = (spec.name.clone(), Problems(problems));
    match missing_count == spec.queries.len() {
        true => Err(SourceError::OtherDatabase { name, source }),
        false => Err(SourceError::Contract { name, source }),
    }
}

/// Why a query could not be described.
enum Described {
    Refused { problem: Problem, is_table_missing: bool },
    Broken(sqlx::Error),
}

/// The names and types of the query's columns, and the tables it reads.
async fn describe(
    connection: &mut PgConnection,
    query: &EntityQuery,
) -> Result<(Vec<(String, String)>, Scans), Described> {
    let refused = |error| match error {
        // A server that is busy or going away says nothing about the query.
        error if remedy_of(&error) == Remedy::RetryLater => Described::Broken(error),
        sqlx::Error::Database(error) => Described::Refused {
            problem: refusal(query, error.as_ref()),
            is_table_missing: error.code().as_deref() == Some("42P01"),
        },
        error => Described::Broken(error),
    };
    let prepared = connection.prepare(AssertSqlSafe(query.sql.clone()).into_sql_str()).await;
    let columns =
        prepared.map(|statement| statement.columns().iter().map(|c| (c.name().to_owned(), type_name(c))).collect());
    let columns = columns.map_err(refused)?;
    // A query is prepared whoever asks; only a plan needs the right to read its tables.
    let scans = explain(connection, &query.sql).await.map_err(refused)?;
    Ok((columns, scans))
}

/// The tables that the server would scan for `sql`. Reads no row.
pub(super) async fn explain(connection: &mut PgConnection, sql: &str) -> Result<Scans, sqlx::Error> {
    let plan = AssertSqlSafe(format!("explain (verbose, costs off, format json) {sql}"));
    let plan: serde_json::Value = sqlx::query_scalar(plan).fetch_one(connection).await?;
    Ok(Scans::of(&plan))
}

fn type_name(column: &PgColumn) -> String {
    column.type_info().name().to_lowercase()
}

/// The server's complaint about a query, placed in its file.
fn refusal(query: &EntityQuery, error: &dyn sqlx::error::DatabaseError) -> Problem {
    let detail = error.try_downcast_ref::<PgDatabaseError>();
    let offset = detail.and_then(|e| match e.position() {
        Some(sqlx::postgres::PgErrorPosition::Original(position)) => Some(position.saturating_sub(1)),
        _ => None,
    });
    let place = offset.map(|offset| {
        let before: String = query.sql.chars().take(offset).collect();
        (before.matches('\n').count() + 1, before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1)
    });
    let hint = match error.code().as_deref() {
        Some("42P01") => None,
        Some("42501") => Some("grant SELECT on it to the login of the source URL".to_owned()),
        _ => detail.and_then(|e| e.hint()).map(str::to_owned),
    };
    Problem { file: query.file.clone(), place, message: error.message().to_owned(), hint }
}

/// Compares a query's columns with its entity's; differences go to `problems`.
fn compare(query: &EntityQuery, found: &[(String, String)], problems: &mut Vec<Problem>) -> String {
    let mut problem = |name: &str, message: String, hint: Option<String>| {
        let place = line_of(&query.sql, name).map(|line| (line, 1));
        problems.push(Problem { file: query.file.clone(), place, message, hint });
    };
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    let (extra, unknown) = query.entity.sort_extra(&names);
    let mut casts = Vec::new();
    for column in query.entity.columns {
        match found.iter().find(|(name, _)| name == column.name) {
            None if column.name == ATTRIBUTES.name && !extra.is_empty() => casts.push(object_of(&extra)),
            Some((_, pg_type)) if is_castable(pg_type, column.column_type) => {
                casts.push(format!("q.\"{}\"::{}", column.name, column.column_type.wire()));
            }
            Some((_, pg_type)) => {
                let message =
                    format!("column {} is {pg_type}, the contract wants {}", column.name, column.column_type.sql());
                problem(column.name, message, Some(cast_advice(pg_type, column)));
            }
            None if column.is_optional => {
                casts.push(format!("null::{} as \"{}\"", column.column_type.wire(), column.name))
            }
            None if column.name == query.entity.key && !query.entity.key_parts.is_empty() => {
                casts.push(key_of_parts(query.entity));
            }
            None => {
                let near = nearest(column.name, found.iter().map(|(n, _)| n.as_str()));
                let hint = near.map_or_else(
                    || format!("select it `as {}`: {}", column.name, column.meaning),
                    |n| format!("is it `{n}`? write `{n} as {}`", column.name),
                );
                let message = format!("column {} ({}) is missing", column.name, column.column_type.sql());
                problem(column.name, message, Some(hint));
            }
        }
    }
    for (name, near) in unknown {
        let hint = near.map_or_else(|| "leave it out".to_owned(), |n| format!("did you mean `{n}`?"));
        problem(name, format!("column {name} is not in the contract of {}", query.entity.name), Some(hint));
    }
    casts.join(", ")
}

/// Columns that the contract does not know, as one object of those that are not null.
fn object_of(names: &[&str]) -> String {
    let pair = |name: &&str| format!("'{}', q.\"{}\"", name.replace('\'', "''"), name.replace('"', "\"\""));
    let object =
        |part: &[&str]| format!("jsonb_build_object({})", part.iter().map(pair).collect::<Vec<_>>().join(", "));
    let objects: Vec<String> = names.chunks(PAIR_COUNT_MAX).map(object).collect();
    format!("nullif(jsonb_strip_nulls({}), '{{}}') as \"{}\"", objects.join(" || "), ATTRIBUTES.name)
}

/// A function of Postgres takes at most a hundred arguments.
const PAIR_COUNT_MAX: usize = 50;

/// The key of a row whose source has none: its parts as text, timestamps in UTC whatever the session's zone. A
/// customer's handle may be an address and the star holds none: its hash stands in the key.
fn key_of_parts(entity: &Entity) -> String {
    let text = |part: &&str| match entity.columns.iter().find(|c| c.name == *part).map(|c| c.column_type) {
        Some(ColumnType::Timestamp) => format!("q.\"{part}\" at time zone 'UTC'"),
        _ if *part == CUSTOMER_HANDLE => format!("encode(sha256(convert_to(lower(q.\"{part}\"), 'UTF8')), 'hex')"),
        _ => format!("q.\"{part}\""),
    };
    let parts: Vec<String> = entity.key_parts.iter().map(text).collect();
    format!("concat_ws('/', {}) as \"{}\"", parts.join(", "), entity.key)
}

/// Whether a value of `pg_type` becomes the contract's type without changing what it means.
fn is_castable(pg_type: &str, wanted: ColumnType) -> bool {
    const KNOWN: [&str; 22] = [
        "int2",
        "int4",
        "int8",
        "float4",
        "float8",
        "numeric",
        "money",
        "bool",
        "date",
        "time",
        "timetz",
        "timestamp",
        "timestamptz",
        "interval",
        "json",
        "jsonb",
        "bytea",
        "xml",
        "inet",
        "text[]",
        "oid",
        "unknown",
    ];
    match wanted {
        // Enumerations and domains have names of their own; they print as text.
        ColumnType::Text => !KNOWN.contains(&pg_type) && !pg_type.ends_with("[]"),
        ColumnType::Int => ["int2", "int4"].contains(&pg_type),
        ColumnType::Bigint => ["int2", "int4", "int8"].contains(&pg_type),
        ColumnType::Numeric | ColumnType::Decimal => ["int2", "int4", "int8", "numeric"].contains(&pg_type),
        ColumnType::Bool => pg_type == "bool",
        ColumnType::Date => pg_type == "date",
        ColumnType::Timestamp => pg_type == "timestamptz",
        ColumnType::Json => ["json", "jsonb"].contains(&pg_type),
    }
}

fn cast_advice(pg_type: &str, column: &Column) -> String {
    match (pg_type, column.column_type) {
        ("timestamp", ColumnType::Timestamp) => format!("say its zone: {} at time zone 'UTC'", column.name),
        ("date", ColumnType::Timestamp) => format!("say its zone: {}::timestamp at time zone 'UTC'", column.name),
        ("float4" | "float8", _) => format!("cast it where it is read: {}::numeric", column.name),
        _ => format!("cast it: {}::{}", column.name, column.column_type.sql()),
    }
}

/// The 1-based line in which `name` stands last as a word.
fn line_of(sql: &str, name: &str) -> Option<usize> {
    let is_word = |line: &str| line.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|w| w == name);
    sql.lines().enumerate().filter(|(_, line)| is_word(line)).map(|(i, _)| i + 1).last()
}
