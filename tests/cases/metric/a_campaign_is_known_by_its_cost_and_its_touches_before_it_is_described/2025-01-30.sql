insert into campaign (campaign_id, name) values ('summer', 'Summer');
update campaign set budget_cents = 600000 where campaign_id = 'spring';
delete from campaign_cost where cost_date = '2025-01-14';
delete from campaign_touch where customer = 'd';
insert into customer (customer_id, email) values ('s', 'stranger@x.example');
update loyalty_member set points = 200 where customer = 'CORA@x.example';
