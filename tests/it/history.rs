//! What was changed, when, by whom and why.

use ropa::pb::{
    self, ApplyRegisterRequest, CompareRevisionsRequest, GetRevisionRequest, ListRevisionsRequest,
    ListVersionsRequest, history_service_client::HistoryServiceClient, resource_change::Action,
};
use tonic::{Code, transport::Channel};

use crate::app::{App, Engine, small};

fn history(app: &App) -> HistoryServiceClient<Channel> {
    HistoryServiceClient::new(app.channel.clone())
}

async fn apply(app: &App, title: &str, reason: &str) -> i64 {
    let request = ApplyRegisterRequest {
        document: Some(small("shop", title)),
        reason: reason.to_owned(),
        ..ApplyRegisterRequest::default()
    };
    app.registers()
        .apply_register(request)
        .await
        .unwrap()
        .into_inner()
        .revision
}

async fn everything_is_told(engine: Engine) {
    let app = App::start(engine).await;
    let first = apply(&app, "Shop", "first draft").await;
    app.apply(small("other", "Other")).await.unwrap();
    let third = apply(&app, "Web shop", "renamed by the board").await;
    let delete = pb::DeleteProcessingActivityRequest {
        name: "registers/shop/activities/orders".to_owned(),
        ..Default::default()
    };
    app.registers().delete_processing_activity(delete).await.unwrap();

    let list = |parent: &str, page_size: i32, page_token: String| ListRevisionsRequest {
        parent: parent.to_owned(),
        page_size,
        page_token,
        ..ListRevisionsRequest::default()
    };
    let all = history(&app)
        .list_revisions(list("", 0, String::new()))
        .await
        .unwrap()
        .into_inner();
    let numbers: Vec<i64> = all.revisions.iter().map(|revision| revision.revision).collect();
    assert_eq!(numbers, [4, 3, 2, 1], "the latest first");
    let page = history(&app)
        .list_revisions(list("registers/shop", 2, String::new()))
        .await
        .unwrap()
        .into_inner();
    let numbers: Vec<i64> = page.revisions.iter().map(|revision| revision.revision).collect();
    assert_eq!(numbers, [4, third]);
    let rest = list("registers/shop", 2, page.next_page_token);
    let rest = history(&app).list_revisions(rest).await.unwrap().into_inner();
    assert_eq!((rest.revisions.len(), rest.next_page_token.as_str()), (1, ""));
    let oldest = &rest.revisions[0];
    assert_eq!(
        (
            oldest.revision,
            oldest.reason.as_str(),
            oldest.r#type.as_str(),
            oldest.change_count
        ),
        (first, "first draft", "register.applied", 2)
    );
    assert_eq!(
        (oldest.register.as_str(), oldest.log_index),
        ("registers/shop", 1)
    );
    assert_eq!((oldest.actor.as_str(), oldest.leaf_hash.len()), ("anonymous", 64));
    let since = ListRevisionsRequest {
        since: page.revisions[1].time,
        ..list("registers/shop", 0, String::new())
    };
    let since = history(&app).list_revisions(since).await.unwrap().into_inner();
    assert!(since.revisions.len() >= 2, "from that instant on");

    let told = history(&app)
        .get_revision(GetRevisionRequest { revision: third })
        .await
        .unwrap()
        .into_inner();
    assert_eq!(told.changes.len(), 1);
    let change = &told.changes[0];
    assert_eq!(
        (change.name.as_str(), change.action()),
        ("registers/shop", Action::Updated)
    );
    let field = &change.fields[0];
    assert_eq!(
        (field.path.as_str(), field.before.as_str(), field.after.as_str()),
        ("title", "\"Shop\"", "\"Web shop\"")
    );
    for revision in [0, -1, 99] {
        let refused = history(&app)
            .get_revision(GetRevisionRequest { revision })
            .await
            .unwrap_err();
        let expected = if revision == 99 {
            Code::NotFound
        } else {
            Code::InvalidArgument
        };
        assert_eq!(refused.code(), expected);
    }

    let versions = |name: &str, page_size: i32| ListVersionsRequest {
        name: name.to_owned(),
        page_size,
        ..ListVersionsRequest::default()
    };
    let told = history(&app)
        .list_versions(versions("registers/shop", 0))
        .await
        .unwrap()
        .into_inner()
        .versions;
    let actions: Vec<(i64, Action, &str)> = told
        .iter()
        .map(|version| {
            (
                version.revision,
                version.change.as_ref().unwrap().action(),
                version.reason.as_str(),
            )
        })
        .collect();
    assert_eq!(
        actions,
        [
            (third, Action::Updated, "renamed by the board"),
            (first, Action::Created, "first draft")
        ]
    );
    let one = history(&app)
        .list_versions(versions("registers/shop", 1))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        one.versions[0].change.as_ref().unwrap().fields.len(),
        1,
        "against the one before, on the next page"
    );
    let orders = versions("registers/shop/activities/orders", 0);
    let told = history(&app)
        .list_versions(orders)
        .await
        .unwrap()
        .into_inner()
        .versions;
    let actions: Vec<Action> = told
        .iter()
        .map(|version| version.change.as_ref().unwrap().action())
        .collect();
    assert_eq!(actions, [Action::Deleted, Action::Created]);
    let never = history(&app)
        .list_versions(versions("registers/shop/activities/none", 0))
        .await
        .unwrap_err();
    assert_eq!(never.code(), Code::NotFound);

    let compare = |from_revision, to_revision| CompareRevisionsRequest {
        parent: "registers/shop".to_owned(),
        from_revision,
        to_revision,
    };
    let whole = history(&app)
        .compare_revisions(compare(first, 0))
        .await
        .unwrap()
        .into_inner();
    let told: Vec<(&str, Action)> = whole
        .changes
        .iter()
        .map(|change| (change.name.as_str(), change.action()))
        .collect();
    assert_eq!(
        told,
        [
            ("registers/shop", Action::Updated),
            ("registers/shop/activities/orders", Action::Deleted),
        ]
    );
    assert_eq!(whole.revision, 4);
    let nothing = history(&app)
        .compare_revisions(compare(third, third))
        .await
        .unwrap()
        .into_inner();
    assert!(nothing.changes.is_empty());
    let backwards = history(&app).compare_revisions(compare(4, 1)).await.unwrap_err();
    assert_eq!(backwards.code(), Code::InvalidArgument);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_told_of_sqlite() {
    everything_is_told(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_told_of_postgresql() {
    everything_is_told(Engine::Postgres).await;
}
