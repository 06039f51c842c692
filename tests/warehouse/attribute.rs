//! What a query or a file selects of a member beyond the contract goes to the dimension, and a slip does not.

use sqlx::{AssertSqlSafe, Row};
use vesper::base::Told;
use vesper::source::contract::find;
use vesper::source::{Sheet, SheetPlace};

use super::case::{SOURCE, read};
use super::{Feed, night_of};
use crate::support::cluster::{TestDatabase, empty_database, warehouse_database};

/// A feed whose query of customers and companies selects more than the contract knows.
async fn feed_of(customer: &str, company: &str) -> (Feed, [TestDatabase; 2]) {
    let (source, warehouse) = (empty_database().await, warehouse_database().await);
    let rows = "
        insert into company (company_id, name) values ('o', 'Osprey');
        insert into customer (customer_id, name, status, company_id, created_at) values
            ('c', 'Cara', 'prospect', 'o', '2025-01-01'), ('d', 'Dana', 'prospect', null, '2025-01-01')";
    let done = sqlx::raw_sql(AssertSqlSafe(read("schema.sql") + rows)).execute(&mut source.connect().await).await;
    done.expect("two customers");
    let mut feed = Feed::new(warehouse.connect().await, &source.url(), SOURCE).await;
    select(&mut feed, "customer", customer);
    select(&mut feed, "company", company);
    (feed, [source, warehouse])
}

fn select(feed: &mut Feed, entity: &str, more: &str) {
    let query = feed.spec.queries.iter_mut().find(|query| query.entity.name == entity).expect("it is read");
    query.sql = format!("select t.*{more} from \"{entity}\" as t");
}

/// The attributes of every version of the members.
async fn attributes(feed: &mut Feed, dimension: &str) -> Vec<(String, String)> {
    let statement = format!(
        "select {dimension}_id, coalesce(attributes::text, 'none') from star.dim_{dimension} where tenant_key > 0 order by 1, 2"
    );
    let rows = sqlx::query(AssertSqlSafe(statement)).fetch_all(&mut feed.warehouse).await.expect("the star answers");
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())).collect()
}

#[tokio::test]
async fn columns_beyond_the_contract_are_attributes_of_the_member_and_of_all_its_versions() {
    let segment = ", case when t.customer_id = 'c' then 'gold' end as \"Segment\", 3 as visits";
    let (mut feed, databases) = feed_of(segment, "").await;
    feed.night("2025-01-29").await;
    let first = [("c", r#"{"visits": 3, "Segment": "gold"}"#), ("d", r#"{"visits": 3}"#)];
    assert_eq!(attributes(&mut feed, "customer").await, pairs(&first), "with their types, without what is null");
    assert_eq!(attributes(&mut feed, "company").await, pairs(&[("o", "none")]));
    let again = feed.night("2025-01-29").await;
    assert!(!again.load.has_changed(), "the second run changes nothing");

    // Another status opens a version; the attributes of the closed one follow the member.
    let change = "update customer set status = 'customer', converted_at = '2025-01-30', updated_at = '2025-01-30' where customer_id = 'c'";
    sqlx::query(change).execute(&mut databases[0].connect().await).await.expect("a change");
    select(&mut feed, "customer", ", 4 as visits");
    select(&mut feed, "company", ", 'Oslo' as city, date '2020-02-29' as founded");
    feed.night("2025-01-30").await;
    let moved = [("c", r#"{"visits": 4}"#), ("c", r#"{"visits": 4}"#), ("d", r#"{"visits": 4}"#)];
    assert_eq!(attributes(&mut feed, "customer").await, pairs(&moved));
    let company = [("o", r#"{"city": "Oslo", "founded": "2020-02-29"}"#)];
    assert_eq!(attributes(&mut feed, "company").await, pairs(&company));
    let view = sqlx::query("select attributes ->> 'city' from star.company").fetch_one(&mut feed.warehouse).await;
    assert_eq!(view.expect("the view").get::<String, _>(0), "Oslo", "views show them");
}

#[tokio::test]
async fn a_hundred_columns_fit_and_an_object_that_the_query_made_is_taken_as_it_is() {
    let many: String = (0..120).map(|n| format!(", {n} as \"a'{n}\"")).collect();
    let (mut feed, _databases) = feed_of(&many, ", '{\"made\": [1, 2]}'::jsonb as attributes").await;
    feed.night("2025-01-29").await;
    let count =
        "select (select count(*) from jsonb_object_keys(attributes)) from star.dim_customer where customer_id = 'c'";
    let count: i64 = sqlx::query_scalar(count).fetch_one(&mut feed.warehouse).await.expect("an object");
    assert_eq!(count, 120);
    assert_eq!(attributes(&mut feed, "company").await, pairs(&[("o", r#"{"made": [1, 2]}"#)]));
}

#[tokio::test]
async fn a_slip_of_a_column_is_an_error_and_so_is_a_column_beyond_the_contract_of_a_fact() {
    let (mut feed, _databases) = feed_of("", "").await;
    let query = feed.spec.queries.iter_mut().find(|query| query.entity.name == "company").expect("it is read");
    query.sql = "select company_id, name, 'steel' as industri from company".to_owned();
    select(&mut feed, "deal", ", 1 as colour");
    let report = feed.load(&night_of("2025-01-29")).await.expect("the rest is loaded");
    let drift = report.drift.join("\n");
    assert!(drift.contains("column industri is not in the contract of company (did you mean `industry`?)"), "{drift}");
    assert!(drift.contains("column colour is not in the contract of deal (leave it out)"), "{drift}");
}

#[tokio::test]
async fn columns_of_a_file_beyond_the_contract_are_attributes_too() {
    let (mut feed, _databases) = feed_of("", "").await;
    feed.spec.queries.retain(|query| query.entity.name != "territory");
    let text = "territory_id;name;Budget;climate\nN;North;1,5;\"cold \"\"and\"\" wet\"\nS;South;;\n";
    feed.spec.sheets.push(Sheet {
        entity: find("territory").expect("an entity"),
        file: "territory.csv".into(),
        place: SheetPlace::Memory(text.as_bytes().into()),
    });
    feed.night("2025-01-29").await;
    let north = r#"{"Budget": "1,5", "climate": "cold \"and\" wet"}"#;
    assert_eq!(attributes(&mut feed, "territory").await, pairs(&[("N", north), ("S", "none")]));

    feed.spec.sheets.last_mut().expect("the territories").place =
        SheetPlace::Memory("territory_id;name;contry;\nN;North;NO;x\n".as_bytes().into());
    let refused = feed.load(&night_of("2025-01-30")).await.expect_err("a slip");
    let problems: Vec<String> = Told::of(&refused).problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "territory.csv:1:19: column contry is not in the contract of territory (did you mean `country`?)",
            "territory.csv:1:26: a column without a name (name it or take it out)",
        ]
    );
}
