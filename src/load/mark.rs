//! Up to where the star knows each entity of a source, and how much of it tonight's load has to read.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use sqlx::types::Json;
use sqlx::{PgConnection, Row};
use tracing::{info, warn};

use crate::load::entity::merge_spec;
use crate::load::{LoadError, warehouse};
use crate::source::contract::READ_BY_CHANGE;
use crate::source::{ChangeMethod, Entity, EntityQuery, Extraction, Input, Keys, Reach, Since, SourceSpec, TableState};

/// One entity's mark in the ledger.
#[derive(Debug, Clone)]
struct Mark {
    definition: String,
    identity: String,
    xid: u64,
    read_until: DateTime<Utc>,
    counted_since: Option<String>,
    tables: Vec<TableState>,
    compared_at: DateTime<Utc>,
    /// When a person asked for every row.
    asked_at: Option<DateTime<Utc>>,
    /// Whether the counters of tonight are complete; those of the ledger need not be.
    is_settled: bool,
}

/// How much of an entity is read tonight.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub reach: Reach,
    /// In words, for the ledger.
    pub why: String,
    /// Whether rows can have left the source without the load seeing it: their keys are compared.
    pub is_searched: bool,
    /// Whether rows of both sides are counted for the balance.
    pub is_counted: bool,
    /// What the mark becomes when the load commits; none for CSV files.
    next: Option<Mark>,
}

impl Plan {
    /// A plan for something that has no mark.
    fn whole(why: &str) -> Plan {
        Plan { reach: Reach::Whole, why: format!("whole: {why}"), is_searched: false, is_counted: true, next: None }
    }

    /// A plan for something that cannot be read tonight: its mark stays where it is.
    pub fn held(why: String) -> Plan {
        Plan { reach: Reach::Only(Keys::default()), why, is_searched: false, is_counted: false, next: None }
    }

    /// Whether every row is staged.
    pub fn is_whole(&self) -> bool {
        self.reach == Reach::Whole
    }

    /// Keys of the quarantine that are read again; none when every row is.
    pub fn retried(&self) -> Option<&[String]> {
        match &self.reach {
            Reach::Whole => None,
            Reach::Changed(_, keys) | Reach::Only(keys) => Some(&keys.retried),
        }
    }

    /// Whether the entity is left alone.
    pub fn is_nothing(&self) -> bool {
        matches!(&self.reach, Reach::Only(keys) if keys.is_empty())
    }
}

/// The marks of a source, and what is already known of tonight.
pub(super) struct Marks {
    tenant_key: i32,
    marks: HashMap<String, Mark>,
    shape: String,
    /// Whether anything that other rows are looked up in was read and may have changed.
    pub has_moved: bool,
    /// Whether every order was read: their lines follow them.
    is_order_whole: bool,
    /// Whether a rate of a day that was loaded before changed: amounts are converted anew.
    pub is_rerated: bool,
}

impl Marks {
    /// Reads the marks of a source.
    pub async fn read(tx: &mut PgConnection, tenant_key: i32, spec: &SourceSpec) -> Result<Marks, LoadError> {
        let shape: i64 = sqlx::query_scalar(include_str!("sql/shape.sql"))
            .fetch_one(&mut *tx)
            .await
            .map_err(warehouse("reading the newest migration"))?;
        let rows = sqlx::query(include_str!("sql/source_marks.sql")).bind(tenant_key).bind(&spec.name);
        let rows = rows.fetch_all(tx).await.map_err(warehouse("reading vesper.source_mark"))?;
        let mark = |row: &sqlx::postgres::PgRow| {
            let mark = Mark {
                definition: row.get(1),
                identity: row.get(2),
                xid: row.get::<&str, _>(3).parse().expect("the ledger holds what this program wrote"),
                read_until: row.get(4),
                counted_since: row.get(5),
                tables: row.get::<Json<Vec<TableState>>, _>(6).0,
                compared_at: row.get(7),
                asked_at: row.get(8),
                is_settled: true,
            };
            (row.get(0), mark)
        };
        let marks = rows.iter().map(mark).collect();
        let shape = format!("{shape}\n{}\n{}", env!("CARGO_PKG_VERSION"), spec.currency);
        Ok(Marks { tenant_key, marks, shape, has_moved: false, is_order_whole: false, is_rerated: false })
    }

    /// Decides how much of an input is read. Inputs are asked for in load order: what was read of the ones before matters.
    pub async fn plan(
        &mut self,
        tx: &mut PgConnection,
        extraction: &mut Extraction,
        input: Input<'_>,
        spec: &SourceSpec,
    ) -> Result<Plan, LoadError> {
        let Input::Query(index, query) = input else {
            // Rates say by themselves whether they changed.
            self.has_moved |= input.entity().name != "fx_rate";
            return Ok(Plan::whole("a file"));
        };
        let next = self.next(extraction, index, query);
        // Rows in quarantine are tried again whether they changed or not.
        let mut keys = Keys::again(quarantined_keys(tx, self.tenant_key, query.entity).await?);
        if query.entity.name == LINE {
            let orders = sqlx::query_scalar("select order_id from staging.\"order\" where order_id is not null");
            let orders = orders.fetch_all(&mut *tx).await.map_err(warehouse("reading the staged orders"))?;
            keys.of_parents = Some(("order_id", orders));
        }
        let mut plan = match self.marks.get(query.entity.name) {
            None => Plan::whole("never read before"),
            Some(mark) => match self.full_compare(mark, &next, query.entity) {
                Some(why) => {
                    info!(
                        entity = query.entity.name,
                        "{} of {} is compared whole: {why}", query.entity.name, spec.name
                    );
                    Plan::whole(&why)
                }
                None if keys.len() > KEYS_MAX => Plan::whole("more rows are to be read again than a statement names"),
                None => self.narrow(extraction, index, query, spec, &next, keys).await?,
            },
        };
        let last = self.marks.get(query.entity.name);
        // When a week is over, the narrowest plan is the sweep.
        let is_compared = plan.is_whole() || is_due(last, extraction.extracted_at);
        let compared_at = match (is_compared, last) {
            (false, Some(last)) => last.compared_at,
            _ => extraction.extracted_at,
        };
        // By a column only part of what `xmin` would show was read: its mark stays for the weekly sweep.
        let xid = match (&plan.reach, last) {
            (Reach::Changed(Since::Column(..), _), Some(last)) => last.xid,
            _ => next.xid,
        };
        // Of members with versions the load finds out once it has read them.
        let is_compared = merge_spec(query.entity.name).is_some_and(|spec| !spec.versioned_on.is_empty());
        self.has_moved |= !plan.is_nothing() && !is_compared && !READ_BY_CHANGE.contains(&query.entity.name);
        self.is_order_whole |= query.entity.name == "order" && plan.is_whole();
        let asked_at = last.and_then(|last| last.asked_at);
        plan.next = Some(Mark { compared_at, xid, asked_at, ..next });
        Ok(plan)
    }

    /// What the mark becomes after a load of the present snapshot.
    fn next(&self, extraction: &Extraction, index: usize, query: &EntityQuery) -> Mark {
        let image = merge_spec(query.entity.name).map(|spec| spec.image()).unwrap_or_default();
        let made_by = format!("{}\n{image}\n{}", extraction.definition(index, query), self.shape);
        Mark {
            definition: Sha256::digest(made_by).iter().map(|byte| format!("{byte:02x}")).collect(),
            identity: extraction.server.identity.clone(),
            xid: extraction.mark,
            read_until: extraction.extracted_at,
            counted_since: extraction.server.counted_since.clone(),
            tables: extraction.tables_of(index).unwrap_or_default(),
            compared_at: extraction.extracted_at,
            asked_at: None,
            is_settled: extraction.server.is_settled,
        }
    }

    /// Why every row has to be compared, if it has.
    fn full_compare(&self, last: &Mark, next: &Mark, entity: &Entity) -> Option<String> {
        let is_rated = merge_spec(entity.name).is_some_and(|spec| spec.rate_day.is_some()) || entity.name == LINE;
        if last.asked_at.is_some() {
            return Some("somebody asked for it".to_owned());
        }
        if last.definition != next.definition {
            return Some("its query, its contract or its currency changed".to_owned());
        }
        if last.identity != next.identity {
            return Some(format!("the source was {}, and is {}", last.identity, next.identity));
        }
        if next.xid < last.xid {
            return Some(format!("transaction {} of the source is older than mark {}", next.xid, last.xid));
        }
        if next.xid - last.xid > XID_GAP_MAX {
            return Some(format!("{} transactions since the last load", next.xid - last.xid));
        }
        if self.is_rerated && is_rated {
            return Some("a rate of a loaded day changed".to_owned());
        }
        (entity.name == LINE && self.is_order_whole).then(|| "every order was compared".to_owned())
    }

    /// The least that shows every change since the mark.
    async fn narrow(
        &self,
        extraction: &mut Extraction,
        index: usize,
        query: &EntityQuery,
        spec: &SourceSpec,
        next: &Mark,
        keys: Keys,
    ) -> Result<Plan, LoadError> {
        let entity = query.entity;
        let last = &self.marks[entity.name];
        let method = spec.changes.of(entity);
        let is_sweep = is_due(Some(last), extraction.extracted_at);
        let is_still = is_unwritten(last, next);
        // Where every row is needed, none may be tried alone, nor be left while what it is looked up in changed.
        let is_alone = method != ChangeMethod::Full || !self.has_moved && keys.is_empty();
        if is_still && !is_sweep && is_alone {
            let is_nothing = keys.is_empty();
            let why = if is_nothing {
                "nothing: the source wrote no row"
            } else {
                "rows in quarantine: the source wrote no other"
            };
            return Ok(Plan {
                reach: Reach::Only(keys),
                why: why.to_owned(),
                is_searched: false,
                is_counted: !is_nothing,
                next: None,
            });
        }
        if method == ChangeMethod::Full {
            return Ok(Plan::whole("as configured"));
        }
        let can_lose = entity.columns.iter().any(|c| c.name == "deleted_at") || entity.name == LINE;
        let is_searched = can_lose && (is_sweep || has_lost_rows(last, next));
        let column = match method {
            ChangeMethod::UpdatedAt if !is_sweep => Some("updated_at"),
            ChangeMethod::Append if !is_sweep => Some("created_at"),
            _ => None,
        };
        if let Some(column) = column.filter(|c| extraction.has_column(index, c)) {
            warn_of_overlap(extraction, entity, spec.changes.overlap);
            let since = last.read_until - spec.changes.overlap;
            let is_searched = is_searched && method != ChangeMethod::Append;
            let why = format!("rows with {column} since {}", since.format("%Y-%m-%d %H:%M:%S"));
            let reach = Reach::Changed(Since::Column(column, since), keys);
            return Ok(Plan { reach, why, is_searched, is_counted: false, next: None });
        }
        let can = extraction.can_read_since(index, query, last.xid).await.map_err(LoadError::Source)?;
        if !can {
            return Ok(Plan::whole("its query reads more than one plain table"));
        }
        let why =
            format!("rows written since transaction {}{}", last.xid, if is_sweep { ", weekly sweep" } else { "" });
        Ok(Plan { reach: Reach::Changed(Since::Xid(last.xid), keys), why, is_searched, is_counted: true, next: None })
    }

    /// Moves the mark of an entity, in the load's transaction.
    pub async fn advance(
        &self,
        tx: &mut PgConnection,
        spec: &SourceSpec,
        entity: &Entity,
        plan: &Plan,
    ) -> Result<(), LoadError> {
        let Some(next) = &plan.next else { return Ok(()) };
        let done = sqlx::query(include_str!("sql/move_mark.sql"))
            .bind(self.tenant_key)
            .bind(&spec.name)
            .bind(entity.name)
            .bind(&next.definition)
            .bind(&next.identity)
            .bind(next.xid.to_string())
            .bind(next.read_until)
            .bind(&next.counted_since)
            .bind(Json(&next.tables))
            .bind(next.compared_at)
            .bind(next.asked_at)
            .execute(tx)
            .await;
        done.map(drop).map_err(warehouse("moving vesper.source_mark"))
    }
}

/// The keys of an entity that are in quarantine.
pub(super) async fn quarantined_keys(
    tx: &mut PgConnection,
    tenant_key: i32,
    entity: &Entity,
) -> Result<Vec<String>, LoadError> {
    let keys = sqlx::query_scalar(include_str!("sql/quarantined_keys.sql")).bind(tenant_key).bind(entity.name);
    keys.fetch_all(tx).await.map_err(warehouse("reading the quarantine"))
}

/// Whether no table of the query was written since the mark: the same tables, the same files, the same counters.
fn is_unwritten(last: &Mark, next: &Mark) -> bool {
    next.is_settled
        && next.counted_since.is_some()
        && last.counted_since == next.counted_since
        && !next.tables.is_empty()
        && last.tables == next.tables
        && next.tables.iter().all(|t| t.is_table && t.written.is_some())
}

/// Whether rows may have been deleted since the mark.
fn has_lost_rows(last: &Mark, next: &Mark) -> bool {
    let deleted = |mark: &Mark| -> Vec<(i64, i64, Option<i64>)> {
        mark.tables.iter().map(|t| (t.oid, t.file, t.written.map(|w| w[2]))).collect()
    };
    let is_known = next.is_settled
        && next.counted_since.is_some()
        && last.counted_since == next.counted_since
        && !next.tables.is_empty();
    !is_known || deleted(last) != deleted(next) || next.tables.iter().any(|t| t.written.is_none())
}

/// Whether a week has passed since every key was compared.
fn is_due(last: Option<&Mark>, now: DateTime<Utc>) -> bool {
    last.is_none_or(|mark| now - mark.compared_at >= TimeDelta::days(SWEEP_DAYS))
}

fn warn_of_overlap(extraction: &Extraction, entity: &Entity, overlap: TimeDelta) {
    let longest = extraction.server.longest_transaction_seconds;
    if TimeDelta::seconds(longest) > overlap {
        warn!(
            entity = entity.name,
            "a transaction of the source has been open for {longest} s, longer than the overlap of {} s: what it stamped before may be missed until the weekly sweep; raise overlap_minutes, or read {} by xmin",
            overlap.num_seconds(),
            entity.name
        );
    }
}

/// The entity whose rows follow their order: its day, its customer, its end.
const LINE: &str = "order_line";
/// Half of what a 32-bit transaction id can tell apart.
const XID_GAP_MAX: u64 = 1_000_000_000;
/// A statement of some megabytes; beyond it a full compare is cheaper.
const KEYS_MAX: usize = 100_000;
/// Between two loads that compare every key whatever the counters say.
const SWEEP_DAYS: i64 = 7;
