//! The generated company's spreadsheets: they fit its rows, and stay what they are.

use std::collections::BTreeMap;
use std::path::Path;

use vesper::demo::{BusinessSpec, create_business, write_reference};
use vesper::source::contract::find;
use vesper::source::{Sheet, SheetPlace};

use crate::support::cluster::{operational_database, warehouse_database};
use crate::warehouse::{Feed, night_of};

/// Every CSV file of a folder.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry"));
    let file = |e: std::fs::DirEntry| {
        (e.file_name().into_string().expect("a name"), std::fs::read_to_string(e.path()).expect("text"))
    };
    entries.map(file).collect()
}

#[tokio::test]
async fn the_spreadsheets_name_reps_and_customers_of_the_business_and_every_row_is_loaded() {
    let today = "2026-11-23".parse().expect("a date");
    let spec = BusinessSpec { customers: 120, months: 14, ..BusinessSpec::of_today(today) };
    let (source, warehouse) = (operational_database().await, warehouse_database().await);
    let mut operational = source.connect().await;
    create_business(&mut operational, &spec).await.expect("an empty database");
    let (one, two) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    for folder in [&one, &one, &two] {
        let written = write_reference(&mut operational, &spec, folder.path(), |entity| entity == "territory").await;
        written.expect("the spreadsheets");
    }
    let sheets = files(one.path());
    assert_eq!(sheets, files(two.path()), "the same business, the same sheets");
    assert_eq!(sheets.len(), 5, "what is kept elsewhere is not written: {:?}", sheets.keys());

    let mut feed = Feed::new(warehouse.connect().await, &source.url(), "jobs/source/promenade").await;
    for file in sheets.keys() {
        let entity = find(file.trim_end_matches(".csv")).expect("an entity");
        let place = SheetPlace::Disk(one.path().join(file));
        feed.spec.sheets.push(Sheet { entity, file: file.clone(), place });
    }
    let report = feed.load(&night_of("2026-11-22")).await.expect("the sheets fit the contract");
    for count in &report.counts {
        assert!(count.read > 0 && count.quarantined == 0, "{count:?}");
    }
}
