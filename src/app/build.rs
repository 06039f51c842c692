//! From settings to a process that can work.

use std::collections::BTreeMap;
use std::sync::Arc;

use sqlx::{Connection as _, PgPool};
use tokio::sync::watch;

use crate::app::addressee::addressee_problems;
use crate::app::{MigrateError, check_migrations};
use crate::base::pg::{Database, PgError};
use crate::base::{FileStamp, Folder, FolderError, Problem, Problems, Remedied, Remedy, nearest};
use crate::config::{ConfigError, Environment, Need, Settings};
use crate::delivery::edition::LinkKey;
use crate::delivery::webhook::{Allowed, Outside, Webhooks, sync_webhooks};
use crate::delivery::{DeliveryError, DomainList, Linker, MailOptions, Mailer, Recipient};
use crate::job::recipe::{Recipes, SourceFeed};
use crate::job::{AlertPost, Job, JobError, Kind, Synced, WebhookContext, misfit, read_jobs, read_webhooks, sync_jobs};
use crate::metric::kpi::read_kpis;
use crate::metric::{Catalog, Kpis};
use crate::render::{check_logo, check_typeface};
use crate::report::{Logo, ReportTemplate, Surroundings, Typeface};
use crate::source::{SheetPlace, SourceSpec};

/// Why the process could not be built.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// A setting is missing or wrong.
    #[error(transparent)]
    Config(ConfigError),
    /// A folder cannot be read.
    #[error(transparent)]
    Folder(FolderError),
    /// Settings are missing, or files of jobs, sources or templates are wrong.
    #[error("{what}")]
    Files {
        /// Which of the two, in words.
        what: &'static str,
        /// Everything that is missing or wrong.
        #[source]
        source: Problems,
    },
    /// A database cannot be reached.
    #[error(transparent)]
    Database(PgError),
    /// The analytics database has not this version's shape.
    #[error(transparent)]
    Shape(MigrateError),
    /// The mail setting is wrong.
    #[error(transparent)]
    Mail(DeliveryError),
    /// The address of the sender, or of whoever is told of trouble, is wrong.
    #[error("{setting}: `{address}` is no address: {reason}")]
    Sender {
        /// The setting's variable.
        setting: &'static str,
        /// As written.
        address: String,
        /// Why.
        reason: String,
    },
    /// The ledger refused.
    #[error(transparent)]
    Ledger(JobError),
    /// The outbox refused.
    #[error(transparent)]
    Outbox(DeliveryError),
}

impl Remedied for AppError {
    fn remedy(&self) -> Remedy {
        match self {
            AppError::Config(source) => source.remedy(),
            AppError::Folder(source) => source.remedy(),
            AppError::Files { source, .. } => source.remedy(),
            AppError::Database(source) => source.remedy(),
            AppError::Shape(source) => source.remedy(),
            AppError::Mail(source) => source.remedy(),
            AppError::Sender { .. } => Remedy::FixConfig,
            AppError::Ledger(source) => source.remedy(),
            AppError::Outbox(source) => source.remedy(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            AppError::Config(source) => source.hint(),
            AppError::Folder(source) => source.hint(),
            AppError::Files { .. } => None,
            AppError::Database(source) => source.hint(),
            AppError::Shape(source) => source.hint(),
            AppError::Mail(source) => source.hint(),
            AppError::Sender { .. } => {
                Some("write it as `reports@example.org` or `Vesper <reports@example.org>`".into())
            }
            AppError::Ledger(source) => source.hint(),
            AppError::Outbox(source) => source.hint(),
        }
    }
}

/// A process that can work.
pub struct App {
    /// The analytics database.
    pub warehouse: Database,
    /// Connections to it.
    pub pool: PgPool,
    /// Every job file.
    pub jobs: Vec<Job>,
    /// What a run does; [`follow_files`](crate::app::follow_files) replaces it.
    pub recipes: watch::Sender<Arc<Recipes>>,
    /// Where mail goes.
    pub mailer: Mailer,
    /// Whom alerts come from and go to.
    pub alert_post: AlertPost,
    /// Signs the links to files that are too large for a mail.
    pub link_key: LinkKey,
    /// Whose numbers these are.
    pub organisation: String,
    /// What was read, for reading it again.
    pub(super) files: Files,
    /// How it looked then.
    pub(super) look: Look,
}

/// The folders a process works by. They stay the same for as long as it lives; what lies in them may change.
pub(super) struct Files {
    settings: Settings,
    environment: Environment,
    jobs: Folder,
    templates: Folder,
    reference: Option<Folder>,
}

/// How the folders looked at one moment, or why they could not be looked at.
pub(super) type Look = Result<[Vec<FileStamp>; 3], String>;

impl Files {
    fn open(settings: &Settings, environment: &Environment) -> Result<Files, AppError> {
        let jobs = settings.jobs().map_err(AppError::Config)?;
        let templates = settings.templates().map_err(AppError::Config)?;
        let reference = settings.reference().map_err(AppError::Config)?;
        Ok(Files { settings: settings.clone(), environment: environment.clone(), jobs, templates, reference })
    }

    /// A cheap look, to be compared with a later one.
    pub(super) fn look(&self) -> Look {
        let look = |folder: &Folder| folder.look().map_err(|e| e.to_string());
        let reference = self.reference.as_ref().map_or(Ok(Vec::new()), look)?;
        Ok([look(&self.jobs)?, look(&self.templates)?, reference])
    }

    /// Reads every file anew; all problems come at once.
    pub(super) fn read(&self) -> Result<(Vec<Job>, Recipes, Mailer), AppError> {
        let Files { settings, environment, jobs: folder, templates, reference } = self;
        let mut problems = Vec::new();
        let mut jobs = keep(read_jobs(folder), &mut problems).unwrap_or_default();
        let domains = read_domains(settings, &mut problems);
        problems.extend(addressee_problems(folder, &jobs, &domains));
        let mut kpis = keep(read_kpis(folder), &mut problems).unwrap_or_default();
        let specs =
            keep(read_sources(folder, reference.as_ref(), settings.currency())?, &mut problems).unwrap_or_default();
        let is_default_source_read = specs.iter().any(|spec| own_url(environment, spec).is_none());
        let source: &[Need] = if is_default_source_read || specs.is_empty() { &[Need::Source] } else { &[] };
        let kpi_login: &[Need] = if kpis.has_query() { &[Need::KpiLogin] } else { &[] };
        let needs = [source, &[Need::Warehouse, Need::Mail], kpi_login].concat();
        // What failed to read would make every template that names it look wrong.
        let catalog = kpis.catalog();
        let reports = keep(read_reports(templates, &catalog)?, &mut problems).unwrap_or_default();
        for job in jobs.iter_mut().filter(|j| j.spec.kind == Kind::Report) {
            let name = job.spec.report.as_deref().unwrap_or(&job.name);
            if let Some(template) = reports.get(name) {
                job.spec.title = Some(template.title.clone());
                job.spec.locale = template.locale;
                let misfit = misfit(job.spec.burst.as_ref(), template);
                problems.extend(misfit.map(|why| Problem::of_file(job.file.clone(), why)));
                for unknown in job.spec.parameters.keys().filter(|key| !template.parameters.contains_key(*key)) {
                    let message = format!("report `{name}` has no parameter `{unknown}`");
                    problems.push(Problem::of_file(job.file.clone(), message));
                }
            }
            if problems.is_empty() && !reports.contains_key(name) {
                let near = nearest(name, reports.keys().map(String::as_str));
                let hint = near.map_or_else(
                    || format!("templates: {}", reports.keys().cloned().collect::<Vec<_>>().join(", ")),
                    |n| format!("did you mean `{n}`?"),
                );
                problems.push(Problem::of_file(job.file.clone(), format!("unknown report `{name}`")).with_hint(hint));
            }
        }
        let webhooks = read_hooks(folder, settings, environment, &jobs, &mut problems);
        let missing = settings.missing(&needs);
        let what = match (missing.is_empty(), problems.is_empty()) {
            (true, _) => "files of jobs, sources or templates are wrong",
            (false, true) => "settings are missing",
            (false, false) => "settings are missing, and files of jobs, sources or templates are wrong",
        };
        problems.splice(0..0, missing);
        Problems(problems).into_result().map_err(|source| AppError::Files { what, source })?;
        let mut feeds = Vec::new();
        for spec in specs {
            let database = source_database(settings, environment, &spec)?;
            feeds.push(SourceFeed { spec, database });
        }
        kpis.login = settings.kpi().map_err(AppError::Config)?;
        let from = settings.mail_from().map_err(AppError::Config)?;
        let sender = address("VESPER_MAIL_FROM", from)?;
        alerts_to(settings)?;
        let mailer = read_mailer(settings, &sender, &domains)?;
        let recipes = Recipes {
            feeds,
            kpis: Arc::new(kpis),
            reports,
            organisation: settings.organisation().to_owned(),
            sender,
            public_url: settings.public_url().map(str::to_owned),
            webhooks: Arc::new(webhooks),
            linker: None,
        };
        Ok((jobs, recipes, mailer))
    }
}

impl App {
    /// Reads every file, checks every setting, connects, and brings the ledger's jobs up to date with their files.
    pub async fn build(settings: &Settings, environment: &Environment) -> Result<App, AppError> {
        let app = Self::open(settings, environment).await?;
        sync_files(&app.pool, &app.jobs, &app.recipes.borrow().clone()).await?;
        Ok(app)
    }

    /// The same without a write to the ledger, for a login that may only read.
    pub async fn open(settings: &Settings, environment: &Environment) -> Result<App, AppError> {
        let files = Files::open(settings, environment)?;
        // Before they are read: a file that changes while it is read looks different later.
        let look = files.look();
        let (jobs, mut recipes, mailer) = files.read()?;
        let warehouse = settings.warehouse().map_err(AppError::Config)?;
        let mut first = warehouse.connect().await.map_err(AppError::Database)?;
        check_migrations(&mut first, &warehouse).await.map_err(AppError::Shape)?;
        first.close().await.ok();
        let pool = warehouse.pool(POOL_SIZE_MAX).await.map_err(AppError::Database)?;
        let link_key = match settings.link_key() {
            Some(key) => LinkKey::of_setting(key),
            None => LinkKey::of_warehouse(&pool).await.map_err(AppError::Mail)?,
        };
        give_links(&mut recipes, &link_key);
        let alert_post = AlertPost { sender: recipes.sender.clone(), fallback: alerts_to(settings)? };
        Ok(App {
            warehouse,
            pool,
            jobs,
            recipes: watch::Sender::new(Arc::new(recipes)),
            mailer,
            alert_post,
            link_key,
            organisation: settings.organisation().to_owned(),
            files,
            look,
        })
    }

    /// Everything that can be wrong without a database being asked.
    pub fn read_files(settings: &Settings, environment: &Environment) -> Result<(Vec<Job>, Recipes, Mailer), AppError> {
        Files::open(settings, environment)?.read()
    }

    /// What it takes to read published numbers: the tenant they are about, and the deployment's own metrics. Neither the
    /// source's address nor the mail's is asked for.
    pub fn read_definitions(settings: &Settings, environment: &Environment) -> Result<(String, Kpis), AppError> {
        let Files { jobs, reference, .. } = Files::open(settings, environment)?;
        let mut problems = settings.missing(&[Need::Warehouse]);
        let what = if problems.is_empty() { "files of jobs or sources are wrong" } else { "settings are missing" };
        let kpis = keep(read_kpis(&jobs), &mut problems).unwrap_or_default();
        let specs = keep(read_sources(&jobs, reference.as_ref(), settings.currency())?, &mut problems);
        Problems(problems).into_result().map_err(|source| AppError::Files { what, source })?;
        let tenant = specs.unwrap_or_default().into_iter().next().map_or_else(|| "main".to_owned(), |spec| spec.tenant);
        Ok((tenant, kpis))
    }
}

/// Recipes that were read from files alone know no key: it may lie in the warehouse.
pub(super) fn give_links(recipes: &mut Recipes, key: &LinkKey) {
    let linker = |public_url: &String| Linker { public_url: public_url.clone(), key: key.clone() };
    recipes.linker = recipes.public_url.as_ref().map(linker);
}

fn address(setting: &'static str, text: &str) -> Result<Recipient, AppError> {
    Recipient::parse(text).map_err(|reason| AppError::Sender { setting, address: text.to_owned(), reason })
}

fn alerts_to(settings: &Settings) -> Result<Option<Recipient>, AppError> {
    settings.alerts_to().map(|text| address("VESPER_MAIL_ALERTS_TO", text)).transpose()
}

/// Writes down what the files say: hooks before jobs, so that whatever happens is told. A second call changes nothing.
pub(super) async fn sync_files(pool: &PgPool, jobs: &[Job], recipes: &Recipes) -> Result<Synced, AppError> {
    sync_webhooks(pool, &recipes.webhooks.list).await.map_err(AppError::Outbox)?;
    sync_jobs(pool, jobs).await.map_err(AppError::Ledger)
}

fn read_domains(settings: &Settings, problems: &mut Vec<Problem>) -> DomainList {
    DomainList::parse(settings.mail_domains()).unwrap_or_else(|reason| {
        problems.push(Problem::of_file("VESPER_MAIL_DOMAINS", reason).with_hint("or `mail.domains` in vesper.toml"));
        DomainList::default()
    })
}

fn read_mailer(settings: &Settings, sender: &Recipient, domains: &DomainList) -> Result<Mailer, AppError> {
    let url = settings.mail_url().map_err(AppError::Config)?;
    // A host's short name tells a mail server nothing, and some refuse it.
    let uname = rustix::system::uname();
    let host = uname.nodename().to_str().ok().filter(|name| name.contains('.'));
    let hello = settings.mail_helo().or(host).or_else(|| sender.address.rsplit('@').next());
    let ca_file = settings.mail_ca_file();
    let options = MailOptions { hello, ca_file: ca_file.as_deref(), domains: Some(domains) };
    let mailer = Mailer::open(url, &options).map_err(AppError::Mail)?;
    mailer.check().map_err(AppError::Mail)?;
    Ok(mailer)
}

fn keep<T>(found: Result<T, Problems>, problems: &mut Vec<Problem>) -> Option<T> {
    found.map_err(|mut p| problems.append(&mut p.0)).ok()
}

/// The webhooks that are switched on, and the way out to them.
fn read_hooks(
    folder: &Folder,
    settings: &Settings,
    environment: &Environment,
    jobs: &[Job],
    problems: &mut Vec<Problem>,
) -> Webhooks {
    let mut outside = Outside::default();
    outside.allowed = Allowed::parse(settings.webhook_allow()).expect("checked when the settings were read");
    if let Some((origin, pem)) = settings.webhook_ca() {
        let trusted = pem.map_err(|e| format!("the file cannot be read: {e}")).and_then(|pem| outside.trust(&pem));
        problems.extend(trusted.err().map(|reason| Problem::of_file(origin, reason)));
    }
    let variable = |name: &str| environment.secret(name);
    // Jobs that failed to read would make every file that names them look wrong.
    let context = WebhookContext { jobs, allowed: &outside.allowed, variable: &variable };
    let list = if problems.is_empty() { keep(read_webhooks(folder, &context), problems) } else { None };
    Webhooks { list: list.unwrap_or_default(), outside, public_url: settings.public_url().map(str::to_owned) }
}

/// The database a source folder names: the deployment's, or one in a variable of its own.
fn source_database(settings: &Settings, environment: &Environment, spec: &SourceSpec) -> Result<Database, AppError> {
    match own_url(environment, spec) {
        Some(url) => Database::parse(&spec.url_setting, url).map_err(AppError::Database),
        None => settings.source().map_err(AppError::Config),
    }
}

/// The URL in a source's own variable, if it names one and the variable is set.
fn own_url<'e>(environment: &'e Environment, spec: &SourceSpec) -> Option<&'e str> {
    environment.get(&spec.url_setting).filter(|_| spec.url_setting != DEFAULT_SOURCE_URL)
}

/// Every folder of `source/` in the job folder, with the CSV files of the folder of reference data.
pub fn read_sources(
    folder: &Folder,
    reference: Option<&Folder>,
    currency: &str,
) -> Result<Result<Vec<SourceSpec>, Problems>, AppError> {
    let mut files: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for extension in ["toml", "sql"] {
        for path in folder.list("source", extension).map_err(AppError::Folder)? {
            let Some(name) = path.split('/').nth(1).map(str::to_owned) else { continue };
            let text = folder.read(&path).map_err(AppError::Folder)?;
            files.entry(name).or_default().push((folder.name(&path), text));
        }
    }
    let mut sheets: BTreeMap<String, Vec<(String, SheetPlace)>> = BTreeMap::new();
    for (folder, under) in std::iter::once((folder, "source")).chain(reference.map(|folder| (folder, ""))) {
        for path in folder.list(under, "csv").map_err(AppError::Folder)? {
            let below = path.strip_prefix("source/").filter(|_| !under.is_empty()).unwrap_or(&path);
            let Some((name, _)) = below.split_once('/') else { continue };
            let place = match folder.path_on_disk(&path) {
                Some(path) => SheetPlace::Disk(path),
                None => SheetPlace::Memory(folder.read_bytes(&path).map_err(AppError::Folder)?.into()),
            };
            sheets.entry(name.to_owned()).or_default().push((folder.name(&path), place));
        }
    }
    let (mut specs, mut problems) = (Vec::new(), Vec::new());
    for name in sheets.keys().filter(|name| !files.contains_key(*name)) {
        let near = nearest(name, files.keys().map(String::as_str));
        let hint = near.map_or_else(
            || "name the folder as a folder of jobs/source".to_owned(),
            |n| format!("did you mean `{n}`?"),
        );
        problems.push(
            Problem::of_file(format!("reference data of `{name}`"), "there is no source of this name").with_hint(hint),
        );
    }
    for (name, files) in &files {
        let sheets = sheets.get(name).map_or(&[][..], Vec::as_slice);
        specs.extend(keep(SourceSpec::parse(name, files, sheets, currency), &mut problems));
    }
    if files.is_empty() {
        let problem = Problem::of_file(format!("{}/source", folder.root()), "there is no source folder");
        problems.push(problem.with_hint("copy jobs/source/promenade and change its SELECTs to your schema"));
    }
    Ok(Problems(problems).into_result().map(|()| specs))
}

/// Every template of `reports/`.
pub fn read_reports(
    folder: &Folder,
    catalog: &Catalog,
) -> Result<Result<BTreeMap<String, ReportTemplate>, Problems>, AppError> {
    let (mut reports, mut problems) = (BTreeMap::new(), Vec::new());
    for path in folder.list("reports", "toml").map_err(AppError::Folder)? {
        let stem = path.rsplit('/').next().unwrap_or(&path).trim_end_matches(".toml").to_owned();
        let text = folder.read(&path).map_err(AppError::Folder)?;
        let beside = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        let picture = |name: &str| {
            let bytes = folder.read_bytes(&format!("{beside}/{name}")).map_err(|problem| problem.to_string())?;
            check_logo(&Logo::read(&bytes)?)?;
            Ok(bytes)
        };
        let font = |name: &str| {
            let bytes = folder.read_bytes(&format!("{beside}/{name}")).map_err(|problem| problem.to_string())?;
            check_typeface(&Typeface::read(&bytes)?)?;
            Ok(bytes)
        };
        let surroundings = Surroundings { catalog, picture: &picture, font: &font };
        let read = ReportTemplate::parse_in(&stem, &folder.name(&path), &text, &surroundings);
        if let Some(template) = keep(read, &mut problems) {
            reports.insert(stem, template);
        }
    }
    Ok(Problems(problems).into_result().map(|()| reports))
}

/// The setting a source reads when it names no other.
const DEFAULT_SOURCE_URL: &str = "VESPER_SOURCE_URL";
/// Worker, sender lanes, ledger and listeners of one process.
const POOL_SIZE_MAX: u32 = 16;
