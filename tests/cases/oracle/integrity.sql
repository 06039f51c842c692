-- grain: one broken promise of the star, in words; none when all hold
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
