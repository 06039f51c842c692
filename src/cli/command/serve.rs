//! `vesper serve`

use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing::{info, warn};

use crate::app::{App, Duty, Window, follow_files, stale_after, tell_supervisor};
use crate::base::clock;
use crate::cli::{Failure, Part, ServeArgs};
use crate::config::{Environment, Settings};
use crate::delivery::edition::FileShelf;
use crate::delivery::webhook::Caller;
use crate::http::{self, Cors, HttpState, Tls, TokenBook, list_tokens};
use crate::job::recipe::runner;
use crate::job::{Worker, keep_lookout, keep_vigil};

/// Runs schedules and answers HTTP until SIGTERM or Ctrl-C.
pub(in crate::cli) async fn serve(
    settings: &Settings,
    environment: &Environment,
    args: &ServeArgs,
) -> Result<(), Failure> {
    let app = match args.only {
        Some(Part::Http) => App::open(settings, environment).await?,
        Some(Part::Scheduler) | None => App::build(settings, environment).await?,
    };
    // Rather now than with a run under way.
    let door = match args.only {
        Some(Part::Scheduler) => None,
        Some(Part::Http) | None => Some(open_door(&app, settings).await?),
    };
    serve_app(&app, door, args.only != Some(Part::Http)).await
}

/// Where HTTP is answered, and how.
pub(in crate::cli) struct Door {
    listener: TcpListener,
    tls: Option<Tls>,
    cors: Cors,
}

impl Door {
    /// A door of this machine alone, plain and for no other site.
    pub(in crate::cli) fn plain(listener: TcpListener) -> Door {
        Door { listener, tls: None, cors: Cors::default() }
    }

    fn url(&self) -> Option<String> {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        self.listener.local_addr().ok().map(|address| format!("{scheme}://{address}/"))
    }
}

/// Opens the door that the settings ask for. Who may enter is known before: an address that strangers reach is refused
/// while there is no token.
async fn open_door(app: &App, settings: &Settings) -> Result<Door, Failure> {
    let tls = settings.http_tls()?.map(|(certificate, key)| Tls::load(&certificate, &key)).transpose()?;
    let tokens = TokenBook::default();
    tokens.replace(list_tokens(&app.pool).await?);
    let address = settings.http_bind();
    let listened = http::listen(address, &tokens).await.map_err(Failure::from);
    let listener = listened.map_err(|failure| failure.at(settings.http_bind_origin()))?;
    if !http::is_loopback(address) && tls.is_none() {
        warn!("{address} is answered without encryption: set http.tls_cert, or put a proxy with TLS before it");
    }
    Ok(Door { listener, tls, cors: Cors::of(settings.http_cors()) })
}

/// Answers at `listener`, if there is one, and works the schedules, if it shall, until it is told to stop; live runs
/// finish or are handed over.
pub(in crate::cli) async fn serve_app(app: &App, door: Option<Door>, is_scheduling: bool) -> Result<(), Failure> {
    let (stop_sender, stop) = watch::channel(false);
    let signal = tokio::spawn(async move {
        wait_for_signal().await;
        info!("stopping: runs under way get {} s to finish", GRACE.as_secs());
        let _ = stop_sender.send(true);
        // A second signal does not wait.
        wait_for_signal().await;
        std::process::exit(130);
    });
    let alert_post = is_scheduling.then(|| app.alert_post.clone());
    let lookout = tokio::spawn(keep_lookout(app.pool.clone(), alert_post, stop.clone()));
    let duty = Duty { is_scheduling, words: duty_words(is_scheduling, door.as_ref()) };
    let telling = tokio::spawn(tell_supervisor(duty, stop.clone()));
    let scheduling = async {
        if !is_scheduling {
            return Ok(());
        }
        let worker = Worker {
            pool: app.pool.clone(),
            runner: runner(app.recipes.subscribe()),
            mailer: app.mailer.clone(),
            run_max: RUN_MAX,
            grace: GRACE,
        };
        let (served, (), ()) = tokio::join!(
            worker.serve(stop.clone()),
            follow_files(app, stop.clone()),
            keep_vigil(app.pool.clone(), stop.clone())
        );
        served.map_err(Failure::from)
    };
    let calling = async {
        if is_scheduling {
            let webhooks = || app.recipes.borrow().webhooks.clone();
            Caller::new(app.pool.clone()).serve(webhooks, stop.clone(), GRACE).await;
        }
        Ok::<(), Failure>(())
    };
    let answering = async {
        match door {
            Some(door) => answer(app, door, stop.clone()).await,
            None => Ok(()),
        }
    };
    let served = tokio::try_join!(scheduling, calling, answering);
    // A look that is cut short has committed nothing.
    lookout.abort();
    // Whoever started the process hears that it stops, which takes a datagram; one that failed has nothing to say.
    let _ = tokio::time::timeout(LAST_WORD, telling).await;
    signal.abort();
    served.map(|((), (), ())| ())
}

/// What the process does, for `systemctl status`.
fn duty_words(is_scheduling: bool, door: Option<&Door>) -> String {
    let answering = door.and_then(Door::url).map(|url| format!("answering on {url}"));
    let parts = is_scheduling.then(|| "working the schedules".to_owned()).into_iter().chain(answering);
    parts.collect::<Vec<_>>().join(", ")
}

async fn answer(app: &App, door: Door, stop: watch::Receiver<bool>) -> Result<(), Failure> {
    let url = door.url().unwrap_or_default();
    let Door { listener, tls, cors } = door;
    let window = Window::default();
    window.refresh(&app.pool).await?;
    let following = {
        let (window, pool, stop) = (window.clone(), app.pool.clone(), stop.clone());
        tokio::spawn(async move { window.follow(pool, stop).await })
    };
    let is_reachable = listener.local_addr().is_ok_and(|address| !http::is_loopback(address));
    let who =
        if window.tokens.is_in_use() { "whoever has a token" } else { "this machine alone: no token was made yet" };
    info!("answering on {url} to {who}");
    let state = HttpState {
        tenants: window.tenants,
        tenant: app.recipes.borrow().tenant().into(),
        tokens: window.tokens,
        is_reachable,
        is_encrypted: tls.is_some(),
        cors,
        stale_after: stale_after(&app.jobs, clock::now()),
        organisation: app.organisation.clone(),
        files: Some(FileShelf { pool: app.pool.clone(), key: app.link_key.clone() }),
    };
    let mut stopping = stop;
    let shutdown = async move {
        let _ = stopping.wait_for(|is_stopping| *is_stopping).await;
    };
    http::serve(listener, state, tls, shutdown).await;
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
/// How long the last word to the service manager may take.
const LAST_WORD: Duration = Duration::from_millis(200);
/// How long a run may go on after the word to stop.
const GRACE: Duration = Duration::from_secs(25);
