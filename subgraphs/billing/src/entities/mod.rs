//! One file per table: model and finders, nothing else.

pub mod invoice;
pub mod invoice_number;
pub mod offer;
pub mod order;
pub mod payment;
pub mod plan;
pub mod purchase;
pub mod rental;
pub mod subscription;

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// A list of words in one column: the packages of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Words(pub Vec<String>);
