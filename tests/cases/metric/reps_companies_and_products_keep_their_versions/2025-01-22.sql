update sales_rep set name = 'Rose', updated_at = '2025-01-21';
update deal set actual_close_date = '2025-01-14', stage = 'closed_won' where deal_id = 'open';
delete from company;
