-- grain: one row per rep with revenue or a closed deal · $1 tenant_key, $2 until, $3 from, $4 start of the window before · re-run: pure read
-- Equal revenue shares a rank and the next one is skipped; whoever sold nothing is not ranked.
with sale as (
    select q.sales_rep_key, sum(q.amount_cents) filter (where q.day >= $3::date) as cents, sum(q.sales) filter (where q.day >= $3::date) as sales,
        sum(q.amount_cents) filter (where q.day < $3::date) as cents_before
    from cube.revenue_day as q
    join star.dim_tenant as t on t.tenant_key = q.tenant_key and t.revenue_mode = q.mode
    where q.tenant_key = $1::int and q.day >= $4::date and q.day < $2::date and q.sales_rep_key > 0
    group by q.sales_rep_key
),

closed as (
    select q.sales_rep_key, sum(q.deals) filter (where q.event = 'won') as won, sum(q.deals) as closed
    from cube.deal_flow_day as q
    where q.tenant_key = $1::int and q.event in ('won', 'lost') and q.day >= $3::date and q.day < $2::date and q.sales_rep_key > 0
    group by q.sales_rep_key
),

ranked as (
    select coalesce(s.sales_rep_key, c.sales_rep_key) as sales_rep_key, s.sales, round(s.cents)::bigint as cents, c.won, c.closed,
        case when s.cents > 0 then rank() over (order by s.cents desc nulls last) end as rank,
        case when s.cents_before > 0 then rank() over (order by s.cents_before desc nulls last) end as rank_before
    from sale as s
    full join closed as c on c.sales_rep_key = s.sales_rep_key
)

select r.rank, p.sales_rep_id, p.name, coalesce(r.cents, 0), coalesce(r.sales, 0)::bigint, coalesce(r.cents, 0), coalesce(r.sales, 0)::bigint,
    coalesce(r.won, 0)::bigint, coalesce(r.closed, 0)::bigint, coalesce(r.closed, 0)::bigint, r.rank_before, r.rank_before - r.rank
from ranked as r
join star.dim_sales_rep as p on p.sales_rep_key = r.sales_rep_key
where coalesce(r.sales, 0) > 0 or coalesce(r.closed, 0) > 0
order by r.rank nulls last, p.name, p.sales_rep_id
