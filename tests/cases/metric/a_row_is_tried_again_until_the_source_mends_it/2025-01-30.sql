-- The broken one is mended; the sound one breaks, and its last sound state stays.
update deal set value_cents = 200 where deal_id = 'broken';
update deal set stage = 'nonsense', value_cents = 999 where deal_id = 'sound';
