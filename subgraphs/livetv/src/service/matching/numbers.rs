//! Numbers for channels that an import makes.

use std::collections::HashSet;

use database::Tx;
use sea_orm::QuerySelect;

use super::MOST_CHANNELS;
use crate::{Error, domain::number::ChannelNumber, entities::channel};

/// Numbers in use.
pub(super) struct Numbers {
    taken: HashSet<(i32, i32)>,
    next: i32,
}

impl Numbers {
    pub async fn read(tx: &Tx) -> Result<Self, Error> {
        let taken: Vec<(i32, i32)> = channel::Entity::living()
            .select_only()
            .column(channel::Column::SortMajor)
            .column(channel::Column::SortMinor)
            .limit(MOST_CHANNELS)
            .into_tuple()
            .all(tx)
            .await?;
        let next = taken.iter().map(|(major, _)| *major).max().unwrap_or(0) + 1;
        Ok(Self {
            taken: taken.into_iter().collect(),
            next,
        })
    }

    /// The number that the file wishes, when it is free; otherwise the next one.
    pub fn take(&mut self, wished: Option<ChannelNumber>) -> String {
        let free = wished.filter(|number| !self.taken.contains(&(number.major, number.minor)));
        let number = free.unwrap_or_else(|| {
            while self.taken.contains(&(self.next, 0)) {
                self.next += 1;
            }
            ChannelNumber {
                major: self.next,
                minor: 0,
            }
        });
        self.taken.insert((number.major, number.minor));
        number.to_string()
    }
}
