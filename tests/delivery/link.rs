//! Files behind signed links, through a real listener and a real ledger.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use vesper::base::clock;
use vesper::delivery::edition::{FileLink, FileShelf, LinkKey};
use vesper::delivery::{EditionDraft, Manifest, OutgoingArtifact, seal_edition};
use vesper::http::{Cors, HttpState, Tenants, TokenBook, listen, serve};

use crate::delivery::NO_MAIL;
use crate::schedule::{Ledger, claimed, ledger};

const NAME: &str = "Umsatz März.xlsx";

/// A sealed file, a server that hands it out, and the key of its links.
struct Shelf {
    _ledger: Ledger,
    bytes: Vec<u8>,
    key: LinkKey,
    address: String,
}

/// An answer over the wire.
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

async fn shelf(size: usize) -> Shelf {
    let ledger = ledger(&[("weekly", "cron = \"0 7 * * mon\"")]).await;
    let claim = claimed(&ledger.pool, "weekly").await;
    let bytes: Vec<u8> = (0..size).map(|i| (i * 31 % 251) as u8).collect();
    let media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned();
    let files = [OutgoingArtifact { name: NAME.to_owned(), media_type, bytes: bytes.clone() }];
    let manifest = Manifest {
        snapshot_id: 7,
        watermarks: BTreeMap::new(),
        definition_hash: String::new(),
        definitions: Vec::new(),
        template_hash: String::new(),
        renderer: "vesper".to_owned(),
        files: Vec::new(),
        mail: None,
    };
    let draft = EditionDraft {
        job: &claim.job,
        scheduled_for: claim.scheduled_for,
        scope: "",
        run_id: claim.run_id,
        report: "weekly",
        business_date: claim.business_date,
        manifest,
        artifacts: &files,
        body: &NO_MAIL,
    };
    let mut connection = ledger.pool.acquire().await.expect("a connection");
    seal_edition(&mut connection, &draft).await.expect("sealed");
    let key = LinkKey::of_warehouse(&ledger.pool).await.expect("a key");
    let state = HttpState {
        tenants: Tenants::default(),
        tenant: "main".into(),
        tokens: TokenBook::default(),
        is_reachable: false,
        is_encrypted: false,
        cors: Cors::default(),
        stale_after: TimeDelta::hours(50),
        organisation: "Vesper".to_owned(),
        files: Some(FileShelf { pool: ledger.pool.clone(), key: key.clone() }),
    };
    let listener =
        listen("127.0.0.1:0".parse().expect("an address"), &TokenBook::default()).await.expect("a free port");
    let address = listener.local_addr().expect("bound").to_string();
    tokio::spawn(serve(listener, state, None, std::future::pending()));
    Shelf { _ledger: ledger, bytes, key, address }
}

impl Shelf {
    fn digest(&self) -> String {
        hex::encode(Sha256::digest(&self.bytes))
    }

    fn path(&self, digest: &str, name: &str, life: TimeDelta) -> String {
        self.key.path(&FileLink { digest, name, expires: (clock::now() + life).timestamp() })
    }

    async fn ask(&self, method: &str, path: &str, more: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).await.expect("the server answers");
        let request = format!("{method} {path} HTTP/1.1\r\nHost: vesper\r\nConnection: close\r\n{more}\r\n");
        stream.write_all(request.as_bytes()).await.expect("a request");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("an answer");
        let end = answer.windows(4).position(|w| w == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8(answer[..end].to_vec()).expect("text").to_lowercase();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        Answer { status, head, body: answer[end + 4..].to_vec() }
    }
}

#[tokio::test]
async fn a_link_brings_the_file_byte_for_byte_and_head_and_etag_work() {
    let shelf = shelf(700_001).await;
    let path = shelf.path(&shelf.digest(), NAME, TimeDelta::days(7));
    let answer = shelf.ask("GET", &path, "").await;
    assert_eq!(answer.status, 200, "{}", answer.head);
    assert_eq!(answer.body, shelf.bytes);
    let etag = format!("etag: \"{}\"", shelf.digest());
    for line in [
        "content-length: 700001",
        "content-type: application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "content-disposition: attachment; filename=\"umsatz m_rz.xlsx\"; filename*=utf-8''umsatz%20m%c3%a4rz.xlsx",
        "x-content-type-options: nosniff",
        "cache-control: private, no-cache",
        "referrer-policy: no-referrer",
        &etag,
    ] {
        assert!(answer.head.lines().any(|told| told == line), "{line} not in\n{}", answer.head);
    }
    let head = shelf.ask("HEAD", &path, "").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert!(head.head.contains("content-length: 700001"), "{}", head.head);
    let held = shelf.ask("GET", &path, &format!("If-None-Match: \"{}\"\r\n", shelf.digest())).await;
    assert_eq!((held.status, held.body.len()), (304, 0));
    assert_eq!(shelf.ask("POST", &path, "").await.status, 405);
}

#[tokio::test]
async fn what_was_not_signed_has_ended_or_is_gone_is_refused_in_words() {
    let shelf = shelf(10).await;
    let good = shelf.path(&shelf.digest(), NAME, TimeDelta::days(7));
    let changed = good.replace("expires=", "expires=9");
    for forged in [
        changed.as_str(),
        good.split('?').next().expect("a path"),
        &format!("{good}0"),
        &good.replace("Umsatz", "Lohn"),
    ] {
        let answer = shelf.ask("GET", forged, "").await;
        assert_eq!((answer.status, answer.text()), (403, "This link is not complete, or it was changed.\n".to_owned()));
        assert!(answer.head.contains("text/plain"), "{}", answer.head);
    }
    let ended = shelf.ask("GET", &shelf.path(&shelf.digest(), NAME, TimeDelta::seconds(-1)), "").await;
    assert_eq!(ended.status, 410);
    assert!(ended.text().starts_with("This link ended on 20"), "{}", ended.text());
    for (digest, name) in [("00".repeat(32), NAME), (shelf.digest(), "other.xlsx"), ("zz".to_owned(), NAME)] {
        let gone = shelf.ask("GET", &shelf.path(&digest, name, TimeDelta::days(1)), "").await;
        assert_eq!((gone.status, gone.text()), (404, "This file is no longer kept here.\n".to_owned()));
    }
}

#[tokio::test]
async fn every_process_of_a_deployment_signs_with_the_same_key() {
    let ledger = ledger(&[]).await;
    let first = LinkKey::of_warehouse(&ledger.pool).await.expect("a key");
    let second = LinkKey::of_warehouse(&ledger.pool).await.expect("the key");
    let link = FileLink { digest: "ab", name: "a.pdf", expires: 1 };
    assert_eq!(first.path(&link), second.path(&link));
}
