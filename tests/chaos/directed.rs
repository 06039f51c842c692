//! A kill at every named point, on the first and on the third pass.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate, TimeDelta};
use futures_util::{StreamExt, stream};
use sqlx::Connection;
use vesper::base::chaos::POINTS;
use vesper::job::{Origin, Request, request_run};

use super::check::check;
use super::crew::{Crash, Crew, EXPIRE_RUNS, EXPIRE_SENDING, EXPIRE_SILENT, settle, work};
use super::evidence::Evidence;
use super::plan::{Cron, JobPlan, NIGHT};
use super::shop::{HOOKS, Shop};
use crate::delivery::hook_server::HookServer;

/// A report whose every mail is held when its acceptance is unknown.
pub const HELD: JobPlan = JobPlan {
    name: "held",
    is_night: false,
    cron: Cron::Midnight,
    rewind: TimeDelta::days(3),
    has_needs: true,
    recipients: &["plain", "refused", "deferred", "lost", "torn"],
    on_uncertain: "hold",
    formats: "\"xlsx\"",
    lease: "3s",
    owner: None,
};

/// A report whose mail is sent again.
const RESENT: JobPlan = JobPlan {
    name: "resent",
    recipients: &["plain", "busy", "slow", "lost", "torn"],
    on_uncertain: "resend",
    formats: "",
    ..HELD
};

/// A report that comes every second.
const PULSE: JobPlan =
    JobPlan { name: "pulse", cron: Cron::Seconds(1), rewind: TimeDelta::seconds(3), recipients: &["plain"], ..RESENT };

/// More reports to more people, for points that only an edition or a mail passes.
const MANY: [JobPlan; 4] = [
    JobPlan { name: "held-2", ..HELD },
    JobPlan { name: "held-3", ..HELD },
    JobPlan { name: "resent-2", ..RESENT },
    JobPlan { name: "resent-3", ..RESENT },
];

/// A report whose owner hears of its trouble.
const WATCHED: JobPlan =
    JobPlan { name: "watched", rewind: TimeDelta::days(1), recipients: &["plain"], owner: Some("owner"), ..HELD };

/// Once its slot is a run, the job's clock is wrong whenever nobody was told so, and right whenever somebody was.
const TURN_TROUBLE: &str = "\
update vesper.job as j set next_at = date_trunc('day', clock_timestamp(), 'UTC') + interval '1 day', cursor_at = case
    when exists (select from vesper.alert as a where a.job_id = j.job_id and a.kind = 'clock' and a.closed_at is null)
    then date_trunc('day', clock_timestamp(), 'UTC') else clock_timestamp() + interval '5 minutes' end
where j.job_id = 'watched' and exists (select from vesper.run as r where r.job_id = j.job_id)
    and date_trunc('day', clock_timestamp() + interval '6 minutes', 'UTC') < clock_timestamp()";
const END_TROUBLE: &str =
    "update vesper.job set cursor_at = date_trunc('day', clock_timestamp(), 'UTC') where job_id = 'watched'";

const TWO_NIGHTS: JobPlan = JobPlan { rewind: TimeDelta::days(2), ..NIGHT };
/// The report that needs them.
const BRIEF: JobPlan = JobPlan { rewind: TimeDelta::days(2), recipients: &["plain", "lost"], ..HELD };

/// What is worked on while the points of a case are waited for. A case has several points, because a shop and its nights
/// cost far more than a death.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Work {
    /// A job whose trouble begins and ends, looked at every quarter of a minute.
    Alerts,
    /// Editions that two receivers are told of.
    Hooks,
    /// Two nights, a report that needs them, and as many nights of earlier dates as the third passes take of points
    /// that a night passes once.
    Nights,
    /// Slots and runs of nights that are done; these never end, as one comes every second.
    Runs,
    /// Their editions, of which there are some.
    Editions,
    /// Their steps.
    Steps,
    /// Their mail.
    Mail,
    /// Something that takes a stimulus of the point's own.
    Alone(&'static str),
}

/// The work on which a point is passed three times by one process, while another one works beside it.
fn work_of(point: &'static str) -> Work {
    match point {
        "run.renewed" | "run.failed" | "run.reaped" | "mail.reaped" | "mail.closing" => Work::Alone(point),
        "run.handed_over" => Work::Alone(point),
        _ => match point.split('.').next().unwrap_or_default() {
            "alert" => Work::Alerts,
            "webhook" => Work::Hooks,
            "load" | "cube" | "publish" => Work::Nights,
            "slots" | "run" => Work::Runs,
            "edition" => Work::Editions,
            "mail" if !matches!(point, "mail.stored" | "mail.enqueued") => Work::Mail,
            _ => Work::Steps,
        },
    }
}

/// When workers are told to die there. The first load and the first refresh have the most to do, so all of their points
/// come before their commits; a third pass of what a night passes once comes after two whole nights.
fn turn_of(point: &'static str, pass: u32) -> u8 {
    match (point, pass) {
        ("load.marked" | "cube.refreshed" | "publish.written" | "publish.moved", 3) => 3,
        ("publish.written" | "publish.moved", _) => 2,
        ("cube.replaced" | "cube.refreshed", _) => 1,
        _ => 0,
    }
}

/// Every point, twice: on its first pass and on its third. A worker that stops has no third run to hand over.
fn cases() -> BTreeMap<Work, Vec<Crash>> {
    let chosen = std::env::var("CHAOS_POINT").ok();
    let mut cases: BTreeMap<Work, Vec<Crash>> = BTreeMap::new();
    for point in POINTS.iter().filter(|point| chosen.as_ref().is_none_or(|chosen| point.starts_with(chosen))) {
        let crashes = cases.entry(work_of(point)).or_default();
        let passes: &[u32] = if *point == "run.handed_over" { &[1] } else { &[1, 3] };
        crashes.extend(passes.iter().map(|pass| Crash { point, pass: *pass, turn: turn_of(point, *pass) }));
    }
    cases
}

/// How long the next death may take.
const POINT_PATIENCE: Duration = Duration::from_secs(120);
/// All deaths of a case come long before this.
const CASE_PATIENCE: Duration = Duration::from_secs(900);
/// Cases under way at once.
const CASE_COUNT: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_killed_at_every_named_point_lose_nothing_and_send_nothing_twice() {
    let began = Instant::now();
    let played = stream::iter(cases()).map(|(work, crashes)| async move {
        let began = Instant::now();
        let problems = play(work, &crashes).await;
        println!(
            "{work:?}: {} deaths, {:.1} s, {} problems",
            crashes.len(),
            began.elapsed().as_secs_f64(),
            problems.len()
        );
        let problems = problems.into_iter().map(|problem| format!("{work:?}: {problem}"));
        problems.inspect(|problem| println!("{problem}")).collect::<Vec<_>>()
    });
    let problems: Vec<String> = played.buffer_unordered(CASE_COUNT).concat().await;
    println!("all of them in {:.0} s", began.elapsed().as_secs_f64());
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// Kills workers at the points, lets the others and their successors clean up, and says what is wrong then.
async fn play(work: Work, crashes: &[Crash]) -> Vec<String> {
    let shop = match work {
        Work::Nights => Shop::before_the_nights(&[TWO_NIGHTS, BRIEF]).await,
        // There is always a mail under way, and lanes end with an open connection.
        Work::Alone("mail.reaped" | "mail.closing") => {
            let recipients = &["slow1", "slow2", "slow3", "slow4", "slow5", "slow6", "slow7", "slow8"];
            let calm = &["plain1", "plain2", "plain3", "plain4", "plain5"];
            let plans = [JobPlan { recipients, ..RESENT }, JobPlan { recipients: calm, ..HELD }];
            Shop::after_the_nights(&plans).await
        }
        Work::Alerts => Shop::after_the_nights(&[WATCHED, PULSE]).await,
        Work::Hooks => Shop::after_the_nights(&[[HELD, RESENT].as_slice(), &MANY].concat()).await.with_hooks().await,
        Work::Alone(_) => Shop::after_the_nights(&[HELD, RESENT, PULSE]).await,
        Work::Runs | Work::Editions | Work::Steps | Work::Mail => {
            Shop::after_the_nights(&[[HELD, RESENT, PULSE].as_slice(), &MANY].concat()).await
        }
    };
    match kill(&shop, None, crashes).await {
        Ok(evidence) => check(&evidence).into_iter().map(|violation| violation.to_string()).collect(),
        Err(problem) => vec![problem],
    }
}

/// Two workers at a time, until somebody has died at each of the points; what is left when the others have cleaned up.
pub async fn kill(shop: &Shop, mutant: Option<&'static str>, crashes: &[Crash]) -> Result<Evidence, String> {
    let mut crew = Crew::new(shop, mutant);
    crew.order(crashes);
    crew.start().await;
    crew.start().await;
    let stimulus = Stimulus::begin(shop, crashes[0].point).await;
    if crashes[0].point == "run.handed_over" {
        retire_in_the_middle_of_a_run(&mut crew).await?;
    }
    let (mut death_count, mut died_at) = (0, Instant::now());
    let is_over = async |crew: &Crew<'_>| {
        stimulus.repeat(shop).await;
        // What the dead held comes back soon: the living want it for their own deaths.
        shop.bend(EXPIRE_SILENT).await;
        if crew.death_count > death_count {
            (death_count, died_at) = (crew.death_count, Instant::now());
        }
        crew.orders().next().is_none() || died_at.elapsed() > POINT_PATIENCE
    };
    if !work(&mut crew, is_over, CASE_PATIENCE).await || crew.orders().next().is_some() {
        let left: Vec<String> = crew.orders().map(|order| format!("{} on pass {}", order.point, order.pass)).collect();
        let (left, accidents) = (left.join(", "), crew.accidents.join("\n"));
        return Err(format!("nobody died at {left}\n{accidents}\n{}", crew.words()));
    }
    stimulus.end(shop).await;
    Ok(finish(shop, crew).await)
}

/// Tells a worker to stop while it works on a run that does not end.
async fn retire_in_the_middle_of_a_run(crew: &mut Crew<'_>) -> Result<(), String> {
    let shop = crew.shop();
    let is_live = async |_: &Crew<'_>| {
        shop.count("select count(*) from vesper.run where state = 'running' and job_id = 'held'").await > 0
    };
    if !work(crew, is_live, POINT_PATIENCE).await {
        return Err(format!("nobody works\n{}", crew.words()));
    }
    // Either may hold it.
    crew.retire(0);
    crew.retire(1);
    Ok(())
}

/// Lets time pass until nothing is open, stops everyone and reads what is left.
pub async fn finish(shop: &Shop, mut crew: Crew<'_>) -> Evidence {
    loop {
        let deaths = crew.death_count;
        settle(&mut crew).await;
        crew.stop().await;
        if crew.death_count == deaths {
            break;
        }
        // One more died on its way out: somebody has to take up what it left.
        crew.start().await;
    }
    let mut connection = shop.pool.acquire().await.expect("the database answers");
    let evidence = Evidence::read(&mut connection, shop.jobs.clone(), &shop.server).await;
    let undisturbed = shop.undisturbed.clone();
    let hook_count = if shop.hooks.is_some() { HOOKS.len() } else { 0 };
    let calls = shop.hooks.iter().flat_map(HookServer::received);
    let received = calls.map(|call| call.headers.get("webhook-id").cloned().unwrap_or_default()).collect();
    Evidence { undisturbed, hook_count, received, accidents: crew.accidents, ..evidence }
}

/// What makes a rare point come: without it the workers would have to wait for a real silence.
struct Stimulus {
    /// Runs are held up in their first step, so that they live long enough to be renewed.
    hold_up: Option<sqlx::PgConnection>,
    /// Ends leases under their holders, or turns trouble on and off.
    bend: Option<&'static str>,
    /// What the turning leaves is set right.
    mend: Option<&'static str>,
    /// The date of a night that is asked for when all others are done.
    next_night: Cell<Option<NaiveDate>>,
}

/// Whether there have been nights and none is left to do.
const ARE_NIGHTS_DONE: &str = "\
select (count(*) > 0 and bool_and(state not in ('queued', 'running')))::int::bigint
from vesper.run where job_id = 'nightly'";

impl Stimulus {
    async fn begin(shop: &Shop, point: &'static str) -> Stimulus {
        if point == "run.failed" {
            for day in 1..=9 {
                ask_for(shop, HELD.name, format!("2001-02-0{day}").parse().expect("a date")).await;
            }
        }
        let hold_up =
            if matches!(point, "run.renewed" | "run.handed_over") { Some(shop.hold_up(HELD.name).await) } else { None };
        let (bend, mend) = match point {
            "run.reaped" => (Some(EXPIRE_RUNS), None),
            "mail.reaped" => (Some(EXPIRE_SENDING), None),
            "alert.opened" => (Some(TURN_TROUBLE), Some(END_TROUBLE)),
            _ => (None, None),
        };
        // Before the dates of the slots, within the time of the business, and stock levels of every day are older.
        let last_night = vesper::base::clock::now().date_naive() - Days::new(5);
        let next_night = Cell::new((work_of(point) == Work::Nights).then_some(last_night));
        Stimulus { hold_up, bend, mend, next_night }
    }

    async fn repeat(&self, shop: &Shop) {
        if let Some(bend) = self.bend {
            shop.bend(bend).await;
        }
        let Some(date) = self.next_night.get() else { return };
        if shop.count(ARE_NIGHTS_DONE).await == 1 {
            ask_for(shop, NIGHT.name, date).await;
            self.next_night.set(date.pred_opt());
        }
    }

    async fn end(self, shop: &Shop) {
        if let Some(mend) = self.mend {
            shop.bend(mend).await;
        }
        if let Some(hold_up) = self.hold_up {
            hold_up.close().await.expect("an idle connection closes");
        }
    }
}

/// Asks for a run by hand.
async fn ask_for(shop: &Shop, job: &str, business_date: NaiveDate) {
    let request = Request { job, business_date, origin: Origin::Manual, head_start: Duration::ZERO };
    request_run(&shop.pool, &request).await.expect("a run");
}
