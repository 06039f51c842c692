//! A kill at every named point, on the first and on the third pass.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use futures_util::{StreamExt, stream};
use sqlx::Connection;
use vesper::base::chaos::POINTS;
use vesper::job::{Origin, Request, request_run};

use super::check::check;
use super::crew::{Crash, Crew, EXPIRE_RUNS, EXPIRE_SENDING, settle, work};
use super::evidence::Evidence;
use super::plan::{Cron, JobPlan, NIGHT};
use super::shop::Shop;

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

const TWO_NIGHTS: JobPlan = JobPlan { rewind: TimeDelta::days(2), ..NIGHT };
/// The report that needs them.
const BRIEF: JobPlan = JobPlan { rewind: TimeDelta::days(2), recipients: &["plain", "lost"], ..HELD };

/// What is worked on while a point is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    /// Two nights, and a report that needs them.
    Nights,
    /// Five nights.
    ManyNights,
    /// Reports of nights that are done.
    Reports,
    /// Reports to people whose server takes its time and says yes: there is always a mail under way, and lanes end with
    /// an open connection.
    SlowMail,
}

/// One case.
#[derive(Debug, Clone, Copy)]
struct Case {
    work: Work,
    crash: Crash,
}

fn case(point: &'static str, pass: u32) -> Case {
    let is_of_the_night = ["load.", "cube.", "publish."].iter().any(|room| point.starts_with(room));
    let is_once_a_night = point == "cube.refreshed" || point.starts_with("publish.");
    let work = match (is_of_the_night, is_once_a_night && pass > 1) {
        (true, true) => Work::ManyNights,
        (true, false) => Work::Nights,
        (false, _) if matches!(point, "mail.reaped" | "mail.closing") => Work::SlowMail,
        (false, _) => Work::Reports,
    };
    Case { work, crash: Crash { point, pass } }
}

/// How long a point may take to be reached.
const POINT_PATIENCE: Duration = Duration::from_secs(180);
/// Cases under way at once.
const CASE_COUNT: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_killed_at_every_named_point_lose_nothing_and_send_nothing_twice() {
    let chosen = std::env::var("CHAOS_POINT").ok();
    let points = POINTS.iter().filter(|point| chosen.as_ref().is_none_or(|chosen| point.starts_with(chosen)));
    let cases: Vec<Case> = points.flat_map(|point| [case(point, 1), case(point, 3)]).collect();
    let count = cases.len();
    let began = Instant::now();
    let played = stream::iter(cases).map(|case| async move {
        let (began, at) = (Instant::now(), format!("{} on pass {}", case.crash.point, case.crash.pass));
        let problems = play(case).await;
        println!("{at}: {:.1} s, {} problems", began.elapsed().as_secs_f64(), problems.len());
        problems.into_iter().map(|problem| format!("{at}: {problem}")).collect::<Vec<_>>()
    });
    let problems: Vec<String> = played.buffer_unordered(CASE_COUNT).concat().await;
    println!("{count} cases in {:.0} s", began.elapsed().as_secs_f64());
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// Kills a worker at the point, lets the others and its successor clean up, and says what is wrong then.
async fn play(case: Case) -> Vec<String> {
    let shop = match case.work {
        Work::Nights => Shop::before_the_nights(&[TWO_NIGHTS, BRIEF]).await,
        // Once a night: two workers have each come to their third after five.
        Work::ManyNights => Shop::before_the_nights(&[JobPlan { rewind: TimeDelta::days(5), ..NIGHT }]).await,
        Work::Reports => Shop::after_the_nights(&[HELD, RESENT, PULSE]).await,
        Work::SlowMail => {
            let recipients = &["slow1", "slow2", "slow3", "slow4", "slow5", "slow6", "slow7", "slow8"];
            let calm = &["plain1", "plain2", "plain3", "plain4", "plain5"];
            let plans = [JobPlan { recipients, ..RESENT }, JobPlan { recipients: calm, ..HELD }];
            Shop::after_the_nights(&plans).await
        }
    };
    match kill(&shop, None, case.crash).await {
        Ok(evidence) => check(&evidence).into_iter().map(|violation| violation.to_string()).collect(),
        Err(problem) => vec![problem],
    }
}

/// Two workers, one or both killed at the point; what is left when the others have cleaned up.
pub async fn kill(shop: &Shop, mutant: Option<&'static str>, crash: Crash) -> Result<Evidence, String> {
    let mut crew = Crew::new(shop, mutant);
    // Both are told to die there: whichever comes to that pass first does, and the other may follow it.
    crew.start(Some(crash)).await;
    crew.start(Some(crash)).await;
    let stimulus = Stimulus::begin(shop, crash.point).await;
    let has_died = async |crew: &Crew<'_>| {
        stimulus.repeat(shop).await;
        crew.death_count > 0
    };
    if !work(&mut crew, has_died, POINT_PATIENCE).await {
        return Err(format!("the point was not reached\n{}\n{}", crew.accidents.join("\n"), crew.words()));
    }
    stimulus.end().await;
    Ok(finish(shop, crew).await)
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
        crew.start(None).await;
    }
    let mut connection = shop.pool.acquire().await.expect("the database answers");
    let evidence = Evidence::read(&mut connection, shop.jobs.clone(), &shop.server).await;
    let undisturbed = shop.undisturbed.clone();
    Evidence { undisturbed, accidents: crew.accidents, ..evidence }
}

/// What makes a rare point come: without it the workers would have to wait for a real silence.
struct Stimulus {
    /// Runs are held up in their first step, so that they live long enough to be renewed.
    hold_up: Option<sqlx::PgConnection>,
    /// Ends leases under their holders.
    steal: Option<&'static str>,
}

impl Stimulus {
    async fn begin(shop: &Shop, point: &str) -> Stimulus {
        if point == "run.failed" {
            for day in 1..=9 {
                let business_date = format!("2001-02-0{day}").parse().expect("a date");
                let origin = Origin::Manual;
                let request = Request { job: HELD.name, business_date, origin, head_start: Duration::ZERO };
                request_run(&shop.pool, &request).await.expect("a run");
            }
        }
        let hold_up = if point == "run.renewed" { Some(shop.hold_up(HELD.name).await) } else { None };
        let steal = match point {
            "run.reaped" => Some(EXPIRE_RUNS),
            "mail.reaped" => Some(EXPIRE_SENDING),
            _ => None,
        };
        Stimulus { hold_up, steal }
    }

    async fn repeat(&self, shop: &Shop) {
        if let Some(steal) = self.steal {
            shop.bend(steal).await;
        }
    }

    async fn end(self) {
        if let Some(hold_up) = self.hold_up {
            hold_up.close().await.expect("an idle connection closes");
        }
    }
}
