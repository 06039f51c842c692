-- grain: one broken promise of the star, in words; none when all hold
with version (kind, tenant_key, id, key, durable_key, valid_from, valid_until, is_current) as (
    select 'rep', tenant_key, sales_rep_id, sales_rep_key, durable_key, valid_from, valid_until, is_current from star.dim_sales_rep where tenant_key > 0
    union all select 'company', tenant_key, company_id, company_key, durable_key, valid_from, valid_until, is_current from star.dim_company where tenant_key > 0
    union all select 'product', tenant_key, product_id, product_key, durable_key, valid_from, valid_until, is_current from star.dim_product where tenant_key > 0
),

-- Which version each live row has to point to: the one of the instant, or the current one.
pointer (thing, kind, key, at) as (
    select 'contact ' || interaction_id, 'rep', sales_rep_key, started_at from star.fact_interaction where deleted_at is null
    union all select 'order ' || order_id, 'rep', sales_rep_key, ordered_at from star.fact_order where deleted_at is null
    union all select 'line ' || l.order_line_id, 'rep', l.sales_rep_key, o.ordered_at
        from star.fact_order_line as l join star.fact_order as o on o.tenant_key = l.tenant_key and o.order_id = l.order_id where l.deleted_at is null
    union all select 'line ' || order_line_id, 'product', product_key, (order_date + 1)::timestamp at time zone 'UTC' - interval '1 microsecond'
        from star.fact_order_line where deleted_at is null
    union all select 'movement ' || stock_movement_id, 'product', product_key, moved_at from star.fact_stock_movement
    union all select 'deal ' || d.deal_id, k.kind, k.key, case when d.is_won or d.is_lost then (d.actual_close_date + 1)::timestamp at time zone 'UTC' - interval '1 microsecond' end
        from star.fact_deal as d cross join lateral (values ('rep', d.sales_rep_key), ('company', d.company_key)) as k (kind, key) where d.deleted_at is null
    union all select 'customer ' || c.customer_id, k.kind, k.key, null
        from star.dim_customer as c cross join lateral (values ('rep', c.sales_rep_key), ('company', c.company_key)) as k (kind, key) where c.is_current
    union all select 'territory ' || territory_id, 'rep', sales_rep_key, null from star.dim_territory
    union all select 'quota ' || quota_id, 'rep', sales_rep_key, null from star.fact_quota where deleted_at is null
)

select format('customer %s has %s current versions', customer_id, count(*) filter (where is_current)) as broken
from star.dim_customer where tenant_key > 0 group by tenant_key, customer_id having count(*) filter (where is_current) <> 1
union all
select format('customer %s: a version ends at %s, the next begins at %s', customer_id, valid_until, next_from)
from (select customer_id, valid_until, lead(valid_from) over (partition by tenant_key, customer_id order by valid_from) as next_from from star.dim_customer where tenant_key > 0) as v
where valid_until <> coalesce(next_from, 'infinity')
union all
select format('customer %s: the current version is not the last', customer_id) from star.dim_customer where is_current <> (valid_until = 'infinity')
union all
select format('customer %s is not known from its creation', customer_id)
from star.dim_customer where tenant_key > 0 and not is_inferred group by customer_id, created_at having min(valid_from) <> created_at
union all
select format('customer %s: spell %s ends at %s, the next begins at %s', customer_id, visit, left_at, next_from)
from (select *, lead(entered_at) over w as next_from, lead(visit) over w as next_visit from star.fact_customer_status window w as (partition by tenant_key, customer_id order by visit)) as v
where left_at is distinct from next_from or next_visit <> visit + 1
union all
select format('customer %s is %s, its spell says %s', c.customer_id, c.status, s.status)
from star.dim_customer as c left join star.fact_customer_status as s on s.tenant_key = c.tenant_key and s.customer_id = c.customer_id and s.left_at is null
where c.tenant_key > 0 and c.is_current and not c.is_inferred and c.status is distinct from s.status
union all
select format('deal %s: visit %s ends at %s, the next begins at %s', deal_id, visit, left_at, next_from)
from (select *, lead(entered_at) over w as next_from, lead(visit) over w as next_visit from star.fact_deal_stage window w as (partition by tenant_key, deal_id order by visit)) as v
where left_at is distinct from next_from or next_visit <> visit + 1
union all
select format('deal %s is %s, its visit says %s', d.deal_id, d.stage, v.stage)
from star.fact_deal as d left join star.fact_deal_stage as v on v.tenant_key = d.tenant_key and v.deal_id = d.deal_id and v.left_at is null
where d.stage is distinct from v.stage
union all
select format('%s: %s read, %s + %s + %s kept', entity, read, loaded, unchanged, quarantined)
from vesper.load_count where read <> loaded + unchanged + quarantined or source_live <> star_live or source_amount is distinct from star_amount
union all
select format('%s %s: a version ends at %s, the next begins at %s', kind, id, valid_until, next_from)
from (select v.*, lead(v.valid_from) over (partition by v.tenant_key, v.kind, v.id order by v.valid_from) as next_from from version as v) as v
where valid_until <> coalesce(next_from, 'infinity')
union all
select format('%s %s: version %s is current %s', kind, id, key, is_current) from version where is_current <> (valid_until = 'infinity')
union all
select format('%s %s has a time without a version, or two first ones', kind, id)
from version group by tenant_key, kind, id having min(valid_from) <> '-infinity' or count(*) filter (where key = durable_key and valid_from = '-infinity') <> 1 or count(distinct durable_key) <> 1
union all
select format('%s points to %s %s in a version that held from %s to %s and not at %s', p.thing, v.kind, v.id, v.valid_from, v.valid_until, coalesce(p.at::text, 'last'))
from pointer as p join version as v on v.kind = p.kind and v.key = p.key
where case when p.at is null then not v.is_current else not (v.valid_from <= p.at and p.at < v.valid_until) end
union all
select format('pipeline on the last day, %s: %s deals of %s by day, %s of %s by cube', stage, p.deals, p.cents, c.deals, c.cents)
from (
    select p.tenant_key, p.stage, count(*) as deals, sum(p.reporting_cents) as cents
    from star.fact_pipeline_day as p join star.dim_tenant as t on t.tenant_key = p.tenant_key and t.loaded_date = p.date
    group by p.tenant_key, p.stage
) as p
full join (
    select q.tenant_key, q.stage, sum(q.deals) as deals, sum(q.value_cents) as cents
    from cube.deal_stock_day as q join star.dim_tenant as t on t.tenant_key = q.tenant_key and q.day <= t.loaded_date
    where q.stage in ('lead', 'qualified', 'proposal', 'negotiation')
    group by q.tenant_key, q.stage
    having sum(q.deals) <> 0
) as c using (tenant_key, stage)
where (p.deals, p.cents) is distinct from (c.deals, c.cents)
union all
select format('deal %s is twice in the pipeline from %s', deal_id, valid_from)
from (
    select deal_id, valid_from, max(coalesce(valid_until, 'infinity')) over (
            partition by tenant_key, deal_id order by valid_from, valid_until rows between unbounded preceding and 1 preceding
        ) as held_until
    from star.fact_pipeline_span
) as s
where held_until > valid_from
