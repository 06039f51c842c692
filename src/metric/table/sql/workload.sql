-- grain: one row per rep with accounts or open deals · $1 tenant_key, $2 until · re-run: pure read
-- Index = the rep's share against the mean of 1; the last column is how many accounts to take over (+) or give (−) to be level.
with account as (
    select q.sales_rep_key, sum(q.customers)::bigint as accounts
    from cube.customer_stock_day as q
    where q.tenant_key = $1::int and q.day < $2::date and q.status = 'customer' and q.sales_rep_key > 0
    group by q.sales_rep_key
),

pipeline as (
    select q.sales_rep_key, sum(q.deals)::bigint as deals, sum(q.value_cents)::bigint as cents
    from cube.deal_stock_between($1::int, '-infinity', $2::date) as q
    where q.stage not in ('closed_won', 'closed_lost') and q.sales_rep_key > 0
    group by q.sales_rep_key
),

load as (
    select coalesce(a.sales_rep_key, p.sales_rep_key) as sales_rep_key, coalesce(a.accounts, 0) as accounts, coalesce(p.deals, 0) as deals, coalesce(p.cents, 0) as cents
    from account as a
    full join pipeline as p on p.sales_rep_key = a.sales_rep_key
    where coalesce(a.accounts, 0) > 0 or coalesce(p.deals, 0) > 0
),

sum_of as (
    select l.*, count(*) over () as reps, (sum(l.accounts) over ())::bigint as all_accounts, (sum(l.cents) over ())::bigint as all_cents,
        row_number() over (order by l.accounts desc, l.sales_rep_key) as place
    from load as l
)

select coalesce((select min(t.name) from star.dim_territory as t join star.dim_sales_rep as r on r.sales_rep_key = t.sales_rep_key
        where t.tenant_key = $1::int and r.durable_key = s.sales_rep_key and t.deleted_at is null), 'none'),
    p.sales_rep_id, p.name, s.accounts, s.deals, s.cents, s.accounts * s.reps, s.all_accounts, s.cents, (s.all_cents / s.reps)::bigint,
    (s.all_accounts / s.reps + case when s.place <= s.all_accounts % s.reps then 1 else 0 end - s.accounts)::bigint
from sum_of as s
join star.dim_sales_rep as p on p.sales_rep_key = s.sales_rep_key
order by s.accounts desc, p.name, p.sales_rep_id
