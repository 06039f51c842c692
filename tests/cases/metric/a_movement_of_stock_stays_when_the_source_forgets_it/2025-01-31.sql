delete from stock_movement where stock_movement_id = 'in';
update stock_movement set quantity = -5 where stock_movement_id = 'out';
insert into stock_movement (stock_movement_id, quantity) values ('new', 1);
