//! Counters of what was asked, summed over all servers. They are no part of the history and go after some time.

use jiff::{Timestamp, civil::Date};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    prelude::Expr,
    sea_query::{ExprTrait as _, OnConflict},
};

use super::{
    Error, Store,
    entity::observed::{ActiveModel, Column, Entity},
};
use crate::domain::name::RegisterId;

/// What was asked on a day, and how often, in the words of the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The day, in UTC.
    pub day: Date,
    /// Which register.
    pub register: RegisterId,
    /// Who asked.
    pub caller: String,
    /// The activity.
    pub activity: String,
    /// The purpose.
    pub purpose: String,
    /// The operation.
    pub operation: String,
    /// The data category.
    pub data: String,
    /// The verdict.
    pub verdict: String,
    /// The worst reason.
    pub code: String,
    /// How often.
    pub count: i64,
    /// When last.
    pub last: Timestamp,
}

/// Which counters to read: summed over the days.
#[derive(Clone, Debug)]
pub struct Observations {
    /// Of this register.
    pub register: RegisterId,
    /// From this day on.
    pub since: Date,
    /// Until this day, with it.
    pub until: Date,
    /// Only those with one of these reasons.
    pub codes: Option<Vec<String>>,
}

/// How many counters are written in one transaction: on SQLite changes wait for it.
const AT_ONCE: usize = 100;

/// A register has at most this many counters a day; then what is new is counted together.
const MOST: u64 = 10_000;

impl Store {
    /// Adds to the counters. Answers how many were added before it failed: so many need not be counted again.
    pub async fn observe(&self, counted: &[Observed]) -> Result<(), (usize, Error)> {
        const DOING: &str = "counting what was asked";
        for (index, some) in counted.chunks(AT_ONCE).enumerate() {
            let added = async {
                // Not the lock on the head: counting orders nothing, and on PostgreSQL no change waits for it.
                let transaction = self.begin_write().await?;
                for one in some {
                    add(&transaction, one).await?;
                }
                transaction.commit().await
            };
            if let Err(error) = added.await {
                return Err((index * AT_ONCE, self.explain(DOING, error).await));
            }
        }
        Ok(())
    }

    /// Forgets the counters of days before this one.
    pub async fn forget_observed(&self, oldest: Date) -> Result<(), Error> {
        let old = Entity::delete_many().filter(Column::Day.lt(oldest.to_string()));
        match old.exec(&self.db).await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.explain("forgetting what was asked", error).await),
        }
    }

    /// Counters, the largest first; at most `limit` of them behind the first `skip`.
    pub async fn observations(
        &self,
        which: &Observations,
        skip: u64,
        limit: u64,
    ) -> Result<Vec<Observed>, Error> {
        let Observations {
            register,
            since,
            until,
            codes,
        } = which;
        let mut select = Entity::find()
            .select_only()
            .filter(Column::Register.eq(register.as_str()))
            .filter(Column::Day.gte(since.to_string()))
            .filter(Column::Day.lte(until.to_string()));
        if let Some(codes) = codes {
            select = select.filter(Column::Code.is_in(codes));
        }
        let keys = [
            Column::Caller,
            Column::Activity,
            Column::Purpose,
            Column::Operation,
            Column::Data,
            Column::Verdict,
            Column::Code,
        ];
        for key in keys {
            select = select.column(key).group_by(key);
        }
        let sum = || Expr::col(Column::Count).sum().cast_as("bigint");
        let select = select
            .expr_as(sum(), "total")
            .expr_as(Expr::col(Column::LastMs).max(), "latest")
            .order_by_desc(sum());
        let select = keys
            .into_iter()
            .fold(select, |select, key| select.order_by_asc(key));
        type Row = (String, String, String, String, String, String, String, i64, i64);
        let rows: Vec<Row> = match select.offset(skip).limit(limit).into_tuple().all(&self.db).await {
            Ok(rows) => rows,
            Err(error) => return Err(self.explain("reading what was asked", error).await),
        };
        let observed = |row: Row| {
            let (caller, activity, purpose, operation, data, verdict, code, count, last_ms) = row;
            Observed {
                day: *until,
                register: register.clone(),
                caller,
                activity,
                purpose,
                operation,
                data,
                verdict,
                code,
                count,
                last: Timestamp::from_millisecond(last_ms).unwrap_or_default(),
            }
        };
        Ok(rows.into_iter().map(observed).collect())
    }
}

/// Adds one counter to what is there; a new one, where there is room for it.
async fn add(transaction: &DatabaseTransaction, one: &Observed) -> Result<(), DbErr> {
    if add_to(transaction, one).await? {
        return Ok(());
    }
    let of_day = Entity::find()
        .filter(Column::Register.eq(one.register.as_str()))
        .filter(Column::Day.eq(one.day.to_string()));
    if of_day.count(transaction).await? < MOST {
        return put(transaction, one).await;
    }
    let others = Observed {
        activity: "(others)".to_owned(),
        purpose: String::new(),
        operation: String::new(),
        data: String::new(),
        code: String::new(),
        ..one.clone()
    };
    if add_to(transaction, &others).await? {
        return Ok(());
    }
    put(transaction, &others).await
}

/// Adds to a counter that is there; answers whether it is.
async fn add_to(transaction: &DatabaseTransaction, one: &Observed) -> Result<bool, DbErr> {
    let update = Entity::update_many()
        .col_expr(Column::Count, Expr::col(Column::Count).add(one.count))
        .col_expr(Column::LastMs, Expr::val(one.last.as_millisecond()))
        .filter(Column::Day.eq(one.day.to_string()))
        .filter(Column::Register.eq(one.register.as_str()))
        .filter(Column::Caller.eq(one.caller.as_str()))
        .filter(Column::Activity.eq(one.activity.as_str()))
        .filter(Column::Purpose.eq(one.purpose.as_str()))
        .filter(Column::Operation.eq(one.operation.as_str()))
        .filter(Column::Data.eq(one.data.as_str()))
        .filter(Column::Verdict.eq(one.verdict.as_str()))
        .filter(Column::Code.eq(one.code.as_str()));
    Ok(update.exec(transaction).await?.rows_affected > 0)
}

/// A new counter, or what another server has made of it meanwhile and this.
async fn put(transaction: &DatabaseTransaction, one: &Observed) -> Result<(), DbErr> {
    let keys = [
        Column::Day,
        Column::Register,
        Column::Caller,
        Column::Activity,
        Column::Purpose,
        Column::Operation,
        Column::Data,
        Column::Verdict,
        Column::Code,
    ];
    let mut sum = OnConflict::columns(keys);
    sum.value(
        Column::Count,
        Expr::col((Entity, Column::Count)).add(Expr::val(one.count)),
    );
    sum.value(Column::LastMs, Expr::val(one.last.as_millisecond()));
    Entity::insert(row(one))
        .on_conflict(sum.to_owned())
        .exec_without_returning(transaction)
        .await
        .map(|_| ())
}

fn row(one: &Observed) -> ActiveModel {
    ActiveModel {
        day: Set(one.day.to_string()),
        register: Set(one.register.to_string()),
        caller: Set(one.caller.clone()),
        activity: Set(one.activity.clone()),
        purpose: Set(one.purpose.clone()),
        operation: Set(one.operation.clone()),
        data: Set(one.data.clone()),
        verdict: Set(one.verdict.clone()),
        code: Set(one.code.clone()),
        count: Set(one.count),
        last_ms: Set(one.last.as_millisecond()),
    }
}
