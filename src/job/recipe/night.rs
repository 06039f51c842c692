//! The night: source to star to cubes to published numbers.

use sqlx::PgConnection;

use crate::base::meter::meters;
use crate::base::{Night, Remedy};
use crate::cube::{CubeReport, refresh_cubes, vacuum_cubes};
use crate::job::announce::{breaches_of, tell_held, tell_published};
use crate::job::recipe::Recipes;
use crate::job::{RunContext, RunError};
use crate::load::{EntityCount, LoadReport, load_source};
use crate::metric::{Published, check_cubes, publish_beside};

/// The night: load every source, refresh the cubes of what changed, publish the numbers.
///
/// Second run: no row of the star changes and, when nothing changed, nothing new is published. Errors: also when a query
/// does not fit the contract any more, after the rest was loaded and the other sources were published.
pub(super) async fn run_pipeline(recipes: &Recipes, context: &RunContext) -> Result<(), RunError> {
    let night = context.night();
    let mut drift = Vec::new();
    for feed in &recipes.feeds {
        let name = &feed.spec.name;
        // Rows are counted when their transaction is over, and not again by an attempt that finds them loaded.
        let mut counts = Vec::new();
        let load: LoadReport = context
            .step(&format!("load-{name}"), async |tx: &mut PgConnection| {
                let load = load_source(tx, &feed.database, &feed.spec, &night).await?;
                counts.clone_from(&load.counts);
                Ok(load)
            })
            .await?;
        counts.iter().for_each(count_rows);
        let tenant_key = load.tenant_key;
        let cubes: CubeReport = context
            .step(&format!("cube-{name}"), async |tx: &mut PgConnection| Ok(refresh_cubes(tx, tenant_key).await?))
            .await?;
        vacuum_cubes(&context.pool, &cubes.replaced).await;
        if load.drift.is_empty() {
            publish_numbers(recipes, context, name, tenant_key, &night).await?;
        }
        drift.extend(load.drift.iter().map(|what| format!("source `{name}`: {what}")));
    }
    if drift.is_empty() {
        return Ok(());
    }
    // What could be read is loaded. Numbers of a part are not published, and the reports that need this run wait.
    let what = "queries do not fit the contract any more; what hangs on them was left as it was";
    Err(RunError::new(Remedy::FixConfig, format!("{what}:\n{}", drift.join("\n"))).with_hint(
        "mend the files of the source folder (`vesper check` shows every difference), then run the job again",
    ))
}

/// Publishes and tells of it, in one step. Numbers that are held are told too, after the step rolled back.
async fn publish_numbers(
    recipes: &Recipes,
    context: &RunContext,
    source: &str,
    tenant_key: i32,
    night: &Night,
) -> Result<Published, RunError> {
    let (webhooks, claim) = (&recipes.webhooks, &context.claim);
    let mut breaches = Vec::new();
    let published = context
        .step(&format!("publish-{source}"), async |tx: &mut PgConnection| {
            let published = async {
                check_cubes(tx, tenant_key, night.business_date).await?;
                publish_beside(tx, &context.pool, tenant_key, (night, &recipes.kpis)).await
            };
            let published = published.await.inspect_err(|e| breaches = breaches_of(e))?;
            tell_published(tx, webhooks, claim, &published).await?;
            Ok(published)
        })
        .await;
    if !breaches.is_empty()
        && let Err(error) = tell_held(&context.pool, webhooks, claim, breaches).await
    {
        // That the numbers are held is the run's own failure; it matters more than who hears of it.
        tracing::error!(run.id = claim.run_id, "{error}");
    }
    published
}

fn count_rows(count: &EntityCount) {
    let EntityCount { entity, loaded, unchanged, quarantined, .. } = count;
    for (outcome, count) in [("loaded", loaded), ("unchanged", unchanged), ("quarantined", quarantined)] {
        meters().count_rows(entity, outcome, count.unsigned_abs());
    }
}
