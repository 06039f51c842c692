//! Metrics of the deployment's own: `jobs/metrics/<name>.toml`.
//!
//! In: the files. Out: definitions that stand in the catalog beside those of the house, and what computes them: an
//! expression over other metrics, or a query on the star under a login of its own.
//!
//! Names, cycles, units and cuts are checked when the files are read: what starts, computes. Never here: a right to write.

mod exact;
mod expression;
mod file;
mod query;
mod unit;
mod value;

use sha2::{Digest, Sha256};

pub use exact::Exact;
pub use expression::{Expression, Operator, Part, SyntaxProblem, Word, parse_expression};
pub use file::{KPI_FOLDER, known_catalog, read_kpis};
pub use query::{KpiError, check_queries, run_queries};
pub(in crate::metric) use value::add_expressions;

use crate::base::pg::Database;
use crate::metric::catalog::{Catalog, Metric};
use crate::metric::snapshot::Window;

/// One metric of the deployment's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Kpi {
    /// Its definition in the catalog.
    pub metric: &'static Metric,
    /// What computes it.
    pub body: KpiBody,
}

/// What computes a metric of the deployment's own.
#[derive(Debug, Clone, PartialEq)]
pub enum KpiBody {
    /// Over other metrics.
    Expression {
        /// As somebody wrote it.
        text: String,
        /// As it was read and checked.
        expression: Expression,
        /// Whether it can be said of each day.
        is_additive: bool,
    },
    /// On the star.
    Query {
        /// The statement, with `$1` … in place of names.
        statement: String,
        /// The parameters, in the order of their numbers.
        parameters: Vec<Parameter>,
        /// The windows it is asked for.
        windows: Vec<Window>,
        /// The file, for messages.
        file: String,
    },
}

/// What a query may ask for by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameter {
    /// `:tenant_key`
    TenantKey,
    /// `:business_date`: the last day that counts.
    BusinessDate,
    /// `:from`: the first day of the window.
    From,
    /// `:until`: the day after its last.
    Until,
}

/// Every metric of the deployment's own, in the order they can be computed in.
#[derive(Debug, Clone, Default)]
pub struct Kpis {
    /// The metrics.
    pub list: Vec<Kpi>,
    /// SHA-256 over their files, hex: changes whenever one is edited.
    pub hash: String,
    /// The login their queries run under.
    pub login: Option<Database>,
}

impl Kpis {
    /// The metrics of the house and these.
    pub fn catalog(&self) -> Catalog {
        let mut own: Vec<&'static Metric> = self.list.iter().map(|k| k.metric).collect();
        own.sort_by_key(|m| m.name);
        Catalog::with(own)
    }

    /// Whether any of them is a query.
    pub fn has_query(&self) -> bool {
        self.list.iter().any(|k| matches!(k.body, KpiBody::Query { .. }))
    }
}

fn hash_of<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hex::encode(hasher.finalize())
}
