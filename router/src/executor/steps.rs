//! A plan as it is walked: the planner's nodes with everything worked out that is the same for every request.

use hive_router_query_planner::{
    ast::{operation::SubgraphFetchOperation, selection_set::SelectionSet},
    planner::plan_nodes::{BatchFetchNode, FetchNode, FlattenNode, FlattenNodePath, PlanNode},
};

use super::{path::Path, represent::Requires, rewrite::Rewrite, types::Types};
use crate::data::Names;

/// A part of a plan.
pub(crate) enum Step {
    /// One after the other.
    Sequence(Vec<Step>),
    /// Side by side.
    Parallel(Vec<Step>),
    /// One of them, by a variable.
    Condition {
        variable: String,
        then: Option<Box<Step>>,
        otherwise: Option<Box<Step>>,
    },
    /// A fetch.
    Fetch(Fetch),
    /// A fetch that goes on answering.
    Subscription(Fetch),
}

/// A fetch and what becomes of its answer.
pub(crate) struct Fetch {
    /// Which of the plan's.
    pub(crate) id: i64,
    pub(crate) goal: Goal,
    /// Changes to its answer.
    pub(crate) rewrites: Vec<Rewrite>,
}

/// Where the answer of a fetch belongs.
pub(crate) enum Goal {
    /// At the root.
    Root,
    /// At the end of a path.
    At(Path),
    /// Entity by entity.
    Entities(Vec<Entities>),
}

/// Entities of one fetch under one response key.
pub(crate) struct Entities {
    /// The response key.
    pub(crate) alias: String,
    /// The variable of the representations.
    pub(crate) variable: String,
    /// Where they are and belong.
    pub(crate) paths: Vec<Path>,
    pub(crate) requires: Requires,
    /// The same, for people.
    pub(crate) requires_text: Box<str>,
    /// Changes to what representations are made of.
    pub(crate) input: Vec<Rewrite>,
    /// Changes to each entity before it is merged.
    pub(crate) output: Vec<Rewrite>,
}

/// What makes steps of nodes.
pub(crate) struct Compiler<'c> {
    pub(crate) types: &'c Types,
    pub(crate) names: &'c mut Names,
    /// Takes in what a fetch asks of whom.
    pub(crate) note: &'c mut dyn FnMut(i64, &str, &SubgraphFetchOperation) -> Result<(), String>,
}

impl Compiler<'_> {
    /// The step of `node`.
    ///
    /// # Errors
    /// What cannot be executed.
    pub(crate) fn step(&mut self, node: &PlanNode) -> Result<Step, String> {
        Ok(match node {
            PlanNode::Sequence(sequence) => Step::Sequence(self.all(&sequence.nodes)?),
            PlanNode::Parallel(parallel) => Step::Parallel(self.all(&parallel.nodes)?),
            PlanNode::Condition(condition) => Step::Condition {
                variable: condition.condition.clone(),
                then: self.clause(condition.if_clause.as_deref())?,
                otherwise: self.clause(condition.else_clause.as_deref())?,
            },
            PlanNode::Fetch(fetch) => Step::Fetch(self.fetch(fetch, Goal::Root)?),
            PlanNode::Flatten(flatten) => Step::Fetch(self.flatten(flatten)?),
            PlanNode::BatchFetch(batch) => Step::Fetch(self.batch(batch)?),
            PlanNode::Subscription(node) => Step::Subscription(self.fetch(&node.primary, Goal::Root)?),
            PlanNode::Defer(_) => return Err("a plan with @defer cannot be executed".to_owned()),
        })
    }

    fn all(&mut self, nodes: &[PlanNode]) -> Result<Vec<Step>, String> {
        nodes.iter().map(|node| self.step(node)).collect()
    }

    fn clause(&mut self, node: Option<&PlanNode>) -> Result<Option<Box<Step>>, String> {
        node.map(|node| self.step(node).map(Box::new)).transpose()
    }

    fn fetch(&mut self, fetch: &FetchNode, goal: Goal) -> Result<Fetch, String> {
        (self.note)(fetch.id, &fetch.service_name, &fetch.operation)?;
        Ok(Fetch {
            id: fetch.id,
            goal,
            rewrites: Rewrite::compile_all(self.types, fetch.output_rewrites.as_ref(), self.names)?,
        })
    }

    fn flatten(&mut self, flatten: &FlattenNode) -> Result<Fetch, String> {
        let PlanNode::Fetch(fetch) = flatten.node.as_ref() else {
            return Err("a plan puts what is no fetch to a path".to_owned());
        };
        let Some(requires) = &fetch.requires else {
            let path = self.path(&flatten.path)?;
            return self.fetch(fetch, Goal::At(path));
        };
        (self.note)(fetch.id, &fetch.service_name, &fetch.operation)?;
        let entities = Entities {
            alias: "_entities".to_owned(),
            variable: "representations".to_owned(),
            paths: vec![self.path(&flatten.path)?],
            requires: self.requires(requires)?,
            requires_text: requires.to_string().into(),
            input: Rewrite::compile_all(self.types, fetch.input_rewrites.as_ref(), self.names)?,
            output: Rewrite::compile_all(self.types, fetch.output_rewrites.as_ref(), self.names)?,
        };
        Ok(of_entities(fetch.id, vec![entities]))
    }

    fn batch(&mut self, batch: &BatchFetchNode) -> Result<Fetch, String> {
        (self.note)(batch.id, &batch.service_name, &batch.operation)?;
        let mut all = Vec::new();
        for alias in &batch.entity_batch.aliases {
            let paths = alias.merge_paths.iter().map(|path| self.path(path));
            let paths = paths.collect::<Result<_, _>>()?;
            all.push(Entities {
                alias: alias.alias.clone(),
                variable: alias.representations_variable_name.clone(),
                paths,
                requires: self.requires(&alias.requires)?,
                requires_text: alias.requires.to_string().into(),
                input: Rewrite::compile_all(self.types, alias.input_rewrites.as_ref(), self.names)?,
                output: Rewrite::compile_all(self.types, alias.output_rewrites.as_ref(), self.names)?,
            });
        }
        Ok(of_entities(batch.id, all))
    }

    fn path(&mut self, path: &FlattenNodePath) -> Result<Path, String> {
        Path::compile(self.types, path, self.names)
    }

    fn requires(&mut self, requires: &SelectionSet) -> Result<Requires, String> {
        Requires::compile(self.types, requires, self.names)
    }
}

const fn of_entities(id: i64, entities: Vec<Entities>) -> Fetch {
    Fetch {
        id,
        goal: Goal::Entities(entities),
        rewrites: Vec::new(),
    }
}
