insert into customer (customer_id) select unnest(array['a', 'b', 'c', 'd', 'e']);
insert into interaction (interaction_id, customer_id, started_at, is_follow_up_required, follow_up_at, duration_seconds, outcome, deleted_at) values
('done', 'a', '2025-01-02', true, '2025-01-05', 60, 'successful', null), ('then', 'a', '2025-01-03', false, null, null, null, null),
('due', 'b', '2025-01-02', true, '2025-01-31 23:00', 120, 'busy', null), ('not yet', 'c', '2025-01-02', true, '2025-02-01', null, null, null),
('no date', 'd', '2025-01-02', true, null, 0, null, null), ('undone', 'e', '2025-01-02', true, '2025-01-03', null, null, null), ('gone', 'e', '2025-01-04', false, null, null, null, '2025-01-05');
