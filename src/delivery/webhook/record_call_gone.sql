-- grain: the call and every other pending one of its hook · re-run: changes nothing
-- $1 message, $2 attempt, $3 sender, $4 status, $5 words
with gone as (
    update vesper.message set
        state = 'dead', smtp_code = $4, smtp_text = $5, lease_owner = null, lease_until = null
    where message_id = $1 and attempt = $2 and lease_owner = $3 and state = 'sending'
    returning hook
),
left_over as (
    update vesper.message as m set state = 'dead', smtp_text = 'the receiver said 410 Gone'
    from gone
    where m.channel = 'webhook' and m.hook = gone.hook and m.state = 'pending' and m.message_id <> $1
)
update vesper.webhook as known set gone_at = clock_timestamp()
from gone
where known.hook = gone.hook
