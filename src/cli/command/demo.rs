//! `vesper demo`

use std::io::IsTerminal;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use sqlx::Row;

use crate::app::{self, App};
use crate::base::period::{minus_days, plus_days};
use crate::base::{Remedy, clock};
use crate::cli::command::render::write;
use crate::cli::command::run::{print_counts, run_now, send_mail};
use crate::cli::command::serve::serve_app;
use crate::cli::{DemoArgs, Failure};
use crate::config::{Environment, Settings};
use crate::delivery::edition_artifacts;
use crate::demo::{BusinessSpec, Cluster, ClusterOptions, create_business, create_operational_schema, live_day};

/// How long each part took, for the summary.
#[derive(Default)]
struct Timings(Vec<(String, f64)>);

impl Timings {
    fn add(&mut self, what: impl Into<String>, since: Instant) {
        self.0.push((what.into(), since.elapsed().as_secs_f64()));
    }
}

/// A generated business on a private cluster: its night, its report, its API.
pub(in crate::cli) async fn demo(args: &DemoArgs) -> Result<(), Failure> {
    let begun = Instant::now();
    let mut timings = Timings::default();
    let progress = Progress::start();
    let directory = absolute(&args.dir)?;
    let bind = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    if !args.once {
        // Rather now than after the night.
        drop(crate::http::listen(bind).await?);
    }

    progress.say("starting a private Postgres cluster");
    let since = Instant::now();
    let cluster = Cluster::start(&directory, ClusterOptions::default()).await?;
    for database in [OPERATIONAL, ANALYTICS] {
        if !cluster.has_database(database).await? {
            cluster.create_database(database).await?;
        }
    }
    timings.add("cluster", since);
    let worked = work(args, &directory, &cluster, &progress, &mut timings).await;
    let (app, settings_note) = match worked {
        Ok(done) => done,
        Err(failure) => {
            progress.end();
            cluster.stop().await?;
            return Err(failure);
        }
    };
    progress.end();
    let summary = summarise(args, &directory, &cluster, &app, &timings, begun.elapsed().as_secs_f64()).await;
    let served = match (summary, args.once) {
        (Ok(()), false) => {
            println!(
                "\n{settings_note}\nCtrl-C ends the worker and stops the cluster; the data stays in {}.",
                directory.display()
            );
            serve_app(&app, bind, None).await
        }
        (summary, _) => summary,
    };
    app.pool.close().await;
    cluster.stop().await?;
    served
}

/// Business, migrations, nights, report.
async fn work(
    args: &DemoArgs,
    directory: &Path,
    cluster: &Cluster,
    progress: &Progress,
    timings: &mut Timings,
) -> Result<(App, String), Failure> {
    let today = args.today.unwrap_or_else(|| clock::now().date_naive());
    let spec = BusinessSpec {
        seed: args.seed,
        customers: args.customers,
        nights: args.nights,
        ..BusinessSpec::of_today(today)
    };
    progress.say(&format!("generating a business of {} customers over {} months", spec.customers, spec.months));
    let since = Instant::now();
    let mut operational = cluster.connect(OPERATIONAL).await?;
    create_operational_schema(&mut operational).await?;
    create_business(&mut operational, &spec).await?;
    timings.add("business", since);

    progress.say("migrating the analytics database");
    let since = Instant::now();
    let environment = demo_environment(directory, cluster, args.port);
    let settings = Settings::of_variables(&environment)?;
    app::migrate(&settings.warehouse()?).await?;
    let app = App::build(&settings, &environment).await?;
    timings.add("migrations", since);

    let last_date = minus_days(today, 1);
    let first_date = minus_days(last_date, u64::from(args.nights));
    for night in 0..=u64::from(args.nights) {
        let date = plus_days(first_date, night);
        if night > 0 {
            progress.say(&format!("living {date}"));
            live_day(&mut operational, &spec, date).await?;
        }
        progress.say(&format!("running the night of {date}"));
        let since = Instant::now();
        let run_id = run_now(&app, "nightly", date).await?;
        timings.add(format!("night of {date}"), since);
        if date == last_date {
            progress.end();
            print_counts(&app, run_id).await?;
        }
    }
    progress.say("rendering and mailing the weekly report");
    let since = Instant::now();
    run_now(&app, REPORT, last_date).await?;
    send_mail(&app).await?;
    timings.add("report and mail", since);
    Ok((app, format!("The worker stays up: nightly at 02:00 UTC, {REPORT} on Mondays at 07:00 UTC (jobs/).")))
}

/// Settings of the demo: its own cluster, its own outbox, this machine only.
fn demo_environment(directory: &Path, cluster: &Cluster, port: u16) -> Environment {
    Environment::default()
        .with("VESPER_SOURCE_URL", &cluster.url(OPERATIONAL))
        .with("VESPER_WAREHOUSE_URL", &cluster.url(ANALYTICS))
        .with("VESPER_MAIL_URL", &format!("file:{}", directory.join("outbox").display()))
        .with("VESPER_MAIL_FROM", "Vesper <reports@vesper.example>")
        .with("VESPER_HTTP_BIND", &format!("127.0.0.1:{port}"))
        .with("VESPER_ORGANISATION", "Promenade Demo")
        .with("VESPER_PUBLIC_URL", &format!("http://127.0.0.1:{port}"))
}

/// Says where everything is and how long it took; writes the report's files beside the outbox.
async fn summarise(
    args: &DemoArgs,
    directory: &Path,
    cluster: &Cluster,
    app: &App,
    timings: &Timings,
    total_seconds: f64,
) -> Result<(), Failure> {
    println!("\nreport");
    let failed = |e: sqlx::Error| Failure::new(Remedy::RetryLater, format!("the edition cannot be read: {e}"));
    let mut connection = app.pool.acquire().await.map_err(failed)?;
    let edition =
        sqlx::query("select max(edition_id) from vesper.edition").fetch_one(&mut *connection).await.map_err(failed)?;
    for file in edition_artifacts(&mut connection, edition.get(0)).await? {
        write(&directory.join("reports"), &file.name, &file.bytes)?;
    }
    drop(connection);
    println!("\noutbox\n{}", directory.join("outbox").display());
    println!("\nstar\npsql '{}'", cluster.url(ANALYTICS));
    if let Some(notice) = cluster.notice() {
        println!("\n{notice}");
    }
    if !args.once {
        println!("\nHTTP\nhttp://127.0.0.1:{}/", args.port);
    }
    println!("\ntimings");
    let nights: Vec<f64> = timings.0.iter().filter(|(what, _)| what.starts_with("night of")).map(|(_, s)| *s).collect();
    for (what, seconds) in timings.0.iter().filter(|(what, _)| !what.starts_with("night of")) {
        println!("  {what:<16} {seconds:>7.2} s");
    }
    println!("  {:<16} {:>7.2} s", "first night", nights.first().copied().unwrap_or_default());
    if nights.len() > 1 {
        let rest = &nights[1..];
        println!(
            "  {:<16} {:>7.2} s each ({} nights)",
            "later nights",
            rest.iter().sum::<f64>() / rest.len() as f64,
            rest.len()
        );
    }
    println!("  {:<16} {total_seconds:>7.2} s", "altogether");
    Ok(())
}

fn absolute(directory: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(directory)
        .map_err(|e| Failure::new(Remedy::FixConfig, format!("{} is no usable folder: {e}", directory.display())))
}

/// A spinner on a terminal, plain lines elsewhere.
struct Progress(Option<ProgressBar>);

impl Progress {
    fn start() -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::new_spinner();
        bar.set_style(
            ProgressStyle::with_template("{spinner} {msg} {elapsed}")
                .unwrap_or_else(|_| ProgressStyle::default_spinner()),
        );
        bar.enable_steady_tick(std::time::Duration::from_millis(120));
        Self(Some(bar))
    }

    fn say(&self, what: &str) {
        match &self.0 {
            Some(bar) => bar.set_message(what.to_owned()),
            None => eprintln!("{what} …"),
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

const OPERATIONAL: &str = "operational";
const ANALYTICS: &str = "analytics";
const REPORT: &str = "executive-weekly";
