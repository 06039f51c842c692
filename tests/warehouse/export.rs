//! Tables as files: what is written is what is there, whole or not at all.

use std::fs;
use std::path::Path;

use polars::prelude::*;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use vesper::export::{ExportError, ExportOrder, Exported, Format, Grain, export, find_dataset, list_datasets};

use crate::support::cluster::warehouse_database;

/// More rows than a frame holds, over fourteen months, with every kind of value and of none.
const SAMPLE: &str = "
    create table star.sample (
        tenant_key int not null, sample_id bigint not null, made_at timestamptz not null, due date, is_open boolean,
        amount numeric(19, 4), note text, tags jsonb, until timestamptz not null default 'infinity',
        primary key (tenant_key, sample_id));
    comment on table star.sample is 'Grain: one sample';
    insert into star.sample (tenant_key, sample_id, made_at, due, is_open, amount, note, tags)
    select n % 2 + 1, n, timestamptz '2025-01-01 00:00+00' + n * interval '8 minutes',
        case when n % 7 > 0 then date '2025-01-01' + n % 400 end, n % 3 = 0,
        case when n % 5 > 0 then n * 1.0001 - 30000 end,
        case n % 4 when 0 then '=1+' || n when 1 then 'Ωмега, \"quoted\"' end, jsonb_build_array(n)
    from generate_series(1, 70000) as n;
    insert into star.dim_tenant (tenant_key, tenant, currency, loaded_date)
    values (1, 'north', 'USD', '2026-01-31'), (2, 'south', 'EUR', '2026-01-30');";

async fn sampled() -> (crate::support::cluster::TestDatabase, PgConnection) {
    let warehouse = warehouse_database().await;
    let mut connection = warehouse.connect().await;
    sqlx::raw_sql(SAMPLE).execute(&mut connection).await.expect("a table and its rows");
    (warehouse, connection)
}

async fn written(connection: &mut PgConnection, out_dir: &Path, format: Format, grain: Grain) -> Exported {
    let dataset = find_dataset(connection, "sample").await.expect("it is there");
    let order = ExportOrder { dataset: &dataset, format, grain, by: None, tenant: None, out_dir };
    export(connection, &order, |_| {}).await.expect("files")
}

async fn number(connection: &mut PgConnection, sql: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(connection).await.expect(sql)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_a_month_holds_exactly_the_rows_of_the_table_and_again_the_same_bytes() {
    let (_warehouse, mut connection) = sampled().await;
    let out = tempfile::tempdir().expect("a folder");
    let first = written(&mut connection, out.path(), Format::Parquet, Grain::Month).await;
    let manifest = &first.manifest;
    assert_eq!((manifest.row_count, manifest.files.len(), manifest.by.as_deref()), (70_000, 13, Some("made_at")));
    assert_eq!(manifest.business_date, "2026-01-30".parse().ok(), "the least of the tenants'");

    let (mut rows, mut ids, mut digits, mut open, mut texts) = (0, 0, 0, 0, 0);
    for file in &manifest.files {
        let path = first.folder.join(&file.name);
        let bytes = fs::read(&path).expect("a file");
        assert_eq!((file.byte_count, &file.sha256), (bytes.len() as u64, &hex::encode(Sha256::digest(&bytes))));
        let frame = ParquetReader::new(fs::File::open(&path).expect("a file")).finish().expect("Parquet");
        assert_eq!(frame.height() as u64, file.row_count);
        let month = file.name.trim_end_matches(".parquet");
        let sql = format!(
            "select count(*) from star.sample where to_char(made_at at time zone 'UTC', 'YYYY-MM') = '{month}'"
        );
        assert_eq!(number(&mut connection, &sql).await, frame.height() as i64, "{month}");
        let kinds: Vec<String> = frame.dtypes().iter().map(ToString::to_string).collect();
        let zone = "datetime[μs, UTC]";
        assert_eq!(kinds, ["i32", "i64", zone, "date", "bool", "decimal[38,4]", "str", "str", zone]);
        assert_eq!(frame.column("until").expect("a column").null_count(), frame.height(), "infinity is in no file");
        rows += frame.height();
        ids += frame.column("sample_id").expect("ids").i64().expect("i64").sum().unwrap_or(0);
        let amount = frame.column("amount").expect("amounts").decimal().expect("decimals").clone();
        digits += amount.physical().iter().flatten().sum::<i128>();
        open += frame.column("is_open").expect("flags").bool().expect("flags").sum().unwrap_or(0);
        texts +=
            frame.column("note").expect("texts").str().expect("texts").iter().flatten().map(str::len).sum::<usize>();
    }
    assert_eq!(rows, 70_000);
    assert_eq!(ids, number(&mut connection, "select sum(sample_id)::bigint from star.sample").await);
    assert_eq!(digits as i64, number(&mut connection, "select (sum(amount) * 10000)::bigint from star.sample").await);
    assert_eq!(i64::from(open), number(&mut connection, "select count(*) from star.sample where is_open").await);
    assert_eq!(texts as i64, number(&mut connection, "select sum(octet_length(note))::bigint from star.sample").await);

    let bytes = |exported: &Exported| fs::read(exported.folder.join("manifest.json")).expect("a manifest");
    let before = bytes(&first);
    let second = written(&mut connection, out.path(), Format::Parquet, Grain::Month).await;
    assert_eq!(String::from_utf8(bytes(&second)), String::from_utf8(before), "digests of all files are in it");
    // A coarser grain leaves no file of the finer one, and no draft.
    let year = written(&mut connection, out.path(), Format::Parquet, Grain::Year).await;
    let names = |dir: &Path| {
        let mut names: Vec<_> =
            fs::read_dir(dir).expect("a folder").map(|e| e.expect("an entry").file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&year.folder), ["2025.parquet", "2026.parquet", "manifest.json"]);
    assert_eq!(names(out.path()), ["star.sample"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_spreadsheet_gets_text_that_is_no_formula_and_a_tenant_its_own_rows_alone() {
    let (_warehouse, mut connection) = sampled().await;
    let out = tempfile::tempdir().expect("a folder");
    let key = number(&mut connection, "select tenant_key::bigint from star.dim_tenant where tenant = 'south'").await;
    sqlx::raw_sql("delete from star.sample where sample_id > 8").execute(&mut connection).await.expect("fewer rows");
    let dataset = find_dataset(&mut connection, "star.sample").await.expect("it is there");
    let (format, grain) = (Format::Csv, Grain::None);
    let order = ExportOrder { dataset: &dataset, format, grain, by: None, tenant: Some("south"), out_dir: out.path() };
    let exported = export(&mut connection, &order, |_| {}).await.expect("a file");
    let text = fs::read_to_string(exported.folder.join("all.csv")).expect("text");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(|row| row[0] == key.to_string()), "{text}");
    assert!(rows.iter().all(|row| !row[6].starts_with('=')), "{text}");
    let fourth = ["2025-01-01T00:56:00Z", "", "false", "-29992.9993", "", "[7]", ""];
    assert!(rows.iter().any(|row| row.iter().skip(2).eq(fourth)), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_made_to_be_read_can_be_exported_also_without_rows() {
    let warehouse = warehouse_database().await;
    let mut connection = warehouse.connect().await;
    let out = tempfile::tempdir().expect("a folder");
    let datasets = list_datasets(&mut connection).await.expect("datasets");
    assert!(datasets.len() > 30, "{datasets:?}");
    for (name, comment) in datasets {
        assert!(!comment.is_empty(), "{name} says nothing of itself");
        let dataset = find_dataset(&mut connection, &name).await.expect("it is there");
        let (format, grain) = (Format::Parquet, Grain::None);
        let order = ExportOrder { dataset: &dataset, format, grain, by: None, tenant: None, out_dir: out.path() };
        let exported = export(&mut connection, &order, |_| {}).await.expect(&name);
        let file = fs::File::open(exported.folder.join("all.parquet")).expect("a file");
        let frame = ParquetReader::new(file).finish().expect("Parquet");
        assert_eq!(frame.width(), dataset.columns.len(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_exported_is_told_before_anything_is_written() {
    let (_warehouse, mut connection) = sampled().await;
    let out = tempfile::tempdir().expect("a folder");
    for hidden in ["vesper.message", "staging.deal", "pg_catalog.pg_authid"] {
        let refused = find_dataset(&mut connection, hidden).await.expect_err(hidden);
        assert!(matches!(refused, ExportError::Unknown { .. }), "{refused}");
    }
    let dataset = find_dataset(&mut connection, "sample").await.expect("it is there");
    let (format, grain) = (Format::Csv, Grain::Month);
    let order = ExportOrder { dataset: &dataset, format, grain, by: None, tenant: None, out_dir: out.path() };
    let refusals = [
        (ExportOrder { by: Some("mad_at"), ..order }, "star.sample has no column `mad_at`"),
        (
            ExportOrder { by: Some("amount"), ..order },
            "star.sample: column `amount` is numeric(19,4), and files by month or year need a date or a time",
        ),
        (ExportOrder { tenant: Some("west"), ..order }, "there is no tenant `west`"),
    ];
    for (order, told) in refusals {
        let refused = export(&mut connection, &order, |_| {}).await.expect_err(told);
        assert_eq!(refused.to_string(), told);
    }
    // What is there and is not ours stays.
    fs::create_dir(out.path().join("star.sample")).expect("a folder");
    fs::write(out.path().join("star.sample/thesis.txt"), "years of work").expect("a file");
    let refused = export(&mut connection, &order, |_| {}).await.expect_err("it is occupied");
    assert!(matches!(refused, ExportError::Occupied { .. }), "{refused}");
    assert_eq!(fs::read_dir(out.path()).expect("a folder").count(), 1);
    connection.close().await.expect("it is not in a transaction");
}
