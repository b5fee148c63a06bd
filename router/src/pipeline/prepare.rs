//! Parse, limits, validation, plan: once per operation, then from the cache.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use apollo_compiler::{
    ExecutableDocument, Node,
    ast::{Document, Value as Literal},
    executable::{Operation, OperationType, Selection, SelectionSet},
    introspection::check_max_depth,
    parser::Parser,
    response::GraphQLError,
    validation::{DiagnosticList, Valid},
};
use async_graphql::{Pos, Value};
use kernel::{ErrorCode, Refusal};

use super::{
    Withheld,
    authorise::{Need, needs},
    limits::{check_document, check_text},
    planned::{Rewritten, for_planner},
    suggest::suggest,
};
use crate::{
    contract::{View, alone},
    cost::{self, Estimate},
    data::Names,
    engine::Engine,
    error::{PARSE_FAILED, Rejection, VALIDATION_FAILED, coded},
    executor::{Compiler, Field},
    kept::{Hasher, Key, Policy},
    observe::Label,
    one_of,
    plan::{Patience, Plan, Unplanned},
    subgraph::Map,
};

/// Most validation errors told at once.
const MAX_ERRORS: usize = 30;
/// Shapes kept of an operation with `@skip` and `@include`.
const MAX_SHAPES: usize = 16;

/// An operation, ready to run.
pub(crate) struct Prepared {
    pub(crate) document: Valid<ExecutableDocument>,
    pub(crate) operation: Node<Operation>,
    /// The graph it was asked of.
    pub(crate) view: Arc<View>,
    pub(crate) plan: Plan,
    /// Stands for the operation in keys of what is kept.
    pub(crate) digest: Key,
    /// How long the answer may be kept.
    pub(crate) policy: Policy,
    /// What it asks that not everybody may.
    pub(crate) needs: Vec<Need>,
    /// What it may cost.
    pub(crate) estimate: Estimate,
    /// What it is called.
    pub(crate) label: Label,
    /// Whether `__schema` or `__type` is asked for.
    pub(crate) introspects: bool,
    /// Variables in `@skip` and `@include`.
    conditions: Vec<String>,
    /// The fields of the answer, by the values of the conditions.
    shapes: Mutex<HashMap<u64, Arc<Vec<Field>>>>,
}

/// Makes an operation ready.
///
/// # Errors
/// `LIMIT_EXCEEDED`, `GRAPHQL_PARSE_FAILED`, `GRAPHQL_VALIDATION_FAILED`; an operation that cannot be planned.
pub(crate) fn prepare(
    (engine, view): (&Engine, &Arc<View>),
    query: &str,
    name: Option<&str>,
    patience: &Patience,
) -> Result<Prepared, Rejection> {
    check_text(query, &engine.settings)?;
    let ast = Parser::new()
        .parse_ast(query, "request.graphql")
        .map_err(|failed| of_diagnostics(PARSE_FAILED, &failed.errors, (engine, view)))?;
    check_document(&ast, &engine.settings)?;
    let document = validate(&ast, name, (engine, view))?;
    let operation = match document.operations.get(name) {
        Ok(operation) => operation.clone(),
        Err(error) => return Err(invalid(error.message().to_string())),
    };
    one_of::check_document(&view.api, &document, &operation).map_err(invalid)?;
    check_max_depth(&document, &operation).map_err(|error| invalid(error.message().to_string()))?;
    let introspects = operation
        .root_fields(&document)
        .any(|field| matches!(field.name.as_str(), "__schema" | "__type"));
    let unplanned = |failed: Unplanned| match failed {
        Unplanned::Timeout => {
            let allowed = engine.settings.plan_timeout_ms;
            Rejection::of(&Refusal::limit("planning milliseconds", allowed, allowed + 1)).of_document()
        }
        Unplanned::Failed(reason) => {
            tracing::error!(%reason, "operation could not be planned");
            Rejection::of(&Refusal::new(ErrorCode::Internal, reason))
        }
    };
    let names = response_keys(&document, &operation).map_err(invalid)?;
    let mut plan = match for_planner(&document, &operation, view) {
        Rewritten::Same => engine
            .planner
            .plan_with(query, name, names, patience)
            .map_err(unplanned)?,
        Rewritten::Text(text) => engine
            .planner
            .plan_with(&text, name, names, patience)
            .map_err(unplanned)?,
        Rewritten::Nothing => Plan::empty(),
    };
    let estimate = cost::compile(engine.weights(), &view.implementers, &document, &operation)?;
    plan.learn(&engine.hints);
    let conditions = conditions(&document, &operation);
    let needs = needs(&engine.access, &document, &operation.selection_set);
    let called = operation.name.as_ref().map(apollo_compiler::Name::as_str);
    Ok(Prepared {
        needs,
        label: Label::new(called, operation.operation_type, query),
        document,
        operation,
        view: view.clone(),
        digest: digest_of(query, name, view.is_public),
        policy: policy(engine, query, name, introspects),
        plan,
        estimate,
        introspects,
        conditions,
        shapes: Mutex::default(),
    })
}

/// The document, if it is one of the graph that is shown. Clients may send all their operations and name one of them: what
/// the others ask may be hidden from who asks for this one.
fn validate(
    ast: &Document,
    name: Option<&str>,
    (engine, view): (&Engine, &View),
) -> Result<Valid<ExecutableDocument>, Rejection> {
    let failed = match ast.to_executable_validate(&view.api) {
        Ok(document) => return Ok(document),
        Err(failed) => failed,
    };
    if let Some(alone) = name.filter(|_| view.is_public).and_then(|name| alone(ast, name))
        && let Ok(document) = alone.to_executable_validate(&view.api)
        && ast.to_executable_validate(&engine.supergraph.api).is_ok()
    {
        return Ok(document);
    }
    Err(of_diagnostics(VALIDATION_FAILED, &failed.errors, (engine, view)))
}

fn digest_of(query: &str, name: Option<&str>, is_public: bool) -> Key {
    let mut digest = Hasher::default();
    digest.add(query.as_bytes());
    digest.add(name.unwrap_or_default().as_bytes());
    digest.add(&[u8::from(is_public)]);
    digest.end()
}

fn policy(engine: &Engine, query: &str, name: Option<&str>, introspects: bool) -> Policy {
    match async_graphql::parser::parse_query(query) {
        Ok(document) if !introspects => engine.hints.policy(&document, name),
        _ => Policy::default(),
    }
}

impl Prepared {
    /// Query, mutation or subscription.
    pub(crate) fn kind(&self) -> OperationType {
        self.operation.operation_type
    }

    /// The fields of the answer under these variables.
    pub(crate) fn fields(&self, engine: &Engine, variables: &Map) -> Arc<Vec<Field>> {
        let is_true = |name: &str| matches!(variables.get(name), Some(Value::Boolean(true)));
        let compile = || Arc::new(self.fields_without(engine, variables, &Withheld::default()));
        if self.conditions.len() > 64 {
            return compile();
        }
        let key = self
            .conditions
            .iter()
            .fold(0, |key, name| key << 1 | u64::from(is_true(name)));
        let mut shapes = self.shapes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(fields) = shapes.get(&key) {
            return fields.clone();
        }
        let fields = compile();
        if shapes.len() < MAX_SHAPES {
            shapes.insert(key, fields.clone());
        }
        fields
    }

    /// The same where something is withheld from the viewer.
    pub(crate) fn fields_without(&self, engine: &Engine, variables: &Map, withheld: &Withheld) -> Vec<Field> {
        let is_true = |name: &str| matches!(variables.get(name), Some(Value::Boolean(true)));
        let mut compiler = Compiler {
            schema: &self.view.api,
            implementers: &self.view.implementers,
            document: &self.document,
            weights: engine.weights(),
            is_true: &is_true,
            withheld,
            made: HashMap::new(),
        };
        compiler.root(&self.operation.selection_set)
    }
}

fn invalid(message: String) -> Rejection {
    Rejection::new(400, VALIDATION_FAILED, message).of_document()
}

fn of_diagnostics(code: &str, diagnostics: &DiagnosticList, (engine, view): (&Engine, &View)) -> Rejection {
    let errors = diagnostics.iter().take(MAX_ERRORS).map(|diagnostic| {
        let GraphQLError { message, locations, .. } = diagnostic.to_json();
        let message = if engine.settings.suggestions {
            suggest(&view.api, message)
        } else {
            message
        };
        let mut error = coded(code, 400, message);
        error.locations = locations
            .iter()
            .map(|at| Pos {
                line: at.line,
                column: at.column,
            })
            .collect();
        error
    });
    Rejection {
        status: 400,
        well_formed: true,
        errors: errors.collect(),
        headers: Vec::new(),
    }
}

/// The names in the answers to an operation.
fn response_keys(document: &ExecutableDocument, operation: &Operation) -> Result<Names, String> {
    let mut names = Names::default();
    let fragments = document.fragments.values().map(|fragment| &fragment.selection_set);
    for set in fragments.chain([&operation.selection_set]) {
        collect_names(set, &mut names)?;
    }
    Ok(names)
}

fn collect_names(set: &SelectionSet, names: &mut Names) -> Result<(), String> {
    for selection in &set.selections {
        match selection {
            Selection::Field(field) => {
                names.add(field.response_key())?;
                collect_names(&field.selection_set, names)?;
            }
            Selection::InlineFragment(fragment) => collect_names(&fragment.selection_set, names)?,
            Selection::FragmentSpread(_) => {}
        }
    }
    Ok(())
}

/// The variables that decide what is skipped.
fn conditions(document: &ExecutableDocument, operation: &Operation) -> Vec<String> {
    let mut found = BTreeSet::new();
    collect_conditions(&operation.selection_set, &mut found);
    for fragment in document.fragments.values() {
        collect_conditions(&fragment.selection_set, &mut found);
    }
    found.into_iter().collect()
}

fn collect_conditions(set: &SelectionSet, found: &mut BTreeSet<String>) {
    for selection in &set.selections {
        for directive in selection.directives() {
            if let Some(Literal::Variable(name)) = directive.specified_argument_by_name("if").map(AsRef::as_ref) {
                found.insert(name.to_string());
            }
        }
        match selection {
            Selection::Field(field) => collect_conditions(&field.selection_set, found),
            Selection::InlineFragment(fragment) => collect_conditions(&fragment.selection_set, found),
            Selection::FragmentSpread(_) => {}
        }
    }
}
