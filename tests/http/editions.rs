//! Sealed reports over HTTP: a token sees its readers' editions and their files, byte for byte as they were mailed.

use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::Row;

use super::asked::{Asked, until};
use crate::cli::stage::{DATE, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_one_scope_sees_that_readers_editions_and_files_and_no_others() {
    let mut stage = Stage::new().await;
    stage.succeed(&["run", "nightly", "--for", DATE]).await;
    let job = stage.directory().join("jobs/report/sales-rep-weekly.toml");
    let text = std::fs::read_to_string(&job).expect("the job");
    std::fs::write(&job, text.replace("enabled = false\n", "")).expect("written");
    stage.succeed(&["run", "sales-rep-weekly", "--for", DATE]).await;

    let mut connection = stage.warehouse.connect().await;
    let sealed = "select e.edition_id, e.scope, f.name, a.bytes
                  from vesper.edition as e
                  join vesper.edition_artifact as f using (edition_id)
                  join vesper.artifact as a using (digest)
                  where f.role = 'file'
                  order by e.edition_id, f.name";
    let sealed = sqlx::query(sealed).fetch_all(&mut connection).await.expect("sealed files");
    let scope: String = sealed[0].get("scope");
    let is_own = |row: &&sqlx::postgres::PgRow| row.get::<String, _>("scope") == scope;
    let own_count = sealed.iter().filter(is_own).count();
    assert!(0 < own_count && own_count < sealed.len());

    let token = async |scope: &str| stage_token(&stage, scope).await;
    let (all, one, numbers) =
        (token("editions").await, token(&format!("editions:{scope}")).await, token("metrics").await);
    let server = Asked::start(&mut stage).await;
    for row in &sealed {
        let (edition, name): (i64, String) = (row.get("edition_id"), row.get("name"));
        let path = format!("editions/{edition}/files/{}", name.replace(' ', "%20"));
        let bytes: Vec<u8> = row.get("bytes");
        let whole = server.ask("GET", &path, &[bearer(&all)]).await;
        assert!(whole.status == 200 && whole.body == bytes, "{path}: {}", whole.status);
        let head = server.ask("HEAD", &path, &[bearer(&all)]).await;
        assert_eq!(
            (head.status, head.header("content-length"), head.body.len()),
            (200, bytes.len().to_string().as_str(), 0)
        );
        let held = server.ask("GET", &path, &[bearer(&all), ("if-none-match", whole.header("etag"))]).await;
        assert_eq!(held.status, 304, "{path}");
        let mine = server.ask("GET", &path, &[bearer(&one)]).await;
        assert_eq!(mine.status, if is_own(&row) { 200 } else { 404 }, "{path}");
        assert_eq!(server.ask("GET", &path, &[bearer(&numbers)]).await.status, 403, "{path}");
        assert_eq!(server.get(&path).await.status, 401, "{path}");
    }
    let listed = server.ask("GET", "editions", &[bearer(&one)]).await.json()["data"].clone();
    let listed = listed.as_array().expect("a list");
    assert!(!listed.is_empty() && listed.iter().all(|edition| edition["scope"] == *scope), "{listed:?}");
    for file in listed[0]["files"].as_array().expect("files") {
        let url = file["url"].as_str().expect("a URL");
        let bytes = server.ask("GET", url, &[bearer(&one)]).await.body;
        assert_eq!(file["sha256"], Value::from(hex::encode(Sha256::digest(&bytes))), "{url}");
    }

    // What is sealed later is listed without a restart.
    stage.succeed(&["run", "executive-weekly", "--for", DATE]).await;
    until("the new edition is listed", async || {
        server.ask("GET", "editions", &[bearer(&all)]).await.text().contains("executive-weekly")
    })
    .await;
    assert!(!server.ask("GET", "editions", &[bearer(&one)]).await.text().contains("executive-weekly"));
    server.stop().await;
}

async fn stage_token(stage: &Stage, scope: &str) -> String {
    let token = stage.succeed(&["token", "create", "--rate", "1000", "--scope", scope, "--quiet"]).await;
    format!("Bearer {}", token.trim())
}

fn bearer(token: &str) -> (&str, &str) {
    ("authorization", token)
}
