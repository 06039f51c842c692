use std::io::Cursor;

use polars::prelude::{ParquetReader, SerReader};

use super::*;

fn table() -> Table {
    let column = |name: &str, cells| Column { name: name.to_owned(), cells };
    Table {
        columns: vec![
            column("tier", Cells::Text(vec![Some("pro, plus".into()), Some("=1+1".into()), None])),
            column("cents", Cells::Integer(vec![Some(125_000_000), Some(-5), None])),
            column("rate", Cells::Decimal(vec![Some(66.7), None, Some(-0.5)])),
        ],
    }
}

#[test]
fn csv_quotes_leaves_empty_cells_empty_and_disarms_formulas() {
    let text = String::from_utf8(table().csv()).expect("UTF-8");
    assert_eq!(text, "tier,cents,rate\r\n\"pro, plus\",125000000,66.7\r\n'=1+1,-5,\r\n,,-0.5\r\n");
    let none = Table { columns: vec![Column { name: "a".into(), cells: Cells::Text(Vec::new()) }] };
    assert_eq!(none.csv(), b"a\r\n");
}

#[test]
fn parquet_gives_back_what_went_in() {
    let bytes = table().parquet().expect("written");
    let frame = ParquetReader::new(Cursor::new(bytes)).finish().expect("readable");
    assert_eq!(frame.shape(), (3, 3));
    assert_eq!(frame.column("cents").and_then(|c| c.i64().cloned()).expect("whole").get(0), Some(125_000_000));
    assert_eq!(frame.column("cents").expect("a column").null_count(), 1);
    assert_eq!(frame.column("rate").and_then(|c| c.f64().cloned()).expect("decimals").get(2), Some(-0.5));
    assert_eq!(frame.column("tier").and_then(|c| c.str().cloned()).expect("texts").get(1), Some("=1+1"));
}

#[test]
fn every_form_is_the_same_bytes_again() {
    let at = "2025-04-01T02:00:03Z".parse().expect("an instant");
    let workbook = || table().workbook("numbers", at).expect("written");
    assert!(workbook().starts_with(b"PK"));
    assert_eq!(workbook(), workbook());
    assert_eq!(table().parquet().expect("written"), table().parquet().expect("written"));
}
