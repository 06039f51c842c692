-- grain: one change of the message's state, oldest first · $1 message · re-run: the same
select changed_at, state, attempt, smtp_code, smtp_text
from vesper.message_change
where message_id = $1
order by change_id
