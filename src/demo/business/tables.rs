//! The operational tables as rows: fields are columns.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::record::{Decimal, Rows, Tags, record};
use crate::demo::DemoError;

type At = DateTime<Utc>;

record! {
    /// A login: a sales rep's, or a customer's of the portal.
    User in "identity_users" {
        id: Uuid, email: String, password_hash: &'static str, status: &'static str, last_login_at: Option<At>,
        created_at: At, updated_at: At,
    }
}

record! {
    /// What a user is called.
    Profile in "user_profiles" { id: Uuid, user_id: Uuid, display_name: String, created_at: At, updated_at: At }
}

record! {
    /// A company.
    Company in "customer_companies" {
        id: Uuid, name: String, legal_name: String, r#type: &'static str, industry: &'static str, size: &'static str,
        employee_count: i32, revenue: i64, currency: &'static str, city: &'static str,
        state_province: Option<&'static str>, country: &'static str, parent_company_id: Option<Uuid>, created_at: At,
        updated_at: At,
    }
}

record! {
    /// A customer, from the first sign of interest on.
    Customer in "customer_customers" {
        id: Uuid, user_id: Option<Uuid>, company_id: Option<Uuid>, name: String, email: String, phone: String,
        status: &'static str, tier: &'static str, source: &'static str, assigned_to: Option<Uuid>, tags: Tags,
        created_at: At, updated_at: At, last_contacted_at: Option<At>, converted_at: Option<At>,
        churned_at: Option<At>, churn_reason: Option<&'static str>, deleted_at: Option<At>,
    }
}

record! {
    /// An opportunity.
    Deal in "customer_deals" {
        id: Uuid, customer_id: Uuid, company_id: Option<Uuid>, name: String, value_cents: i64, currency: &'static str,
        stage: &'static str, probability: i32, source: &'static str, expected_close_date: NaiveDate,
        actual_close_date: Option<NaiveDate>, assigned_to: Option<Uuid>, close_reason: Option<&'static str>,
        created_at: At, updated_at: At, deleted_at: Option<At>,
    }
}

record! {
    /// A contact between a rep and a customer.
    Interaction in "customer_interactions" {
        id: Uuid, customer_id: Uuid, company_id: Option<Uuid>, r#type: &'static str, direction: &'static str,
        outcome: Option<&'static str>, subject: &'static str, description: Option<&'static str>,
        created_by: Option<Uuid>, started_at: At, ended_at: Option<At>, duration_sec: Option<i32>,
        follow_up_required: bool, follow_up_date: Option<At>, created_at: At, updated_at: At, deleted_at: Option<At>,
    }
}

record! {
    /// An order's head.
    Order in "order_orders" {
        id: Uuid, order_number: String, customer_id: Uuid, company_id: Option<Uuid>, total_amount: Decimal,
        currency: &'static str, status: &'static str, order_date: At, confirmed_at: Option<At>,
        fulfilled_at: Option<At>, cancelled_at: Option<At>, invoice_id: Option<Uuid>, created_at: At, updated_at: At,
    }
}

record! {
    /// An order's line.
    OrderLine in "order_lines" {
        id: Uuid, order_id: Uuid, product_id: Uuid, quantity: i32, unit_price: Decimal, total_amount: Decimal,
        currency: &'static str, created_at: At, updated_at: At,
    }
}

record! {
    /// A subscription, at its current price.
    Subscription in "billing_subscriptions" {
        id: Uuid, subscription_no: String, customer_id: Uuid, plan_id: &'static str, status: &'static str,
        billing_period: &'static str, currency: &'static str, amount_cents: i64, start_date: At,
        end_date: Option<At>, renewal_date: At, trial_end_date: Option<At>, cancelled_at: Option<At>,
        cancel_reason: Option<&'static str>, cancellation_effective_date: Option<At>, created_at: At, updated_at: At,
    }
}

record! {
    /// An invoice, of an order or of a subscription's period.
    Invoice in "billing_invoices" {
        id: Uuid, invoice_no: String, customer_id: Uuid, order_id: Option<Uuid>, subtotal_amount: i64,
        tax_amount: i64, total_amount: i64, currency: &'static str, issue_date: At, due_date: At,
        paid_date: Option<At>, status: &'static str, created_at: At, updated_at: At,
    }
}

record! {
    /// An attempt to pay an invoice.
    Payment in "billing_payments" {
        id: Uuid, payment_no: String, customer_id: Uuid, invoice_id: Uuid, amount: i64, currency: &'static str,
        method: &'static str, status: &'static str, processed_at: Option<At>, refunded_at: Option<At>,
        refunded_amount: Option<i64>, created_at: At, updated_at: At,
    }
}

record! {
    /// What is sold.
    Product in "warehouse_products" {
        id: Uuid, sku: String, name: &'static str, category: &'static str, brand: &'static str, reorder_point: i32,
        reorder_quantity: i32, status: &'static str, is_active: bool, created_at: At, updated_at: At,
    }
}

record! {
    /// One product in one warehouse.
    Inventory in "warehouse_inventory" {
        id: Uuid, product_id: Uuid, sku: String, warehouse_id: &'static str, quantity_on_hand: i32,
        quantity_reserved: i32, quantity_committed: i32, quantity_available: i32, reorder_point: i32,
        reorder_quantity: i32, last_restocked: Option<At>, unit_cost_cents: i64, currency_code: &'static str,
        status: &'static str, updated_at: At,
    }
}

record! {
    /// One movement of stock.
    StockMovement in "warehouse_stock_movements" {
        id: Uuid, inventory_id: Uuid, r#type: &'static str, quantity: i32, quantity_before_move: i32,
        quantity_after_move: i32, unit_cost_cents: i64, movement_date: At, created_at: At,
    }
}

/// Rows of every table, waiting to be copied.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) users: Rows<User>,
    pub(super) profiles: Rows<Profile>,
    pub(super) companies: Rows<Company>,
    pub(super) customers: Rows<Customer>,
    pub(super) deals: Rows<Deal>,
    pub(super) interactions: Rows<Interaction>,
    pub(super) products: Rows<Product>,
    pub(super) orders: Rows<Order>,
    pub(super) order_lines: Rows<OrderLine>,
    pub(super) subscriptions: Rows<Subscription>,
    pub(super) invoices: Rows<Invoice>,
    pub(super) payments: Rows<Payment>,
    pub(super) inventory: Rows<Inventory>,
    pub(super) stock_movements: Rows<StockMovement>,
}

impl Tables {
    /// Copies what waits, referenced tables first, and forgets it.
    pub(super) async fn copy(&mut self, connection: &mut PgConnection) -> Result<(), DemoError> {
        self.users.copy(connection).await?;
        self.profiles.copy(connection).await?;
        self.companies.copy(connection).await?;
        self.customers.copy(connection).await?;
        self.deals.copy(connection).await?;
        self.interactions.copy(connection).await?;
        self.products.copy(connection).await?;
        self.orders.copy(connection).await?;
        self.order_lines.copy(connection).await?;
        self.subscriptions.copy(connection).await?;
        self.invoices.copy(connection).await?;
        self.payments.copy(connection).await?;
        self.inventory.copy(connection).await?;
        self.stock_movements.copy(connection).await
    }
}
