-- grain: one metric that is a table, over one window · $1 snapshot_id, $2 metric, $3 window, $4 version, $5 columns, $6 rows · re-run: refused by the key
insert into metric.published_table (snapshot_id, metric, time_window, version, columns, rows)
values ($1::bigint, $2::text, $3::text, $4::int, $5::json, $6::json)
