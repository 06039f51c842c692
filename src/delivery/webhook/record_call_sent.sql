-- grain: the call, if nobody claimed it since · re-run: changes nothing
-- $1 message, $2 attempt, $3 sender, $4 status, $5 words
-- A sender that was reaped while it waited for the answer still knows more than the reaper. A receiver that answers
-- again is not gone.
with sent as (
    update vesper.message set
        state = 'sent', sent_at = clock_timestamp(), smtp_code = $4, smtp_text = $5,
        lease_owner = null, lease_until = null
    where message_id = $1 and attempt = $2 and (lease_owner = $3 and state = 'sending' or state = 'uncertain')
    returning hook
)
update vesper.webhook as known set gone_at = null
from sent
where known.hook = sent.hook and known.gone_at is not null
