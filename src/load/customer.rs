//! dim_customer: SCD2 on status, tier, owner and company; spells of a status.

use sqlx::{PgConnection, Row};

use crate::load::first::{is_first, take_keys};
use crate::load::merge::{MergeContext, Merged, analyze_changed, analyze_table, refuse_implausible, run};
use crate::load::{LoadError, warehouse};

/// Statements that end and open versions, in order, old days first.
const VERSIONS: &[(&str, &str)] = &[
    TOUCH,
    ("ending versions of customers", include_str!("sql/customer_close.sql")),
    ("completing inferred customers", include_str!("sql/customer_complete.sql")),
    ("touching the deals of inferred customers", include_str!("sql/customer_complete_touch.sql")),
    ("opening versions of customers", include_str!("sql/customer_open.sql")),
    SEED,
    ("overwriting customers", include_str!("sql/customer_overwrite.sql")),
    ("ending spells of customers", include_str!("sql/customer_status_close.sql")),
    OPEN_SPELLS,
];
const SEED: (&str, &str) = ("seeding versions of new customers", include_str!("sql/customer_seed.sql"));
const OPEN_SPELLS: (&str, &str) = ("opening spells of customers", include_str!("sql/customer_status_open.sql"));

/// What the cubes are told afterwards: of a first load, of any other, of both.
const TOUCH_ALL: (&str, &str) = ("touching the days of customers", include_str!("sql/customer_fill_touch.sql"));
const TOUCH: (&str, &str) = ("touching the days of changed customers", include_str!("sql/customer_touch.sql"));
const NOTE: (&str, &str) = ("touching changed customers", include_str!("sql/customer_note.sql"));

/// Brings dim_customer and fact_customer_status up to date with staging.
///
/// A replay finds no difference and writes nothing.
pub(super) async fn merge_customers(tx: &mut PgConnection, context: &MergeContext) -> Result<Merged, LoadError> {
    let compare =
        sqlx::query(include_str!("sql/customer_image.sql")).bind(context.tenant_key).bind(context.extracted_at);
    let compare = compare.bind(context.noticed_at).bind(context.known_until);
    let loaded =
        compare.execute(&mut *tx).await.map_err(warehouse("comparing star.dim_customer"))?.rows_affected() as i64;
    let row = sqlx::query(
        "select count(*) from staging.customer as s where not exists (select from staging.changed_customer as c where c.customer_id = s.customer_id)",
    );
    let unchanged: i64 = row.fetch_one(&mut *tx).await.map_err(warehouse("counting star.dim_customer"))?.get(0);
    let changed = Merged { loaded, unchanged, deleted: 0, is_fill: false };
    if loaded > 0 {
        analyze_table(tx, "staging.changed_customer").await?;
        if is_first(tx, "dim_customer", "changed_customer").await? {
            seed_customers(tx, context.tenant_key).await?;
            run(tx, context.tenant_key, &[TOUCH_ALL, NOTE]).await?;
        } else {
            run(tx, context.tenant_key, VERSIONS).await?;
            // Before the search for deletions: without statistics it compares every customer with every staged one.
            for table in ["dim_customer", "fact_customer_status"] {
                analyze_changed(tx, table, &changed).await?;
            }
            run(tx, context.tenant_key, &[TOUCH, NOTE]).await?;
        }
    }
    let live = sqlx::query(
        "select count(*) from star.dim_customer where tenant_key = $1 and is_current and deleted_at is null",
    );
    let live: i64 =
        live.bind(context.tenant_key).fetch_one(&mut *tx).await.map_err(warehouse("counting customers"))?.get(0);
    let delete = sqlx::query(include_str!("sql/customer_delete.sql")).bind(context.tenant_key).bind(context.noticed_at);
    let deleted: i64 = delete.fetch_one(&mut *tx).await.map_err(warehouse("marking deleted customers"))?.get(0);
    refuse_implausible("customer", deleted, live, context.vanish_share_max)?;
    Ok(Merged { loaded, unchanged, deleted, is_fill: false })
}

/// The versions and the spells of the first customers there are: nothing ends, and the keys come after the rows.
async fn seed_customers(tx: &mut PgConnection, tenant_key: i32) -> Result<(), LoadError> {
    for (table, step) in [("dim_customer", SEED), ("fact_customer_status", OPEN_SPELLS)] {
        let keys = take_keys(tx, table).await?;
        run(tx, tenant_key, &[step]).await?;
        keys.make(tx).await?;
    }
    Ok(())
}
