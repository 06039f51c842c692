-- grain: every spell of each customer whose told changes differ from their spells · $1 tenant_key · re-run: empty
insert into staging.observed_customer_status (tenant_key, customer_id, visit, status, entered_at, left_at, basis)
with told as (
    select c.customer_id, c.status, greatest(c.changed_at, d.created_at) as entered_at,
        row_number() over (partition by c.customer_id order by c.changed_at, c.customer_status_change_id) as number
    from staging.customer_status_change as c
    join star.dim_customer as d on d.tenant_key = $1::int and d.is_current and d.customer_id = c.customer_id
),

-- A change to the status the customer is in already is none.
moved as (
    select t.*, t.status is distinct from lag(t.status) over (partition by t.customer_id order by t.number) as is_move
    from told as t
),

edge as (
    select m.customer_id, (array_agg(m.status order by m.number))[1] as first_status, min(m.entered_at) as first_at,
        (array_agg(m.status order by m.number desc))[1] as last_status, max(m.entered_at) as last_at
    from moved as m
    group by m.customer_id
),

entered as (
    select m.customer_id, m.number, m.status, m.entered_at, 'observed' as basis from moved as m where m.is_move
    union all
    -- Before the first change that is told the customer is only known to have been there: as a lead.
    select e.customer_id, 0, 'lead', d.created_at, 'inferred'
    from edge as e
    join star.dim_customer as d on d.tenant_key = $1::int and d.is_current and d.customer_id = e.customer_id
    where e.first_status <> 'lead' and d.created_at < e.first_at
    union all
    -- The row has moved on and the log does not tell it.
    select e.customer_id, null, d.status, greatest(f.entered_at, e.last_at), 'inferred'
    from edge as e
    join star.dim_customer as d on d.tenant_key = $1::int and d.is_current and d.customer_id = e.customer_id
    left join star.fact_customer_status as f on f.tenant_key = $1::int and f.customer_id = e.customer_id and f.left_at is null
    where e.last_status <> d.status
),

visit as (
    select e.customer_id, (row_number() over passed)::int as visit, e.status, e.entered_at, lead(e.entered_at) over passed as left_at, e.basis
    from entered as e
    window passed as (partition by e.customer_id order by e.number nulls last)
),

differing as (
    select coalesce(v.customer_id, f.customer_id) as customer_id
    from visit as v
    full join (select * from star.fact_customer_status where tenant_key = $1::int and customer_id in (select e.customer_id from edge as e)) as f
        on f.customer_id = v.customer_id and f.visit = v.visit
    where (v.status, v.entered_at, v.left_at, v.basis) is distinct from (f.status, f.entered_at, f.left_at, f.basis)
)

select $1::int, v.customer_id, v.visit, v.status, v.entered_at, v.left_at, v.basis
from visit as v
where v.customer_id in (select d.customer_id from differing as d)
