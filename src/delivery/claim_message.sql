-- grain: at most one message, now the sender's · $1 sender · re-run: the next
with due as (
    select message_id
    from vesper.message
    where channel = 'mail' and state = 'pending' and next_at <= clock_timestamp() and expires_at > clock_timestamp()
    order by next_at
    limit 1
    for update skip locked
)
update vesper.message as m set
    state = 'sending', attempt = m.attempt + 1,
    lease_owner = $1, lease_until = clock_timestamp() + interval '15 minutes'
from due, vesper.mail_body as body
where m.message_id = due.message_id and body.digest = m.body_digest
returning m.message_id, m.attempt, m.lease_owner, m.label, m.rcpt, m.mail_from, m.head, body.bytes as body
