//! A fetch on its way to a subgraph: what is kept of its entities is not asked for, and what another request is asking
//! for right now is not asked twice.

use std::{collections::BTreeSet, sync::Arc};

use async_graphql::{PathSegment, Value};
use futures_util::FutureExt;

use super::{
    Class, EntityPolicy, Entry, Hasher, Key, Tag, count,
    invalidation::{every, tags_of},
};
use crate::{
    data::{self, Data},
    engine::Engine,
    executor::ask,
    observe::Answered,
    pipeline::{Context, Prepared},
    subgraph::{Inputs, SubgraphAnswer},
};

/// Where a query looks before it asks. Mutations and subscriptions have none: they want what is true now.
pub(crate) struct Shelf<'a> {
    engine: &'a Arc<Engine>,
    prepared: &'a Arc<Prepared>,
    class: Class,
}

/// How an entity that is not kept yet is to be kept.
type Unknown = (Key, BTreeSet<Tag>);

/// The entities under one response key of a fetch.
struct Wanted<'n> {
    alias: &'n str,
    /// For each representation what is kept, or how it is to be kept.
    places: Vec<Result<Arc<Entry<Data>>, Unknown>>,
}

impl Wanted<'_> {
    fn missing(&self) -> usize {
        self.places.iter().filter(|place| place.is_err()).count()
    }
}

impl<'a> Shelf<'a> {
    pub(crate) fn new(engine: &'a Arc<Engine>, prepared: &'a Arc<Prepared>, context: &Context) -> Self {
        Self {
            engine,
            prepared,
            class: Class::of(context, &engine.settings.traffic.headers),
        }
    }

    /// Asks for the fetch `id`. `aliases` are the response keys of its lists of entities.
    pub(crate) async fn ask(&self, id: i64, mut inputs: Inputs, aliases: &[&str], context: &Context) -> SubgraphAnswer {
        let kept = &self.engine.kept;
        let policy = self.prepared.plan.entities(id);
        let is_kept = self.engine.settings.cache.entities && self.class.is_kept() && kept.hears();
        let policy = policy.filter(|_| is_kept && !aliases.is_empty());
        let Some(policy) = policy else {
            return self.fetch(id, inputs, context).await;
        };
        let moment = kept.changes.moment();
        let wanted = self.look(id, policy, &mut inputs, aliases);
        let missing: usize = wanted.iter().map(Wanted::missing).sum();
        let all: usize = wanted.iter().map(|wanted| wanted.places.len()).sum();
        count(
            "entities",
            match missing {
                0 => "hit",
                _ if missing < all => "partial",
                _ => "miss",
            },
        );
        let mut answer = if missing == 0 {
            context.note_unasked(id, all, Answered::Cached);
            SubgraphAnswer::default()
        } else {
            self.fetch(id, inputs, context).await
        };
        self.complete(&mut answer, wanted, policy, moment);
        answer
    }

    /// Takes what is kept out of the representations.
    fn look<'n>(&self, id: i64, policy: &EntityPolicy, inputs: &mut Inputs, aliases: &[&'n str]) -> Vec<Wanted<'n>> {
        let kept = &self.engine.kept;
        let lists = inputs.take_lists();
        // What is left are the client's variables.
        let mut base = self.key(id, policy.policy.is_private, inputs);
        base.add(b"entity");
        let mut all = Vec::with_capacity(lists.len());
        for (alias, (variable, list)) in aliases.iter().zip(lists) {
            let mut places = Vec::with_capacity(list.len());
            for representation in list.iter() {
                let mut key = base.clone();
                key.add(alias.as_bytes());
                key.add(representation);
                let key = key.end();
                places.push(kept.fresh(&kept.entities, &key).ok_or_else(|| {
                    let mut tags = policy.below.clone();
                    tags.extend(self.tags(representation));
                    (key, tags)
                }));
            }
            inputs.represent(&variable, list.only(|place| places[place].is_err()));
            all.push(Wanted { alias, places });
        }
        all
    }

    /// Puts what was kept between what was fetched, and keeps that.
    fn complete(&self, answer: &mut SubgraphAnswer, wanted: Vec<Wanted<'_>>, policy: &EntityPolicy, moment: u64) {
        let kept = &self.engine.kept;
        let is_whole = answer.errors.is_empty();
        for error in &mut answer.errors {
            relocate(&mut error.path, &wanted);
        }
        if !matches!(answer.data, Data::Object(_)) {
            answer.data = Data::Object(data::Object::default());
        }
        let Data::Object(data) = &mut answer.data else { return };
        for Wanted { alias, places } in wanted {
            let alias = data::Key::of(alias);
            let mut fetched = match data.remove(alias) {
                Some(Data::List(list)) => list.into_iter(),
                _ => Vec::new().into_iter(),
            };
            let mut entities = Vec::with_capacity(places.len());
            for place in places {
                match place {
                    Ok(entry) => entities.push(entry.content.clone()),
                    Err((key, tags)) => {
                        let entity = fetched.next().unwrap_or_default();
                        if is_whole && !matches!(entity, Data::Null) {
                            let content = entity.detached();
                            let bytes = content.bytes();
                            let entry = kept.entry(content, bytes, policy.policy, moment, tags);
                            kept.entities.insert(key, entry);
                        }
                        entities.push(entity);
                    }
                }
            }
            data.insert(alias, Data::List(entities));
        }
    }

    /// The tags of the entity that is asked for.
    fn tags(&self, representation: &[u8]) -> Vec<Tag> {
        let Ok(Value::Object(members)) = serde_json::from_slice(representation) else {
            return Vec::new();
        };
        let Some(Value::String(name)) = members.get("__typename") else {
            return Vec::new();
        };
        match (self.engine.hints.family(name), members.get("id")) {
            (None, _) => Vec::new(),
            (Some(family), Some(Value::String(id))) => tags_of(family, id).into(),
            (Some(family), _) => vec![family.into(), every(family)],
        }
    }

    /// What every key of this fetch begins with.
    fn key(&self, id: i64, is_private: bool, inputs: &Inputs) -> Hasher {
        let mut key = Hasher::default();
        key.add(self.prepared.plan.digest(id));
        self.class.add_to(&mut key, is_private);
        key.add_inputs(inputs);
        key
    }

    /// Asks the subgraph, or waits with somebody who does.
    async fn fetch(&self, id: i64, inputs: Inputs, context: &Context) -> SubgraphAnswer {
        if !self.engine.settings.cache.coalesce {
            let answer = fetched(self.engine, self.prepared, id, inputs, context).await;
            context.gather(id, &self.prepared.plan.fetch(id).service, &answer.headers);
            return answer;
        }
        // What a subgraph answers may depend on who asks, whatever is said of it.
        let key = self.key(id, true, &inputs);
        let (mut is_ours, entities) = (false, inputs.entities());
        let flight = self.engine.kept.join(key, || {
            is_ours = true;
            let (engine, prepared, context) = (self.engine.clone(), self.prepared.clone(), context.clone());
            async move { Arc::new(fetched(&engine, &prepared, id, inputs, &context).await) }.boxed()
        });
        let answer = flight.await;
        if !is_ours {
            context.note_unasked(id, entities, Answered::Shared);
        }
        context.gather(id, &self.prepared.plan.fetch(id).service, &answer.headers);
        // Who waits alone has it for itself.
        Arc::unwrap_or_clone(answer)
    }
}

async fn fetched(
    engine: &Arc<Engine>,
    prepared: &Arc<Prepared>,
    id: i64,
    inputs: Inputs,
    context: &Context,
) -> SubgraphAnswer {
    let operation = prepared.plan.fetch(id);
    let subgraph = engine.subgraph(&operation.service);
    ask(subgraph, id, operation, inputs, context).await
}

/// The subgraph counts what it was asked for; the rest of the plan counts all.
fn relocate(path: &mut [PathSegment], wanted: &[Wanted<'_>]) {
    let [PathSegment::Field(alias), PathSegment::Index(index), ..] = path else {
        return;
    };
    let Some(wanted) = wanted.iter().find(|wanted| wanted.alias == alias) else {
        return;
    };
    let mut missing = wanted.places.iter().enumerate().filter(|(_, place)| place.is_err());
    if let Some((place, _)) = missing.nth(*index) {
        *index = place;
    }
}
