//! `vesper demo`

use std::io::IsTerminal;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use chrono::NaiveDate;
use indicatif::{ProgressBar, ProgressStyle};
use sqlx::{PgConnection, Row};
use tokio::net::TcpListener;
use tracing::info;

use crate::app::{self, App};
use crate::base::period::{minus_days, plus_days};
use crate::base::pg::Database;
use crate::base::{Remedy, clock, nearest};
use crate::cli::command::run::{read_counts, run_now, send_mail};
use crate::cli::command::serve::{Door, serve_app};
use crate::cli::report_files::{Wanted, busiest_scope, write_report};
use crate::cli::summary::{Places, Summary};
use crate::cli::{DemoArgs, Failure, RenderFormat};
use crate::config::{Environment, Settings};
use crate::delivery::{Recipient, edition_artifacts};
use crate::demo::{
    BusinessSpec, Cluster, ClusterOptions, DemoError, create_business, create_operational_schema, live_day,
    write_reference,
};
use crate::http::TokenBook;
use crate::metric::{Which, load_snapshot};
use crate::report::ReportContext;

/// A generated business on a private cluster: its night, its report, its API.
///
/// Second run in the same directory: the business is found, its nights are run again and change nothing.
pub(in crate::cli) async fn demo(args: &DemoArgs) -> Result<(), Failure> {
    let begun = Instant::now();
    let progress = Progress::start();
    let directory = std::path::absolute(&args.dir)
        .map_err(|e| Failure::new(Remedy::FixConfig, format!("{} is no usable folder: {e}", args.dir.display())))?;
    // Rather now than after the night.
    check_report_names(&args.reports)?;
    let (listener, address) = listen(args).await?;
    progress.say("starting a private Postgres cluster");
    let since = Instant::now();
    let cluster = Cluster::start(&directory.join("cluster"), ClusterOptions::default()).await?;
    let mut summary = Summary::default();
    summary.time("cluster", since);
    let demo = Demo { args, directory: &directory, cluster: &cluster, progress: &progress, address };
    let worked = demo.work(&mut summary).await;
    progress.end();
    let served = match worked {
        Ok(app) => {
            summary.time("altogether", begun);
            summary.print(args.json);
            let served = if args.once { Ok(()) } else { stay_up(&app, args, listener, cluster.url(OPERATIONAL)).await };
            app.pool.close().await;
            served
        }
        Err(failure) => Err(failure),
    };
    cluster.stop().await?;
    served
}

/// Refuses reports that have no template.
fn check_report_names(wanted: &[String]) -> Result<(), Failure> {
    let paths = Settings::of_variables(&Environment::default())?.templates()?.list("reports", "toml")?;
    let name = |path: &String| path.rsplit('/').next().and_then(|file| file.strip_suffix(".toml")).map(str::to_owned);
    let names: Vec<String> = paths.iter().filter_map(name).collect();
    let Some(unknown) = wanted.iter().find(|n| *n != "all" && !names.contains(n)) else { return Ok(()) };
    let hint = nearest(unknown, names.iter().map(String::as_str))
        .map_or_else(|| format!("all, or of these: {}", names.join(", ")), |n| format!("did you mean `{n}`?"));
    Err(Failure::new(Remedy::FixConfig, format!("unknown report `{unknown}`")).at("--reports").or_hint(hint))
}

/// The listener of a demo that stays up, and the address its pages are at.
async fn listen(args: &DemoArgs) -> Result<(Option<TcpListener>, SocketAddr), Failure> {
    let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    if args.once {
        return Ok((None, wanted));
    }
    let listened = crate::http::listen(wanted, &TokenBook::default()).await.map_err(Failure::from);
    let listener = listened.map_err(|failure| failure.at("--port"))?;
    let address = listener.local_addr().unwrap_or(wanted);
    Ok((Some(listener), address))
}

fn wanted_business(args: &DemoArgs) -> BusinessSpec {
    let today = args.today.unwrap_or_else(|| clock::now().date_naive());
    BusinessSpec { seed: args.seed, customers: args.customers, nights: args.nights, ..BusinessSpec::of_today(today) }
}

/// Whether `found` is the wanted business as it was on an earlier day.
fn is_older(found: &BusinessSpec, wanted: &BusinessSpec) -> bool {
    (found.seed, found.customers, found.months) == (wanted.seed, wanted.customers, wanted.months)
        && found.end_date() < wanted.end_date()
}

async fn stay_up(
    app: &App,
    args: &DemoArgs,
    listener: Option<TcpListener>,
    operational_url: String,
) -> Result<(), Failure> {
    println!("\nThe worker stays up; its jobs run by the schedules in jobs/:");
    for job in &app.jobs {
        println!("  {:<18} {} ({})", job.name, job.cron, job.zone);
    }
    println!("Ctrl-C ends it and stops the cluster; the data stays in {}.", args.dir.display());
    // A business that is shown as of a chosen day stands still; the machine's own days are lived as they pass.
    let living = args.today.is_none().then(|| tokio::spawn(live_on(operational_url, wanted_business(args))));
    let served = serve_app(app, listener.map(Door::plain), true).await;
    if let Some(living) = living {
        living.abort();
    }
    served
}

/// Lives each day when it is over, so that the next night finds what changed.
async fn live_on(operational_url: String, spec: BusinessSpec) {
    let mut next = spec.today;
    loop {
        tokio::time::sleep(LIVE_LOOK).await;
        while next < clock::now().date_naive() {
            let lived = async {
                let mut operational = Database::parse("the demo's cluster", &operational_url)?.connect().await?;
                live_day(&mut operational, &spec, next).await.map_err(Failure::from)
            };
            match lived.await {
                Ok(day) => info!("the business lived {}: {} rows changed", day.date, day.rows_changed),
                Err(failure) => return failure.tell(),
            }
            next = plus_days(next, 1);
        }
    }
}

/// How often the demo looks whether a day is over.
const LIVE_LOOK: std::time::Duration = std::time::Duration::from_secs(60);

/// One demo at work.
struct Demo<'d> {
    args: &'d DemoArgs,
    directory: &'d Path,
    cluster: &'d Cluster,
    progress: &'d Progress,
    address: SocketAddr,
}

impl Demo<'_> {
    /// Business, migrations, nights, report.
    async fn work(&self, summary: &mut Summary) -> Result<App, Failure> {
        let mut spec = wanted_business(self.args);
        for database in [OPERATIONAL, ANALYTICS] {
            if !self.cluster.has_database(database).await? {
                self.cluster.create_database(database).await?;
            }
        }
        self.progress
            .say(&format!("generating a business of {} customers over {} months", spec.customers, spec.months));
        let since = Instant::now();
        let mut operational = self.cluster.connect(OPERATIONAL).await?;
        create_operational_schema(&mut operational).await?;
        let made = match create_business(&mut operational, &spec).await {
            // The business of an earlier day: it goes on living until yesterday.
            Err(DemoError::AnotherBusiness { found, .. }) if is_older(&found, &spec) => {
                let nights = (spec.today - found.end_date()).num_days() as u32;
                spec = BusinessSpec { today: spec.today, nights, ..*found };
                create_business(&mut operational, &spec).await?
            }
            made => made?,
        };
        summary.time("business", since);

        self.progress.say("migrating the analytics database");
        let since = Instant::now();
        let environment = self.with_reference(self.environment(), &mut operational, &spec).await?;
        let settings = Settings::of_variables(&environment)?;
        app::migrate(&settings.warehouse()?).await?;
        let app = App::build(&settings, &environment).await?;
        summary.time("migrations", since);

        let last_date = minus_days(spec.today, 1);
        for night in 0..=u64::from(spec.nights) {
            let date = plus_days(minus_days(spec.end_date(), 1), night);
            if night == 0 && made.was_there && date != last_date {
                continue;
            }
            if night > 0 {
                self.progress.say(&format!("living {date}"));
                let day = live_day(&mut operational, &spec, date).await?;
                // Its night was run when it was lived; only the last one is run again, for the report.
                if day.was_lived && date != last_date {
                    continue;
                }
            }
            self.progress.say(&format!("running the night of {date}"));
            let since = Instant::now();
            let run_id = run_now(&app, NIGHT, date).await?;
            summary.time_night(since);
            summary.counts = read_counts(&app.pool, run_id).await?;
        }
        self.progress.say("rendering and mailing the weekly report");
        let since = Instant::now();
        run_now(&app, REPORT, last_date).await?;
        send_mail(&app).await?;
        summary.time("report and mail", since);
        summary.places = self.places(&app).await?;
        if let Some(out_dir) = &self.args.out_dir {
            let since = Instant::now();
            summary.places.reports = self.write_reports(&app, last_date, out_dir).await?;
            summary.time("report files", since);
        }
        Ok(app)
    }

    /// Writes the company's spreadsheets and names their folder, where the job folder reads the demo's schema at all.
    async fn with_reference(
        &self,
        environment: Environment,
        operational: &mut PgConnection,
        spec: &BusinessSpec,
    ) -> Result<Environment, Failure> {
        let jobs = Settings::of_variables(&environment)?.jobs()?;
        let mut files = jobs.list(SOURCE, "sql")?;
        if files.is_empty() {
            return Ok(environment);
        }
        files.extend(jobs.list(SOURCE, "csv")?);
        let folder = self.directory.join("reference");
        let is_in_jobs =
            |entity: &str| ["sql", "csv"].iter().any(|e| files.contains(&format!("{SOURCE}/{entity}.{e}")));
        write_reference(operational, spec, &folder.join("promenade"), is_in_jobs).await?;
        Ok(environment.with("VESPER_REFERENCE_DIR", &folder.display().to_string()))
    }

    /// Settings of the demo: its own cluster, its own outbox, this machine only. What a shell exports for a real
    /// deployment must not leak into it.
    fn environment(&self) -> Environment {
        Environment::default()
            .with("VESPER_SOURCE_URL", &self.cluster.url(OPERATIONAL))
            .with("VESPER_WAREHOUSE_URL", &self.cluster.url(ANALYTICS))
            .with("VESPER_MAIL_URL", &format!("file:{}", self.directory.join("outbox").display()))
            .with("VESPER_MAIL_FROM", "Vesper <reports@vesper.example>")
            .with("VESPER_HTTP_BIND", &self.address.to_string())
            .with("VESPER_ORGANISATION", "Promenade Demo")
            .with("VESPER_PUBLIC_URL", &format!("http://{}", self.address))
    }

    /// Writes the reports that were asked for in every format; the mail as its first recipient would get it.
    async fn write_reports(&self, app: &App, date: NaiveDate, dir: &Path) -> Result<Vec<PathBuf>, Failure> {
        let recipes = app.recipes.borrow().clone();
        let failed = |e: sqlx::Error| Failure::new(Remedy::RetryLater, format!("the warehouse does not answer: {e}"));
        let mut connection = app.pool.acquire().await.map_err(failed)?;
        let snapshot = load_snapshot(&mut connection, recipes.tenant(), Which::AsOf(date)).await?;
        let snapshot = Arc::new(snapshot.expect("the night of that date was run"));
        let recipient = Recipient { name: Some("Reader".to_owned()), address: "reader@vesper.example".to_owned() };
        let wanted = Wanted { dir, formats: &RenderFormat::ALL, mail: Some((&recipes.sender, &recipient)) };
        let mut paths = Vec::new();
        for (name, template) in &recipes.reports {
            if self.args.reports.iter().any(|n| n == "all" || n == name) {
                self.progress.say(&format!("writing {name}"));
                // A report that is cut by its reader is shown as one reader gets it.
                let scope = busiest_scope(template, &snapshot);
                let context = ReportContext { scope, ..recipes.report_context() };
                paths.extend(write_report(template, &snapshot, context, &wanted).await?);
            }
        }
        Ok(paths)
    }

    /// Writes the report's files beside the outbox and says where everything is.
    async fn places(&self, app: &App) -> Result<Places, Failure> {
        let failed = |e: sqlx::Error| Failure::new(Remedy::RetryLater, format!("the edition cannot be read: {e}"));
        let mut connection = app.pool.acquire().await.map_err(failed)?;
        let edition = sqlx::query("select max(edition_id) from vesper.edition").fetch_one(&mut *connection).await;
        let edition_id: i64 = edition.map_err(failed)?.get(0);
        let folder = self.directory.join("reports");
        let mut reports = Vec::new();
        for file in edition_artifacts(&mut connection, edition_id).await? {
            let path = folder.join(&file.name);
            let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, &file.bytes));
            written
                .map_err(|e| Failure::new(Remedy::FixConfig, format!("{} cannot be written: {e}", path.display())))?;
            reports.push(path);
        }
        let urls = crate::http::ROUTES.iter().map(|route| format!("http://{}{}", self.address, route.url()));
        Ok(Places {
            reports,
            outbox: self.directory.join("outbox"),
            star: self.cluster.tcp_url(ANALYTICS),
            urls: if self.args.once {
                Vec::new()
            } else {
                std::iter::once(format!("http://{}/", self.address)).chain(urls).collect()
            },
            notice: self.cluster.notice().map(str::to_owned),
        })
    }
}

/// A spinner on a terminal, plain lines elsewhere.
struct Progress(Option<ProgressBar>);

impl Progress {
    fn start() -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::new_spinner();
        let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
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

/// The source folder made for the schema the demo generates.
const SOURCE: &str = "source/promenade";
const OPERATIONAL: &str = "operational";
const ANALYTICS: &str = "analytics";
const NIGHT: &str = "nightly";
const REPORT: &str = "executive-weekly";
