-- grain: one inbox, and the messages that wait for it · $1 inbox, $2 reason · re-run: renews the reason
with listed as (
    insert into vesper.suppression (inbox, reason) values ($1, $2)
    on conflict (inbox) do update set reason = excluded.reason
    returning inbox, reason
)
update vesper.message as m set state = 'suppressed', smtp_code = null, smtp_text = listed.reason
from listed
where lower(m.rcpt) = listed.inbox and m.state = 'pending'
