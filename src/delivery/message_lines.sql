-- grain: one row per message, those that need a person first · $1 state or null, $2 rows at most · re-run: the same
select message_id, label, rcpt, state, attempt, next_at, expires_at, smtp_code, smtp_text, created_at, sent_at
from vesper.message
where $1::text is null or state = $1
order by state in ('uncertain', 'dead') desc, message_id desc
limit $2
