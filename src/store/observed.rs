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

/// A register has at most this many counters a day; then what is new is counted together.
const MOST: u64 = 10_000;

impl Store {
    /// Adds to the counters, and forgets those of days before `oldest`.
    pub async fn observe(&self, counted: &[Observed], oldest: Date) -> Result<(), Error> {
        const DOING: &str = "counting what was asked";
        let added = async {
            // Not the lock on the head: counting orders nothing, and on PostgreSQL no change waits for it.
            let transaction = self.begin_write().await?;
            let old = Entity::delete_many().filter(Column::Day.lt(oldest.to_string()));
            old.exec(&transaction).await?;
            for one in counted {
                add(&transaction, one).await?;
            }
            transaction.commit().await
        };
        match added.await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.explain(DOING, error).await),
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

/// Adds one counter to what is there.
async fn add(transaction: &DatabaseTransaction, one: &Observed) -> Result<(), DbErr> {
    let of_day = Entity::find()
        .filter(Column::Register.eq(one.register.as_str()))
        .filter(Column::Day.eq(one.day.to_string()));
    let full = of_day.count(transaction).await? >= MOST;
    let others = Observed {
        activity: "(others)".to_owned(),
        purpose: String::new(),
        operation: String::new(),
        data: String::new(),
        code: String::new(),
        ..one.clone()
    };
    let row = row(if full { &others } else { one });
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
    let own = |column: Column| Expr::col((Entity, column));
    let mut sum = OnConflict::columns(keys);
    sum.value(Column::Count, own(Column::Count).add(Expr::val(one.count)));
    // Of two servers the later one tells when it was last asked, but for the moment in which both tell.
    sum.value(Column::LastMs, Expr::val(one.last.as_millisecond()));
    Entity::insert(row)
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
