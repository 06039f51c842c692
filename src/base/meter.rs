//! What a process counts of its work, and how it tells Prometheus.
//!
//! In: events, where they happen; the ledgers' own numbers, from whoever reads them. Out: one text ([`Meters::exposition`]).
//!
//! Counters begin at zero with the process, as Prometheus expects. A label is a name from a file or of ours, never an
//! address, and never one of unbounded many.

use std::fmt::Write as _;
use std::sync::atomic::AtomicU64;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use tokio::sync::watch;

use crate::base::clock;

/// The type of the text, for HTTP.
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RunLabels {
    job: String,
    kind: &'static str,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct JobLabels {
    job: String,
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RowLabels {
    entity: String,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabels {
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

type FloatGauge = Gauge<f64, AtomicU64>;
type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// The ledgers' own numbers at one instant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerNumbers {
    /// Runs by state, each state that is open.
    pub runs: Vec<(&'static str, i64)>,
    /// Messages by state, each that is not over.
    pub messages: Vec<(&'static str, i64)>,
    /// When the oldest pending message was enqueued.
    pub oldest_pending_at: Option<DateTime<Utc>>,
    /// When the current snapshot was published.
    pub published_at: Option<DateTime<Utc>>,
    /// Rows held in quarantine.
    pub quarantine_count: i64,
    /// Alerts that are open.
    pub open_alert_count: i64,
}

/// The process's meters.
pub struct Meters {
    registry: Registry,
    runs: Family<RunLabels, Counter>,
    run_duration: Histograms<JobLabels>,
    run_lateness: Histograms<JobLabels>,
    rows: Family<RowLabels, Counter>,
    messages: Family<OutcomeLabels, Counter>,
    requests: Family<RequestLabels, Counter>,
    request_duration: Histograms<RouteLabels>,
    queue: Family<StateLabels, Gauge>,
    outbox: Family<StateLabels, Gauge>,
    oldest_pending: FloatGauge,
    snapshot_age: FloatGauge,
    quarantine: Gauge,
    open_alerts: Gauge,
    turn_age: FloatGauge,
    ledger_age: FloatGauge,
    ledger: Mutex<Option<(Instant, LedgerNumbers)>>,
    turn: watch::Sender<Option<Turn>>,
}

/// The latest look of a worker at the ledger.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    /// When it ended.
    pub at: Instant,
    /// Whether any ever went well.
    pub has_succeeded: bool,
}

/// The process's meters; there is one set of them.
pub fn meters() -> &'static Meters {
    static METERS: LazyLock<Meters> = LazyLock::new(Meters::new);
    &METERS
}

/// From a report to a first load of years.
const RUN_SECONDS: [f64; 11] = [0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 1_800.0, 3_600.0, 7_200.0];
/// From a worker at rest to one that was away for a day.
const LATENESS_SECONDS: [f64; 9] = [1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0, 86_400.0];
/// Answers come from memory.
const REQUEST_SECONDS: [f64; 8] = [0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0];

impl Meters {
    fn new() -> Self {
        let mut meters = Self {
            registry: Registry::with_prefix("vesper"),
            runs: Family::default(),
            run_duration: Histograms::new_with_constructor(|| Histogram::new(RUN_SECONDS)),
            run_lateness: Histograms::new_with_constructor(|| Histogram::new(LATENESS_SECONDS)),
            rows: Family::default(),
            messages: Family::default(),
            requests: Family::default(),
            request_duration: Histograms::new_with_constructor(|| Histogram::new(REQUEST_SECONDS)),
            queue: Family::default(),
            outbox: Family::default(),
            oldest_pending: FloatGauge::default(),
            snapshot_age: FloatGauge::default(),
            quarantine: Gauge::default(),
            open_alerts: Gauge::default(),
            turn_age: FloatGauge::default(),
            ledger_age: FloatGauge::default(),
            ledger: Mutex::default(),
            turn: watch::Sender::new(None),
        };
        meters.register_counters();
        meters.register_gauges();
        meters
    }

    fn register_counters(&mut self) {
        let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        let registry = &mut self.registry;
        registry.register("build", "The version of this process", build);
        registry.register("runs", "Attempts at runs that ended in this process, by how", self.runs.clone());
        let (duration, lateness) = (self.run_duration.clone(), self.run_lateness.clone());
        registry.register_with_unit("run_duration", "How long an attempt took", Unit::Seconds, duration);
        let what = "From a slot to the first start of its run";
        registry.register_with_unit("run_lateness", what, Unit::Seconds, lateness);
        registry.register("rows", "Rows of the loads of this process, by what became of them", self.rows.clone());
        let what = "Deliveries of messages by this process, by what came of them";
        registry.register("messages", what, self.messages.clone());
        registry.register("http_requests", "Requests answered, by route and status", self.requests.clone());
        let duration = self.request_duration.clone();
        registry.register_with_unit("http_request_duration", "How long an answer took", Unit::Seconds, duration);
    }

    fn register_gauges(&mut self) {
        let registry = &mut self.registry;
        registry.register("queue_runs", "Runs in the ledger that are not over, by state", self.queue.clone());
        registry.register("outbox_messages", "Messages that are not sent, by state", self.outbox.clone());
        let what = "Age of the oldest message that waits";
        registry.register_with_unit("outbox_oldest_pending", what, Unit::Seconds, self.oldest_pending.clone());
        let what = "Time since the current snapshot was published";
        registry.register_with_unit("snapshot_age", what, Unit::Seconds, self.snapshot_age.clone());
        registry.register("quarantine_rows", "Rows that break the contract", self.quarantine.clone());
        registry.register("open_alerts", "Alerts that are not over", self.open_alerts.clone());
        let what = "Time since this process's worker last looked at the ledger";
        registry.register_with_unit("worker_heartbeat_age", what, Unit::Seconds, self.turn_age.clone());
        let what = "Time since the numbers of the ledgers were read";
        registry.register_with_unit("ledger_age", what, Unit::Seconds, self.ledger_age.clone());
    }

    /// A run was claimed for the first time, so long after its slot.
    pub fn count_start(&self, job: &str, kind: &'static str, lateness: Duration) {
        let labels = JobLabels { job: job.to_owned(), kind };
        self.run_lateness.get_or_create(&labels).observe(lateness.as_secs_f64());
    }

    /// An attempt at a run ended.
    pub fn count_run(&self, job: &str, kind: &'static str, state: &'static str, elapsed: Duration) {
        self.runs.get_or_create(&RunLabels { job: job.to_owned(), kind, state }).inc();
        let labels = JobLabels { job: job.to_owned(), kind };
        self.run_duration.get_or_create(&labels).observe(elapsed.as_secs_f64());
    }

    /// Rows of an entity were loaded.
    pub fn count_rows(&self, entity: &str, outcome: &'static str, count: u64) {
        self.rows.get_or_create(&RowLabels { entity: entity.to_owned(), outcome }).inc_by(count);
    }

    /// A delivery of a message ended.
    pub fn count_message(&self, outcome: &'static str) {
        self.messages.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    /// A request was answered.
    pub fn count_request(&self, route: &str, status: u16, elapsed: Duration) {
        self.requests.get_or_create(&RequestLabels { route: route.to_owned(), status }).inc();
        let labels = RouteLabels { route: route.to_owned() };
        self.request_duration.get_or_create(&labels).observe(elapsed.as_secs_f64());
    }

    /// The ledgers were read.
    pub fn note_ledger(&self, numbers: LedgerNumbers) {
        *self.ledger.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), numbers));
    }

    /// The ledgers' numbers as they were last read.
    pub fn ledger(&self) -> Option<LedgerNumbers> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|(_, numbers)| numbers.clone())
    }

    /// A worker has looked at the ledger, and whether the ledger answered.
    pub fn note_turn(&self, is_answered: bool) {
        self.turn.send_modify(|turn| {
            let has_succeeded = is_answered || turn.is_some_and(|turn| turn.has_succeeded);
            *turn = Some(Turn { at: Instant::now(), has_succeeded });
        });
    }

    /// The latest look of a worker, for whoever waits for it.
    pub fn turns(&self) -> watch::Receiver<Option<Turn>> {
        self.turn.subscribe()
    }

    /// Everything in the text format of Prometheus (OpenMetrics 1.0). Asks nobody: ages grow, numbers stay as noted.
    pub fn exposition(&self) -> String {
        self.refresh();
        let mut text = String::new();
        if prometheus_client::encoding::text::encode(&mut text, &self.registry).is_err() {
            // Writing to a String does not fail; a broken text must not look like a whole one.
            text.clear();
            let _ = text.write_str("# EOF\n");
        }
        text
    }

    fn refresh(&self) {
        let age = |at: Option<Instant>| at.map_or(f64::NAN, |at| at.elapsed().as_secs_f64());
        self.turn_age.set(age(self.turn.borrow().map(|turn| turn.at)));
        let ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        self.ledger_age.set(age(ledger.as_ref().map(|(at, _)| *at)));
        let Some((_, numbers)) = ledger.as_ref() else {
            // Nothing read yet is no fresh snapshot.
            self.snapshot_age.set(f64::NAN);
            return;
        };
        let now = clock::now();
        let since = |at: Option<DateTime<Utc>>, none: f64| at.map_or(none, |at| (now - at).as_seconds_f64().max(0.0));
        for (state, count) in &numbers.runs {
            self.queue.get_or_create(&StateLabels { state }).set(*count);
        }
        for (state, count) in &numbers.messages {
            self.outbox.get_or_create(&StateLabels { state }).set(*count);
        }
        self.oldest_pending.set(since(numbers.oldest_pending_at, 0.0));
        self.snapshot_age.set(since(numbers.published_at, f64::NAN));
        self.quarantine.set(numbers.quarantine_count);
        self.open_alerts.set(numbers.open_alert_count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_meter_has_a_help_text_a_unit_in_its_name_and_the_prefix() {
        let meters = Meters::new();
        meters.count_run("nightly", "pipeline", "succeeded", Duration::from_secs(3));
        meters.count_start("nightly", "pipeline", Duration::from_secs(2));
        meters.count_rows("deal", "loaded", 7);
        meters.count_message("sent");
        meters.count_request("/healthz", 200, Duration::from_micros(80));
        meters.note_turn(true);
        meters.note_ledger(LedgerNumbers { runs: vec![("queued", 4)], ..LedgerNumbers::default() });
        let text = meters.exposition();
        for line in [
            "vesper_runs_total{job=\"nightly\",kind=\"pipeline\",state=\"succeeded\"} 1",
            "vesper_run_duration_seconds_count{job=\"nightly\",kind=\"pipeline\"} 1",
            "vesper_run_lateness_seconds_bucket{le=\"5.0\",job=\"nightly\",kind=\"pipeline\"} 1",
            "vesper_rows_total{entity=\"deal\",outcome=\"loaded\"} 7",
            "vesper_messages_total{outcome=\"sent\"} 1",
            "vesper_http_requests_total{route=\"/healthz\",status=\"200\"} 1",
            "vesper_queue_runs{state=\"queued\"} 4",
            "vesper_snapshot_age_seconds NaN",
            "# UNIT vesper_worker_heartbeat_age_seconds seconds",
            "# EOF",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} not in\n{text}");
        }
        let families: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
        assert!(families.len() >= 15, "{families:?}");
        for family in families {
            let name = family.split(' ').next().unwrap_or_default();
            assert!(name.starts_with("vesper_"), "{name}");
            assert!(text.contains(&format!("# HELP {name} ")), "{name} has no help");
        }
    }

    #[test]
    fn a_worker_has_succeeded_once_any_look_did() {
        let meters = Meters::new();
        meters.note_turn(false);
        assert!(!meters.turns().borrow().expect("a turn").has_succeeded);
        meters.note_turn(true);
        meters.note_turn(false);
        assert!(meters.turns().borrow().expect("a turn").has_succeeded);
    }
}
