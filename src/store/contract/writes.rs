//! Changes: all or nothing, in one order, and written down.

use std::time::Duration;

use sea_orm::{EntityTrait, QueryOrder};
use sha2::{Digest as _, Sha256};

use super::{Scratch, change, commit, delete, name, put, read};
use crate::{
    domain::name::Revision,
    store::{
        Denial, Digest, Error, InvalidChange, Options, Store,
        entity::{audit_entry, commitment, content, head, version},
        hex::hex,
        tree::{Frontier, leaf_hash},
    },
};

pub async fn unfinished_changes_use_no_revision(scratch: &Scratch) {
    let store = scratch.store().await;
    drop(store.write(None).await.unwrap());
    let (a, b) = ("registers/koko/activities/a", "registers/pfa");
    let invalid = [
        (vec![], InvalidChange::Empty),
        (vec![put(a, "{}"), delete(a)], InvalidChange::Repeated(name(a))),
        (
            vec![put(a, "{}"), put(b, "{}")],
            InvalidChange::Elsewhere(name(b)),
        ),
        (
            vec![put("registers/koko", "{}"), delete(a)],
            InvalidChange::Absent(name(a)),
        ),
        (vec![put(a, "{\0}")], InvalidChange::ZeroByte(name(a))),
    ];
    for (mutations, expected) in invalid {
        let write = store.write(None).await.unwrap();
        assert_eq!(write.revision(), Revision::new(1));
        match write.commit(change(mutations)).await {
            Err(Error::Invalid(why)) => assert_eq!(why, expected),
            other => panic!("{expected}: {other:?}"),
        }
    }
    let empty = store.head().await.unwrap();
    assert_eq!((empty.revision, empty.digest), (Revision::new(0), None));
    let committed = commit(&store, vec![put(a, "{}")]).await.unwrap();
    assert_eq!((committed.revision, committed.log_index), (Revision::new(1), 1));
    assert_eq!(committed.time.to_string(), "2026-11-24T10:00:00.123Z");
    assert_eq!(version::Entity::find().all(&store.db).await.unwrap().len(), 1);
}

pub async fn twenty_writers_get_one_dense_order(scratch: &Scratch) {
    scratch.store().await;
    let mut writers = Vec::new();
    for process in 0..4 {
        let store = scratch.open().await;
        for writer in 0..5 {
            let (store, name) = (store.clone(), format!("registers/r{process}-{writer}"));
            writers.push(tokio::spawn(async move {
                commit(&store, vec![put(&name, "{}")]).await.unwrap()
            }));
        }
    }
    let mut committed = Vec::new();
    for writer in writers {
        committed.push(writer.await.unwrap());
    }
    committed.sort_by_key(|committed| committed.revision);
    let order: Vec<_> = committed
        .iter()
        .map(|c| (c.revision.number(), c.log_index))
        .collect();
    assert_eq!(order, (1..=20).map(|n| (n, n)).collect::<Vec<_>>());
    let store = scratch.open().await;
    let mut frontier = Frontier::default();
    let entries = audit_entry::Entity::find()
        .order_by_asc(audit_entry::Column::LogIndex)
        .all(&store.db)
        .await;
    for (entry, n) in entries.unwrap().into_iter().zip(1..) {
        assert_eq!((entry.log_index, entry.revision), (n, Some(n)));
        assert_eq!(entry.leaf_hash, leaf_hash(&entry.leaf));
        frontier.append(leaf_hash(&entry.leaf));
        let leaf: serde_json::Value = serde_json::from_slice(&entry.leaf).unwrap();
        assert_eq!((&leaf["log_index"], &leaf["revision"]), (&n.into(), &n.into()));
        // The list of changes is there and is what the leaf says it is.
        let list = content(&store, leaf["changes"]["sha256"].as_str().unwrap()).await;
        let list: serde_json::Value = serde_json::from_slice(&list).unwrap();
        assert_eq!(
            (&list[0]["name"], &list[0]["before"]),
            (&leaf["register"], &serde_json::Value::Null)
        );
        assert_eq!(list[0]["after"], hex(&Sha256::digest("{}").into()));
    }
    assert_eq!(frontier.size(), 20);
    let row = head::Entity::find().one(&store.db).await.unwrap().unwrap();
    assert_eq!((row.log_size, row.frontier), (20, frontier.to_bytes()));
    let head = store.head().await.unwrap();
    assert_eq!(store.digest_at(head.revision).await.unwrap(), head.digest);
    assert!(head.digest.is_some());
    assert_eq!(store.digest_at(Revision::new(21)).await.unwrap(), None);
}

async fn content(store: &Store, sha256: &str) -> Vec<u8> {
    let rows = content::Entity::find().all(&store.db).await.unwrap();
    let row = rows
        .into_iter()
        .find(|row| hex(&Digest::try_from(row.sha256.clone()).unwrap()) == sha256);
    let bytes = row.unwrap().bytes;
    assert_eq!(hex(&Sha256::digest(&bytes).into()), sha256);
    bytes
}

pub async fn history_is_kept(scratch: &Scratch) {
    let store = scratch.store().await;
    let (koko, a) = ("registers/koko", "registers/koko/activities/a");
    commit(&store, vec![put(koko, "{}"), put(a, r#"{"n": 1}"#)])
        .await
        .unwrap();
    commit(&store, vec![put(a, r#"{"n": 2}"#)]).await.unwrap();
    // What was there before is there again: the list of changes is the same as that of the second change would be.
    commit(&store, vec![put(a, r#"{"n": 1}"#)]).await.unwrap();
    commit(&store, vec![put(a, r#"{"n": 2}"#)]).await.unwrap();
    let versions = version::Entity::find()
        .order_by_asc(version::Column::Revision)
        .all(&store.db)
        .await
        .unwrap();
    let of_a = versions.iter().filter(|version| version.name == a);
    let of_a: Vec<_> = of_a
        .map(|version| (version.revision, version.document.as_deref().unwrap()))
        .collect();
    assert_eq!(
        of_a,
        [
            (1, r#"{"n": 1}"#),
            (2, r#"{"n": 2}"#),
            (3, r#"{"n": 1}"#),
            (4, r#"{"n": 2}"#)
        ]
    );
    let now = store.document_get(&name(a)).await.unwrap().unwrap();
    assert_eq!(
        (now.revision.number(), now.json.as_str(), now.format),
        (4, r#"{"n": 2}"#, 1)
    );
    assert_eq!(now.digest, <Digest>::from(Sha256::digest(r#"{"n": 2}"#)));
    let untouched = store.document_get(&name(koko)).await.unwrap().unwrap();
    assert_eq!(
        (untouched.revision.number(), untouched.time.to_string().as_str()),
        (1, "2026-11-24T10:00:00.123Z")
    );
}

pub async fn deletion_is_a_version(scratch: &Scratch) {
    let store = scratch.store().await;
    let (koko, a) = ("registers/koko", "registers/koko/activities/a");
    commit(&store, vec![put(koko, "{}"), put(a, "{}")]).await.unwrap();
    commit(&store, vec![delete(a)]).await.unwrap();
    assert_eq!(store.document_get(&name(a)).await.unwrap(), None);
    assert_eq!(read(&store).await.unwrap().documents.len(), 1);
    let again = commit(&store, vec![delete(a)]).await.unwrap_err();
    assert!(
        matches!(again, Error::Invalid(InvalidChange::Absent(_))),
        "{again:?}"
    );
    let versions = version::Entity::find()
        .order_by_asc(version::Column::Revision)
        .all(&store.db)
        .await
        .unwrap();
    let last = versions.last().unwrap();
    assert_eq!(
        (last.name.as_str(), last.revision, last.deleted, &last.document),
        (a, 2, true, &None)
    );
    commit(&store, vec![put(a, "{}")]).await.unwrap();
    assert_eq!(
        store.document_get(&name(a)).await.unwrap().unwrap().revision,
        Revision::new(3)
    );
}

pub async fn a_change_sees_its_register(scratch: &Scratch) {
    let store = scratch.store().await;
    let (koko, a) = ("registers/koko", "registers/koko/activities/a");
    commit(&store, vec![put(a, "{}"), put(koko, "{}")]).await.unwrap();
    commit(&store, vec![put("registers/koko-2", "{}")]).await.unwrap();
    let mut write = store.write(None).await.unwrap();
    let documents = write.documents(&"koko".parse().unwrap()).await.unwrap();
    assert_eq!(
        documents
            .into_iter()
            .map(|stored| stored.name)
            .collect::<Vec<_>>(),
        [name(koko), name(a)]
    );
    assert_eq!(write.documents(&"nobody".parse().unwrap()).await.unwrap(), []);
    assert_eq!(
        write.commit(change(vec![delete(a)])).await.unwrap().revision,
        Revision::new(3)
    );
}

pub async fn a_large_change_is_one_revision(scratch: &Scratch) {
    let store = scratch.store().await;
    let names: Vec<_> = (0..2_300)
        .map(|n| format!("registers/koko/activities/a{n}"))
        .collect();
    commit(&store, names.iter().map(|name| put(name, "{}")).collect())
        .await
        .unwrap();
    let contents = read(&store).await.unwrap();
    assert_eq!(
        (contents.documents.len(), contents.head.revision),
        (2_300, Revision::new(1))
    );
    assert!(
        contents
            .documents
            .is_sorted_by_key(|stored| stored.name.to_string())
    );
    let odd = |n: usize| n % 2 == 1;
    let second = names
        .iter()
        .enumerate()
        .map(|(n, name)| if odd(n) { delete(name) } else { put(name, "[]") });
    commit(&store, second.collect()).await.unwrap();
    let contents = read(&store).await.unwrap();
    assert_eq!(
        (contents.documents.len(), contents.head.revision),
        (1_150, Revision::new(2))
    );
    assert!(contents.documents.iter().all(|stored| stored.json == "[]"));
}

pub async fn a_reason_can_be_erased(scratch: &Scratch) {
    let store = scratch.store().await;
    let reason = "as Aino asked on the phone";
    let change = change(vec![put("registers/koko", "{}")]);
    let change = crate::store::Change {
        reason: Some(reason.to_owned()),
        ..change
    };
    store.write(None).await.unwrap().commit(change).await.unwrap();
    let entry = audit_entry::Entity::find().one(&store.db).await.unwrap().unwrap();
    let leaf: serde_json::Value = serde_json::from_slice(&entry.leaf).unwrap();
    let kept = commitment::Entity::find().one(&store.db).await.unwrap().unwrap();
    let digest = Sha256::new()
        .chain_update("ropa/c1")
        .chain_update(&kept.salt)
        .chain_update(reason)
        .finalize();
    assert_eq!(
        (kept.value.as_slice(), kept.digest.as_slice()),
        (reason.as_bytes(), &digest[..])
    );
    assert_eq!(leaf["reason"], format!("sha256c:{}", hex(&digest.into())));
    commitment::Entity::delete_by_id(kept.digest)
        .exec(&store.db)
        .await
        .unwrap();
    assert!(!String::from_utf8(entry.leaf.clone()).unwrap().contains("Aino"));
    assert_eq!(store.head().await.unwrap().digest, Some(leaf_hash(&entry.leaf)));
}

pub async fn a_change_waits_only_so_long(scratch: &Scratch) {
    scratch.store().await;
    let short = Duration::from_millis(200);
    let options = Options {
        lock_timeout: short,
        acquire_timeout: short,
        ..Options::default()
    };
    let store = Store::connect(&scratch.url, &options).await.unwrap();
    let first = store.write(None).await.unwrap();
    let in_this_process = store.clone().write(None).await.map(drop).unwrap_err();
    assert!(
        matches!(in_this_process, Error::Conflict { source: None, .. }),
        "{in_this_process:?}"
    );
    let other = Store::connect(&scratch.url, &options).await.unwrap();
    let in_another = other.write(None).await.map(drop).unwrap_err();
    assert!(
        matches!(in_another, Error::Conflict { source: Some(_), .. }),
        "{in_another:?}"
    );
    // Readers do not wait at all.
    assert_eq!(read(&other).await.unwrap().head.revision, Revision::new(0));
    first
        .commit(change(vec![put("registers/koko", "{}")]))
        .await
        .unwrap();
    assert_eq!(other.write(None).await.unwrap().revision(), Revision::new(2));
}

/// A denial is an entry of the log like any other, and no revision: who serves the store takes it for the same.
pub async fn a_denial_is_an_entry_and_no_revision(scratch: &Scratch) {
    let store = scratch.store().await;
    commit(&store, vec![put("registers/koko", "{}")]).await.unwrap();
    let before = store.head().await.unwrap();
    let denial = Denial {
        actor: None,
        method: "/ropa.v1.RegisterService/ApplyRegister".to_owned(),
        count: 3,
        time: "2026-11-29T12:00:00Z".parse().unwrap(),
    };
    // Several servers may write at once.
    let (one, other) = tokio::join!(store.denial_put(&denial), store.denial_put(&denial));
    let mut indices = [one.unwrap(), other.unwrap()];
    indices.sort_unstable();
    assert_eq!(indices, [2, 3]);
    assert_eq!(store.head().await.unwrap(), before);
    let committed = commit(&store, vec![put("registers/koko", "[]")]).await.unwrap();
    assert_eq!((committed.revision, committed.log_index), (Revision::new(2), 4));
    let entries = audit_entry::Entity::find()
        .order_by_asc(audit_entry::Column::LogIndex)
        .all(&store.db)
        .await
        .unwrap();
    let mut frontier = Frontier::default();
    for entry in &entries {
        assert_eq!(entry.leaf_hash, leaf_hash(&entry.leaf));
        frontier.append(leaf_hash(&entry.leaf));
    }
    let row = head::Entity::find().one(&store.db).await.unwrap().unwrap();
    assert_eq!((row.log_size, row.frontier), (4, frontier.to_bytes()));
    let leaf: serde_json::Value = serde_json::from_slice(&entries[1].leaf).unwrap();
    assert_eq!(
        (&leaf["type"], &leaf["count"]),
        (&"access.denied".into(), &3.into())
    );
}
