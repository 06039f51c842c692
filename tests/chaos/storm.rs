//! Everything at once, by chance, for a while: `make chaos FOR=40`, `SEED=` repeats a plan. The tests run a short one.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{Days, NaiveDate, TimeDelta};
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use rustix::process::{Pid, Signal, kill_process};
use sqlx::Connection;
use tokio::time::{Instant, MissedTickBehavior, interval};
use vesper::demo::{Cluster, ClusterOptions, create_operational_schema};
use vesper::job::{Origin, Request, request_run};

use super::check::check;
use super::crew::{Crew, EXPIRE_RUNS, EXPIRE_SENDING, HURRY};
use super::directed::{HELD, finish};
use super::evidence::Evidence;
use super::plan::{Cron, JobPlan, NIGHT};
use super::proxy::{Proxy, Wire};
use super::shop::{Place, Shop, fill_source, lay_audit};
use crate::delivery::smtp_server::{Answer, Decide};
use crate::support::cluster::{migrate, open_directory, watch_over};

const RECIPIENTS: &[&str] = &["a", "b", "c", "d", "e", "refused"];
const STORM_HELD: JobPlan = JobPlan { recipients: RECIPIENTS, formats: "", ..HELD };
const STORM_RESENT: JobPlan = JobPlan { on_uncertain: "resend", ..STORM_HELD };

/// The jobs of a storm.
const JOBS: [JobPlan; 6] = [
    NIGHT,
    JobPlan { name: "held-files", formats: "\"xlsx\"", ..STORM_HELD },
    JobPlan { name: "held", ..STORM_HELD },
    JobPlan { name: "resent-files", formats: "\"xlsx\"", ..STORM_RESENT },
    JobPlan { name: "resent", ..STORM_RESENT },
    JobPlan { name: "pulse", cron: Cron::Seconds(2), rewind: TimeDelta::seconds(5), ..STORM_RESENT },
];

/// What happens at a moment of the storm. The numbers choose whom, and couple a beginning with its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Act {
    Kill(usize),
    Freeze(usize, usize),
    Thaw(usize),
    Retire(usize),
    Steal,
    Cut,
    Swallow,
    Mend,
    CrashDatabase,
}

impl Act {
    fn name(self) -> &'static str {
        match self {
            Act::Kill(_) => "workers killed",
            Act::Freeze(..) => "workers frozen",
            Act::Thaw(_) => "workers thawed",
            Act::Retire(_) => "workers told to stop",
            Act::Steal => "times all leases ended",
            Act::Cut => "wires cut",
            Act::Swallow => "wires swallowed all",
            Act::Mend => "wires mended",
            Act::CrashDatabase => "databases crashed",
        }
    }
}

/// What happens when: the same seed gives the same plan.
fn plan_storm(seed: u64, span: Duration) -> Vec<(Duration, Act)> {
    let mut dice = Pcg64Mcg::seed_from_u64(seed);
    let mut acts = Vec::new();
    let mut at = Duration::from_millis(700);
    while at < span {
        let (whom, number) = (dice.random_range(0..1_000), acts.len());
        let lasting = Duration::from_millis(dice.random_range(100..2_500));
        let (act, end) = match dice.random_range(0..100) {
            0..30 => (Act::Kill(whom), None),
            30..50 => (Act::Freeze(whom, number), Some(Act::Thaw(number))),
            50..57 => (Act::Retire(whom), None),
            57..70 => (Act::Steal, None),
            70..82 => (Act::Cut, Some(Act::Mend)),
            82..94 => (Act::Swallow, Some(Act::Mend)),
            _ => (Act::CrashDatabase, None),
        };
        acts.push((at, act));
        acts.extend(end.map(|end| (at + lasting, end)));
        at += Duration::from_millis(dice.random_range(200..1_400));
    }
    acts.sort_by_key(|(at, _)| *at);
    acts
}

/// A mail server that does anything, until it is calm.
fn wild(seed: u64, is_calm: Arc<AtomicBool>) -> Decide {
    let mut dice = Pcg64Mcg::seed_from_u64(seed ^ 0x5eed);
    Box::new(move |point, rcpt| {
        if point == "RCPT" && rcpt.starts_with("refused@") {
            return Some(Answer::Say("550 5.1.1 no such mailbox"));
        }
        if is_calm.load(Ordering::Relaxed) {
            return None;
        }
        match (point, dice.random_range(0..100)) {
            ("greeting", 0) => Some(Answer::Say("421 4.3.2 not now")),
            ("MAIL" | "DATA", 0) => Some(Answer::HangUp),
            ("RCPT", 0..5) => Some(Answer::Say("451 4.7.1 come back later")),
            ("RCPT", 5) => Some(Answer::Say("550 5.7.1 not today, not ever")),
            ("dot", 0..6) => Some(Answer::AcceptAndHangUp),
            ("dot", 6..12) => Some(Answer::HangUp),
            ("dot", 12..17) => Some(Answer::Say("452 4.3.1 out of space")),
            ("dot", 17) => Some(Answer::Say("554 5.6.0 refused")),
            ("dot", 18..30) => {
                Some(Answer::After(Duration::from_millis(dice.random_range(20..600)), "250 2.0.0 at last"))
            }
            _ => None,
        }
    })
}

/// A cluster that can be crashed.
struct OwnCluster {
    directory: std::path::PathBuf,
    cluster: Option<Cluster>,
}

impl OwnCluster {
    async fn start() -> OwnCluster {
        let directory = open_directory().keep();
        watch_over(&directory);
        let cluster = start_cluster(&directory).await;
        OwnCluster { directory, cluster: Some(cluster) }
    }

    fn running(&self) -> &Cluster {
        self.cluster.as_ref().expect("it runs between two crashes")
    }

    /// What `pg_ctl stop -m immediate` does: every session dies, and the next start recovers from the log.
    async fn crash(&mut self) {
        let cluster = self.cluster.take().expect("it runs between two crashes");
        let pid_file = cluster.data_directory().join("postmaster.pid");
        let text = std::fs::read_to_string(&pid_file).expect("it runs");
        let pid = text.lines().next().and_then(|line| line.trim().parse().ok()).and_then(Pid::from_raw);
        kill_process(pid.expect("a process"), Signal::QUIT).expect("the server is ours");
        // Dropping waits until the last process of the server is gone.
        tokio::task::spawn_blocking(move || drop(cluster)).await.expect("it stops");
        self.cluster = Some(start_cluster(&self.directory).await);
    }
}

async fn start_cluster(directory: &std::path::Path) -> Cluster {
    // As safe as the demo's: only what a server promises to survive may be asked of it.
    Cluster::start(&directory.join("cluster"), ClusterOptions::default()).await.expect("the cluster starts")
}

/// Two databases on a cluster of its own, reached through a wire that can be cut.
async fn open_shop(own: &OwnCluster, proxy: &Proxy, mood: Decide) -> Shop {
    let cluster = own.running();
    for name in ["source", "warehouse"] {
        cluster.create_database(name).await.expect("a new cluster");
    }
    let mut source = cluster.connect("source").await.expect("the source answers");
    create_operational_schema(&mut source).await.expect("the schema is valid");
    fill_source(&mut source).await;
    source.close().await.expect("an idle connection closes");
    migrate(&cluster.url("warehouse")).await;
    lay_audit(&mut cluster.connect("warehouse").await.expect("the warehouse answers")).await;
    let through = |name| cluster.tcp_url(name).replace(&format!(":{}/", cluster.port()), &format!(":{}/", proxy.port));
    let of_workers = (through("warehouse"), through("source"));
    let place = Place { warehouse: cluster.tcp_url("warehouse"), of_workers, database: None };
    Shop::open(place, &[], &JOBS, mood).await.with_numbers_of_nobody_disturbed().await
}

/// Asks for nights further and further back, and for the reports of each night that is done, so that there is always
/// something to lose.
struct Feed {
    next_date: NaiveDate,
    reported: Vec<NaiveDate>,
    left: u32,
}

impl Feed {
    async fn add(&mut self, shop: &Shop) {
        let open: Result<i64, _> =
            sqlx::query_scalar("select count(*) from vesper.run where state in ('queued', 'running')")
                .fetch_one(&shop.pool)
                .await;
        if self.left == 0 || open.is_err() || open.is_ok_and(|open| open > 12) {
            return;
        }
        self.left -= 1;
        request(shop, NIGHT.name, self.next_date).await;
        self.next_date = self.next_date - Days::new(1);
        let done: Vec<NaiveDate> = sqlx::query_scalar("select distinct business_date from metric.snapshot")
            .fetch_all(&shop.pool)
            .await
            .unwrap_or_default();
        for date in done {
            if self.reported.contains(&date) {
                continue;
            }
            self.reported.push(date);
            for job in JOBS.iter().filter(|job| !job.is_night) {
                request(shop, job.name, date).await;
            }
        }
    }
}

async fn request(shop: &Shop, job: &str, business_date: NaiveDate) {
    let request = Request { job, business_date, origin: Origin::Manual, head_start: Duration::ZERO };
    // A request that fails because the database is away was never made.
    let _ = request_run(&shop.pool, &request).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_in_a_storm_lose_nothing_and_send_nothing_twice() {
    let span = span_of(&std::env::var("CHAOS_FOR").unwrap_or_else(|_| "10s".to_owned()));
    let seed = std::env::var("CHAOS_SEED").ok().filter(|seed| !seed.is_empty());
    let chance = || u64::from(uuid::Uuid::new_v4().as_fields().0);
    let seed = seed.map_or_else(chance, |seed| seed.parse().expect("CHAOS_SEED is a number"));
    println!("storm of {} s, SEED={seed}", span.as_secs());
    let mut own = OwnCluster::start().await;
    let proxy = Proxy::start(own.running().port()).await;
    let is_calm = Arc::new(AtomicBool::new(false));
    let shop = open_shop(&own, &proxy, wild(seed, is_calm.clone())).await;
    let mut crew = Crew::new(&shop, None);
    crew.is_stormy = true;
    crew.start().await;
    crew.start().await;
    let done = rage(&mut crew, &mut own, &proxy, plan_storm(seed, span)).await;

    is_calm.store(true, Ordering::Relaxed);
    proxy.set(Wire::Open);
    // A sender that rests after a refusal would rest for minutes; a new one has heard nothing yet.
    crew.kill(0).await;
    crew.kill(0).await;
    let evidence = finish(&shop, crew).await;
    let violations = check(&evidence);
    println!("{}", summary(&done, &evidence, violations.len()));
    let told: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "SEED={seed}\n{}", told.join("\n"));
}

/// Does what the plan says, when it says so; how often each act was done.
async fn rage(
    crew: &mut Crew<'_>,
    own: &mut OwnCluster,
    proxy: &Proxy,
    acts: Vec<(Duration, Act)>,
) -> BTreeMap<&'static str, usize> {
    let shop = crew.shop();
    let today = vesper::base::clock::now().date_naive();
    let mut feed = Feed { next_date: today - Days::new(4), reported: Vec::new(), left: 40 };
    let (mut done, mut frozen) = (BTreeMap::new(), BTreeMap::new());
    let mut looks = interval(Duration::from_millis(50));
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let began = Instant::now();
    let mut acts = acts.into_iter().peekable();
    for count in 0.. {
        looks.tick().await;
        crew.look().await;
        if count % 10 == 0 {
            shop.try_bend(HURRY).await;
            feed.add(shop).await;
        }
        let Some((at, act)) = acts.next_if(|(at, _)| began.elapsed() >= *at) else {
            if acts.peek().is_none() {
                break;
            }
            continue;
        };
        println!("{:7.2} s  {act:?}", at.as_secs_f64());
        *done.entry(act.name()).or_insert(0) += 1;
        match act {
            Act::Kill(chance) => crew.kill(chance).await,
            Act::Freeze(chance, number) => drop(frozen.insert(number, crew.freeze(chance))),
            Act::Thaw(number) => frozen.remove(&number).flatten().into_iter().for_each(|pid| crew.thaw(pid)),
            Act::Retire(chance) => crew.retire(chance),
            Act::Steal => {
                shop.try_bend(EXPIRE_RUNS).await;
                shop.try_bend(EXPIRE_SENDING).await;
            }
            Act::Cut => proxy.set(Wire::Cut),
            Act::Swallow => proxy.set(Wire::Hole),
            Act::Mend => proxy.set(Wire::Open),
            Act::CrashDatabase => own.crash().await,
        }
    }
    for pid in frozen.into_values().flatten() {
        crew.thaw(pid);
    }
    done
}

/// `40`, `40s` or `10m`.
fn span_of(text: &str) -> Duration {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let number: u64 = number.parse().expect("CHAOS_FOR is a number of seconds, or 40s, or 10m");
    match unit {
        "" | "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(60 * number),
        _ => panic!("CHAOS_FOR={text}: expected seconds, or 40s, or 10m"),
    }
}

fn summary(done: &BTreeMap<&'static str, usize>, evidence: &Evidence, violation_count: usize) -> String {
    let mut table = String::new();
    let mut line = |name: &str, count: usize| writeln!(table, "{count:7}  {name}").expect("a String takes every text");
    for (name, count) in done {
        line(name, *count);
    }
    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    for run in &evidence.runs {
        *states.entry(format!("runs {}", run.state)).or_default() += 1;
    }
    for message in &evidence.messages {
        *states.entry(format!("messages {} ({})", message.state, message.on_uncertain)).or_default() += 1;
    }
    for (name, count) in &states {
        line(name, *count);
    }
    line("attempts of runs", evidence.runs.iter().map(|run| usize::try_from(run.attempt).unwrap_or_default()).sum());
    line("messages accepted by the server", evidence.accepted.len());
    line("violations", violation_count);
    table
}

#[test]
fn the_same_seed_plans_the_same_storm() {
    let minute = Duration::from_secs(60);
    assert_eq!(plan_storm(7, minute), plan_storm(7, minute));
    assert_ne!(plan_storm(7, minute), plan_storm(8, minute));
    let begun = |act: fn(&Act) -> bool| plan_storm(7, minute).iter().filter(|(_, a)| act(a)).count();
    assert_eq!(begun(|a| matches!(a, Act::Freeze(..))), begun(|a| matches!(a, Act::Thaw(_))));
}
