-- grain: one row per message, those that need a person first · re-run: the same
-- $1 state or null, $2 part of the label or null, $3 rows at most
select
    message_id, label, rcpt, state, attempt, attempt_max, next_at, expires_at, smtp_code, smtp_text, created_at, sent_at
from vesper.message
where ($1::text is null or state = $1) and ($2::text is null or strpos(label, $2) > 0)
order by state in ('uncertain', 'dead', 'suppressed') desc, message_id desc
limit $3
