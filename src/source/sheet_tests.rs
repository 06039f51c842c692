//! CSV files as people save them, right and wrong.

use super::*;
use crate::source::contract::find;

fn sheet(entity: &str, text: &[u8]) -> Sheet {
    let entity = find(entity).expect("an entity");
    Sheet { entity, file: format!("s/{}.csv", entity.name), place: SheetPlace::Memory(text.into()) }
}

fn told(entity: &str, text: &[u8]) -> Vec<String> {
    let Problems(problems) = sheet(entity, text).check().expect_err("problems");
    problems.iter().map(ToString::to_string).collect()
}

/// What the load is sent.
fn copied(entity: &str, text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let read = sheet(entity, text.as_bytes()).read(|chunk| {
        bytes.extend(chunk);
        true
    });
    read.expect("no problem");
    bytes
}

#[test]
fn order_of_columns_separator_mark_and_line_ends_make_no_difference() {
    let plain =
        "sales_rep,start_date,until_date,amount_cents,currency\nmara@x.example,2025-01-01,2025-04-01,125000,EUR\n";
    let others = [
        "\u{feff}sales_rep,start_date,until_date,amount_cents,currency\r\nmara@x.example,2025-01-01,2025-04-01,125000,EUR\r\n",
        "# quotas of 2025\n# by quarter\ncurrency;amount_cents;until_date;start_date;sales_rep\nEUR;125000;2025-04-01;2025-01-01;mara@x.example",
        "\"sales_rep\",\"start_date\",until_date,amount_cents,currency\n\n\"mara@x.example\", 2025-01-01 ,2025-04-01,125000,EUR\n\n",
        "quota_id,sales_rep,start_date,until_date,amount_cents,currency\n,mara@x.example,2025-01-01,2025-04-01,125000,EUR\n",
        "quota_id,sales_rep,start_date,until_date,amount_cents,currency\nmara@x.example/2025-01-01,mara@x.example,2025-01-01,2025-04-01,125000,EUR\n",
    ];
    for other in others {
        assert_eq!(copied("quota", other), copied("quota", plain), "{other}");
    }
}

#[test]
fn every_problem_is_told_with_line_and_column() {
    let text = "sales_rep;start_date;until_date;amount_cents;currency\n\
                ä@x.example;2025-13-01;2025-04-01;12.5;EUR\n\
                b@x.example;2025-01-01;2025-04-01;100\n\
                \"c;\n@x.example\";2025-01-01;;100;EUR\n\
                d@x.example;0001-01-01;9999-01-01;100;EUR\n\
                e@x.example;2025-01-01;2025-04-01;100;EUR\n\
                e@x.example;2025-01-01;2025-07-01;100;EUR\n";
    assert_eq!(
        told("quota", text.as_bytes()),
        [
            "s/quota.csv:2:13: start_date is `2025-13-01`, expected a date, such as 2025-01-31",
            "s/quota.csv:2:35: amount_cents is `12.5`, expected a whole number, such as 125000",
            "s/quota.csv:3:1: 4 fields, the header has 5 (put a field that holds the separator into double quotes)",
            "s/quota.csv:5:24: until_date is empty, expected first day after the period",
            "s/quota.csv:6:13: start_date is `0001-01-01`, expected a day of 1990 to 2100",
            "s/quota.csv:6:24: until_date is `9999-01-01`, expected a day of 1990 to 2100",
            "s/quota.csv:8:1: quota_id `e@x.example/2025-01-01` stands on line 7 already",
        ]
    );
}

#[test]
fn a_wrong_header_names_the_nearest_columns_and_what_is_missing() {
    assert_eq!(
        told("quota", b"# remark\nsalesrep,start_date,start_date,until_date,colour,currency\nx,1,2,3,4,5\n"),
        [
            "s/quota.csv:2:1: column salesrep is not in the contract of quota (did you mean `sales_rep`?)",
            "s/quota.csv:2:21: column start_date stands there twice",
            "s/quota.csv:2:43: column colour is not in the contract of quota (leave it out; `vesper contract quota` tells the columns)",
            "s/quota.csv:2:1: column sales_rep (text) is missing (add it: the rep: id or e-mail address)",
            "s/quota.csv:2:1: column amount_cents (bigint) is missing (add it: value to win in the period, in minor units of the currency)",
        ]
    );
    assert!(told("territory", b"")[0].starts_with("s/territory.csv:1:1: column territory_id (text) is missing"));
}

#[test]
fn text_that_is_not_utf_8_is_placed() {
    let text = b"territory_id,name\nDACH,D-A-CH\nN,N\xf6rdlich\n";
    assert_eq!(told("territory", text), ["s/territory.csv:3:3: the text is not UTF-8 (save the file as UTF-8)"]);
}

#[test]
fn a_file_full_of_problems_tells_the_first_and_counts_the_rest() {
    let rows: String = (0..60).map(|n| format!("t{n},\n")).collect();
    let told = told("territory", format!("territory_id,name\n{rows}").as_bytes());
    assert_eq!((told.len(), told[50].as_str()), (51, "s/territory.csv: 10 more problems"));
}

#[test]
fn no_address_of_a_customer_stands_in_a_key() {
    let bytes = copied("loyalty_member", "customer,joined_date\nMara@x.example,2025-01-01\n");
    let key = hex::encode(Sha256::digest("mara@x.example"));
    assert!(bytes.windows(key.len()).any(|part| part == key.as_bytes()));
}

#[test]
fn a_file_that_is_gone_is_a_problem_of_the_file() {
    let mut gone = sheet("quota", b"");
    gone.place = SheetPlace::Disk("/nonexistent/quota.csv".into());
    assert!(gone.check().expect_err("no file").to_string().starts_with("s/quota.csv: it cannot be read: "));
}
