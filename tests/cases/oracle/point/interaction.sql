-- Interactions by window and kind · $1 business date, $2 unused
select 'interactions' as metric, p.win, p.cmp, m.dim, m.member, count(*)::numeric as value, 0::numeric as slack
from oracle.interaction as i
join oracle.period($1::date) as p on i.day >= p.from_date and i.day < p.until_date
cross join lateral (values (null, null), ('type', i.type)) as m (dim, member)
where m.dim is null or p.cmp is null
group by 1, 2, 3, 4, 5
