-- Rows that cannot be, one query each; `:end` is the first instant of which nothing is known.

-- orders whose total is not the sum of their lines
select o.id from order_orders o join order_lines l on l.order_id = o.id
group by o.id having o.total_amount <> sum(l.total_amount);
-- orders without lines
select o.id from order_orders o where not exists (select from order_lines l where l.order_id = o.id);
-- lines whose total is not quantity times price
select id from order_lines where total_amount <> quantity * unit_price;
-- closed deals without a date, open deals with one
select id from customer_deals where (stage in ('closed_won', 'closed_lost')) <> (actual_close_date is not null);
-- deals closed before they were created
select id from customer_deals where actual_close_date < created_at::date;
-- deals whose probability is not their stage's
select id from customer_deals where (stage = 'closed_won') <> (probability = 100) or (stage = 'closed_lost') <> (probability = 0);
-- customers whose status contradicts their timestamps
select id from customer_customers
where (status in ('customer', 'churned')) <> (converted_at is not null) or (status = 'churned') <> (churned_at is not null);
-- customers who left before they came
select id from customer_customers where churned_at < converted_at or converted_at < created_at;
-- a customer won by no deal and no purchase of their own
select id from customer_deals d where stage = 'closed_won'
and not exists (select from customer_customers c where c.id = d.customer_id and c.converted_at is not null);
-- orders whose status contradicts their timestamps
select id from order_orders
where (status = 'fulfilled') <> (fulfilled_at is not null) or (status = 'cancelled') <> (cancelled_at is not null)
or fulfilled_at < confirmed_at or confirmed_at < order_date;
-- orders of somebody who is no customer
select o.id from order_orders o join customer_customers c on c.id = o.customer_id where c.converted_at is null;
-- paid invoices without a successful payment
select i.id from billing_invoices i where (i.status = 'paid') <> exists (
    select from billing_payments p where p.invoice_id = i.id and p.status in ('completed', 'refunded') and p.amount = i.total_amount
);
-- invoices of orders with another amount
select i.id from billing_invoices i join order_orders o on o.id = i.order_id where i.subtotal_amount <> o.total_amount * 100;
-- subscriptions that ended and have no end, or the reverse
select id from billing_subscriptions where (status in ('cancelled', 'expired')) <> (end_date is not null);
-- stock movements that do not add up
select id from warehouse_stock_movements where quantity_before_move + quantity <> quantity_after_move or quantity_after_move < 0;
-- shelves that do not hold what their movements left
select i.id from warehouse_inventory i
join lateral (
    select sum(quantity) as moved from warehouse_stock_movements m where m.inventory_id = i.id
) m on true
where coalesce(m.moved, 0) <> i.quantity_on_hand or i.quantity_available <> i.quantity_on_hand - i.quantity_reserved;
-- interactions that end before they start, or whose duration is another
select id from customer_interactions
where ended_at < started_at or duration_sec <> round(extract(epoch from ended_at - started_at));
-- rows of after the end
select id from customer_customers
where greatest(created_at, updated_at, last_contacted_at, converted_at, churned_at, deleted_at) >= :end;
select id from customer_companies where greatest(created_at, updated_at, deleted_at) >= :end;
select id from customer_deals where greatest(created_at, updated_at, deleted_at, actual_close_date) >= :end;
select id from customer_interactions where greatest(created_at, updated_at, started_at, ended_at, deleted_at) >= :end;
select id from order_orders
where greatest(created_at, updated_at, order_date, confirmed_at, fulfilled_at, cancelled_at, deleted_at) >= :end;
select id from billing_subscriptions where greatest(created_at, updated_at, start_date, end_date, cancelled_at) >= :end;
select id from billing_invoices where greatest(created_at, updated_at, issue_date, paid_date) >= :end;
select id from billing_payments where greatest(created_at, updated_at, processed_at, refunded_at) >= :end;
select id from warehouse_stock_movements where greatest(created_at, movement_date) >= :end;
select id from warehouse_inventory where greatest(updated_at, last_restocked) >= :end;
select id from identity_users where greatest(created_at, updated_at, last_login_at) >= :end;
-- rows updated before they were created
select id from customer_customers where updated_at < created_at;
select id from customer_deals where updated_at < created_at;
select id from order_orders where updated_at < created_at;
-- currencies of nowhere
select id from customer_deals where currency not in ('USD', 'EUR', 'GBP', 'CHF');
-- reps who sell without a login
select d.id from customer_deals d left join identity_users u on u.id = d.assigned_to where d.assigned_to is not null and u.email not like '%@promenade.example';
