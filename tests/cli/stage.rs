//! What a command runs on: a settings folder and two databases of its own, and nothing of the caller's environment.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::Command;
use tokio::sync::OnceCell;
use vesper::demo::{BusinessSpec, create_business};

use crate::support::cluster::{
    TestDatabase, cluster, empty_database, open_directory, operational_database, warehouse_database,
};

/// The last day of the business; the night of the tests works for it.
pub const DATE: &str = "2026-03-01";

/// A settings folder (copies of `jobs` and `templates`), a source, a warehouse, and the variables that name them.
pub struct Stage {
    directory: TempDir,
    /// What the process sees.
    pub environment: BTreeMap<String, String>,
    /// Values that differ from run to run, by the name they have in cases and sessions.
    pub names: BTreeMap<&'static str, String>,
    /// The analytics database.
    pub warehouse: Arc<TestDatabase>,
    /// Keeps a port taken.
    _listener: TcpListener,
}

/// How a command ended and what it said.
#[derive(Debug)]
pub struct Outcome {
    pub exit_code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Stage {
    /// Everything right: the shared business (nothing ever writes to it) and a migrated warehouse.
    pub async fn new() -> Stage {
        Self::on(business().await, Arc::new(warehouse_database().await)).await
    }

    /// A stage for what is refused: a source without a table, a warehouse that was not migrated, or else the migrated
    /// one that all refusals share, since nothing may be left in it.
    pub async fn of_refusal(is_source_empty: bool, is_warehouse_empty: bool) -> Stage {
        let bare;
        let source = if is_source_empty {
            bare = empty_database().await;
            &bare
        } else {
            business().await
        };
        static UNTOUCHED: OnceCell<Arc<TestDatabase>> = OnceCell::const_new();
        let warehouse = match is_warehouse_empty {
            true => Arc::new(empty_database().await),
            false => UNTOUCHED.get_or_init(async || Arc::new(warehouse_database().await)).await.clone(),
        };
        Self::on(source, warehouse).await
    }

    async fn on(source: &TestDatabase, warehouse: Arc<TestDatabase>) -> Stage {
        let directory = open_directory();
        let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
        for folder in ["jobs", "templates"] {
            copy_folder(&repository.join(folder), &directory.path().join(folder));
        }
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = cluster().await.port();
        let names = BTreeMap::from([
            ("{dir}", directory.path().display().to_string()),
            ("{source_url}", source.tcp_url()),
            ("{warehouse_url}", warehouse.tcp_url()),
            ("{source}", database_of(&source.tcp_url())),
            ("{warehouse}", database_of(&warehouse.tcp_url())),
            ("{port}", port.to_string()),
            ("{closed_port}", closed_port().to_string()),
            ("{taken_port}", listener.local_addr().expect("bound").port().to_string()),
        ]);
        let environment = [
            ("VESPER_SOURCE_URL", source.tcp_url()),
            ("VESPER_WAREHOUSE_URL", warehouse.tcp_url()),
            ("VESPER_MAIL_URL", "file:outbox".to_owned()),
            ("VESPER_MAIL_FROM", "Vesper <reports@vesper.example>".to_owned()),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value)).into();
        Stage { directory, environment, names, warehouse, _listener: listener }
    }

    /// The folder the process runs in.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The mails that lie in the outbox, sorted.
    pub fn outbox(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.directory().join("outbox")) else { return Vec::new() };
        let mut mails: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
        mails.sort();
        mails
    }

    /// The binary with this stage's environment, ready to be started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vesper"));
        command.args(arguments).current_dir(self.directory()).env_clear().envs(&self.environment);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    /// Runs a command to its end.
    pub async fn run(&self, arguments: &[&str]) -> Outcome {
        let ended = tokio::time::timeout(PATIENCE, self.command(arguments).output()).await;
        let output = ended.unwrap_or_else(|_| panic!("{arguments:?} does not end")).expect("the binary starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the binary speaks UTF-8");
        let outcome = Outcome {
            exit_code: output.status.code().expect("no signal ended it"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        };
        let is_secret_told = |text: &str| text.contains(&password_of(&self.names["{warehouse_url}"]));
        assert!(!is_secret_told(&outcome.stderr), "{arguments:?} tells a password:\n{}", outcome.stderr);
        outcome
    }

    /// Runs a command that must succeed and returns what it printed.
    pub async fn succeed(&self, arguments: &[&str]) -> String {
        let outcome = self.run(arguments).await;
        assert_eq!(outcome.exit_code, 0, "{arguments:?}\n{}{}", outcome.stdout, outcome.stderr);
        outcome.stdout
    }
}

/// The business that all tests of the command line read.
async fn business() -> &'static TestDatabase {
    static BUSINESS: OnceCell<TestDatabase> = OnceCell::const_new();
    let made = BUSINESS.get_or_init(async || {
        let database = operational_database().await;
        let date: chrono::NaiveDate = DATE.parse().expect("a date");
        let today = date.succ_opt().expect("a day after it");
        let spec = BusinessSpec { customers: 60, months: 14, ..BusinessSpec::of_today(today) };
        create_business(&mut database.connect().await, &spec).await.expect("a business");
        database
    });
    made.await
}

/// A port of this machine at which nobody listens.
fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound").port()
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder of the repository") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

fn database_of(url: &str) -> String {
    let path = url.rsplit('/').next().expect("a URL has a path");
    path.split('?').next().expect("a name").to_owned()
}

fn password_of(url: &str) -> String {
    let login = url.split("://").nth(1).and_then(|rest| rest.split('@').next()).expect("a URL has a login");
    login.split_once(':').expect("the test cluster asks for a password").1.to_owned()
}

/// Far more than any command needs, so that a hang fails the test and not the run.
const PATIENCE: Duration = Duration::from_secs(90);
