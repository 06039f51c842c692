-- grain: the newest migration: what a row of the star is made of · re-run: pure read
select coalesce(max(m.version), 0) from public._sqlx_migrations as m
