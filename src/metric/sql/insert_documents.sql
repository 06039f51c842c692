-- grain: one route's body · $1 snapshot_id, $2 routes, $3 bodies · re-run: refused by the key
insert into metric.document (snapshot_id, route, body)
select $1::bigint, d.route, d.body::json
from unnest($2::text[], $3::text[]) as d (route, body)
