//! Logins that may do what their work needs, and nothing else.

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use vesper::http::ROUTES;

use super::serve::{address_of, get, start, stop};
use super::stage::{DATE, Stage};
use crate::support::cluster::operational_database;

const WRITES: [&str; 6] = [
    "delete from star.fact_deal",
    "insert into metric.current (tenant_key, snapshot_id) values (0, 0)",
    "update vesper.run set state = 'cancelled'",
    "create table public.mine (a int)",
    "create temporary table mine (a int)",
    "truncate cube.order_day",
];

async fn login(stage: &Stage, role: &str) -> PgConnection {
    let url = stage.warehouse.url_of(role);
    let mut connection = PgConnection::connect(&url).await.expect("the role may connect");
    // What a session can change is no boundary.
    let writable = sqlx::raw_sql("set default_transaction_read_only = off; set statement_timeout = 0");
    writable.execute(&mut connection).await.expect("a setting of the session's own");
    connection
}

/// Whether the server refuses the statement for a missing right; any other refusal is a mistake of the test.
async fn is_forbidden(connection: &mut PgConnection, sql: &str) -> bool {
    match sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await {
        Ok(_) => false,
        Err(error) => {
            let code = error.as_database_error().and_then(|e| e.code().map(String::from));
            assert_eq!(code.as_deref(), Some("42501"), "{sql}: {error}");
            true
        }
    }
}

async fn count(connection: &mut PgConnection, sql: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(connection).await.expect(sql)
}

/// One scenario: roles belong to the whole server, and a night is the dearest part of it.
#[tokio::test(flavor = "multi_thread")]
async fn each_role_does_its_work_and_is_refused_everything_else() {
    let mut stage = Stage::new().await;
    let told = stage.succeed(&["migrate", "--roles"]).await;
    assert!(told.contains("vesper_worker") && !told.contains("bi_promenade"), "{told}");
    assert_eq!(stage.succeed(&["migrate", "--roles"]).await, told, "a second run changes nothing");

    stage.environment.insert("VESPER_WAREHOUSE_URL".to_owned(), stage.warehouse.url_of("vesper_worker"));
    stage.succeed(&["run", "nightly", "--for", DATE]).await;
    stage.succeed(&["run", "executive-weekly", "--for", DATE]).await;
    assert_eq!(stage.outbox().len(), 2, "a night and its mail by the worker's login");

    // A tenant that came with a load gets its reader by the next run; so does one with the same kind of rows.
    let mut owner = stage.warehouse.connect().await;
    let tenant: String = sqlx::query_scalar("select tenant from star.dim_tenant where tenant_key > 0")
        .fetch_one(&mut owner)
        .await
        .expect("the tenant of the night");
    let other = "insert into star.dim_tenant (tenant_key, tenant, currency) values (77, 'o''ther', 'EUR');
                 insert into star.dim_sales_rep (tenant_key, sales_rep_id, name, is_active) values (77, 'r', 'Rep of the other', true)";
    sqlx::raw_sql(other).execute(&mut owner).await.expect("a second tenant");
    stage.environment.insert("VESPER_WAREHOUSE_URL".to_owned(), stage.warehouse.url());
    let told = stage.succeed(&["migrate", "--roles"]).await;
    assert!(told.contains(&format!("bi_{tenant}")) && told.contains("bi_o'ther"), "{told}");

    http_answers(&mut stage).await;
    for role in ["vesper_http", "vesper_kpi", "bi_o'ther"] {
        let mut connection = login(&stage, role).await;
        for sql in WRITES {
            assert!(is_forbidden(&mut connection, sql).await, "{role} may {sql}");
        }
        for sql in
            ["set role vesper_owner", "set role vesper_worker", "select set_config('role', 'vesper_owner', false)"]
        {
            assert!(is_forbidden(&mut connection, sql).await, "{role} may {sql}");
        }
        for sql in [
            "select bytes from vesper.mail_body",
            "select rcpt from vesper.message",
            "select * from vesper.suppression",
        ] {
            assert!(is_forbidden(&mut connection, sql).await, "{role} may {sql}");
        }
    }
    let mut kpi = login(&stage, "vesper_kpi").await;
    assert!(count(&mut kpi, "select count(*) from star.fact_deal").await > 0);
    assert!(count(&mut kpi, "select count(*) from star.deal").await > 0);
    assert!(is_forbidden(&mut kpi, "select count(*) from vesper.run").await);
    each_tenant_sees_its_own(&stage, &mut owner, &tenant).await;
}

/// The script of docs/roles.md is all a source's login needs.
#[tokio::test(flavor = "multi_thread")]
async fn the_sources_login_reads_what_the_queries_name_and_no_password() {
    let mut stage = Stage::new().await;
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/roles.md")).expect("the document");
    let script = text.split("```sql\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a script");
    let source = operational_database().await;
    sqlx::raw_sql(AssertSqlSafe(script.to_owned())).execute(&mut source.connect().await).await.expect("the script");
    stage.environment.insert("VESPER_SOURCE_URL".to_owned(), source.url_of("vesper_source_ro"));
    stage.succeed(&["check"]).await;
    let mut reader = PgConnection::connect(&source.url_of("vesper_source_ro")).await.expect("it may connect");
    assert!(is_forbidden(&mut reader, "select password_hash from identity_users").await);
    sqlx::raw_sql("set default_transaction_read_only = off").execute(&mut reader).await.expect("a setting");
    assert!(is_forbidden(&mut reader, "delete from customer_deals").await);
}

async fn http_answers(stage: &mut Stage) {
    stage.environment.insert("VESPER_WAREHOUSE_URL".to_owned(), stage.warehouse.url_of("vesper_http"));
    stage.environment.insert("VESPER_HTTP_BIND".to_owned(), "127.0.0.1:0".to_owned());
    let (mut server, mut log) = start(stage, &["serve", "--only", "http"]);
    let address = address_of(&mut log).await;
    for route in &ROUTES {
        let query = route.example.replace("{year_start}", "2026-01-01").replace("{as_of}", DATE);
        let (status, body) = get(&address, &format!("{}{query}", route.url())).await;
        assert_eq!(status, 200, "{}: {body}", route.path);
    }
    assert_eq!(get(&address, "/metrics").await.0, 200);
    stop(&mut server).await;
    while let Some(line) = log.next_line().await.expect("text") {
        assert!(!line.contains("permission denied"), "{line}");
    }
}

async fn each_tenant_sees_its_own(stage: &Stage, owner: &mut PgConnection, tenant: &str) {
    let mut mine = login(stage, &format!("bi_{tenant}")).await;
    let mut theirs = login(stage, "bi_o'ther").await;
    assert_eq!(count(&mut theirs, "select count(*) from star.sales_rep").await, 1);
    let all = count(owner, "select count(*) from star.fact_deal").await;
    assert!(all > 0);
    assert_eq!(count(&mut mine, "select count(*) from star.fact_deal").await, all);
    assert_eq!(count(&mut theirs, "select count(*) from metric.point").await, 0);
    assert!(count(&mut mine, "select count(*) from metric.point").await > 0);
    let tables: Vec<(String, bool)> = sqlx::query_as(
        "select c.oid::regclass::text, c.relrowsecurity and c.relforcerowsecurity
         from pg_class as c
         where c.relnamespace in ('star'::regnamespace, 'cube'::regnamespace) and c.relkind in ('r', 'p')
             and exists (select from pg_attribute as a where a.attrelid = c.oid and a.attname = 'tenant_key')",
    )
    .fetch_all(owner)
    .await
    .expect("the tables");
    assert!(tables.len() > 30, "{tables:?}");
    for (table, is_forced) in tables {
        assert!(is_forced, "{table} has no row level security");
        let foreign = format!("select count(*) from {table} where tenant_key not in (0, 77)");
        assert_eq!(count(&mut theirs, &foreign).await, 0, "{table} shows rows of another tenant");
        let foreign = format!("select count(*) from {table} where tenant_key = 77");
        assert_eq!(count(&mut mine, &foreign).await, 0, "{table} shows rows of another tenant");
    }
    // Nobody takes another's place by a name.
    let named = "select set_config('session_authorization', 'bi_o''ther', false)";
    assert!(is_forbidden(&mut mine, named).await);
}
