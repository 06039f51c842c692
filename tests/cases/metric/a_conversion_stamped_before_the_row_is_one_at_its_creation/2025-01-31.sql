insert into customer (customer_id, status, created_at, converted_at, churned_at) values
('c', 'customer', '2025-01-10 12:00', '2025-01-10 11:00', null), ('d', 'churned', '2025-01-10 12:00', '2025-01-10 11:00', '2025-01-10 11:30');
