//! Reading: one state, in one order, and nothing that is not what was written.

use sha2::{Digest as _, Sha256};

use super::{Scratch, change, commit, name, put, read, sql, unprotect};
use crate::{
    domain::name::{ResourceKind, ResourceName},
    store::{Error, Past, Store, hex::hex},
};

pub async fn lists_follow_the_bytes_of_names(scratch: &Scratch) {
    let store = scratch.store().await;
    // In Danish `aa` comes last.
    let ids = ["a-b", "ab", "a", "a1", "aa", "a-c", "ac", "b", "a0"];
    for register in ["koko", "koko-2", "kok"] {
        let names = ids
            .iter()
            .map(|id| format!("registers/{register}/activities/{id}"));
        let mut mutations: Vec<_> = names.map(|name| put(&name, "{}")).collect();
        mutations.push(put(&format!("registers/{register}"), "{}"));
        mutations.push(put(&format!("registers/{register}/processors/a"), "{}"));
        commit(&store, mutations).await.unwrap();
    }
    let all = list(&store, ResourceKind::Activity, None).await;
    assert_eq!(all.len(), 27);
    assert!(all.is_sorted(), "{all:?}");
    let of_koko = list(&store, ResourceKind::Activity, Some("koko")).await;
    let mut expected = ids.map(|id| format!("registers/koko/activities/{id}"));
    expected.sort();
    assert_eq!(of_koko, expected);
    let registers = list(&store, ResourceKind::Register, None).await;
    assert_eq!(registers, ["registers/kok", "registers/koko", "registers/koko-2"]);
    let read = read(&store).await.unwrap().documents;
    assert_eq!(read.len(), 33);
}

/// Page by page.
async fn list(store: &Store, kind: ResourceKind, register: Option<&str>) -> Vec<String> {
    let register = register.map(|register| register.parse().unwrap());
    let (mut names, mut after): (Vec<String>, Option<ResourceName>) = (Vec::new(), None);
    loop {
        let past = Past {
            at: store.head().await.unwrap().revision,
            register: register.as_ref(),
            kind: Some(kind),
            after: after.as_ref(),
        };
        let page = store.documents_at(past, 2).await.unwrap();
        let Some(last) = page.last() else { return names };
        after = Some(last.name.clone());
        names.extend(page.iter().map(|stored| stored.name.to_string()));
    }
}

pub async fn reading_shows_one_revision(scratch: &Scratch) {
    let store = scratch.store().await;
    let (a, b) = ("registers/koko/activities/a", "registers/koko/activities/b");
    let writer = scratch.open().await;
    let writer = tokio::spawn(async move {
        for n in 0..60 {
            let json = n.to_string();
            commit(&writer, vec![put(a, &json), put(b, &json)]).await.unwrap();
        }
    });
    while !writer.is_finished() {
        let contents = read(&store).await.unwrap();
        let documents = contents.documents;
        assert!(
            documents
                .iter()
                .all(|stored| stored.revision == contents.head.revision),
            "{documents:?}"
        );
        assert!(
            documents.windows(2).all(|pair| pair[0].json == pair[1].json),
            "{documents:?}"
        );
    }
    writer.await.unwrap();
}

pub async fn a_document_without_its_digest_is_reported(scratch: &Scratch) {
    let store = scratch.store().await;
    let a = "registers/koko/activities/a";
    commit(
        &store,
        vec![put(a, r#"{"state": "DENIED"}"#), put("registers/koko", "{}")],
    )
    .await
    .unwrap();
    unprotect(scratch, &store).await;
    sql(
        &store,
        "UPDATE version SET document = replace(document, 'DENIED', 'PERMITTED')",
    )
    .await
    .unwrap();
    let koko = "koko".parse().unwrap();
    let past = Past {
        at: crate::domain::name::Revision::new(2),
        register: Some(&koko),
        kind: Some(ResourceKind::Activity),
        after: None,
    };
    let list = store.documents_at(past, 10).await;
    let documents = store.write(None).await.unwrap().documents(&koko).await;
    let expected =
        format!("the store is damaged: `{a}` at revision 1: the document does not have its digest");
    for error in [
        store.document_get(&name(a)).await.unwrap_err(),
        read(&store).await.unwrap_err(),
        list.unwrap_err(),
        documents.unwrap_err(),
    ] {
        assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
        assert_eq!(error.to_string(), expected);
    }
    // The others are still there.
    store
        .document_get(&name("registers/koko"))
        .await
        .unwrap()
        .unwrap();
}

pub async fn rows_that_make_no_sense_are_reported(scratch: &Scratch) {
    let store = scratch.store().await;
    let sha256 = hex(&Sha256::digest("{}").into());
    let sha256 = if scratch.is_postgres() {
        format!("'\\x{sha256}'")
    } else {
        format!("x'{sha256}'")
    };
    let rows = [
        ("registers/Koko", "koko", "registers", "1", "0", "it is no name"),
        (
            "registers/koko",
            "pfa",
            "registers",
            "1",
            "0",
            "its register or kind is not that of its name",
        ),
        (
            "registers/koko",
            "koko",
            "activities",
            "1",
            "0",
            "its register or kind is not that of its name",
        ),
        (
            "registers/koko",
            "koko",
            "registers",
            "65536",
            "0",
            "its format is out of range",
        ),
        (
            "registers/koko",
            "koko",
            "registers",
            "-1",
            "0",
            "its format is out of range",
        ),
        (
            "registers/koko",
            "koko",
            "registers",
            "1",
            "9223372036854775807",
            "its time is out of range",
        ),
    ];
    for ((name, register, kind, format, time, what), revision) in rows.into_iter().zip(1..) {
        let insert = format!(
            "INSERT INTO version (name, revision, register, kind, time_ms, deleted, format, document, sha256)
                VALUES ('{name}', {revision}, '{register}', '{kind}', {time}, false, {format}, '{{}}', {sha256});
            INSERT INTO revision (revision, register, time_ms) VALUES ({revision}, '{register}', 0);
            INSERT INTO current (name, revision, register, kind)
                VALUES ('{name}', {revision}, '{register}', '{kind}')"
        );
        sql(&store, &insert).await.unwrap();
        let error = read(&store).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the store is damaged: `{name}` at revision {revision}: {what}")
        );
        sql(&store, "DELETE FROM current").await.unwrap();
        sql(&store, "DELETE FROM revision").await.unwrap();
    }
}

pub async fn a_damaged_head_is_reported(scratch: &Scratch) {
    let store = scratch.store().await;
    commit(&store, vec![put("registers/koko", "{}")]).await.unwrap();
    let byte = if scratch.is_postgres() {
        r"'\x00'::bytea"
    } else {
        "x'00'"
    };
    for nonsense in [
        "UPDATE head SET incarnation = 'this one'".to_owned(),
        format!("UPDATE head SET frontier = {byte}"),
        "UPDATE head SET log_size = 3".to_owned(),
        "DELETE FROM head".to_owned(),
    ] {
        sql(&store, &nonsense).await.unwrap();
        for error in [
            store.head().await.unwrap_err(),
            read(&store).await.unwrap_err(),
            store.write(None).await.map(drop).unwrap_err(),
        ] {
            assert!(matches!(error, Error::Corrupt { .. }), "{nonsense}: {error:?}");
        }
    }
}

/// Setting the head back, as restoring one table of a backup does, must not let a revision be given twice.
pub async fn a_head_set_back_is_reported(scratch: &Scratch) {
    let store = scratch.store().await;
    for n in 0..3 {
        commit(&store, vec![put("registers/koko", &n.to_string())])
            .await
            .unwrap();
    }
    sql(&store, "UPDATE head SET revision = 1").await.unwrap();
    let error = store
        .write(None)
        .await
        .unwrap()
        .commit(change(vec![put("registers/koko", "{}")]))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
}
