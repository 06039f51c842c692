//! `vesper demo --once`, end to end.

use super::stage::{DATE, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_generates_loads_renders_mails_and_a_second_one_finds_it_all_done() {
    let stage = Stage::of_refusal(false, false).await;
    let today = DATE.parse::<chrono::NaiveDate>().expect("a date").succ_opt().expect("a day after it").to_string();
    let arguments = ["demo", "--once", "--dir", "demo", "--customers", "30", "--today", &today, "--json"];
    let with_files = [&arguments[..], &["--reports", "all", "--out", "out"]].concat();
    let first: serde_json::Value = serde_json::from_str(&stage.succeed(&with_files).await).expect("JSON");
    expect_every_report_in_every_format(&stage.directory().join("out"));
    let home = stage.directory().join("demo");
    let mails = || {
        let entries = std::fs::read_dir(home.join("outbox")).expect("an outbox");
        let mut mails: Vec<_> = entries.map(|e| e.expect("an entry").path()).collect();
        mails.sort();
        mails
    };
    let sent = mails();
    assert_eq!(sent.len(), 2, "{sent:?}");
    let reports: Vec<_> = std::fs::read_dir(home.join("reports")).expect("reports").collect();
    assert_eq!(reports.len(), 2);
    assert!(loaded(&first) > 100, "{first:#}");

    let second: serde_json::Value = serde_json::from_str(&stage.succeed(&arguments).await).expect("JSON");
    assert_eq!(loaded(&second), 0, "{second:#}");
    assert_eq!(mails(), sent);
    let server = home.join("cluster/data/postmaster.pid");
    assert!(!server.exists(), "the server was left running");
}

/// One file a format and more than one of text, for each template that is shipped.
fn expect_every_report_in_every_format(folder: &std::path::Path) {
    let entries = std::fs::read_dir(folder).expect("the folder of files");
    let found: Vec<String> = entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    let shipped = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/reports");
    for template in std::fs::read_dir(shipped).expect("templates") {
        let path = template.expect("an entry").path();
        let name = format!("{}-{DATE}", path.file_stem().expect("a name").to_string_lossy());
        for end in [".pdf", ".xlsx", ".html", ".eml", "-mail.html", "-mail.txt"] {
            assert!(found.contains(&format!("{name}{end}")), "{name}{end} is not among {found:?}");
        }
        let tables = found.iter().filter(|file| file.starts_with(&format!("{name}-")) && file.ends_with(".csv"));
        assert!(tables.count() > 1, "text files of {name} among {found:?}");
    }
}

/// Rows that the last night wrote.
fn loaded(summary: &serde_json::Value) -> i64 {
    let counts = summary["counts"].as_array().expect("counts");
    let all = counts.iter().find(|count| count["entity"] == "all").expect("a sum");
    all["loaded"].as_i64().expect("a count")
}
