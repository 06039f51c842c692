-- grain: one row per message that is uncertain, dead, suppressed to an inbox that is allowed again, or a call of a
-- webhook that was made: a receiver drops a double by its id, an inbox does not · $1 messages
-- re-run: changes nothing; of a call that was made again meanwhile, one more
update vesper.message as m set
    state = 'pending', committing_at = null, sent_at = null, attempt_max = m.attempt + 12, next_at = clock_timestamp(),
    expires_at = greatest(m.expires_at, clock_timestamp() + interval '72 hours'),
    smtp_code = null, smtp_text = 'sent again by hand'
where m.message_id = any($1)
    and (m.state in ('uncertain', 'dead', 'suppressed') or m.channel = 'webhook' and m.state = 'sent')
    and not exists (select from vesper.suppression where inbox = lower(m.rcpt))
returning m.message_id
