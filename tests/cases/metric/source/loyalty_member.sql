select * from loyalty_member
