//! What a refresh replaced is cleared after its commit, so that the publish finds its rows by the index alone.

use sqlx::{Connection, PgConnection};
use vesper::base::pg::Database;
use vesper::cube::{CubeReport, refresh_cubes, vacuum_cubes};

use crate::support::cluster::warehouse_database;

/// Ten thousand rows of a day that the star knows nothing of, and a few of another one.
const STALE: &str = "
    insert into cube.customer_purchase_day (tenant_key, day, customer_id, kind, purchases, amount_cents)
    select 1, date '2025-01-03', 'c' || n, 'order', 1, 100 from generate_series(1, 10000) as n;
    insert into cube.customer_purchase_day (tenant_key, day, customer_id, kind, purchases, amount_cents)
    select 1, date '2025-01-04', 'c' || n, 'order', 1, 100 from generate_series(1, 9999) as n;
    insert into vesper.touched_day (tenant_key, fact, day) values (1, 'order', '2025-01-03')";

/// Ten thousand rows of a day, and twenty times as many, and one, of others.
const SMALL_SHARE: &str = "
    truncate cube.customer_purchase_day;
    insert into cube.customer_purchase_day (tenant_key, day, customer_id, kind, purchases, amount_cents)
    select 1, date '2025-02-01' + n % 21, 'c' || n, 'order', 1, 100 from generate_series(0, 209999) as n;
    insert into cube.customer_purchase_day (tenant_key, day, customer_id, kind, purchases, amount_cents)
    values (1, date '2025-03-01', 'c0', 'order', 1, 100);
    analyze cube.customer_purchase_day;
    insert into vesper.touched_day (tenant_key, fact, day) values (1, 'order', '2025-02-01')";

async fn refresh(connection: &mut PgConnection) -> CubeReport {
    let mut tx = connection.begin().await.expect("a transaction");
    let report = refresh_cubes(&mut tx, 1).await.expect("the cubes follow");
    tx.commit().await.expect("the cubes commit");
    report
}

/// Pages of the cube that an index alone answers for.
async fn clear_pages(connection: &mut PgConnection) -> i32 {
    let pages = "select relallvisible from pg_class where oid = 'cube.customer_purchase_day'::regclass";
    sqlx::query_scalar(pages).fetch_one(connection).await.expect("a table")
}

#[tokio::test]
async fn a_cube_of_which_many_rows_were_replaced_is_answered_for_by_its_index_again() {
    let warehouse = warehouse_database().await;
    let mut connection = warehouse.connect().await;
    sqlx::raw_sql(STALE).execute(&mut connection).await.expect("stale rows");
    let report = refresh(&mut connection).await;
    assert_eq!(report.replaced, ["customer_purchase_day"]);
    assert_eq!(clear_pages(&mut connection).await, 0, "nothing is known to be clear yet");
    let pool = Database::parse("VESPER_WAREHOUSE_URL", &warehouse.url()).expect("a URL").pool(1).await.expect("a pool");
    vacuum_cubes(&pool, &report.replaced).await;
    // All that hold the other day; how soon a page that is left empty counts as clear is the server's.
    assert!(clear_pages(&mut connection).await > 50);

    // A day less than that is left to the server.
    let touch = "insert into vesper.touched_day (tenant_key, fact, day) values (1, 'order', '2025-01-04')";
    sqlx::raw_sql(touch).execute(&mut connection).await.expect("a touched day");
    assert_eq!(refresh(&mut connection).await.replaced, Vec::<String>::new());

    // Nor is a day of so many where the cube is more than twenty times as large.
    sqlx::raw_sql(SMALL_SHARE).execute(&mut connection).await.expect("stale rows of a large cube");
    assert_eq!(refresh(&mut connection).await.replaced, Vec::<String>::new());
}

#[tokio::test]
async fn where_the_worker_owns_no_cube_or_the_server_is_gone_the_night_goes_on() {
    let warehouse = warehouse_database().await;
    let mut connection = warehouse.connect().await;
    sqlx::raw_sql("create role guest_of_cubes; grant usage on schema cube to guest_of_cubes")
        .execute(&mut connection)
        .await
        .expect("a role");
    let database = Database::parse("VESPER_WAREHOUSE_URL", &warehouse.url()).expect("a URL");
    let pool = database.pool(1).await.expect("a pool");
    sqlx::raw_sql("set role guest_of_cubes").execute(&pool).await.expect("another role");
    vacuum_cubes(&pool, &["customer_purchase_day".to_owned()]).await;
    let answer: i32 = sqlx::query_scalar("select 1").fetch_one(&pool).await.expect("the connection is sound");
    assert_eq!(answer, 1);
    pool.close().await;
    vacuum_cubes(&pool, &["customer_purchase_day".to_owned()]).await;
    sqlx::raw_sql("drop owned by guest_of_cubes; drop role guest_of_cubes")
        .execute(&mut connection)
        .await
        .expect("the role is gone");
}
