select * from stock_movement
