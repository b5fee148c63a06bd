//! Collects the best documents, one for each name.

use std::{collections::HashMap, sync::Arc};

use tantivy::{
    DocAddress, DocId, Score, SegmentOrdinal, SegmentReader,
    collector::{Collector, SegmentCollector},
    columnar::ColumnValues,
};

use super::fields::NAME_KEY;

/// The best documents, the best first, one for each name key: the hundred showings of a programme are one suggestion.
pub struct Distinct {
    limit: usize,
}

impl Distinct {
    /// At most `limit` documents.
    pub const fn new(limit: usize) -> Self {
        Self { limit }
    }
}

/// Score, name key, place.
type Best = Vec<(Score, u64, DocAddress)>;

/// The best of one segment.
pub struct SegmentBest {
    segment: SegmentOrdinal,
    keys: Arc<dyn ColumnValues<u64>>,
    best: HashMap<u64, (Score, DocId)>,
    limit: usize,
    /// There are enough documents that are better.
    enough: Score,
}

impl SegmentBest {
    /// Forgets all but the best: one letter finds half of the index.
    fn prune(&mut self) {
        let mut scores: Vec<Score> = self.best.values().map(|(score, _)| *score).collect();
        scores.sort_by(|one, other| other.total_cmp(one));
        self.enough = scores[self.limit - 1];
        let mut room = self.limit;
        let enough = self.enough;
        let mut has_room = || {
            room = room.saturating_sub(1);
            room > 0
        };
        self.best.retain(|_, (score, _)| *score > enough || has_room());
    }
}

impl Collector for Distinct {
    type Fruit = Vec<DocAddress>;
    type Child = SegmentBest;

    fn for_segment(&self, segment: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<SegmentBest> {
        let keys = reader.fast_fields().u64(NAME_KEY)?.first_or_default_col(0);
        Ok(SegmentBest {
            segment,
            keys,
            best: HashMap::new(),
            limit: self.limit,
            enough: Score::MIN,
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, segments: Vec<Best>) -> tantivy::Result<Vec<DocAddress>> {
        let mut all: Best = segments.into_iter().flatten().collect();
        sort(&mut all);
        let mut seen = std::collections::HashSet::new();
        all.retain(|(_, key, _)| seen.insert(*key));
        all.truncate(self.limit);
        Ok(all.into_iter().map(|(_, _, address)| address).collect())
    }
}

impl SegmentCollector for SegmentBest {
    type Fruit = Best;

    fn collect(&mut self, doc: DocId, score: Score) {
        if score <= self.enough {
            return;
        }
        let best = self.best.entry(self.keys.get_val(doc)).or_insert((score, doc));
        if score > best.0 {
            *best = (score, doc);
        }
        if self.best.len() >= self.limit * 4 {
            self.prune();
        }
    }

    fn harvest(self) -> Best {
        let place = |(key, (score, doc))| (score, key, DocAddress::new(self.segment, doc));
        let mut all: Best = self.best.into_iter().map(place).collect();
        sort(&mut all);
        all.truncate(self.limit);
        all
    }
}

fn sort(all: &mut Best) {
    all.sort_by(|(score, key, _), (other, other_key, _)| other.total_cmp(score).then(key.cmp(other_key)));
}
