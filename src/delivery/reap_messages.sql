-- grain: one row per message whose sender fell silent · no parameters · re-run: changes nothing
with silent as (
    select
        message_id,
        case
            when committing_at is not null and on_uncertain = 'hold' then 'uncertain'
            when attempt >= attempt_max then 'dead'
            else 'pending'
        end as next_state
    from vesper.message
    where state = 'sending' and lease_until < clock_timestamp()
    for update skip locked
)
update vesper.message as m set
    state = silent.next_state,
    committing_at = case when silent.next_state <> 'pending' then m.committing_at end,
    next_at = clock_timestamp(), smtp_text = 'the sender fell silent', lease_owner = null, lease_until = null
from silent
where m.message_id = silent.message_id
