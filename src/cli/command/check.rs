//! `vesper check`

use crate::app::{App, check_migrations};
use crate::base::pg::Database;
use crate::cli::Failure;
use crate::cli::print::counted;
use crate::config::{Environment, Settings};
use crate::metric::kpi::check_queries as check_queries_of_kpis;
use crate::source::check_queries;

/// Looks at settings, files and both databases; every problem is told, nothing is written.
pub(in crate::cli) async fn check(settings: &Settings, environment: &Environment) -> Result<(), Failure> {
    let (jobs, recipes, mailer) = App::read_files(settings, environment)?;
    println!(
        "files        {}, {}, {} read",
        counted(jobs.len() as u64, "job"),
        counted(recipes.feeds.len() as u64, "source"),
        counted(recipes.reports.len() as u64, "report template")
    );
    println!("mail         goes to {}", mailer.place());
    let hooks: Vec<&str> = recipes.webhooks.list.iter().map(|hook| hook.name.as_str()).collect();
    if !hooks.is_empty() {
        println!("webhooks     {}", hooks.join(", "));
    }
    let mut failures: Vec<Failure> = Vec::new();
    if !recipes.kpis.list.is_empty() {
        let refusals = check_queries_of_kpis(&recipes.kpis).await;
        if refusals.is_empty() {
            let names: Vec<&str> = recipes.kpis.list.iter().map(|k| k.metric.name).collect();
            println!("metrics      {} of your own: {}", names.len(), names.join(", "));
        }
        failures.extend(refusals.into_iter().map(|refusal| Failure::from(refusal).at("metrics")));
    }
    for feed in &recipes.feeds {
        let found = async {
            let mut connection = feed.database.connect().await?;
            check_queries(&mut connection, &feed.spec).await?;
            Ok::<_, Failure>(())
        };
        match found.await {
            Ok(()) => println!(
                "source       {}: {}, {} fit the contract",
                feed.spec.name,
                match feed.spec.queries.len() {
                    1 => "1 query".to_owned(),
                    n => format!("{n} queries"),
                },
                counted(feed.spec.sheets.len() as u64, "CSV file")
            ),
            Err(failure) => failures.push(failure.at(format!("source {}", feed.spec.name))),
        }
    }
    let warehouse = settings.warehouse()?;
    match check_warehouse(&warehouse).await {
        Ok(()) => println!("warehouse    {} at {} is migrated", warehouse.database(), warehouse.place()),
        Err(failure) => failures.push(failure.at("warehouse")),
    }
    // Every failure but the last is told here; the last one ends the process with its code.
    let Some(last) = failures.pop() else {
        println!("everything fits");
        return Ok(());
    };
    for failure in &failures {
        failure.tell();
    }
    Err(last)
}

async fn check_warehouse(warehouse: &Database) -> Result<(), Failure> {
    let mut connection = warehouse.connect().await?;
    Ok(check_migrations(&mut connection, warehouse).await?)
}
