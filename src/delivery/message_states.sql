-- grain: one row per message asked for that exists · $1 messages · re-run: the same
select m.message_id, m.state, exists (select from vesper.suppression where inbox = lower(m.rcpt)) as is_suppressed
from vesper.message as m
where m.message_id = any($1)
