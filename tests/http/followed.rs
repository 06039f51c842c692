//! Processes that follow the warehouse: a publish swaps all of them, an earlier day is read back, and a warehouse that is
//! away takes nothing from what was shown.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::watch;
use vesper::app::Window;
use vesper::base::pg::Database;

use super::asked::{Asked, until};
use crate::cli::stage::{DATE, Stage};
use crate::support::cluster::cluster;

const EVE: &str = "2026-02-28";
const PIPELINE: &str = "deals/pipeline";

#[tokio::test(flavor = "multi_thread")]
async fn a_publish_swaps_every_process_and_a_lost_warehouse_takes_nothing_away() {
    let mut stage = Stage::new().await;
    stage.succeed(&["run", "nightly", "--for", EVE]).await;
    let servers = [Asked::start(&mut stage).await, Asked::start(&mut stage).await];
    let eve = servers[0].get(PIPELINE).await;
    assert_eq!(eve.json()["meta"]["as_of"], EVE);

    // One process publishes, the others hear of it.
    stage.succeed(&["run", "nightly", "--for", DATE]).await;
    for server in &servers {
        until("the new snapshot is served", async || server.get(PIPELINE).await.json()["meta"]["as_of"] == DATE).await;
        let tag = eve.header("etag");
        assert_eq!(server.ask("GET", PIPELINE, &[("if-none-match", tag)]).await.status, 200, "another snapshot");
    }
    // The day before is read back as it was told, to the byte and under the same tag.
    let path = format!("{PIPELINE}?as_of={EVE}");
    let again = servers[0].get(&path).await;
    assert_eq!((again.json()["data"].clone(), again.status), (eve.json()["data"].clone(), 200));
    assert_eq!(again.json()["meta"]["snapshot"], eve.json()["meta"]["snapshot"]);
    let held = servers[0].ask("HEAD", &path, &[("if-none-match", again.header("etag"))]).await;
    assert_eq!((held.status, held.body.len()), (304, 0));

    let before = servers[0].get(PIPELINE).await;
    lose(&stage, true).await;
    until("the loss is told", async || !servers[0].get(PIPELINE).await.header("warning").is_empty()).await;
    let away = servers[0].get(PIPELINE).await;
    assert_eq!((away.status, away.json()["data"].clone()), (200, before.json()["data"].clone()));
    let warnings = away.json()["meta"]["warnings"].to_string();
    assert!(warnings.contains("the warehouse is away"), "{warnings}");
    let ready = servers[0].get("/readyz").await;
    assert!(ready.status == 200 && ready.text().contains("the warehouse is away"), "{}", ready.text());
    assert_eq!(servers[0].get(&path).await.status, 200, "a day that was asked for lately is still there");
    let unread = servers[1].get(&path).await;
    assert_eq!((unread.status, unread.json()["error"]["code"].clone()), (503, "warehouse_away".into()));
    assert_eq!(unread.header("retry-after"), "60");
    lose(&stage, false).await;
    for server in &servers {
        until("it is back", async || server.get(PIPELINE).await.header("warning").is_empty()).await;
    }
    assert_eq!(servers[0].get(PIPELINE).await.header("etag"), before.header("etag"));
    assert_eq!(servers[1].get(&path).await.status, 200);

    // A publish of which nobody was told is seen by the next look.
    a_look_finds_what_was_not_announced(&stage).await;
    for server in servers {
        server.stop().await;
    }
}

/// Breaks every connection to the warehouse and lets nobody in; or opens it again.
async fn lose(stage: &Stage, is_away: bool) {
    let name = &stage.names["{warehouse}"];
    let mut elsewhere = PgConnection::connect(&cluster().await.url("postgres")).await.expect("the server");
    let mut run = async |sql: String| {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut elsewhere).await.expect("a superuser may");
    };
    run(format!("alter database \"{name}\" allow_connections {}", !is_away)).await;
    if is_away {
        run(format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")).await;
    }
}

async fn a_look_finds_what_was_not_announced(stage: &Stage) {
    let database = Database::parse("the warehouse", &stage.names["{warehouse_url}"]).expect("a URL");
    let pool = database.pool(2).await.expect("the warehouse answers");
    let window = Window { look_again: Duration::from_millis(20), ..Window::default() };
    window.refresh(&pool).await.expect("readable");
    let tenant: String =
        sqlx::query_scalar("select tenant from star.dim_tenant as t join metric.current as c using (tenant_key)")
            .fetch_one(&pool)
            .await
            .expect("a tenant");
    let shown = || window.tenants.of(&tenant).current().expect("a snapshot").header.business_date.to_string();
    assert_eq!(shown(), DATE);
    let (stop, stopping) = watch::channel(false);
    let following = tokio::spawn({
        let (window, pool) = (Arc::new(window.clone()), pool.clone());
        async move { window.follow(pool, stopping).await }
    });
    let silently = "update metric.current as c set snapshot_id = s.snapshot_id
                    from metric.snapshot as s where s.tenant_key = c.tenant_key and s.business_date = $1::date";
    sqlx::query(silently).bind(EVE.parse::<chrono::NaiveDate>().expect("a date")).execute(&pool).await.expect("moved");
    until("the look finds it", async || shown() == EVE).await;
    stop.send(true).expect("it follows");
    following.await.expect("it ends");
}
