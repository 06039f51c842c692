select * from campaign_touch
