select * from quota
