//! The four subgraphs: accounts, inventory, products, reviews.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use async_graphql::{
    ComplexObject, EmptyMutation, EmptySubscription, ID, Object, SDLExportOptions, Schema, SimpleObject, Subscription,
};
use futures_util::Stream;
use tokio::sync::broadcast;

use super::data::{PRODUCTS, REVIEWS, USERS};

pub type Accounts = Schema<AccountsQuery, EmptyMutation, EmptySubscription>;
pub type Inventory = Schema<InventoryQuery, EmptyMutation, EmptySubscription>;
pub type Products = Schema<ProductsQuery, EmptyMutation, EmptySubscription>;
pub type Reviews = Schema<ReviewsQuery, EmptyMutation, ReviewsSubscription>;

pub fn accounts() -> Accounts {
    Schema::build(AccountsQuery, EmptyMutation, EmptySubscription)
        .enable_federation()
        .finish()
}

pub fn inventory() -> Inventory {
    Schema::build(InventoryQuery, EmptyMutation, EmptySubscription)
        .enable_federation()
        .finish()
}

pub fn products() -> Products {
    Schema::build(ProductsQuery, EmptyMutation, EmptySubscription)
        .enable_federation()
        .finish()
}

pub fn reviews(ticks: Ticks) -> Reviews {
    Schema::build(ReviewsQuery, EmptyMutation, ReviewsSubscription)
        .data(ticks)
        .enable_federation()
        .enable_subscription_in_federation()
        .finish()
}

/// Federation SDL of any of them.
pub fn options() -> SDLExportOptions {
    SDLExportOptions::new().federation().compose_directive()
}

pub struct AccountsQuery;

/// A person.
#[derive(SimpleObject)]
#[graphql(name = "User")]
pub struct Account {
    id: ID,
    name: &'static str,
    username: &'static str,
}

#[Object(name = "Query")]
impl AccountsQuery {
    async fn me(&self) -> Option<Account> {
        account("1")
    }

    async fn users(&self) -> Vec<Account> {
        USERS.iter().filter_map(|(id, ..)| account(id)).collect()
    }

    #[graphql(entity)]
    async fn find_user(&self, id: ID) -> Option<Account> {
        account(&id)
    }
}

fn account(id: &str) -> Option<Account> {
    let (id, name, username) = USERS.iter().find(|(known, ..)| *known == id)?;
    Some(Account {
        id: ID::from(*id),
        name,
        username,
    })
}

pub struct InventoryQuery;

/// A product, as far as the warehouse knows it.
#[derive(SimpleObject)]
#[graphql(complex, name = "Product")]
pub struct Stock {
    upc: String,
    #[graphql(external)]
    weight: Option<i32>,
    #[graphql(external)]
    price: Option<i32>,
    #[graphql(name = "inStock")]
    available: Option<bool>,
}

#[ComplexObject]
impl Stock {
    #[graphql(requires = "price weight")]
    async fn shipping_estimate(&self) -> Option<i32> {
        // nothing to pay for what is expensive
        let (price, weight) = (self.price?, self.weight?);
        Some(if price > 1000 { 0 } else { weight / 2 })
    }
}

#[Object(name = "Query")]
impl InventoryQuery {
    #[graphql(entity)]
    async fn find_product(
        &self,
        #[graphql(key)] upc: String,
        weight: Option<i32>,
        price: Option<i32>,
    ) -> Option<Stock> {
        let available = PRODUCTS.iter().find(|(known, ..)| *known == upc)?.4;
        Some(Stock {
            upc,
            weight,
            price,
            available: Some(available),
        })
    }
}

pub struct ProductsQuery;

/// A product.
#[derive(SimpleObject)]
pub struct Product {
    upc: &'static str,
    name: &'static str,
    price: Option<i32>,
    weight: Option<i32>,
}

#[Object(name = "Query")]
impl ProductsQuery {
    async fn top_products(&self, #[graphql(default = 5)] first: usize) -> Vec<Product> {
        PRODUCTS
            .iter()
            .take(first)
            .filter_map(|(upc, ..)| product(upc))
            .collect()
    }

    #[graphql(entity)]
    async fn find_product(&self, upc: String) -> Option<Product> {
        product(&upc)
    }
}

fn product(upc: &str) -> Option<Product> {
    let (upc, name, price, weight, _) = *PRODUCTS.iter().find(|(known, ..)| *known == upc)?;
    Some(Product {
        upc,
        name,
        price: Some(price),
        weight: Some(weight),
    })
}

pub struct ReviewsQuery;

/// A review.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Review {
    id: ID,
    body: &'static str,
    #[graphql(skip)]
    of: &'static (&'static str, &'static str, &'static str, &'static str),
}

#[ComplexObject]
impl Review {
    async fn author(&self) -> Reviewer {
        Reviewer {
            id: ID::from(self.of.1),
        }
    }

    async fn product(&self) -> Reviewed {
        Reviewed {
            upc: self.of.2.to_owned(),
        }
    }
}

/// A person with reviews.
pub struct Reviewer {
    id: ID,
}

#[Object(name = "User")]
impl Reviewer {
    async fn id(&self) -> &ID {
        &self.id
    }

    async fn reviews(&self) -> Vec<Review> {
        REVIEWS
            .iter()
            .filter(|of| of.1 == self.id.as_str())
            .map(review)
            .collect()
    }
}

/// A product with reviews.
pub struct Reviewed {
    upc: String,
}

#[Object(name = "Product")]
impl Reviewed {
    async fn upc(&self) -> &str {
        &self.upc
    }

    async fn reviews(&self) -> Vec<Review> {
        REVIEWS.iter().filter(|of| of.2 == self.upc).map(review).collect()
    }
}

fn review(of: &'static (&'static str, &'static str, &'static str, &'static str)) -> Review {
    Review {
        id: ID::from(of.0),
        body: of.3,
        of,
    }
}

#[Object(name = "Query")]
impl ReviewsQuery {
    async fn review(&self, id: ID) -> Option<Review> {
        REVIEWS.iter().find(|of| of.0 == id.as_str()).map(review)
    }

    #[graphql(entity)]
    async fn find_user(&self, id: ID) -> Reviewer {
        Reviewer { id }
    }

    #[graphql(entity)]
    async fn find_product(&self, upc: String) -> Reviewed {
        Reviewed { upc }
    }
}

/// Counts up by hand; each count is an event for every subscriber.
#[derive(Clone)]
pub struct Ticks {
    sender: broadcast::Sender<u64>,
    begun: Arc<AtomicU64>,
}

impl Default for Ticks {
    fn default() -> Self {
        Self {
            sender: broadcast::channel(1024).0,
            begun: Arc::default(),
        }
    }
}

impl Ticks {
    /// One event.
    pub fn tick(&self, count: u64) -> usize {
        self.sender.send(count).unwrap_or(0)
    }

    /// Subscriptions begun so far: what the gateway did not share.
    pub fn begun(&self) -> u64 {
        self.begun.load(Ordering::Relaxed)
    }
}

/// What happens.
pub struct ReviewsSubscription;

#[Subscription(name = "Subscription")]
impl ReviewsSubscription {
    /// Each tick; `group` makes subscriptions equal or different.
    async fn tick(&self, context: &async_graphql::Context<'_>, group: i32) -> impl Stream<Item = u64> {
        let ticks = context.data_unchecked::<Ticks>().clone();
        ticks.begun.fetch_add(1, Ordering::Relaxed);
        let mut receiver = ticks.sender.subscribe();
        async_stream::stream! {
            while let Ok(count) = receiver.recv().await {
                // the group only tells subscriptions apart: an event is everybody's
                if group >= 0 {
                    yield count;
                }
            }
        }
    }
}
