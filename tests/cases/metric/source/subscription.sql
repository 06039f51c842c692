select * from subscription
