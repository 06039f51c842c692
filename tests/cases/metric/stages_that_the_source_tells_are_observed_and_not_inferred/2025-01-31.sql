update deal set stage = 'closed_won', actual_close_date = '2025-01-30', updated_at = '2025-01-31 09:00Z' where deal_id = 'told';
insert into deal_stage_change values ('told', 'negotiation', '2025-01-20'), ('told', 'closed_won', '2025-01-30 15:00Z');
