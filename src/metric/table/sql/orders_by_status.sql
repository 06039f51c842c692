-- grain: one row per status · $1 tenant_key, $2 until, $3 from · re-run: pure read
select q.status, sum(q.orders)::bigint, sum(q.orders)::bigint, (sum(sum(q.orders)) over ())::bigint, round(sum(q.amount) * 100)::bigint, round(sum(q.amount) * 100)::bigint,
    sum(q.orders)::bigint
from cube.order_day as q
where q.tenant_key = $1::int and q.day >= $3::date and q.day < $2::date
group by q.status
order by 2 desc, 1
