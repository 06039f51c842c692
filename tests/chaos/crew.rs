//! Workers as processes: two at a time, watched, replaced when they die where they were told to, stopped at the end.

use std::collections::VecDeque;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::shop::Shop;

/// Where a worker dies: a crash point and the pass that is the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crash {
    pub point: &'static str,
    pub pass: u32,
    /// Workers are told to die here when nobody is left to die in an earlier turn: what a step has committed is not
    /// worked again, so that its own points come first.
    pub turn: u8,
}

/// One process.
struct Worker {
    child: Child,
    log: PathBuf,
    /// Where it was told to die.
    crash: Option<Crash>,
    /// It was told to stop.
    is_retired: bool,
    /// It was killed, because somebody else has died where it was told to.
    is_recalled: bool,
}

/// The processes of a harness.
pub struct Crew<'s> {
    shop: &'s Shop,
    workers: Vec<Worker>,
    mutant: Option<&'static str>,
    /// The database may be away when a worker starts: then it ends, and whoever watches it starts it again.
    pub is_stormy: bool,
    started_count: usize,
    /// Where the next workers die, in turns, until somebody has died everywhere.
    orders: VecDeque<Crash>,
    /// How many died where they were told to.
    pub death_count: usize,
    /// Processes that ended in a way nobody asked for.
    pub accidents: Vec<String>,
}

impl<'s> Crew<'s> {
    /// No process yet.
    pub fn new(shop: &'s Shop, mutant: Option<&'static str>) -> Crew<'s> {
        Crew {
            shop,
            workers: Vec::new(),
            mutant,
            is_stormy: false,
            started_count: 0,
            orders: VecDeque::new(),
            death_count: 0,
            accidents: Vec::new(),
        }
    }

    /// Tells the workers that start from now on where to die, one after the other and from the first of the turn again:
    /// two may be told the same, and whichever comes to that pass first dies there.
    pub fn order(&mut self, crashes: &[Crash]) {
        self.orders = crashes.iter().copied().collect();
    }

    /// Where nobody has died yet.
    pub fn orders(&self) -> impl Iterator<Item = &Crash> {
        self.orders.iter()
    }

    /// Starts a worker that dies at the next place ordered, or by nothing of its own.
    pub async fn start(&mut self) {
        let crash = self.next_order();
        self.started_count += 1;
        let log = self.shop.directory().join(format!("worker-{}.log", self.started_count));
        let words = std::fs::File::create(&log).expect("a log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_vesper"));
        command.args(["serve", "--only", "scheduler"]).current_dir(self.shop.directory());
        command.env_clear().envs(self.shop.environment()).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(words);
        if let Some(crash) = crash {
            command.env("VESPER_CRASH_AT", format!("{}:{}", crash.point, crash.pass));
        }
        if let Some(mutant) = self.mutant {
            command.env("VESPER_MUTANT", mutant);
        }
        let child = command.spawn().expect("the binary starts");
        self.workers.push(Worker { child, log, crash, is_retired: false, is_recalled: false });
    }

    /// The first order of the turn, which becomes its last.
    fn next_order(&mut self) -> Option<Crash> {
        let turn = self.orders.iter().map(|order| order.turn).min()?;
        let at = self.orders.iter().position(|order| order.turn == turn)?;
        let order = self.orders.remove(at)?;
        self.orders.push_back(order);
        Some(order)
    }

    /// Looks after every process; each that ended is replaced by one that follows the next order.
    pub async fn look(&mut self) {
        let mut index = 0;
        while index < self.workers.len() {
            let worker = &mut self.workers[index];
            let Some(status) = worker.child.try_wait().expect("a child of ours") else {
                index += 1;
                continue;
            };
            let worker = self.workers.swap_remove(index);
            self.note(&worker, status);
            self.recall();
            self.start().await;
        }
    }

    /// Kills whoever was told to die where somebody else has: it would take work past the places of the next turn.
    fn recall(&mut self) {
        if self.orders.is_empty() {
            return;
        }
        let is_done = |worker: &Worker| worker.crash.is_some_and(|crash| !self.orders.contains(&crash));
        for worker in self.workers.iter_mut().filter(|worker| is_done(worker)) {
            worker.is_recalled = true;
            send(&worker.child, Signal::KILL);
        }
    }

    fn note(&mut self, worker: &Worker, status: ExitStatus) {
        let words = log_of(worker);
        let is_right = match status.code() {
            Some(code) => worker.is_retired && code == 0 || self.is_stormy && code == DATABASE_AWAY,
            // The word to stop came before it could listen for it.
            None if worker.is_retired => status.signal() == Some(Signal::TERM.as_raw()) && words.is_empty(),
            None => worker.is_recalled && !words.contains(DEATH),
        };
        if is_right {
            return;
        }
        if words.contains(DEATH) {
            self.death_count += 1;
            self.orders.retain(|order| Some(*order) != worker.crash);
        } else {
            self.accidents.push(format!("a worker ended by itself ({status}): {}", last_lines(&words)));
        }
    }

    /// Tells every process to stop; whatever does not end in peace is an accident.
    pub async fn stop(&mut self) {
        for worker in &mut self.workers {
            worker.is_retired = true;
            send(&worker.child, Signal::TERM);
        }
        for mut worker in std::mem::take(&mut self.workers) {
            match tokio::time::timeout(STOP_PATIENCE, worker.child.wait()).await {
                Ok(status) => {
                    let status = status.expect("a child of ours");
                    if !status.success() {
                        self.note(&worker, status);
                    }
                }
                Err(_) => self.accidents.push(format!("a worker does not stop: {}", last_lines(&log_of(&worker)))),
            }
        }
    }

    /// What they work on.
    pub fn shop(&self) -> &'s Shop {
        self.shop
    }

    /// How much is left to do.
    async fn count_open(&self) -> i64 {
        let open = sqlx::query_scalar(OPEN).bind(self.workers.len() as i64);
        open.fetch_one(&self.shop.pool).await.unwrap_or(i64::MAX)
    }

    /// Kills a worker by chance, as `kill -9` does, and starts another.
    pub async fn kill(&mut self, chance: usize) {
        let mut worker = self.workers.swap_remove(chance % self.workers.len());
        let _ = worker.child.kill().await;
        self.start().await;
    }

    /// Freezes a worker by chance, as a machine does that is moved; says which.
    pub fn freeze(&self, chance: usize) -> Option<u32> {
        let worker = &self.workers[chance % self.workers.len()];
        send(&worker.child, Signal::STOP);
        worker.child.id()
    }

    /// Lets a frozen worker go on, if it lives.
    pub fn thaw(&self, pid: u32) {
        for worker in self.workers.iter().filter(|worker| worker.child.id() == Some(pid)) {
            send(&worker.child, Signal::CONT);
        }
    }

    /// Tells a worker by chance to stop; another takes its place once it has.
    pub fn retire(&mut self, chance: usize) {
        let index = chance % self.workers.len();
        let worker = &mut self.workers[index];
        worker.is_retired = true;
        send(&worker.child, Signal::TERM);
    }

    /// What the workers said last, for a failure's message.
    pub fn words(&self) -> String {
        let words = self.workers.iter().map(|worker| last_lines(&log_of(worker)));
        words.collect::<Vec<_>>().join("\n---\n")
    }
}

fn log_of(worker: &Worker) -> String {
    std::fs::read_to_string(&worker.log).unwrap_or_default()
}

fn last_lines(words: &str) -> String {
    let lines: Vec<&str> = words.lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}

fn send(child: &Child, signal: Signal) {
    let pid = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
    if let Some(pid) = pid {
        let _ = kill_process(pid, signal);
    }
}

/// What a worker says last that dies where it was told to.
const DEATH: &str = "chaos: died at ";
/// The exit code of a process that found no database.
const DATABASE_AWAY: i32 = 5;
/// How long a worker may take to stop: its runs have a grace of 25 s, and there are none.
const STOP_PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(30);
/// Between two words that wake every worker; each costs a worker a dozen statements.
const WAKE: u32 = 7;
/// When nothing is left to do is expected to come long before this.
const QUIET_PATIENCE: Duration = Duration::from_secs(180);

/// Pauses end now, and every worker looks.
pub const HURRY: &str = "\
update vesper.run set run_after = clock_timestamp() where state = 'queued' and run_after > clock_timestamp();
update vesper.message set next_at = clock_timestamp() where state = 'pending' and next_at > clock_timestamp();
select pg_notify('vesper', 'chaos');";

/// The leases of all runs ended a second ago, whether their holders are alive or not.
pub const EXPIRE_RUNS: &str = "\
update vesper.run set lease_until = clock_timestamp() - interval '1 second' where state = 'running'";

/// The leases of holders that have been silent for a second end now; a living one renews its lease every second.
pub const EXPIRE_SILENT: &str = "\
update vesper.run set lease_until = clock_timestamp() - interval '1 second'
where state = 'running' and lease_until < clock_timestamp() + interval '1.7 seconds'";

/// The leases of holders that have been silent for a second end now (a living one renews its lease every second), and
/// a job of every few seconds has no further slot.
const EXPIRE_SILENT_AND_END_SLOTS: &str = "\
update vesper.run set lease_until = clock_timestamp() - interval '1 second'
where state = 'running' and lease_until < clock_timestamp() + interval '1.7 seconds';
update vesper.job set next_at = null where cron like '%/%' and next_at is not null;";

/// The leases of all messages under way ended a second ago; nobody renews those.
pub const EXPIRE_SENDING: &str = "\
update vesper.message set lease_until = clock_timestamp() - interval '1 second' where state = 'sending'";

/// What is left to do, the end of trouble that was told (by then it is over) among it, and workers that do not listen yet: those have not begun, and would not hear the word to stop.
const OPEN: &str = "\
select (select count(*) from vesper.run where state in ('queued', 'running'))
    + (select count(*) from vesper.message where state in ('pending', 'sending'))
    + (select count(*) from vesper.job where enabled and next_at <= clock_timestamp())
    + (select count(*) from vesper.alert where kind = 'clock' and closed_at is null)
    + greatest(0, $1 - (
        select count(*) from pg_stat_activity where datname = current_database() and query ilike 'listen %'))";

/// Works with the crew until `is_done` says so, which is asked at every look. False when patience ended first.
pub async fn work(crew: &mut Crew<'_>, mut is_done: impl AsyncFnMut(&Crew<'_>) -> bool, patience: Duration) -> bool {
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let end = Instant::now() + patience;
    for count in 0.. {
        looks.tick().await;
        if count % WAKE == 0 {
            crew.shop.bend(HURRY).await;
        }
        crew.look().await;
        if is_done(crew).await {
            return true;
        }
        if Instant::now() > end || crew.accidents.len() > 3 {
            return false;
        }
    }
    false
}

/// Moves time until nothing is open: pauses end at once, every lease once, those of the silent soon, and those of
/// sending with a growing pause between, so that work that takes its time is stolen now and then and still gets done.
pub async fn settle(crew: &mut Crew<'_>) -> bool {
    crew.shop.bend(EXPIRE_RUNS).await;
    crew.shop.bend(EXPIRE_SENDING).await;
    let mut pause = Duration::from_millis(250);
    let mut expire_at = Instant::now() + pause;
    let is_quiet = async |crew: &Crew<'_>| {
        if Instant::now() >= expire_at {
            crew.shop.bend(EXPIRE_SENDING).await;
            pause *= 2;
            expire_at = Instant::now() + pause;
        }
        crew.shop.bend(EXPIRE_SILENT_AND_END_SLOTS).await;
        crew.count_open().await == 0
    };
    work(crew, is_quiet, QUIET_PATIENCE).await
}

/// One worker, undisturbed, until nothing is left to do.
pub async fn work_until_quiet(shop: &Shop) {
    let mut crew = Crew::new(shop, None);
    crew.start().await;
    let is_quiet = async |crew: &Crew<'_>| crew.count_open().await == 0;
    let is_quiet = work(&mut crew, is_quiet, QUIET_PATIENCE).await;
    assert!(is_quiet, "the undisturbed nights do not end:\n{}", crew.words());
    crew.stop().await;
    assert!(crew.accidents.is_empty(), "{:?}", crew.accidents);
}
