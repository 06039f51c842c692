-- Live customers by status, tier and owner; their past status follows from the row's own stamps · $1 business date, $2 also past windows
with held as (
    select p.win, p.cmp, c.tier, c.rep,
        case
            when c.status in ('lead', 'prospect') then c.status
            when c.status = 'churned' and greatest(c.churned_at, c.converted_at, c.created_at) < p.until_at then 'churned'
            when (c.status = 'customer' or c.converted_at is not null) and coalesce(c.converted_at, c.created_at) < p.until_at then 'customer'
            else 'prospect'
        end as status
    from oracle.customer as c
    cross join oracle.period($1::date) as p
    where c.created_at < p.until_at and (c.ends_at is null or c.ends_at >= p.until_at) and ($2::boolean or p.until_date = $1::date + 1)
)

select 'total_customers' as metric, h.win, h.cmp, m.dim, m.member, count(*)::numeric as value, 0::numeric as slack
from held as h
cross join lateral (values (null, null), ('status', h.status), ('tier', h.tier), ('sales_rep', h.rep)) as m (dim, member)
where m.dim is null or h.cmp is null
group by 2, 3, 4, 5
union all
select 'active_customers', h.win, h.cmp, m.dim, m.member, count(*), 0
from held as h
cross join lateral (values (null, null), ('tier', h.tier), ('sales_rep', h.rep)) as m (dim, member)
where h.status = 'customer' and (m.dim is null or h.cmp is null)
group by 2, 3, 4, 5
