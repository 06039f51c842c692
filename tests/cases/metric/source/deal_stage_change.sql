select * from deal_stage_change
