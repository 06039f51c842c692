//! `make bench NAME=delivery`: due messages through the outbox to a mail server on this machine that answers at once.
//!
//! The baseline is lettre's own pool of four connections sending the same messages, without a ledger: no claim, no
//! marker, no record. `cargo bench --bench delivery -- 200` sends fewer, to see that it works.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use lettre::transport::smtp::PoolConfig;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use sqlx::PgPool;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;
use vesper::base::pg::Database;
use vesper::delivery::{MailBody, MailDraft, Mailer, OnUncertain, Posting, Recipient, Sender, compose_mail, enqueue};
use vesper::demo::{Cluster, ClusterOptions};
use vesper::job::{Claim, Kind, Origin, Request, claim_run, read_job, request_run, sync_jobs};

mod line;

use line::Line;

const MESSAGE_COUNT: usize = 10_000;
const LANE_COUNT: usize = 4;

fn main() -> ExitCode {
    let message_count = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(MESSAGE_COUNT);
    let port = serve_mail();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let (ours, baseline) = runtime.block_on(async {
        let ours = send_by_outbox(message_count, port).await;
        (ours, send_by_pool(message_count, port).await)
    });
    println!("name | ours | baseline | ratio | goal | ok or short");
    let (name, goal) = match message_count {
        MESSAGE_COUNT => ("10,000 due messages, four connections", Some(30.0)),
        _ => ("other than 10,000 due messages, four connections", None),
    };
    let line = Line { name, ours, baseline: Some(baseline), goal, unit: "s" };
    if line.print() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Seconds from the first claim to the last record.
async fn send_by_outbox(message_count: usize, port: u16) -> f64 {
    let directory = tempfile::Builder::new()
        .prefix("vesper-bench-")
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .tempdir()
        .expect("a temporary directory");
    let cluster = Cluster::start(&directory.path().join("cluster"), ClusterOptions::default()).await;
    let cluster = cluster.expect("a cluster");
    cluster.create_database("warehouse").await.expect("a new database");
    let warehouse = Database::parse("VESPER_WAREHOUSE_URL", &cluster.url("warehouse")).expect("a URL");
    vesper::app::migrate(&warehouse).await.expect("every migration applies");
    let pool = warehouse.pool(12).await.expect("the warehouse answers");
    let claim = claimed(&pool).await;
    post(&pool, &claim, message_count).await;

    let sender = Sender::new(pool.clone(), Mailer::parse(&format!("smtp://127.0.0.1:{port}")).expect("a mailer"));
    let (_keep_open, stop) = watch::channel(false);
    let since = Instant::now();
    let sending = sender.send_due(&stop).await.expect("the ledger answers");
    let seconds = since.elapsed().as_secs_f64();
    assert_eq!(sending.sent_count, message_count as u64, "every message is sent");
    pool.close().await;
    cluster.stop().await.expect("the cluster stops");
    seconds
}

async fn claimed(pool: &PgPool) -> Claim {
    let file = "cron = \"0 2 * * *\"";
    let job = read_job(Kind::Pipeline, "nightly", "jobs/pipeline/nightly.toml", file).expect("a job");
    sync_jobs(pool, &[job]).await.expect("the ledger takes it");
    let business_date = "2026-11-22".parse().expect("a date");
    let request = Request { job: "nightly", business_date, origin: Origin::Manual, head_start: Duration::ZERO };
    let run_id = request_run(pool, &request).await.expect("a run");
    claim_run(pool, Uuid::new_v4(), run_id).await.expect("a claim").expect("the run is ready")
}

async fn post(pool: &PgPool, claim: &Claim, message_count: usize) {
    let sender = Recipient::parse("Vesper <vesper@example.com>").expect("an address");
    let recipients: Vec<Recipient> =
        (0..message_count).map(|i| Recipient { name: None, address: format!("reader{i}@example.com") }).collect();
    let label = "2026-11-22-bench";
    let body = body();
    let draft = MailDraft { label, sender: &sender, sent_date: claim.scheduled_for, body: &body, attachments: &[] };
    let mail = compose_mail(&draft).expect("a mail");
    let posting = Posting {
        run_id: claim.run_id,
        edition_id: None,
        job: &claim.job,
        scheduled_for: claim.scheduled_for,
        scope: "",
        label,
        sender: &sender,
        recipients: &recipients,
        mail: &mail,
        on_uncertain: OnUncertain::Hold,
        next_edition_at: None,
    };
    let mut tx = pool.begin().await.expect("a transaction");
    enqueue(&mut tx, &posting).await.expect("enqueued");
    tx.commit().await.expect("committed");
}

fn body() -> MailBody {
    let text = "Revenue of the week: 1,234,567.89 USD\n".repeat(40);
    MailBody { subject: "The week".to_owned(), html: format!("<pre>{text}</pre>"), text, inline: Vec::new() }
}

/// Seconds for the same messages through lettre's pool.
async fn send_by_pool(message_count: usize, port: u16) -> f64 {
    let pool = PoolConfig::new().max_size(LANE_COUNT as u32);
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1").port(port).pool_config(pool);
    let transport = transport.build();
    let from: Address = "vesper@example.com".parse().expect("an address");
    let body = body();
    let text = format!("Subject: {}\r\n\r\n{}{}", body.subject, body.text, body.html).replace('\n', "\r\n");
    let since = Instant::now();
    let mut lanes = JoinSet::new();
    for lane in 0..LANE_COUNT {
        let (transport, from, text) = (transport.clone(), from.clone(), text.clone());
        lanes.spawn(async move {
            for i in (lane..message_count).step_by(LANE_COUNT) {
                let to: Address = format!("reader{i}@example.com").parse().expect("an address");
                let envelope = lettre::address::Envelope::new(Some(from.clone()), vec![to]).expect("a recipient");
                transport.send_raw(&envelope, text.as_bytes()).await.expect("the server takes it");
            }
        });
    }
    while let Some(ended) = lanes.join_next().await {
        ended.expect("no lane panics");
    }
    since.elapsed().as_secs_f64()
}

/// A mail server that says yes to everything at once, on a thread of its own; its port.
fn serve_mail() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("a socket");
    let port = listener.local_addr().expect("bound").port();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).expect("a listener");
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream));
            }
        });
    });
    port
}

async fn converse(stream: TcpStream) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    stream.write_all(b"220 bench\r\n").await.ok()?;
    loop {
        line.clear();
        if stream.read_until(b'\n', &mut line).await.ok()? == 0 {
            return None;
        }
        let answer: &[u8] = match line.get(..4).unwrap_or_default() {
            b"EHLO" => b"250-bench\r\n250 8BITMIME\r\n",
            b"DATA" => {
                stream.write_all(b"354 go ahead\r\n").await.ok()?;
                while line != b".\r\n" {
                    line.clear();
                    if stream.read_until(b'\n', &mut line).await.ok()? == 0 {
                        return None;
                    }
                }
                b"250 taken\r\n"
            }
            b"QUIT" => return None,
            _ => b"250 ok\r\n",
        };
        stream.write_all(answer).await.ok()?;
    }
}
