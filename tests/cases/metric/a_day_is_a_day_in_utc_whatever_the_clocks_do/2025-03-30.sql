-- The night on which Europe loses an hour: three within the day in UTC, one before, one after.
insert into customer (customer_id) values ('c');
insert into interaction (interaction_id, customer_id, started_at) values
('before', 'c', '2025-03-30 00:30+01'), ('first', 'c', '2025-03-30 00:00+00'), ('shifted', 'c', '2025-03-30 03:30+02'), ('last', 'c', '2025-03-31 01:59:59+02'), ('after', 'c', '2025-03-31 02:00+02');
insert into "order" (order_id, customer_id, ordered_at) values ('last', 'c', '2025-03-31 01:59:59+02'), ('after', 'c', '2025-03-31 02:00+02');
