select * from campaign_cost
