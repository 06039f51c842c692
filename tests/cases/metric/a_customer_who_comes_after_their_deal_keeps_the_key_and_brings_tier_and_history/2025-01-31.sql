insert into customer (customer_id, status, tier, created_at, converted_at, churned_at) values ('late', 'churned', 'enterprise', '2024-10-01', '2024-11-01', '2025-01-20');
