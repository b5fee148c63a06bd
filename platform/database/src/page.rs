//! Pages over a unique order: after a key, or by number.

use kernel::{Fault, Page, PageRequest, Refusal};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, Select,
    Value,
};
use serde::{Serialize, de::DeserializeOwned};

/// Reads one page of `select`, sorted by `columns`.
///
/// `columns` must be a unique order (end it with the primary key) and have an index. `key` gives a row's values of
/// these columns; `values` turns them back into SQL values. The cursor carries the key, so rows that come or go
/// between two pages never shift a page.
///
/// # Errors
/// `E` from a cursor that is not this list's, or from the database.
pub async fn page<S, K, E>(
    connection: &impl ConnectionTrait,
    select: Select<S>,
    columns: &[(S::Column, Order)],
    request: &PageRequest,
    key: impl Fn(&S::Model) -> K,
    values: impl Fn(K) -> Vec<Value>,
) -> Result<Page<S::Model>, E>
where
    S: EntityTrait,
    K: Serialize + DeserializeOwned,
    E: From<DbErr> + From<Refusal> + Fault,
{
    let mut select = select;
    if let Some(after) = request.after_key::<K>()? {
        select = select.filter(beyond(columns, &values(after)));
    }
    for (column, order) in columns {
        select = select.order_by(*column, order.clone());
    }
    if request.number > 1 {
        select = select.offset(u64::from(request.skipped()));
    }
    let rows = select.limit(u64::from(request.first) + 1).all(connection).await?;
    Ok(Page::from_rows(rows, request, key))
}

/// `(a, b) > (x, y)` spelled out, as directions may differ: `a > x OR (a = x AND b > y)`.
fn beyond<C: ColumnTrait>(columns: &[(C, Order)], values: &[Value]) -> Condition {
    let mut any = Condition::any();
    for (i, ((column, order), value)) in columns.iter().zip(values).enumerate() {
        let mut all = Condition::all();
        for ((earlier, _), same) in columns[..i].iter().zip(values) {
            all = all.add(earlier.eq(same.clone()));
        }
        let further = if matches!(order, Order::Desc) {
            column.lt(value.clone())
        } else {
            column.gt(value.clone())
        };
        any = any.add(all.add(further));
    }
    any
}
