-- grain: one metric at one slice · $1 snapshot_id, $2 metrics, $3 slices, $4 numerators, $5 denominators, $6 values · re-run: refused by the key
insert into metric.point (snapshot_id, metric, slice, numerator, denominator, value)
select $1::bigint, p.metric, p.slice::jsonb, p.numerator, p.denominator, p.value::numeric
from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::float8[]) as p (metric, slice, numerator, denominator, value)
