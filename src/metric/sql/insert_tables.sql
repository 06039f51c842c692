-- grain: one metric that is a table, over one window · $1 snapshot_id, $2 metrics, $3 windows, $4 versions, $5 columns, $6 rows · re-run: refused by the key
insert into metric.published_table (snapshot_id, metric, time_window, version, columns, rows)
select $1::bigint, t.metric, t.time_window, t.version, t.columns::json, t.rows::json
from unnest($2::text[], $3::text[], $4::int[], $5::text[], $6::text[]) as t (metric, time_window, version, columns, rows)
