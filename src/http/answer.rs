//! The `data` of a route, and what `meta` says about it beyond the snapshot.

mod contract;
mod listing;
mod metric;
mod table;
mod time_series;

pub(super) use listing::is_open;

use serde_json::{Map, Value};

use crate::http::page::{self, Page};
use crate::http::parameter::Query;
use crate::http::published::Edition;
use crate::http::refusal::Refusal;
use crate::http::route::{Content, Route};
use crate::http::token::Scope;

/// Who asks, as far as an answer depends on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    /// What the token opens; `None` where no token is needed.
    pub(super) scopes: Option<&'a [Scope]>,
}

/// What a route answers, before it has a form.
pub(super) struct Answer {
    pub(super) data: Value,
    /// What `meta` says beside the snapshot.
    pub(super) meta: Map<String, Value>,
    /// The metrics it shows as `name@version`, the one it is about first.
    pub(super) metrics: Vec<String>,
    /// The cursor of the next page.
    pub(super) next: Option<String>,
}

impl Answer {
    fn of(data: Value) -> Self {
        Self { data, meta: Map::new(), metrics: Vec::new(), next: None }
    }

    /// A list, cut to the page asked for.
    fn of_rows(rows: Vec<Value>, query: &Query, edition: &Edition) -> Result<Self, Refusal> {
        let Page { rows, next, meta } = page::cut(rows, query, edition.snapshot.header.snapshot_id)?;
        let meta = meta.map(|page| ("page".to_owned(), page)).into_iter().collect();
        Ok(Self { data: Value::Array(rows), meta, metrics: Vec::new(), next })
    }

    fn with(mut self, key: &str, value: Value) -> Self {
        self.meta.insert(key.to_owned(), value);
        self
    }
}

/// Makes the answer of `route` to `query` from a snapshot. `name` is the last part of the path where a route has one.
pub(super) fn make(
    edition: &Edition,
    route: &Route,
    name: Option<&str>,
    query: &Query,
    reader: Reader<'_>,
) -> Result<Answer, Refusal> {
    let answer = match route.content {
        Content::Document | Content::Lifecycle => contract::document(&edition.snapshot, route, query)?,
        Content::Reps => contract::reps(edition, route, query)?,
        Content::TimeSeries => time_series::answer(edition, query)?,
        Content::Metric => return metric::answer(edition, name.unwrap_or_default(), query),
        Content::Catalog => listing::definitions(edition, query)?,
        Content::Snapshots => listing::snapshots(edition, query)?,
        Content::Editions => listing::editions(edition, query, reader)?,
    };
    let metrics = route.metrics.iter().filter_map(|name| edition.snapshot.catalog.find(name));
    let metrics = metrics.map(|metric| metric.versioned()).collect();
    Ok(Answer { metrics, ..answer })
}
