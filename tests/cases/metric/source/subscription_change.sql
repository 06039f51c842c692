select * from subscription_change
