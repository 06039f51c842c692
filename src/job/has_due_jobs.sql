-- grain: one truth: whether a slot has passed · no parameters · re-run: the same until the cursors move
select exists (select from vesper.job where enabled and next_at <= statement_timestamp())
