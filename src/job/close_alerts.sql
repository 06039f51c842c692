-- grain: one alert per trouble that is over · no parameters · re-run: changes nothing
update vesper.alert as a set closed_at = clock_timestamp()
where a.closed_at is null
    and not exists (select from vesper.trouble as t where t.job_id = a.job_id and t.kind = a.kind)
returning alert_id
