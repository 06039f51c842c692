-- The pipeline day by day, the milestones of a deal, plans. What follows from a deal's visits and versions is a view of them, so that no
-- load can leave it behind.

create table star.fact_deal_version (
    tenant_key          int not null references star.dim_tenant,
    deal_id             text not null,
    valid_until         timestamptz not null,
    value_cents         bigint not null,
    currency            char(3) not null,
    sales_rep_key       bigint not null references star.dim_sales_rep (sales_rep_key),
    probability         int not null,
    expected_close_date date references star.dim_date,
    primary key (tenant_key, deal_id, valid_until));
comment on table star.fact_deal_version is 'Grain: what a deal was worth, to whom and how likely, until it changed; what holds now stands in fact_deal';
comment on column star.fact_deal_version.tenant_key is 'Whose row it is';
comment on column star.fact_deal_version.deal_id is 'The deal; joins fact_deal';
comment on column star.fact_deal_version.valid_until is 'It held until this instant (exclusive), and since the version before it';
comment on column star.fact_deal_version.value_cents is 'Value, minor units of the currency';
comment on column star.fact_deal_version.currency is 'ISO 4217 code';
comment on column star.fact_deal_version.sales_rep_key is 'The owner; 0 is nobody';
comment on column star.fact_deal_version.probability is 'Percent';
comment on column star.fact_deal_version.expected_close_date is 'When it was expected to close';

create view star.fact_pipeline_span with (security_invoker = true) as
with version as (
    select p.tenant_key, p.deal_id, lag(p.valid_until, 1, '-infinity'::timestamptz) over (partition by p.tenant_key, p.deal_id order by p.valid_until) as since,
        p.valid_until as until, p.value_cents, p.currency, p.sales_rep_key, p.probability, p.expected_close_date
    from star.fact_deal_version as p
    union all
    select d.tenant_key, d.deal_id,
        coalesce((select max(p.valid_until) from star.fact_deal_version as p where p.tenant_key = d.tenant_key and p.deal_id = d.deal_id), '-infinity'),
        'infinity', d.value_cents, d.currency, d.sales_rep_key, d.probability, d.expected_close_date
    from star.fact_deal as d
),

span as (
    select v.tenant_key, v.deal_id, v.stage, v.basis, s.sales_rep_key, d.customer_key, s.value_cents, s.currency, d.created_date, s.probability, s.expected_close_date,
        (greatest(v.entered_at, s.since) at time zone 'UTC')::date as valid_from,
        (nullif(least(v.left_at, s.until, d.deleted_at), 'infinity') at time zone 'UTC')::date as valid_until
    from star.fact_deal_stage as v
    join star.fact_deal as d on d.tenant_key = v.tenant_key and d.deal_id = v.deal_id
    join version as s on s.tenant_key = v.tenant_key and s.deal_id = v.deal_id and v.entered_at < s.until and (v.left_at is null or s.since < v.left_at)
    where v.stage in ('lead', 'qualified', 'proposal', 'negotiation')
)

select s.tenant_key, s.deal_id, s.valid_from, s.valid_until, s.stage, s.customer_key, s.sales_rep_key, s.value_cents, s.currency,
    round(s.value_cents * coalesce(fx.rate, 1))::bigint as reporting_cents, s.probability, s.expected_close_date, s.basis
from span as s
left join star.fx_span as fx on fx.tenant_key = s.tenant_key and fx.currency = s.currency and fx.valid_from <= s.created_date and s.created_date < fx.valid_until
-- What began and ended on one day was on no day's close.
where s.valid_until is null or s.valid_from < s.valid_until;
comment on view star.fact_pipeline_span is 'Grain: one span of days in which an open deal was in one stage at one value. Spans of a deal do not overlap';
comment on column star.fact_pipeline_span.tenant_key is 'Whose row it is';
comment on column star.fact_pipeline_span.deal_id is 'The deal; joins fact_deal';
comment on column star.fact_pipeline_span.valid_from is 'First day (UTC) at whose close it was so';
comment on column star.fact_pipeline_span.valid_until is 'First day it no longer was; null while it is';
comment on column star.fact_pipeline_span.stage is 'lead, qualified, proposal, negotiation';
comment on column star.fact_pipeline_span.customer_key is 'The customer, as fact_deal has it';
comment on column star.fact_pipeline_span.sales_rep_key is 'Who had it; 0 is nobody';
comment on column star.fact_pipeline_span.value_cents is 'Value then, minor units of its currency';
comment on column star.fact_pipeline_span.currency is 'ISO 4217 code';
comment on column star.fact_pipeline_span.reporting_cents is 'Value then in the reporting currency at the rate of the creation date';
comment on column star.fact_pipeline_span.probability is 'Percent, then';
comment on column star.fact_pipeline_span.expected_close_date is 'When it was expected to close, then';
comment on column star.fact_pipeline_span.basis is 'observed: Vesper or the source saw the visit of the stage; inferred: passed before the first load. Values before it are those first seen';

create view star.fact_pipeline_day with (security_invoker = true) as
select s.tenant_key, d.date, s.deal_id, s.stage, s.customer_key, s.sales_rep_key, s.value_cents, s.currency, s.reporting_cents, s.probability, s.expected_close_date, s.basis
from star.fact_pipeline_span as s
join star.dim_tenant as t on t.tenant_key = s.tenant_key
join star.dim_date as d on d.date >= s.valid_from and d.date < least(s.valid_until, t.loaded_date + 1);
comment on view star.fact_pipeline_day is 'Grain: one open deal at the close of a day, up to the last night. Give it a range of dates';
comment on column star.fact_pipeline_day.tenant_key is 'Whose row it is';
comment on column star.fact_pipeline_day.date is 'The day (UTC)';
comment on column star.fact_pipeline_day.deal_id is 'The deal; joins fact_deal';
comment on column star.fact_pipeline_day.stage is 'lead, qualified, proposal, negotiation';
comment on column star.fact_pipeline_day.customer_key is 'The customer, as fact_deal has it';
comment on column star.fact_pipeline_day.sales_rep_key is 'Who had it that day; 0 is nobody';
comment on column star.fact_pipeline_day.value_cents is 'Value that day, minor units of its currency';
comment on column star.fact_pipeline_day.currency is 'ISO 4217 code';
comment on column star.fact_pipeline_day.reporting_cents is 'Value that day in the reporting currency at the rate of the creation date';
comment on column star.fact_pipeline_day.probability is 'Percent, that day';
comment on column star.fact_pipeline_day.expected_close_date is 'When it was expected to close, that day';
comment on column star.fact_pipeline_day.basis is 'observed or inferred, as in fact_pipeline_span';

create view star.fact_deal_milestone with (security_invoker = true) as
select d.tenant_key, d.deal_id, d.customer_key, d.company_key, d.sales_rep_key, d.stage, d.reporting_cents, d.created_date, d.expected_close_date, d.actual_close_date,
    d.actual_close_date - d.expected_close_date as days_late,
    m.qualified_at, m.qualified_basis, (m.qualified_at at time zone 'UTC')::date - d.created_date as days_to_qualified,
    m.proposal_at, m.proposal_basis, (m.proposal_at at time zone 'UTC')::date - d.created_date as days_to_proposal,
    m.negotiation_at, m.negotiation_basis, (m.negotiation_at at time zone 'UTC')::date - d.created_date as days_to_negotiation,
    m.closed_at, m.closed_basis, d.actual_close_date - d.created_date as days_to_closed,
    m.lead_days, m.qualified_days, m.proposal_days, m.negotiation_days
from star.fact_deal as d
cross join lateral (
    select
        min(v.entered_at) filter (where v.stage = 'qualified') as qualified_at, min(v.entered_at) filter (where v.stage = 'proposal') as proposal_at,
        min(v.entered_at) filter (where v.stage = 'negotiation') as negotiation_at, min(v.entered_at) filter (where v.stage in ('closed_won', 'closed_lost')) as closed_at,
        (array_agg(v.basis order by v.visit) filter (where v.stage = 'qualified'))[1] as qualified_basis,
        (array_agg(v.basis order by v.visit) filter (where v.stage = 'proposal'))[1] as proposal_basis,
        (array_agg(v.basis order by v.visit) filter (where v.stage = 'negotiation'))[1] as negotiation_basis,
        (array_agg(v.basis order by v.visit) filter (where v.stage in ('closed_won', 'closed_lost')))[1] as closed_basis,
        round(sum(v.seconds) filter (where v.stage = 'lead') / 86400.0, 2) as lead_days, round(sum(v.seconds) filter (where v.stage = 'qualified') / 86400.0, 2) as qualified_days,
        round(sum(v.seconds) filter (where v.stage = 'proposal') / 86400.0, 2) as proposal_days,
        round(sum(v.seconds) filter (where v.stage = 'negotiation') / 86400.0, 2) as negotiation_days
    from star.fact_deal_stage as v
    where v.tenant_key = d.tenant_key and v.deal_id = d.deal_id
) as m
where d.deleted_at is null;
comment on view star.fact_deal_milestone is 'Grain: one live deal: when it first entered each stage, how long that took and how long it stayed (accumulating snapshot). A stage it was never in is null';

do $$
declare
    milestone text;
begin
    foreach milestone in array array['qualified', 'proposal', 'negotiation', 'closed'] loop
        execute format('comment on column star.fact_deal_milestone.%s_at is ''First entry''', milestone);
        execute format('comment on column star.fact_deal_milestone.%s_basis is ''observed: Vesper or the source saw it; inferred: passed before the first load, at an unknown time''', milestone);
        execute format('comment on column star.fact_deal_milestone.days_to_%s is ''Days (UTC) from the creation''', milestone);
    end loop;
    foreach milestone in array array['lead', 'qualified', 'proposal', 'negotiation'] loop
        execute format('comment on column star.fact_deal_milestone.%s_days is ''Days spent in the stage in all visits that ended''', milestone);
    end loop;
end
$$;
comment on column star.fact_deal_milestone.tenant_key is 'Whose row it is';
comment on column star.fact_deal_milestone.deal_id is 'The deal; joins fact_deal';
comment on column star.fact_deal_milestone.customer_key is 'The customer, as fact_deal has it';
comment on column star.fact_deal_milestone.company_key is 'The company, as fact_deal has it; 0 is none';
comment on column star.fact_deal_milestone.sales_rep_key is 'The owner, as fact_deal has it; 0 is nobody';
comment on column star.fact_deal_milestone.stage is 'Where it is now';
comment on column star.fact_deal_milestone.reporting_cents is 'Value in the reporting currency, as fact_deal has it';
comment on column star.fact_deal_milestone.created_date is 'Day of its creation, UTC';
comment on column star.fact_deal_milestone.expected_close_date is 'When it is expected to close';
comment on column star.fact_deal_milestone.actual_close_date is 'When it closed; null while open';
comment on column star.fact_deal_milestone.days_late is 'actual_close_date − expected_close_date; below zero when it closed early';

create table star.dim_plan (
    tenant_key int not null references star.dim_tenant,
    plan_key   bigint generated always as identity,
    plan       text not null,
    primary key (tenant_key, plan_key),
    unique (plan_key),
    unique (tenant_key, plan));
comment on table star.dim_plan is 'Grain: one plan that a subscription names; key 0 is "unknown"';
comment on column star.dim_plan.tenant_key is 'Whose row it is; 0 owns the unknown member';
comment on column star.dim_plan.plan_key is 'Ours';
comment on column star.dim_plan.plan is 'As the source names it';
insert into star.dim_plan (tenant_key, plan_key, plan) overriding system value values (0, 0, 'unknown');
insert into star.dim_plan (tenant_key, plan) select distinct s.tenant_key, s.plan from star.fact_subscription as s where s.plan is not null;
alter table star.fact_subscription add column plan_key bigint not null default 0 references star.dim_plan (plan_key);
comment on column star.fact_subscription.plan_key is 'The plan; 0 where the source names none';
update star.fact_subscription as s set plan_key = p.plan_key from star.dim_plan as p where p.tenant_key = s.tenant_key and p.plan = s.plan;
alter table staging.changed_subscription add column plan_key bigint;
