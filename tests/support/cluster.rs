//! One private cluster a test run, a template of each kind of database, a copy for each test.
//!
//! Statics are never dropped, and a test process can end in many ways. So a small shell waits on a pipe whose other
//! end only this process holds: when the process ends, however it does, the pipe closes, and the shell stops the
//! server and removes the directory.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{Connection, PgConnection};
use tokio::sync::OnceCell;
use vesper::base::pg::Database;
use vesper::demo::{Cluster, ClusterOptions, create_operational_schema};

/// A database of one test's own.
pub struct TestDatabase {
    cluster: &'static Cluster,
    name: String,
}

impl TestDatabase {
    /// Its URL over TCP, as most people write theirs.
    pub fn tcp_url(&self) -> String {
        self.cluster.tcp_url(&self.name)
    }

    /// Its URL.
    pub fn url(&self) -> String {
        self.cluster.url(&self.name)
    }

    /// Its URL for another login, which the socket trusts.
    pub fn url_of(&self, role: &str) -> String {
        let url = self.url();
        let (_, place) = url.split_once('@').expect("a URL has a login");
        let role: String = url::form_urlencoded::byte_serialize(role.as_bytes()).collect();
        format!("postgres://{role}@{place}")
    }

    /// A copy of it; nobody may be connected to it meanwhile.
    pub async fn copy(&self) -> TestDatabase {
        copy_of(&self.name).await
    }

    /// A connection to it.
    pub async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url()).await.expect("the test's database answers")
    }
}

/// A database with the operational schema and no rows.
pub async fn operational_database() -> TestDatabase {
    copy_of(OPERATIONAL).await
}

/// A migrated warehouse with no rows.
pub async fn warehouse_database() -> TestDatabase {
    copy_of(WAREHOUSE).await
}

/// A database with nothing at all.
pub async fn empty_database() -> TestDatabase {
    copy_of("template0").await
}

/// The run's cluster, for tests of the cluster itself.
pub async fn cluster() -> &'static Cluster {
    &RUN.get_or_init(start_run).await.cluster
}

/// A directory under the system's temporary one that every user may enter, so that root's server can live in it.
pub fn open_directory() -> tempfile::TempDir {
    let mut builder = tempfile::Builder::new();
    builder.prefix("vesper-test-").permissions(Permissions::from_mode(0o755));
    builder.tempdir().expect("a temporary directory")
}

/// The template with the operational schema.
const OPERATIONAL: &str = "operational_template";
/// The template with every migration applied.
const WAREHOUSE: &str = "warehouse_template";

struct Run {
    cluster: Cluster,
    /// Its pipe closes with the process, and it outlives the process by a moment.
    _watch: Child,
}

static RUN: OnceCell<Run> = OnceCell::const_new();

async fn copy_of(template: &str) -> TestDatabase {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let cluster = cluster().await;
    let name = format!("test_{}", COUNTER.fetch_add(1, Ordering::Relaxed));
    cluster.create_database_from(&name, template).await.expect("templates have no sessions");
    TestDatabase { cluster, name }
}

async fn start_run() -> Run {
    let directory = open_directory().keep();
    let mut watch = spawn_watch(&directory);
    let options = ClusterOptions { is_disposable: true, ..ClusterOptions::default() };
    let cluster = Cluster::start(&directory.join("cluster"), options).await.expect("the test cluster starts");
    let pipe = watch.stdin.as_mut().expect("it is piped");
    writeln!(pipe, "{}", cluster.directory().display()).expect("the watch listens");

    trust_the_socket(&cluster).await;
    cluster.create_database(OPERATIONAL).await.expect("a new cluster");
    let mut connection = cluster.connect(OPERATIONAL).await.expect("the template answers");
    create_operational_schema(&mut connection).await.expect("the schema is valid");
    connection.close().await.expect("an idle connection closes");

    cluster.create_database(WAREHOUSE).await.expect("a new cluster");
    migrate(&cluster.url(WAREHOUSE)).await;
    Run { cluster, _watch: watch }
}

/// Lets whoever may open the socket in without a password: the system asks who that is, and without optimisation the
/// handshake of a password costs more than most tests ask of the server. The loopback port still wants one.
async fn trust_the_socket(cluster: &Cluster) {
    let path = cluster.data_directory().join("pg_hba.conf");
    let rules = std::fs::read_to_string(&path).expect("the cluster's rules");
    std::fs::write(&path, format!("local all all trust\n{rules}")).expect("the rules are ours");
    let mut connection = cluster.connect("postgres").await.expect("a new cluster");
    sqlx::query("select pg_reload_conf()").execute(&mut connection).await.expect("the rules are read again");
}

/// Applies every migration, as `vesper migrate` does.
pub async fn migrate(url: &str) {
    let warehouse = Database::parse("VESPER_WAREHOUSE_URL", url).expect("a URL");
    vesper::app::migrate(&warehouse).await.expect("every migration applies");
}

/// Waits for the pipe to close; every line it read until then is a further cluster directory.
const WATCH: &str = r#"
trap '' INT TERM HUP
while IFS= read -r directory; do set -- "$@" "$directory"; done
for directory; do
    for file in "$directory"/data/postmaster.pid "$directory"/cluster/data/postmaster.pid; do
        [ -f "$file" ] || continue
        pid=$(head -n 1 "$file")
        kill -QUIT "$pid"
        tries=0
        while kill -0 "$pid" && [ "$tries" -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
    done
    rm -rf "$directory"
done
"#;

/// Sees to it that the cluster in `directory` ends with this process, however that ends.
pub fn watch_over(directory: &Path) {
    // Its pipe stays open for as long as the process lives.
    std::mem::forget(spawn_watch(directory));
}

fn spawn_watch(directory: &Path) -> Child {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", WATCH, "watch"]).arg(directory).current_dir("/").process_group(0);
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    shell.spawn().expect("every system has a shell")
}
