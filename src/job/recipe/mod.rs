//! What a run does, told as steps. Each step is one transaction with its memo and its fence.

mod archive;
mod burst;
mod draw;
mod night;
mod report;
mod restate;

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::watch;

use crate::base::Remedy;
use crate::base::pg::Database;
use crate::delivery::webhook::Webhooks;
use crate::delivery::{Linker, Recipient};
use crate::job::{Kind, RunError, Runner};
use crate::metric::Kpis;
use crate::report::{ReportContext, ReportTemplate};
use crate::source::SourceSpec;

pub use archive::Archive;
pub(in crate::job) use burst::query_readers;
pub use burst::{Asked, Cut, cuts_of};
pub use draw::{Drawn, draw, mail_body, stamp_of};
pub use report::complaints;

/// A source folder and the database it reads.
#[derive(Debug, Clone)]
pub struct SourceFeed {
    /// The folder.
    pub spec: SourceSpec,
    /// Its database.
    pub database: Database,
}

/// Everything the recipes need that is not in the ledger.
#[derive(Debug, Clone)]
pub struct Recipes {
    /// Every source.
    pub feeds: Vec<SourceFeed>,
    /// The metrics of the deployment's own.
    pub kpis: Arc<Kpis>,
    /// Every template by name.
    pub reports: BTreeMap<String, ReportTemplate>,
    /// Whose numbers these are.
    pub organisation: String,
    /// The sender of every mail.
    pub sender: Recipient,
    /// Where this server is reached, if people reach it.
    pub public_url: Option<String>,
    /// Who is told what happens.
    pub webhooks: Arc<Webhooks>,
    /// Makes links to files that are too large for a mail, if people reach this server.
    pub linker: Option<Linker>,
}

impl Recipes {
    /// What every report says of the deployment.
    pub fn report_context(&self) -> ReportContext {
        ReportContext {
            organisation: self.organisation.clone(),
            web_url: self.public_url.clone(),
            ..ReportContext::default()
        }
    }

    /// The tenant reports are about when they are not cut by tenant: the first source's.
    pub fn tenant(&self) -> &str {
        self.feeds.first().map_or("main", |f| f.spec.tenant.as_str())
    }

    /// The template of a job.
    fn template(&self, name: &str) -> Result<&ReportTemplate, RunError> {
        self.reports.get(name).ok_or_else(|| {
            RunError::new(Remedy::FixConfig, format!("report `{name}` has no template"))
                .with_hint(format!("add templates/reports/{name}.toml"))
        })
    }
}

/// The one function a worker calls for every run. A run keeps the recipes it started with, whatever is read meanwhile.
pub fn runner(recipes: watch::Receiver<Arc<Recipes>>) -> Runner {
    Arc::new(move |context| {
        let recipes = Arc::clone(&recipes.borrow());
        Box::pin(async move {
            match context.claim.spec.kind {
                Kind::Pipeline => night::run_pipeline(&recipes, &context).await,
                Kind::Report => report::run_report(&recipes, &context).await,
                Kind::Upkeep => Err(RunError::new(Remedy::FixConfig, "upkeep jobs have no recipe in this version")),
            }
        })
    })
}
