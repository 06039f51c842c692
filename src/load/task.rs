//! One input of a load, from its plan to its counts.

use std::sync::Arc;

use sqlx::PgConnection;

use crate::base::chaos;
use crate::load::LoadError;
use crate::load::direct::{Flight, Known, fly};
use crate::load::entity::merge_spec;
use crate::load::gone::find_gone;
use crate::load::mark::{Plan, quarantined_keys};
use crate::load::merge::{Extent, MergeContext, Merged, analyze_table};
use crate::load::night::EntityCount;
use crate::load::quarantine::mark_duplicates;
use crate::load::reconcile::{Balance, balance_entity, last_balance};
use crate::load::staging::stage_entity;
use crate::source::{Entity, EntityQuery, Extraction, Input, Measure, Reach, Tally};

/// What tonight does with one input.
pub(super) struct Task<'s> {
    pub input: Input<'s>,
    pub entity: &'static Entity,
    pub plan: Plan,
    pub read: i64,
    pub quarantined: i64,
    /// The source's live rows, where staging holds a part.
    counted: Option<Vec<Tally>>,
    /// Whether it is read after the dimensions, straight into its fact.
    pub is_flying: bool,
    /// The rows that came so, until their keys are made.
    flight: Option<Flight>,
    /// Of them, the live ones.
    flown: Vec<Tally>,
}

impl<'s> Task<'s> {
    fn of(input: Input<'s>, plan: Plan) -> Task<'s> {
        let entity = input.entity();
        Task {
            input,
            entity,
            plan,
            read: 0,
            quarantined: 0,
            counted: None,
            flown: Vec::new(),
            is_flying: false,
            flight: None,
        }
    }

    /// A task that is read after the dimensions, straight into its fact.
    pub fn flying(input: Input<'s>, plan: Plan) -> Task<'s> {
        Task { is_flying: true, ..Task::of(input, plan) }
    }

    /// Keys of the quarantine that were read again; none when every row was.
    pub fn retried(&self) -> Option<&[String]> {
        self.plan.retried()
    }

    pub fn extent(&self) -> Extent {
        if self.plan.is_whole() { Extent::Whole } else { Extent::Part }
    }

    /// What is to be counted of the source's side of the balance, less what is in quarantine by now.
    pub async fn count_of(&self, tx: &mut PgConnection, tenant_key: i32) -> Result<Option<SourceCount<'s>>, LoadError> {
        let Input::Query(index, query) = self.input else { return Ok(None) };
        // Whether a line is alive is its order's to say, which the source's query cannot.
        if self.plan.is_whole() || !self.plan.is_counted || self.entity.name == "order_line" {
            return Ok(None);
        }
        let Some(spec) = merge_spec(self.entity.name).filter(|spec| spec.has("deleted_at")) else { return Ok(None) };
        let keys = quarantined_keys(tx, tenant_key, self.entity).await?;
        Ok(Some(SourceCount { index, query, measure: spec.measure, keys }))
    }

    /// Takes what was counted.
    pub fn counted(&mut self, count: Vec<Tally>) {
        self.counted = Some(count);
    }

    /// The rows that came in flight, for their keys to be made.
    pub fn land(&mut self) -> Option<Flight> {
        let mut flight = self.flight.take()?;
        self.flown = std::mem::take(&mut flight.tallies);
        Some(flight)
    }

    pub async fn balance(&self, tx: &mut PgConnection, tenant_key: i32, source: &str) -> Result<Balance, LoadError> {
        if self.plan.is_nothing() {
            return last_balance(tx, tenant_key, source, self.entity).await;
        }
        if !self.plan.is_whole() && self.counted.is_none() {
            return Ok(Balance::default());
        }
        balance_entity(tx, tenant_key, self.entity, self.counted.as_deref(), &self.flown).await
    }

    pub fn count(&self, merged: &[(&'static str, Merged)]) -> EntityCount {
        let merged = merged.iter().find(|(name, _)| *name == self.entity.name).map(|(_, m)| *m).unwrap_or_default();
        let Merged { loaded, unchanged, deleted, .. } = merged;
        let (read, quarantined, entity) = (self.read, self.quarantined, self.entity.name.to_owned());
        EntityCount { entity, read, loaded, unchanged, quarantined, deleted }
    }
}

/// What the source is asked to count.
pub(super) struct SourceCount<'s> {
    index: usize,
    query: &'s EntityQuery,
    measure: Measure,
    keys: Vec<String>,
}

/// Asks the source for all counts, in its snapshot, and closes it.
pub(super) async fn count_source(
    mut extraction: Extraction,
    counts: Vec<Option<SourceCount<'_>>>,
) -> Result<Vec<Option<Vec<Tally>>>, LoadError> {
    let mut counted = Vec::new();
    for count in counts {
        counted.push(match count {
            Some(SourceCount { index, query, measure, keys }) => {
                Some(extraction.balance(index, query, measure, &keys).await.map_err(LoadError::Source)?)
            }
            None => None,
        });
    }
    extraction.end().await;
    Ok(counted)
}

/// Stages and searches one input as planned.
pub(super) async fn read_input<'s>(
    tx: &mut PgConnection,
    extraction: &mut Extraction,
    tenant_key: i32,
    input: Input<'s>,
    plan: Plan,
) -> Result<Task<'s>, LoadError> {
    let mut task = Task::of(input, plan);
    if !task.plan.is_nothing() {
        task.read = stage_input(tx, extraction, input, &task.plan.reach).await?;
    }
    if let (Input::Query(index, query), true) = (input, task.plan.is_searched) {
        find_gone(tx, extraction, index, query, tenant_key).await?;
    }
    Ok(task)
}

/// Loads what waited for its dimensions, in flight, or stages it after all.
pub(super) async fn fly_all(
    tx: &mut PgConnection,
    extraction: &mut Extraction,
    tasks: &mut [Task<'_>],
    context: &MergeContext,
) -> Result<(), LoadError> {
    if !tasks.iter().any(|task| task.is_flying) {
        return Ok(());
    }
    let known = Known::read(tx, context).await?.map(Arc::new);
    for task in tasks.iter_mut().filter(|task| task.is_flying) {
        let flight = match &known {
            Some(known) => fly(tx, extraction, task.input, known, context).await?,
            None => None,
        };
        match flight {
            Some(flight) => {
                task.read = flight.read;
                task.flight = flight.keys.is_some().then_some(flight);
                pass_staged();
            }
            None => task.read = stage_input(tx, extraction, task.input, &task.plan.reach).await?,
        }
    }
    Ok(())
}

/// What came of an input is in the load's transaction.
fn pass_staged() {
    chaos::point("load.staged");
}

/// Streams an input into staging and marks the rows of keys that occur twice.
async fn stage_input(
    tx: &mut PgConnection,
    extraction: &mut Extraction,
    input: Input<'_>,
    reach: &Reach,
) -> Result<i64, LoadError> {
    let entity = input.entity();
    let read = stage_entity(tx, extraction, input, reach).await?.read;
    mark_duplicates(tx, entity).await?;
    // Statistics for the plans of the merge: the table is only as old as this transaction.
    analyze_table(tx, &format!("staging.\"{}\"", entity.name)).await?;
    pass_staged();
    Ok(read)
}
