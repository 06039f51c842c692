select * from campaign
