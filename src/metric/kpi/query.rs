//! Queries of the deployment's own: run on the star under a login that may do nothing else.
//!
//! The grants of that login are the boundary. The transaction is read only, statements are timed out, and rows and
//! bytes are counted while they come, so that a query that is merely wrong ends as a sentence.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::NaiveDate;
use futures_util::TryStreamExt;
use sqlx::postgres::PgArguments;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, SqlSafeStr, query::Query};

use crate::base::pg::{PgError, remedy_of};
use crate::base::strict_toml::{Placed, TomlFile};
use crate::base::{Period, Remedied, Remedy};
use crate::metric::kpi::{Exact, Kpi, KpiBody, Kpis, Parameter};
use crate::metric::snapshot::{Compare, Figure, Slice, Window};

/// How long one statement may take on the server.
const STATEMENT_SECONDS: u64 = 30;
/// Members of a cut: more than any dimension has.
const ROW_COUNT_MAX: usize = 10_000;
/// Everything a statement answers.
const BYTE_COUNT_MAX: usize = 1_048_576;

/// Why a query of the deployment's own has no answer.
#[derive(Debug, thiserror::Error)]
pub enum KpiError {
    /// The login cannot be used.
    #[error("the metrics of your own need their login")]
    Login(#[source] PgError),
    /// There are queries and no login.
    #[error("metric `{metric}` is a query, and there is no login for it")]
    NoLogin {
        /// The first one.
        metric: String,
    },
    /// The login may do more than read.
    #[error("{setting}: the login {login} {may}")]
    Mighty {
        /// The setting that names it.
        setting: String,
        /// The login.
        login: String,
        /// What it may.
        may: String,
    },
    /// The server refused the statement.
    #[error("{file}: the query of metric `{metric}` fails")]
    Refused {
        /// The file.
        file: String,
        /// The metric.
        metric: String,
        /// The server's reason.
        #[source]
        source: sqlx::Error,
    },
    /// The answer is not what was agreed on.
    #[error("{file}: the query of metric `{metric}` {what}")]
    Answer {
        /// The file.
        file: String,
        /// The metric.
        metric: String,
        /// What is wrong with it.
        what: String,
    },
}

impl Remedied for KpiError {
    fn remedy(&self) -> Remedy {
        match self {
            KpiError::Login(source) => source.remedy(),
            KpiError::NoLogin { .. } | KpiError::Mighty { .. } | KpiError::Answer { .. } => Remedy::FixConfig,
            KpiError::Refused { source, .. } => match remedy_of(source) {
                Remedy::RetryLater if !is_timeout(source) => Remedy::RetryLater,
                _ => Remedy::FixConfig,
            },
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            KpiError::Login(source) => source.hint(),
            KpiError::NoLogin { .. } => Some("set VESPER_KPI_URL; docs/kpis.md tells how to make the login".into()),
            KpiError::Mighty { .. } => Some("give it SELECT on the schema star and nothing else (docs/kpis.md)".into()),
            KpiError::Refused { source, .. } if is_timeout(source) => {
                Some(format!("a statement may take {STATEMENT_SECONDS} s"))
            }
            KpiError::Refused { .. } => Some("run it as the login of VESPER_KPI_URL to see for yourself".into()),
            KpiError::Answer { .. } => {
                Some("one row with `numerator` (and `denominator`), or one a `member` with `by`".into())
            }
        }
    }
}

fn is_timeout(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|e| e.code().as_deref() == Some("57014"))
}

/// The statement with numbers in place of `:names`.
pub(super) fn read_statement(file: &TomlFile<'_>, sql: &Placed<String>, windows: Vec<Window>) -> Option<KpiBody> {
    let text = sql.value.trim().trim_end_matches(';');
    let (mut statement, mut parameters) = (String::new(), Vec::new());
    let (mut rest, mut quote, mut is_sound) = (text, None, true);
    while let Some(at) = rest.find([':', '\'', '"']) {
        let (before, mark) = (&rest[..at], rest.as_bytes()[at]);
        statement.push_str(before);
        rest = &rest[at + 1..];
        let word = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(rest, |end| &rest[..end]);
        if mark != b':' {
            quote = if quote == Some(mark) { None } else { quote.or(Some(mark)) };
            statement.push(char::from(mark));
        } else if let Some(casted) = rest.strip_prefix(':').filter(|_| quote.is_none()) {
            statement.push_str("::");
            rest = casted;
        } else if quote.is_some() || !word.starts_with(|c: char| c.is_ascii_alphabetic()) {
            statement.push(':');
        } else if let Some((_, parameter, kind)) = PARAMETERS.iter().find(|(name, ..)| *name == word) {
            let number = parameters.iter().position(|p| p == parameter).unwrap_or_else(|| {
                parameters.push(*parameter);
                parameters.len() - 1
            });
            statement.push_str(&format!("${}::{kind}", number + 1));
            rest = &rest[word.len()..];
        } else {
            file.unknown_name(
                &file.within(sql, &offset(&sql.value, rest, word)),
                "parameter",
                word,
                PARAMETERS.map(|p| p.0),
            );
            is_sound = false;
            rest = &rest[word.len()..];
        }
    }
    statement.push_str(rest);
    if !statement.trim_start().get(..6).is_some_and(|s| s.eq_ignore_ascii_case("select"))
        && !statement.trim_start().get(..4).is_some_and(|s| s.eq_ignore_ascii_case("with"))
    {
        file.problem(&sql.span, "is no `select`", None);
        is_sound = false;
    }
    is_sound.then(|| KpiBody::Query { statement, parameters, windows, file: file.name().to_owned() })
}

const PARAMETERS: [(&str, Parameter, &str); 4] = [
    ("tenant_key", Parameter::TenantKey, "int"),
    ("business_date", Parameter::BusinessDate, "date"),
    ("from", Parameter::From, "date"),
    ("until", Parameter::Until, "date"),
];

/// Where `word`, with which `rest` begins, stands in `text`.
fn offset(text: &str, rest: &str, word: &str) -> std::ops::Range<usize> {
    let text = text.trim_end().trim_end_matches(';');
    let start = text.len() - rest.len();
    start..start + word.len()
}

/// Prepares every query under its login; gives every refusal.
pub async fn check_queries(kpis: &Kpis) -> Vec<KpiError> {
    let mut refusals = Vec::new();
    if !kpis.has_query() {
        return refusals;
    }
    let mut connection = match connect(kpis).await {
        Ok(connection) => connection,
        Err(error) => return vec![error],
    };
    for kpi in &kpis.list {
        let KpiBody::Query { statement, file, .. } = &kpi.body else { continue };
        let wrapped = wrap(statement, !kpi.metric.dimensions.is_empty());
        if let Err(source) = (&mut connection).prepare(AssertSqlSafe(wrapped).into_sql_str()).await {
            refusals.push(KpiError::Refused { file: file.clone(), metric: kpi.metric.name.to_owned(), source });
        }
    }
    connection.close().await.ok();
    refusals
}

/// Asks every query for each of its windows, and for the windows they are compared with.
pub async fn run_queries(
    kpis: &Kpis,
    tenant_key: i32,
    business_date: NaiveDate,
    first_date: NaiveDate,
) -> Result<BTreeMap<String, BTreeMap<Slice, Figure>>, KpiError> {
    let mut points: BTreeMap<String, BTreeMap<Slice, Figure>> = BTreeMap::new();
    if !kpis.has_query() {
        return Ok(points);
    }
    let mut connection = connect(kpis).await?;
    for kpi in &kpis.list {
        let KpiBody::Query { windows, .. } = &kpi.body else { continue };
        let figures = points.entry(kpi.metric.name.to_owned()).or_default();
        for window in windows {
            let asked = Asked { tenant_key, business_date, period: window.period(business_date, first_date) };
            for (member, figure) in ask(&mut connection, kpi, &asked).await? {
                let slice = Slice::of(*window);
                figures.insert(member.map_or(slice.clone(), |m| slice.at(kpi.metric.dimensions[0], &m)), figure);
            }
            for compare in Compare::ALL.into_iter().filter(|_| kpi.metric.dimensions.is_empty()) {
                let Some(period) = window.compared(compare, business_date) else { continue };
                let asked = Asked { period, ..asked };
                for (_, figure) in ask(&mut connection, kpi, &asked).await? {
                    figures.insert(Slice::of(*window).compared(compare), figure);
                }
            }
        }
    }
    connection.close().await.ok();
    Ok(points)
}

/// What the parameters of one asking are.
#[derive(Clone, Copy)]
struct Asked {
    tenant_key: i32,
    business_date: NaiveDate,
    period: Period,
}

async fn connect(kpis: &Kpis) -> Result<PgConnection, KpiError> {
    let Some(login) = &kpis.login else {
        let first = kpis.list.iter().find(|k| matches!(k.body, KpiBody::Query { .. }));
        return Err(KpiError::NoLogin { metric: first.map_or("", |k| k.metric.name).to_owned() });
    };
    let mut connection = login.connect().await.map_err(KpiError::Login)?;
    let refused = |source| {
        KpiError::Login(PgError::Refused {
            name: login.name().to_owned(),
            place: login.place(),
            user: String::new(),
            database: login.database().to_owned(),
            source: Box::new(source),
        })
    };
    let limits = format!(
        "set default_transaction_read_only = on; set statement_timeout = '{STATEMENT_SECONDS}s'; \
         set client_connection_check_interval = '1s'; set work_mem = '64MB'; set timezone = 'UTC'"
    );
    connection.execute(AssertSqlSafe(limits)).await.map_err(refused)?;
    let row = connection.fetch_one(include_str!("../sql/kpi_login.sql")).await.map_err(refused)?;
    let (user, may): (String, Option<String>) = (row.get(0), row.get(1));
    match may {
        Some(may) => Err(KpiError::Mighty { setting: login.name().to_owned(), login: user, may }),
        None => Ok(connection),
    }
}

/// The agreed columns of whatever the statement selects, as texts of a length that is known.
fn wrap(statement: &str, has_member: bool) -> String {
    let member = if has_member { "left(q.member::text, 200)" } else { "null::text" };
    format!(
        "select {member}, left((to_jsonb(q) ->> 'numerator'), 60), left((to_jsonb(q) ->> 'denominator'), 60), \
         to_jsonb(q) ? 'denominator', q.numerator is null from (\n{statement}\n) as q limit {}",
        ROW_COUNT_MAX + 1
    )
}

async fn ask(
    connection: &mut PgConnection,
    kpi: &Kpi,
    asked: &Asked,
) -> Result<Vec<(Option<String>, Figure)>, KpiError> {
    let KpiBody::Query { statement, parameters, file, .. } = &kpi.body else { return Ok(Vec::new()) };
    let metric = kpi.metric.name;
    let refused = |source| KpiError::Refused { file: file.clone(), metric: metric.to_owned(), source };
    let answer = |what: String| KpiError::Answer { file: file.clone(), metric: metric.to_owned(), what };
    let has_member = !kpi.metric.dimensions.is_empty();
    let mut query: Query<'_, sqlx::Postgres, PgArguments> = sqlx::query(AssertSqlSafe(wrap(statement, has_member)));
    for parameter in parameters {
        query = match parameter {
            Parameter::TenantKey => query.bind(asked.tenant_key),
            Parameter::BusinessDate => query.bind(asked.business_date),
            Parameter::From => query.bind(asked.period.from),
            Parameter::Until => query.bind(asked.period.until),
        };
    }
    let rows = async {
        let (mut rows, mut byte_count) = (Vec::new(), 0);
        let mut stream = query.fetch(&mut *connection);
        while let Some(row) = stream.try_next().await.map_err(refused)? {
            let texts: [Option<String>; 3] = [row.get(0), row.get(1), row.get(2)];
            byte_count += texts.iter().flatten().map(String::len).sum::<usize>();
            if rows.len() == ROW_COUNT_MAX || byte_count > BYTE_COUNT_MAX {
                return Err(answer(format!("answers more than {ROW_COUNT_MAX} rows or {BYTE_COUNT_MAX} bytes")));
            }
            let has_denominator: bool = row.get(3);
            rows.push((texts, has_denominator));
        }
        Ok(rows)
    };
    // The server's own limit can be lifted by the statement; this one cannot.
    let patience = Duration::from_secs(STATEMENT_SECONDS + 5);
    let rows = tokio::time::timeout(patience, rows).await;
    let rows = rows.map_err(|_| answer(format!("takes longer than {} s", patience.as_secs())))??;
    if !has_member && rows.len() != 1 {
        return Err(answer(format!("answers {} rows, expected one", rows.len())));
    }
    let figure = |([member, numerator, denominator], has_denominator): ([Option<String>; 3], bool)| {
        let number = |text: Option<String>| match text {
            None => Ok(None),
            Some(text) => match text.strip_prefix('-') {
                Some(size) => Exact::parse(size).and_then(|n| Exact::parse("0")?.minus(n)),
                None => Exact::parse(&text),
            }
            .map(Some)
            .ok_or_else(|| answer(format!("answers `{text}`, which is no number with at most 15 digits"))),
        };
        let over = if has_denominator { number(denominator)? } else { Exact::parse("1") };
        let value = number(numerator)?.zip(over).and_then(|(n, d)| n.over(d));
        Ok((
            has_member.then(|| member.unwrap_or_else(|| "unknown".to_owned())),
            value.map_or(Figure::ratio(0, 0), Exact::figure),
        ))
    };
    rows.into_iter().map(figure).collect()
}
