//! Reports through the binary: cut by reader, corrected, resealed byte for byte, previewed, begun anew.

use sqlx::{PgConnection, Row};

use super::footprint::Footprint;
use super::stage::{DATE, Stage};

/// A stage whose last night is published.
async fn published() -> Stage {
    let stage = Stage::new().await;
    stage.succeed(&["run", "nightly", "--for", DATE]).await;
    stage
}

fn edit(stage: &Stage, file: &str, find: &str, replace: &str) {
    let path = stage.directory().join(file);
    let text = std::fs::read_to_string(&path).expect("the file");
    assert_eq!(text.matches(find).count(), 1, "{find} in {file}");
    std::fs::write(path, text.replace(find, replace)).expect("written");
}

async fn column(connection: &mut PgConnection, sql: &'static str) -> Vec<String> {
    let rows = sqlx::query(sql).fetch_all(connection).await.expect(sql);
    rows.iter().map(|row| row.get::<String, _>(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_seals_one_edition_a_rep_and_mails_it_to_that_rep_alone() {
    let stage = published().await;
    let mut connection = stage.warehouse.connect().await;
    edit(&stage, "jobs/report/sales-rep-weekly.toml", "enabled = false\n", "");

    // A preview tells who would get what, and leaves nothing behind.
    let before = Footprint::read(&mut connection).await;
    let told = stage.succeed(&["preview", "sales-rep-weekly"]).await;
    for part in ["the next 20 runs:", "UTC", "editions of 2026-03-01", "  scope", "is sent", "  proved: "] {
        assert!(told.contains(part), "{part:?} not in\n{told}");
    }
    assert_eq!(Footprint::read(&mut connection).await, before, "a preview wrote");

    stage.succeed(&["run", "sales-rep-weekly", "--for", DATE]).await;
    let reps = "select sales_rep_id from star.dim_sales_rep where tenant_key > 0 and email is not null order by 1";
    let reps = column(&mut connection, reps).await;
    assert!(reps.len() > 2);
    assert_eq!(column(&mut connection, "select scope from vesper.edition order by 1").await, reps);
    let strangers = "select m.rcpt from vesper.message as m join vesper.edition as e using (edition_id) \
                     where not exists (select from star.dim_sales_rep as r where r.sales_rep_id = e.scope and r.email = m.rcpt)";
    assert_eq!(column(&mut connection, strangers).await, Vec::<String>::new());
    assert_eq!(stage.outbox().len(), reps.len());
    let names = "select distinct name from star.dim_sales_rep where tenant_key > 0 order by 1";
    let names = column(&mut connection, names).await;
    for path in stage.outbox() {
        let bytes = std::fs::read(&path).expect("a mail");
        let mail = mail_parser::MessageParser::default().parse(&bytes).expect("a mail");
        let text = mail.body_text(0).expect("plain text");
        let told: Vec<&String> = names.iter().filter(|name| text.contains(name.as_str())).collect();
        assert_eq!(told.len(), 1, "{} tells of {told:?}", path.display());
    }

    let sealed = "select format('%s %s %s', (select count(*) from vesper.edition), (select count(*) from vesper.message), \
                  (select count(*) from vesper.artifact))";
    let before = column(&mut connection, sealed).await;
    stage.succeed(&["run", "sales-rep-weekly", "--for", DATE]).await;
    assert_eq!(column(&mut connection, sealed).await, before, "a second run seals and mails nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_is_cut_by_its_reader_is_rendered_for_somebody_or_not_at_all() {
    let stage = published().await;
    let outcome = stage.run(&["render", "sales-rep-weekly", "--for", DATE, "--out", "out"]).await;
    assert_eq!(outcome.exit_code, 3, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("is cut by its reader: whose numbers is it to show?"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("hint: --scope takes a sales_rep: "), "{}", outcome.stderr);
    let mut connection = stage.warehouse.connect().await;
    let rep = "select s.name, s.sales_rep_id from star.dim_sales_rep as s where tenant_key > 0 order by 2 limit 1";
    let rep = sqlx::query(rep).fetch_one(&mut connection).await.expect("a rep");
    let (name, id) = (rep.get::<String, _>(0), rep.get::<String, _>(1));
    let told = stage
        .succeed(&["render", "sales-rep-weekly", "--for", DATE, "--out", "out", "--format", "mail", "--scope", &id])
        .await;
    for file in told.lines() {
        let text = std::fs::read_to_string(stage.directory().join(file)).expect("a mail");
        assert!(text.contains(&name), "{file} does not say whose week it is");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_with_a_scope_that_nobody_reads_is_held_and_nothing_is_sealed() {
    let stage = published().await;
    edit(&stage, "jobs/report/sales-rep-weekly.toml", "and r.deleted_at is null", "and r.deleted_at is null and false");
    let outcome = stage.run(&["run", "sales-rep-weekly", "--for", DATE]).await;
    assert_eq!(outcome.exit_code, 3, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("the burst is held: nobody reads "), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("declare them in `orphans`"), "{}", outcome.stderr);
    let mut connection = stage.warehouse.connect().await;
    assert_eq!(column(&mut connection, "select scope from vesper.edition").await, Vec::<String>::new());
    assert!(stage.outbox().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edition_is_rendered_again_byte_for_byte_and_a_later_reader_gets_the_same_mail() {
    let stage = published().await;
    stage.succeed(&["run", "executive-weekly", "--for", DATE]).await;
    let mut connection = stage.warehouse.connect().await;
    stage.succeed(&["render", "executive-weekly", "--for", DATE, "--out", "out", "--format", "pdf,xlsx"]).await;
    let files = "select a.bytes, f.name, f.digest from vesper.edition_artifact as f join vesper.artifact as a using (digest) \
                 where f.role = 'file'";
    let files = sqlx::query(files).fetch_all(&mut connection).await.expect("files");
    assert_eq!(files.len(), 2);
    for file in &files {
        let path = stage.directory().join("out").join(file.get::<String, _>(1));
        assert!(std::fs::read(&path).expect("rendered") == file.get::<Vec<u8>, _>(0), "{} differs", path.display());
    }
    let manifest: serde_json::Value =
        sqlx::query_scalar("select manifest from vesper.edition").fetch_one(&mut connection).await.expect("a manifest");
    for key in ["snapshot_id", "watermarks", "definition_hash", "template_hash", "renderer"] {
        assert!(!manifest[key].is_null(), "{key} in {manifest}");
    }
    assert!(manifest["definitions"].as_array().expect("a list").contains(&"win_rate@1".into()), "{manifest}");
    assert_eq!(manifest["mail"]["sha256"].as_str().map(str::len), Some(64));

    // The template changes; who asks for the sealed edition later gets what the others got.
    let first = std::fs::read(&stage.outbox()[0]).expect("a mail");
    edit(&stage, "templates/reports/executive-weekly.toml", "en = \"Weekly business review\"", "en = \"Another\"");
    edit(&stage, "jobs/report/executive-weekly.toml", "\"Sales <sales@example.com>\"", "\"zoe@example.com\"");
    stage.succeed(&["run", "executive-weekly", "--for", DATE]).await;
    let late = stage.outbox().into_iter().find(|path| path.to_string_lossy().contains("zoe")).expect("her mail");
    let text = |bytes: &[u8]| {
        let mail = mail_parser::MessageParser::default().parse(bytes).expect("a mail");
        (mail.subject().map(str::to_owned), mail.body_text(0).map(|t| t.into_owned()))
    };
    assert_eq!(text(&std::fs::read(late).expect("a mail")), text(&first));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_late_rows_moved_is_corrected_in_the_next_edition_with_the_rows() {
    let stage = published().await;
    let mut connection = stage.warehouse.connect().await;
    stage.succeed(&["run", "executive-weekly", "--for", DATE]).await;
    // A deal of the told week turns up in the night after it.
    let deal = "insert into star.fact_deal select (jsonb_populate_record(d, '{\"deal_id\": \"late-1\", \"name\": \"Late & large\", \
                \"value_cents\": 900000000, \"reporting_cents\": 900000000, \"reporting_size_cents\": 900000000, \
                \"stage\": \"closed_won\", \"is_won\": true, \"is_lost\": false, \"actual_close_date\": \"2026-02-25\"}')).* \
                from star.fact_deal as d where d.is_won limit 1";
    sqlx::raw_sql(deal).execute(&mut connection).await.expect("a late deal");
    let touched = "insert into vesper.touched_day (tenant_key, fact, day) \
                   select tenant_key, 'deal', '2026-02-25' from star.dim_tenant where tenant_key > 0 on conflict do nothing";
    sqlx::raw_sql(touched).execute(&mut connection).await.expect("its day is touched");
    // The source does not know it, so the night must not take it for deleted: the numbers alone are made anew.
    let moved = "update metric.point set numerator = numerator + 900000000 where metric = 'revenue' \
                 and slice = '{\"window\":\"week\",\"compare\":\"previous\"}'::jsonb and snapshot_id = \
                 (select max(snapshot_id) from metric.snapshot)";
    stage.succeed(&["run", "nightly", "--for", "2026-03-08"]).await;
    sqlx::raw_sql(moved).execute(&mut connection).await.expect("moved");
    stage.succeed(&["run", "executive-weekly", "--for", "2026-03-08"]).await;
    let next = stage.outbox().into_iter().find(|p| p.to_string_lossy().contains("2026-03-08")).expect("the next mail");
    let bytes = std::fs::read(next).expect("a mail");
    let mail = mail_parser::MessageParser::default().parse(&bytes).expect("a mail");
    let text = mail.body_text(0).expect("plain text").replace('\r', "");
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("Corrected since the last edition"), "{text}");
    assert!(flat.contains("Revenue of 23 Feb – 1 Mar 2026: $"), "{text}");
    assert!(flat.contains("Late & large (late-1), 25 Feb 2026, $9,000,000"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_template_is_right_as_it_stands_and_is_never_written_over() {
    let stage = Stage::of_refusal(false, false).await;
    // Without a folder the templates in the program serve: the new one must not take them from the jobs.
    std::fs::remove_dir_all(stage.directory().join("templates")).expect("a folder of templates");
    let house = stage.run(&["report", "new", "executive-weekly"]).await;
    assert!(house.exit_code == 3 && house.stderr.contains("is a report of the house"), "{}", house.stderr);
    let told = stage.succeed(&["report", "new", "board-monthly"]).await;
    assert!(told.starts_with("templates/reports/board-monthly.toml\n"), "{told}");
    let path = stage.directory().join("templates/reports/board-monthly.toml");
    let text = std::fs::read_to_string(&path).expect("the template");
    assert!(stage.succeed(&["check"]).await.ends_with("everything fits\n"));
    std::fs::write(&path, text.replace("A new report", "Ours")).expect("edited");
    let outcome = stage.run(&["report", "new", "board-monthly"]).await;
    assert_eq!(outcome.exit_code, 3);
    assert!(outcome.stderr.contains("is there already"), "{}", outcome.stderr);
    assert!(std::fs::read_to_string(&path).expect("the template").contains("Ours"));
    assert_eq!(stage.run(&["report", "new", "Board Monthly"]).await.exit_code, 2);
}
