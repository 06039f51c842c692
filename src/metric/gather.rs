//! Everything that a snapshot is made of, read from the cubes on one connection or on two, and summed up.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sqlx::{PgConnection, Row};

use crate::base::period::plus_days;
use crate::cube::{Asked, Cubes, INTERACTION_TYPES, OUTCOMES, STAGES, STATUSES, TIERS, read_cubes};
use crate::metric::compute::{Computed, Delivered, compute, stock_days};
use crate::metric::document::VALUE_BANDS;
use crate::metric::identity::{Credited, Violation};
use crate::metric::snapshot::{Member, Reconciliation};
use crate::metric::table::{Inquiry, Question, Tables, read_purchase_tables, read_season, told};
use crate::metric::{MetricError, failed};

/// What is published, and what it is checked against.
pub(super) struct Gathered {
    pub(super) computed: Computed,
    /// What campaigns have touched; none where no campaign is told of.
    pub(super) credited: Option<Credited>,
    pub(super) balanced: Balanced,
}

/// What the latest loads say of both sides.
#[derive(Default)]
pub(super) struct Balanced {
    /// Their rows, an entity each.
    pub(super) lines: Vec<Reconciliation>,
    /// Source → high-water mark.
    pub(super) marks: BTreeMap<String, String>,
    /// Amounts that differ, in all or on a day.
    pub(super) unequal: Vec<Violation>,
}

/// Reads the cubes and asks for the tables; `second` sees what `first` sees.
///
/// The second connection asks for tables from the start, the first one joins it when the purchases and the cubes are read, and
/// what is made of them is made beside both.
pub(super) async fn gather(
    first: &mut PgConnection,
    second: Option<&mut PgConnection>,
    tenant_key: i32,
    (date, delivered, currency): (NaiveDate, &Delivered, &str),
) -> Result<Gathered, MetricError> {
    let first_date = read_first_date(first, tenant_key, date).await?;
    let question = Question { tenant_key, delivered, business_date: date, first_date };
    let inquiry = Inquiry::new(question);
    let beside = async {
        let Some(second) = second else { return Ok(Tables::new()) };
        inquiry.answer(second).await
    };
    let whole = async {
        // First, since making their rows takes longest and needs nobody else.
        let purchased = read_purchase_tables(first, question).await?;
        let asked = Asked { stock_days: stock_days(date), as_of: plus_days(date, 1), value_floors: &VALUE_BANDS };
        let cubes = read_cubes(first, tenant_key, asked).await.map_err(MetricError::Cube)?;
        let members = read_members(first, tenant_key, &cubes).await?;
        let told = told(question, &cubes).map_err(MetricError::Compute)?;
        let balanced = read_reconciliation(first, tenant_key).await?;
        let (delivered, currency) = (delivered.clone(), currency.to_owned());
        let computing = move || compute(&cubes, &delivered, (date, first_date), &currency, members);
        let computing = tokio::task::spawn_blocking(computing);
        let tables = inquiry.answer(first).await?;
        let mut computed = computing.await.map_err(|_| MetricError::Thread)?.map_err(MetricError::Compute)?;
        computed.tables = tables;
        computed.tables.extend(told);
        let (tables, credited) = purchased.await.map_err(|_| MetricError::Thread)?;
        computed.tables.extend(tables);
        computed.tables.extend(read_season(first, question, &computed).await?);
        Ok(Gathered { computed, credited, balanced })
    };
    // Neither is broken off within a statement: after a failure of one the other is asked nothing more.
    let (whole, beside) = tokio::join!(async { whole.await.inspect_err(|_: &MetricError| inquiry.give_up()) }, async {
        beside.await.inspect_err(|_: &MetricError| inquiry.give_up())
    });
    let (mut gathered, tables) = (whole?, beside?);
    for (metric, windows) in tables {
        gathered.computed.tables.entry(metric).or_default().extend(windows);
    }
    Ok(gathered)
}

/// The first day that anything is known of.
async fn read_first_date(
    connection: &mut PgConnection,
    tenant_key: i32,
    business_date: NaiveDate,
) -> Result<NaiveDate, MetricError> {
    let first = sqlx::query_scalar(include_str!("sql/first_date.sql")).bind(tenant_key).fetch_one(connection).await;
    let first: Option<NaiveDate> = first.map_err(failed("reading the first day"))?;
    Ok(first.map_or(business_date, |first| first.min(business_date)))
}

/// What the tenant's loads have delivered so far.
pub(super) async fn read_delivered(
    tx: &mut PgConnection,
    tenant_key: i32,
    revenue_mode: &str,
) -> Result<Delivered, MetricError> {
    let entities = sqlx::query_scalar("select distinct l.entity from vesper.load_count as l where l.tenant_key = $1");
    let entities: Vec<String> =
        entities.bind(tenant_key).fetch_all(tx).await.map_err(failed("reading the entities of the tenant"))?;
    Ok(Delivered { entities: entities.into_iter().collect(), revenue_mode: revenue_mode.to_owned() })
}

/// The members of each dimension in the order they are shown; values that are not in the enum come last, so that partitions still sum.
async fn read_members(
    tx: &mut PgConnection,
    tenant_key: i32,
    cubes: &Cubes,
) -> Result<BTreeMap<String, Vec<Member>>, MetricError> {
    let mut members = BTreeMap::new();
    let tiers_present =
        cubes.customer_stock.column("tier").and_then(|c| Ok(c.str()?.clone())).map_err(MetricError::Compute)?;
    let deal_tiers = cubes.deal_flow.column("tier").and_then(|c| Ok(c.str()?.clone())).map_err(MetricError::Compute)?;
    let revenue_tiers =
        cubes.revenue.column("tier").and_then(|c| Ok(c.str()?.clone())).map_err(MetricError::Compute)?;
    let has_unknown_tier =
        tiers_present.iter().chain(deal_tiers.iter()).chain(revenue_tiers.iter()).flatten().any(|t| t == "unknown");
    for (dimension, names) in [
        ("stage", &STAGES[..]),
        ("status", &STATUSES),
        ("tier", &TIERS),
        ("type", &INTERACTION_TYPES),
        ("outcome", &OUTCOMES),
    ] {
        let mut list: Vec<Member> =
            names.iter().map(|n| Member { member: (*n).to_owned(), label: label_of(n) }).collect();
        if dimension == "outcome" {
            list.push(Member { member: "none".to_owned(), label: "None".to_owned() });
        }
        if dimension == "tier" && has_unknown_tier {
            list.push(Member { member: "unknown".to_owned(), label: "Unknown".to_owned() });
        }
        members.insert(dimension.to_owned(), list);
    }
    let reps = sqlx::query(include_str!("sql/sales_reps.sql")).bind(tenant_key).fetch_all(tx).await;
    let reps = reps.map_err(failed("reading the sales reps"))?;
    let reps = reps.iter().map(|r| Member { member: r.get(0), label: r.get(1) }).collect();
    members.insert("sales_rep".to_owned(), reps);
    Ok(members)
}

/// `closed_won` → `Closed won`.
fn label_of(name: &str) -> String {
    match name {
        "email" => "E-mail".to_owned(),
        "sms" => "SMS".to_owned(),
        _ => {
            let words = name.replace('_', " ");
            let mut letters = words.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
    }
}

/// The latest load's balance an entity, and the high-water marks.
async fn read_reconciliation(tx: &mut PgConnection, tenant_key: i32) -> Result<Balanced, MetricError> {
    let rows = sqlx::query(include_str!("sql/reconciliation.sql")).bind(tenant_key).fetch_all(tx).await;
    let mut balanced = Balanced::default();
    for row in &rows.map_err(failed("reading the balance of the load"))? {
        let entity: String = row.get(0);
        let (source_amount, star_amount): (Option<String>, Option<String>) = (row.get(4), row.get(5));
        let sums = (source_amount != star_amount).then(|| {
            let side = |amount: Option<String>| amount.unwrap_or_else(|| "nothing".to_owned());
            format!("{} in the source, {} in the star", side(source_amount), side(star_amount))
        });
        // A difference on a day tells more than one of the sums.
        let detail = row.get::<Option<String>, _>(9).or(sums);
        let violation = |detail| Violation { identity: format!("{entity}: amounts of source and star"), detail };
        balanced.unequal.extend(detail.map(violation));
        balanced.marks.insert(row.get(7), row.get(6));
        let (source_live, held): (i64, i64) = (row.get(1), row.get(3));
        balanced.lines.push(Reconciliation {
            entity,
            source_rows: source_live + held,
            star_rows: row.get(2),
            quarantined_rows: held,
            amount_cents: row.get(8),
        });
    }
    Ok(balanced)
}
