//! `vesper serve`

use std::net::SocketAddr;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::watch;
use tracing::info;

use crate::app::{App, follow_snapshots, refresh_window};
use crate::cli::{Failure, Part, ServeArgs};
use crate::config::{Environment, Settings};
use crate::http::{self, HttpState, Published};
use crate::job::Worker;
use crate::job::recipe::runner;

/// Runs schedules and answers HTTP until SIGTERM or Ctrl-C.
pub(in crate::cli) async fn serve(
    settings: &Settings,
    environment: &Environment,
    args: &ServeArgs,
) -> Result<(), Failure> {
    let app = App::build(settings, environment).await?;
    serve_app(&app, settings.http_bind(), args.only).await
}

/// Serves a built process until it is told to stop; live runs finish or are handed over.
pub(in crate::cli) async fn serve_app(app: &App, bind: SocketAddr, only: Option<Part>) -> Result<(), Failure> {
    let (stop_sender, stop) = watch::channel(false);
    let signal = tokio::spawn(async move {
        wait_for_signal().await;
        info!("stopping: runs under way get {} s to finish", GRACE.as_secs());
        let _ = stop_sender.send(true);
        // A second signal does not wait.
        wait_for_signal().await;
        std::process::exit(130);
    });
    let scheduling = async {
        if only == Some(Part::Http) {
            return Ok(());
        }
        let worker = Worker {
            pool: app.pool.clone(),
            runner: runner(app.recipes.clone()),
            mailer: app.mailer.clone(),
            run_max: RUN_MAX,
            grace: GRACE,
        };
        worker.serve(stop.clone()).await.map_err(Failure::from)
    };
    let answering = async {
        if only == Some(Part::Scheduler) {
            return Ok(());
        }
        answer(app, bind, stop.clone()).await
    };
    let served = tokio::try_join!(scheduling, answering);
    signal.abort();
    served.map(|_| ())
}

async fn answer(app: &App, bind: SocketAddr, stop: watch::Receiver<bool>) -> Result<(), Failure> {
    let published = Published::default();
    let tenant = app.recipes.tenant().to_owned();
    let listener = http::listen(bind).await?;
    refresh_window(&app.pool, &published, &tenant).await?;
    let following = tokio::spawn(follow_snapshots(app.pool.clone(), published.clone(), tenant, stop.clone()));
    info!("answering on http://{bind}/");
    let state = HttpState { published, stale_after: STALE_AFTER, organisation: app.organisation.clone() };
    let mut stopping = stop;
    let shutdown = async move {
        let _ = stopping.wait_for(|is_stopping| *is_stopping).await;
    };
    http::serve(listener, state, shutdown).await?;
    following.abort();
    Ok(())
}

async fn wait_for_signal() {
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(_) => return std::future::pending().await,
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// Runs of different jobs at the same time: one night and one report.
const RUN_MAX: usize = 2;
/// How long a run may go on after the word to stop.
const GRACE: Duration = Duration::from_secs(25);
/// Two nights without a publish make the numbers stale.
const STALE_AFTER: TimeDelta = TimeDelta::hours(50);
