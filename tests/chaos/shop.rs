//! What a harness works on: a source, a warehouse, job files and a template of its own, a mail server with its moods.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use vesper::base::Folder;
use vesper::base::pg::Database;
use vesper::demo::{BusinessSpec, create_business};
use vesper::job::{read_jobs, sync_jobs};

use super::crew::work_until_quiet;
use super::evidence::{JobEvidence, Undisturbed, read_snapshots};
use super::plan::{JobPlan, NIGHT, TEMPLATE};
use super::star::star_digest;
use crate::delivery::hook_server::{Answer as Reply, HookServer};
use crate::delivery::smtp_server::{Answer, Decide, Script, SmtpServer};
use crate::support::cluster::{TestDatabase, open_directory, operational_database, warehouse_database};

/// The databases, files and the mail server of one harness.
pub struct Shop {
    place: Place,
    folder: TempDir,
    /// Where mail goes.
    pub server: SmtpServer,
    /// The harness's own connections.
    pub pool: PgPool,
    /// The jobs, with the cursor before the first worker.
    pub jobs: Vec<JobEvidence>,
    /// Who is told of its editions.
    pub hooks: Option<HookServer>,
    /// What its nights come to.
    pub undisturbed: Option<Undisturbed>,
}

/// Where its databases are.
pub struct Place {
    /// The warehouse as the harness reaches it.
    pub warehouse: String,
    /// Warehouse and source as the workers reach them.
    pub of_workers: (String, String),
    /// Keeps the warehouse; none where the cluster is the harness's own.
    pub database: Option<TestDatabase>,
}

impl Place {
    async fn of(database: TestDatabase) -> Place {
        let (warehouse, source) = (database.url(), source().await.url());
        Place { warehouse: warehouse.clone(), of_workers: (warehouse, source), database: Some(database) }
    }
}

impl Shop {
    /// Nothing has happened yet; the nights of `plans` are due.
    pub async fn before_the_nights(plans: &[JobPlan]) -> Shop {
        let place = Place::of(bare().await.copy().await).await;
        Self::open(place, &[], plans, moody()).await.with_numbers_of_nobody_disturbed().await
    }

    /// The nights are done; reports are due.
    pub async fn after_the_nights(plans: &[JobPlan]) -> Shop {
        let nights = nights().await;
        let place = Place::of(nights.database.copy().await).await;
        Self::open(place, &nights.jobs, plans, moody()).await.with_numbers_of_nobody_disturbed().await
    }

    /// Its numbers have to be those of nights that nobody disturbed.
    pub async fn with_numbers_of_nobody_disturbed(self) -> Shop {
        Shop { undisturbed: Some(nights().await.undisturbed.clone()), ..self }
    }

    /// A shop on a warehouse where the jobs of `done` have been worked and those of `plans` are due.
    pub async fn open(place: Place, done: &[JobEvidence], plans: &[JobPlan], mood: Decide) -> Shop {
        let folder = open_directory();
        let jobs = folder.path().join("jobs");
        copy_files(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("jobs/source/promenade"),
            &jobs.join("source/promenade"),
        );
        for plan in done.iter().map(|job| &job.plan).chain(plans) {
            write(&jobs.join(plan.path()), &plan.file());
        }
        write(&folder.path().join("templates/reports/brief.toml"), TEMPLATE);
        let url = Database::parse("VESPER_WAREHOUSE_URL", &place.warehouse).expect("a URL");
        let pool = url.pool(4).await.expect("the database answers");
        let files = read_jobs(&Folder::open(&jobs).expect("a folder")).expect("job files without problems");
        sync_jobs(&pool, &files).await.expect("the ledger takes the files");
        let mut known = done.to_vec();
        for plan in plans {
            let started_at = rewind(&pool, plan).await;
            known.push(JobEvidence { plan: *plan, started_at, cursor_at: DateTime::UNIX_EPOCH });
        }
        let server = SmtpServer::start(Script::by(mood)).await;
        Shop { place, folder, server, pool, jobs: known, hooks: None, undisturbed: None }
    }

    /// Tells two receivers of its editions: one that is not asked again when its answer is lost, and one that is. Of the
    /// first calls some answers are lost.
    pub async fn with_hooks(self) -> Shop {
        let taken = Reply::Say("204 No Content", "", "");
        let server = HookServer::start(&[taken, Reply::HangUp, taken, Reply::HangUp, Reply::HangUp]).await;
        for (name, on_uncertain) in HOOKS {
            let file = format!(
                "url = \"http://127.0.0.1:{}/{name}\"\nevents = [\"edition.sealed\"]\nsecret = \"VESPER_WEBHOOK_SECRET\"\n\
                 allow_loopback = true\non_uncertain = \"{on_uncertain}\"\n",
                server.port
            );
            write(&self.directory().join(format!("jobs/webhook/{name}.toml")), &file);
        }
        Shop { hooks: Some(server), ..self }
    }

    /// The variables of a worker.
    pub fn environment(&self) -> BTreeMap<&'static str, String> {
        let (warehouse, source) = self.place.of_workers.clone();
        BTreeMap::from([
            ("VESPER_SOURCE_URL", source),
            ("VESPER_WAREHOUSE_URL", warehouse),
            ("VESPER_MAIL_URL", self.server.url()),
            ("VESPER_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned()),
            ("VESPER_MAIL_FROM", "Vesper <reports@vesper.example>".to_owned()),
        ])
    }

    /// A connection of the harness's own to the warehouse.
    pub async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.place.warehouse).await.expect("the database answers")
    }

    /// The folder its workers run in.
    pub fn directory(&self) -> &Path {
        self.folder.path()
    }

    /// Runs statements that bend time, on a connection of its own: one of the pool may have died with a crashed server.
    pub async fn bend(&self, sql: &'static str) {
        let mut connection = self.connect().await;
        sqlx::raw_sql(sql).execute(&mut connection).await.expect(sql);
        connection.close().await.expect(sql);
    }

    /// Holds up every step of a job for as long as the connection lives.
    pub async fn hold_up(&self, job: &str) -> PgConnection {
        let mut connection = self.connect().await;
        let sql = "select pg_advisory_lock(hashtextextended('vesper.step:' || $1, 0))";
        sqlx::query(sql).bind(job).execute(&mut connection).await.expect("nobody works yet");
        connection
    }

    /// The same while the database may be away.
    pub async fn try_bend(&self, sql: &'static str) {
        let _ = sqlx::raw_sql(sql).execute(&self.pool).await;
    }

    /// One number of the ledger.
    pub async fn count(&self, sql: &'static str) -> i64 {
        let mut connection = self.connect().await;
        let count = sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect(sql);
        connection.close().await.expect(sql);
        count
    }
}

/// The receivers of a shop with hooks, and what happens to a call whose answer was lost.
pub const HOOKS: [(&str, &str); 2] = [("once", "hold"), ("again", "resend")];

/// Moves a job's cursor into the past: the slots since then are due at once.
async fn rewind(pool: &PgPool, plan: &JobPlan) -> DateTime<Utc> {
    let sql = "update vesper.job set cursor_at = clock_timestamp() - make_interval(secs => $2), next_at = clock_timestamp() \
               where job_id = $1 returning cursor_at";
    let seconds = plan.rewind.as_seconds_f64();
    sqlx::query_scalar(sql).bind(plan.name).bind(seconds).fetch_one(pool).await.expect("the job is known")
}

/// Refuses, defers, dawdles and loses replies by the recipient's name; a number after it makes no difference.
fn moody() -> Decide {
    let mut turns: BTreeMap<(&'static str, String), usize> = BTreeMap::new();
    Box::new(move |point, rcpt| {
        let turn = turns.entry((point, rcpt.to_owned())).or_default();
        *turn += 1;
        let is_first_of_two = *turn % 2 == 1;
        let name = rcpt.split('@').next().unwrap_or_default();
        match (point, name.trim_end_matches(|c: char| c.is_ascii_digit())) {
            ("RCPT", "refused") => Some(Answer::Say("550 5.1.1 no such mailbox")),
            ("RCPT", "deferred") if is_first_of_two => Some(Answer::Say("451 4.7.1 come back later")),
            ("dot", "busy") if is_first_of_two => Some(Answer::Say("452 4.3.1 out of space")),
            ("dot", "slow") => Some(Answer::After(Duration::from_millis(200), "250 2.0.0 queued at last")),
            ("dot", "lost") if is_first_of_two => Some(Answer::AcceptAndHangUp),
            ("dot", "torn") if is_first_of_two => Some(Answer::HangUp),
            _ => None,
        }
    })
}

/// The operational database that every harness reads.
async fn source() -> &'static TestDatabase {
    static SOURCE: OnceCell<TestDatabase> = OnceCell::const_new();
    let made = SOURCE.get_or_init(async || {
        let database = operational_database().await;
        fill_source(&mut database.connect().await).await;
        database
    });
    made.await
}

/// The business of every harness: the smallest that has something of everything.
pub async fn fill_source(connection: &mut PgConnection) {
    let today = vesper::base::clock::now().date_naive();
    let spec = BusinessSpec { customers: 12, months: 2, ..BusinessSpec::of_today(today) };
    create_business(connection, &spec).await.expect("a business");
}

/// Notes every change of the ledgers from now on.
pub async fn lay_audit(connection: &mut PgConnection) {
    let audit = AssertSqlSafe(include_str!("audit_schema.sql"));
    sqlx::raw_sql(audit).execute(connection).await.expect("the audit is laid over the ledger");
}

/// A warehouse whose every change is noted.
async fn bare() -> &'static TestDatabase {
    static BARE: OnceCell<TestDatabase> = OnceCell::const_new();
    let made = BARE.get_or_init(async || {
        let database = warehouse_database().await;
        lay_audit(&mut database.connect().await).await;
        database
    });
    made.await
}

/// A warehouse after its nights, worked by one worker that nobody disturbed.
struct Nights {
    database: TestDatabase,
    jobs: Vec<JobEvidence>,
    undisturbed: Undisturbed,
}

async fn nights() -> &'static Nights {
    static NIGHTS: OnceCell<Nights> = OnceCell::const_new();
    let made = NIGHTS.get_or_init(async || {
        let place = Place::of(bare().await.copy().await).await;
        let shop = Shop::open(place, &[], &[NIGHT], moody()).await;
        work_until_quiet(&shop).await;
        let mut connection = shop.connect().await;
        let (star, snapshots) = (star_digest(&mut connection).await, read_snapshots(&mut connection).await);
        connection.close().await.expect("an idle connection closes");
        let Shop { place, pool, jobs, .. } = shop;
        pool.close().await;
        let database = place.database.expect("it is on the run's cluster");
        Nights { database, jobs, undisturbed: Undisturbed { star, snapshots } }
    });
    made.await
}

fn copy_files(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a folder of the repository") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("text");
        write(&to.join(path.file_name().expect("a name")), &text);
    }
}

fn write(path: &Path, text: &str) {
    let folder = path.parent().expect("a folder");
    std::fs::create_dir_all(folder).expect("a folder");
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).expect("a folder of ours");
    std::fs::write(path, text).expect("a file");
}
