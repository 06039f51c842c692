-- grain: one suppressed inbox, the latest first · no parameters · re-run: the same
select inbox, reason, message_id, since from vesper.suppression order by since desc, inbox
