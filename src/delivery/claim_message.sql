-- grain: the message that was sent, if one was, and at most one that is now the sender's · re-run: the next
-- $1 sender, $2 digest of the body the sender holds or null, $3 whether to take another;
-- $4 message sent or null, $5 its attempt, $6 code, $7 words
-- One commit for two messages: at the rate of a busy outbox it is commits that take the time.
with sent as (
    -- A sender that was reaped while it waited for the server's yes still knows more than the reaper.
    update vesper.message set
        state = 'sent', sent_at = clock_timestamp(), smtp_code = $6, smtp_text = $7, lease_owner = null, lease_until = null
    where message_id = $4 and attempt = $5 and (lease_owner = $1 and state = 'sending' or state = 'uncertain')
),
due as (
    select message_id
    from vesper.message
    where $3 and channel = 'mail' and state = 'pending'
        and next_at <= clock_timestamp() and expires_at > clock_timestamp()
    order by next_at
    limit 1
    for update skip locked
)
update vesper.message as m set
    state = 'sending', attempt = m.attempt + 1,
    lease_owner = $1, lease_until = clock_timestamp() + interval '15 minutes'
from due, vesper.mail_body as body
where m.message_id = due.message_id and body.digest = m.body_digest
returning
    m.message_id, m.attempt, m.lease_owner, m.label, m.rcpt, m.mail_from, m.head, m.body_digest,
    -- The mails of an edition share their body; it travels once.
    case when m.body_digest is distinct from $2 then body.bytes end as body
