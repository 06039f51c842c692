-- grain: none, true when nobody else looks at this moment · no parameters · re-run: the same
-- Compiling the view of trouble would take a thousand times longer than reading it.
select pg_try_advisory_xact_lock(hashtextextended('vesper.alert', 0))
from set_config('jit', 'off', true)
