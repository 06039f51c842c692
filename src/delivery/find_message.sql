-- grain: at most one message · $1 message · re-run: the same
select
    message.message_id, message.label, message.rcpt, message.state, message.attempt, message.attempt_max,
    message.next_at, message.expires_at, message.smtp_code, message.smtp_text, message.created_at, message.sent_at,
    message.run_id, message.edition_id, coalesce(message.mail_from, '') as mail_from, message.subject, message.rfc_message_id,
    message.on_uncertain, message.committing_at,
    coalesce(octet_length(message.head), 0)::bigint as head_size,
    coalesce(octet_length(body.bytes), 0)::bigint as body_size,
    edition.report, edition.business_date, edition.sealed_at
from vesper.message
left join vesper.mail_body as body on body.digest = message.body_digest
left join vesper.edition on edition.edition_id = message.edition_id
where message.message_id = $1
