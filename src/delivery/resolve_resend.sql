-- grain: one row per message that is uncertain, dead, or suppressed to an inbox that is allowed again
-- $1 messages · re-run: changes nothing
update vesper.message as m set
    state = 'pending', committing_at = null, attempt_max = m.attempt + 12, next_at = clock_timestamp(),
    expires_at = greatest(m.expires_at, clock_timestamp() + interval '72 hours'),
    smtp_code = null, smtp_text = 'sent again by hand'
where m.message_id = any($1)
    and m.state in ('uncertain', 'dead', 'suppressed')
    and not exists (select from vesper.suppression where inbox = lower(m.rcpt))
returning m.message_id
