-- grain: the message, its inbox, and the messages that wait for it · re-run: changes nothing more
-- $1 message, $2 attempt, $3 inbox, $4 whether the server said that there is no such inbox, $5 why
with bounced as (
    update vesper.message set bounced_at = clock_timestamp()
    where message_id = $1 and attempt = $2 and state = 'dead'
    returning message_id, edition_id
),
-- One a edition, this one left out: its row is being changed by this statement.
earlier as (
    select distinct on (edition_id) edition_id, state = 'dead' and bounced_at is not null as is_bounced
    from vesper.message
    where lower(rcpt) = $3 and message_id < $1
        and edition_id is not null and edition_id <> (select edition_id from bounced)
    order by edition_id desc, message_id desc
    limit 2
),
listed as (
    insert into vesper.suppression (inbox, reason, message_id)
    select $3, $5, message_id
    from bounced
    where $4 or (select count(*) filter (where is_bounced) = 2 from earlier)
    on conflict (inbox) do nothing
    returning inbox, reason
)
update vesper.message as m set state = 'suppressed', smtp_code = null, smtp_text = listed.reason
from listed
where lower(m.rcpt) = listed.inbox and m.state = 'pending'
