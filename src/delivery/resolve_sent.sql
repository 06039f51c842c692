-- grain: the message, if it is uncertain · $1 message · re-run: changes nothing
update vesper.message set
    state = 'sent', sent_at = committing_at, smtp_text = concat_ws('; ', smtp_text, 'settled by hand')
where message_id = $1 and state = 'uncertain'
