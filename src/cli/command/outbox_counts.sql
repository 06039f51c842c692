-- grain: one state of messages · re-run: pure read
-- The latest words of a server, or ours when it said none; of messages that are sent they are of no interest.
select
    state,
    count(*),
    (array_agg(smtp_text order by next_at desc, message_id desc) filter (where smtp_text is not null and state <> 'sent'))[1],
    -- Of those that should be gone: how long the oldest has been waiting.
    min(created_at) filter (where state = 'pending' and next_at <= clock_timestamp())
from vesper.message
group by state
order by state
