-- grain: at most one call, now the sender's · $1 hook, $2 sender · re-run: the next
with due as (
    select message_id
    from vesper.message
    where channel = 'webhook' and hook = $1
        and state = 'pending' and next_at <= clock_timestamp() and expires_at > clock_timestamp()
    order by message_id
    limit 1
    for update skip locked
)
update vesper.message as m set
    state = 'sending', attempt = m.attempt + 1, lease_owner = $2, lease_until = clock_timestamp() + interval '2 minutes'
from due, vesper.mail_body as body
where m.message_id = due.message_id and body.digest = m.body_digest
returning m.message_id, m.attempt, m.lease_owner, m.rfc_message_id, body.bytes as body,
    extract(epoch from clock_timestamp())::bigint as claimed_at
