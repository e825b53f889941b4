//! Lists: which, in which order, and all pages of one revision.

use ropa::pb::{self, Recipient, resource};
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::{
    app::Engine,
    mutations::{create, delete, shop},
};

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered_ordered_and_of_one_revision() {
    let app = shop(Engine::Sqlite).await;
    let mut client = app.registers();
    for (id, title) in [
        ("a", "Zeta bank"),
        ("b", "Alpha bank"),
        ("c", "Insurer"),
        ("d", "Beta Bank"),
    ] {
        client.create_recipient(create(id, title)).await.unwrap();
    }
    let request = pb::ListRecipientsRequest {
        parent: "registers/shop".to_owned(),
        page_size: 2,
        filter: "title:bank".to_owned(),
        order_by: "title desc".to_owned(),
        ..pb::ListRecipientsRequest::default()
    };
    let first = client
        .list_recipients(request.clone())
        .await
        .unwrap()
        .into_inner();
    let titles = |list: &[Recipient]| list.iter().map(|one| one.title.clone()).collect::<Vec<_>>();
    assert_eq!(titles(&first.recipients), ["Zeta bank", "Beta Bank"]);
    assert_eq!(first.revision, 5);
    // What happens meanwhile is on no page of this list.
    client.create_recipient(create("e", "Aaa bank")).await.unwrap();
    client
        .delete_recipient(delete("registers/shop/recipients/b", ""))
        .await
        .unwrap();
    let second = pb::ListRecipientsRequest {
        page_token: first.next_page_token.clone(),
        ..request.clone()
    };
    let second = client.list_recipients(second).await.unwrap().into_inner();
    assert_eq!(titles(&second.recipients), ["Alpha bank"]);
    assert_eq!((second.revision, second.next_page_token.as_str()), (5, ""));
    let other = pb::ListRecipientsRequest {
        page_token: first.next_page_token,
        order_by: "title".to_owned(),
        ..request.clone()
    };
    assert_eq!(
        client.list_recipients(other).await.unwrap_err().code(),
        Code::InvalidArgument
    );
    let wrong = pb::ListRecipientsRequest {
        filter: "titel = x".to_owned(),
        order_by: "titel".to_owned(),
        page_size: -1,
        ..request.clone()
    };
    let refused = client.list_recipients(wrong).await.unwrap_err();
    let named = refused.get_details_bad_request().unwrap().field_violations;
    let fields: Vec<&str> = named.iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(fields, ["filter", "order_by", "page_size"]);

    let batch = |names: &[&str], at_revision| pb::BatchGetResourcesRequest {
        parent: "registers/shop".to_owned(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        at_revision,
        as_of: None,
    };
    let (b, orders) = ("registers/shop/recipients/b", "registers/shop/activities/orders");
    let then = client
        .batch_get_resources(batch(&[b, orders, b], 5))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (then.resources.len(), then.revision),
        (3, 5),
        "in the order asked"
    );
    assert!(
        matches!(&then.resources[0].resource, Some(resource::Resource::Recipient(one)) if one.title == "Alpha bank")
    );
    let refused = client
        .batch_get_resources(batch(&[b, orders], 0))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    assert_eq!(
        refused.get_details_bad_request().unwrap().field_violations[0].field,
        b
    );
}
