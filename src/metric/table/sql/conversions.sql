-- grain: one row per open stage · $1 tenant_key, $2 until, $3 from · re-run: pure read
-- Deals by the window in which they first entered the stage (or went past it), and what has become of them since.
select s.step, coalesce(sum(q.entered), 0)::bigint, coalesce(sum(q.advanced), 0)::bigint, coalesce(sum(q.advanced), 0)::bigint, coalesce(sum(q.entered), 0)::bigint,
    coalesce(sum(q.won), 0)::bigint, coalesce(sum(q.won), 0)::bigint, coalesce(sum(q.entered), 0)::bigint,
    case when count(*) filter (where q.basis = 'inferred') > 0 then 'inferred' else 'observed' end
from (values (1, 'lead', 'lead to qualified'), (2, 'qualified', 'qualified to proposal'), (3, 'proposal', 'proposal to negotiation'), (4, 'negotiation', 'negotiation to closed'))
    as s (rank, stage, step)
left join cube.deal_cohort_day as q on q.tenant_key = $1::int and q.stage = s.stage and q.day >= $3::date and q.day < $2::date
group by s.rank, s.step
order by s.rank
