use std::collections::BTreeMap;

use vesper::delivery::{EditionDraft, Manifest, OutgoingArtifact, edition_artifacts, find_edition, seal_edition};
use vesper::job::Claim;

use crate::delivery::NO_MAIL;
use crate::schedule::{claimed, ledger, look};

fn manifest() -> Manifest {
    Manifest {
        snapshot_id: 7,
        watermarks: BTreeMap::from([("promenade".to_owned(), "812".to_owned())]),
        definition_hash: "aa".to_owned(),
        definitions: Vec::new(),
        template_hash: "bb".to_owned(),
        renderer: "vesper 0.1.0".to_owned(),
        files: Vec::new(),
        mail: None,
    }
}

fn files(content: &str) -> Vec<OutgoingArtifact> {
    let file = |name: &str, media_type: &str, bytes: &[u8]| OutgoingArtifact {
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        bytes: bytes.to_vec(),
    };
    vec![file("weekly.xlsx", "application/zip", b"same"), file("weekly.pdf", "application/pdf", content.as_bytes())]
}

fn draft<'a>(claim: &'a Claim, scope: &'a str, artifacts: &'a [OutgoingArtifact]) -> EditionDraft<'a> {
    EditionDraft {
        job: &claim.job,
        scheduled_for: claim.scheduled_for,
        scope,
        run_id: claim.run_id,
        report: "executive-weekly",
        business_date: claim.business_date,
        manifest: manifest(),
        artifacts,
        body: &NO_MAIL,
    }
}

#[tokio::test]
async fn a_second_seal_returns_the_first_edition_whatever_was_drawn() {
    let ledger = ledger(&[("weekly", "cron = \"0 7 * * mon\"")]).await;
    let claim = claimed(&ledger.pool, "weekly").await;
    let mut connection = ledger.pool.acquire().await.expect("a connection");
    let (first_files, second_files) = (files("first"), files("second"));
    let first = seal_edition(&mut connection, &draft(&claim, "", &first_files)).await.expect("sealed");
    let second = seal_edition(&mut connection, &draft(&claim, "", &second_files)).await.expect("found");
    assert_eq!(second, first);
    let found = find_edition(&mut connection, "weekly", claim.scheduled_for, "").await.expect("an answer");
    assert_eq!(found, Some(first.clone()));
    assert_eq!(edition_artifacts(&mut connection, first.edition_id).await.expect("files"), first_files);
    assert_eq!(first.manifest.files[1].name, "weekly.pdf");
    assert_eq!(
        first.manifest.files[1].sha256, "a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e",
        "the SHA-256 of \"first\""
    );
}

#[tokio::test]
async fn equal_files_of_two_editions_are_stored_once() {
    let ledger = ledger(&[("weekly", "cron = \"0 7 * * mon\"")]).await;
    let claim = claimed(&ledger.pool, "weekly").await;
    let mut connection = ledger.pool.acquire().await.expect("a connection");
    for scope in ["", "north"] {
        let drawn = files(scope);
        seal_edition(&mut connection, &draft(&claim, scope, &drawn)).await.expect("sealed");
    }
    let counts =
        "select (select count(*) from vesper.artifact) || ' ' || (select count(*) from vesper.edition_artifact)";
    // The mail is one more content and one more row each.
    assert_eq!(look(&ledger.pool, counts).await, "4 6");
}

#[tokio::test]
async fn what_is_sealed_cannot_be_changed() {
    let ledger = ledger(&[("weekly", "cron = \"0 7 * * mon\"")]).await;
    let claim = claimed(&ledger.pool, "weekly").await;
    let mut connection = ledger.pool.acquire().await.expect("a connection");
    let drawn = files("first");
    seal_edition(&mut connection, &draft(&claim, "", &drawn)).await.expect("sealed");
    for sql in [
        "update vesper.edition set business_date = business_date + 1",
        "update vesper.edition_artifact set name = 'other.pdf'",
        "update vesper.artifact set media_type = 'text/plain'",
    ] {
        let refusal = sqlx::query(sql).execute(&ledger.pool).await.expect_err(sql).to_string();
        assert!(refusal.contains("is sealed"), "{refusal}");
    }
}
