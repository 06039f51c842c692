-- grain: the message, if it is still this attempt's · re-run: changes nothing
-- $1 message, $2 attempt, $3 sender, $4 code, $5 words
-- The server was not asked about this message, so the attempt is given back. Without words nobody was asked anything,
-- and what was said before stays.
update vesper.message set
    state = 'pending', attempt_max = attempt_max + 1, next_at = clock_timestamp(),
    smtp_code = case when $5 = '' then smtp_code else $4 end, smtp_text = coalesce(nullif($5, ''), smtp_text),
    lease_owner = null, lease_until = null
where message_id = $1 and attempt = $2 and lease_owner = $3 and state = 'sending'
