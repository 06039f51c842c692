select * from territory
