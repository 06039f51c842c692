-- grain: the call, if it is still this attempt's · re-run: changes nothing
-- $1 message, $2 attempt, $3 sender, $4 status, $5 words, $6 retry, refused or unknown, $7 seconds the receiver asks for
-- pauses: 60 s doubled by each attempt up to six hours, times 0.5 to 1; never less than the receiver asks for
with held as (
    select
        message_id,
        case
            when $6 = 'refused' then 'dead'
            when $6 = 'unknown' and on_uncertain = 'hold' then 'uncertain'
            when attempt >= attempt_max then 'dead'
            else 'pending'
        end as next_state
    from vesper.message
    where message_id = $1 and attempt = $2 and lease_owner = $3 and state = 'sending'
    for update
)
update vesper.message as m set
    state = held.next_state,
    committing_at = case when held.next_state <> 'pending' then m.committing_at end,
    next_at = clock_timestamp() + make_interval(secs => greatest(
        $7::float8, least(21600, 60 * power(2, least(m.attempt - 1, 12))) * (0.5 + random() / 2))),
    smtp_code = $4, smtp_text = $5, lease_owner = null, lease_until = null
from held
where m.message_id = held.message_id
