-- grain: one row, the ledgers' numbers now · no parameters · re-run: the same
-- Everything is counted on a partial index: what is over is not looked at.
select
    (select count(*) from vesper.run where state = 'queued') as queued_count,
    (select count(*) from vesper.run where state = 'running') as running_count,
    (select count(*) from vesper.message where state = 'pending') as pending_count,
    (select count(*) from vesper.message where state = 'sending') as sending_count,
    (select count(*) from vesper.message where state = 'uncertain') as uncertain_count,
    (select count(*) from vesper.message where state = 'dead') as dead_count,
    (select min(created_at) from vesper.message where state = 'pending') as oldest_pending_at,
    (select max(s.published_at) from metric.current as c join metric.snapshot as s on s.snapshot_id = c.snapshot_id)
        as published_at,
    (select count(*) from vesper.quarantine) as quarantine_count,
    (select count(*) from vesper.alert where closed_at is null) as open_alert_count
