//! The doors of the house: which room may use which, who may say which words, and how long a file may be.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Every room with the rooms that it may use. A room stands below those that use it.
const DOORS: [(&str, &[&str]); 14] = [
    ("clock", &[]),
    ("access", &[]),
    ("domain", &[]),
    ("law", &["domain"]),
    ("document", &["domain", "law", "pb"]),
    ("decision", &["domain", "law"]),
    ("report", &["domain", "law"]),
    ("telemetry", &[]),
    ("store", &["domain"]),
    ("replica", &["decision", "document", "domain", "store"]),
    (
        "register",
        &["clock", "document", "domain", "replica", "report", "store"],
    ),
    (
        "grpc",
        &[
            "access",
            "clock",
            "decision",
            "document",
            "domain",
            "law",
            "pb",
            "register",
            "replica",
            "report",
            "store",
            "telemetry",
        ],
    ),
    (
        "server",
        &[
            "access",
            "clock",
            "grpc",
            "register",
            "replica",
            "report",
            "store",
            "telemetry",
        ],
    ),
    (
        "cli",
        &[
            "access",
            "clock",
            "document",
            "domain",
            "grpc",
            "pb",
            "register",
            "replica",
            "server",
            "store",
            "telemetry",
        ],
    ),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The room that a source file is in: the first part of its path below `src`.
fn room(file: &Path) -> String {
    let inside = file.strip_prefix(root().join("src")).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The code of a file without its comments and tests.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The rooms that code names as `crate::room` or in `crate::{room, …}`.
fn used(code: &str) -> BTreeSet<String> {
    named(code, "crate::")
}

/// What code names right behind a path: `path::name`, or `path::{name, …}`.
fn named(code: &str, path: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (start, _) in code.match_indices(path) {
        let rest = &code[start + path.len()..];
        let word = |text: &str| -> String {
            text.chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        };
        let Some(list) = rest.strip_prefix('{') else {
            found.insert(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut at_name = true;
        for (index, c) in list.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => at_name = true,
                c if at_name && depth == 0 && !c.is_whitespace() => {
                    found.insert(word(&list[index..]));
                    at_name = false;
                }
                _ => {}
            }
        }
    }
    found
}

#[test]
fn rooms_use_only_the_doors_they_have() {
    let doors: BTreeMap<&str, &[&str]> = DOORS.into_iter().collect();
    let mut wrong = Vec::new();
    for file in sources(&root().join("src")) {
        let room = room(&file);
        if room == "lib" || room == "main" {
            continue;
        }
        let Some(allowed) = doors.get(room.as_str()) else {
            wrong.push(format!("{} is in a room that has no doors here", file.display()));
            continue;
        };
        for other in used(&code(&file)) {
            if other != room && !allowed.contains(&other.as_str()) {
                wrong.push(format!("{}: `{room}` may not use `{other}`", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A door leads only to a room that stands above in the table, so there is no way round in a circle.
#[test]
fn the_house_has_no_circle() {
    for (index, (room, doors)) in DOORS.iter().enumerate() {
        for door in *doors {
            let above = DOORS.iter().take(index).any(|(other, _)| other == door);
            assert!(
                above || *door == "pb",
                "`{room}` has a door to `{door}`, which is not above it"
            );
        }
    }
}

#[test]
fn words_are_said_only_in_their_rooms() {
    // A path, what is named behind it (empty: anything), and the rooms that may.
    let words: [(&str, &str, &[&str]); 6] = [
        ("sea_orm::", "", &["store"]),
        ("sqlx::", "", &["store"]),
        // The command line is a client.
        ("tonic::", "Status", &["grpc", "cli"]),
        ("prost_reflect::", "", &["document", "grpc"]),
        ("Timestamp::", "now", &["clock"]),
        ("std::env::", "", &[]),
    ];
    let mut wrong = Vec::new();
    for file in sources(&root().join("src")) {
        let (room, code) = (room(&file), code(&file));
        for (path, word, rooms) in words {
            let mut names = named(&code, path).into_iter();
            let said = names.any(|name| word.is_empty() || name == word);
            if said && !rooms.contains(&room.as_str()) {
                wrong.push(format!("{} says `{path}{word}`", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_source_file_is_longer_than_500_lines() {
    let mut files = sources(&root().join("src"));
    files.extend(sources(&root().join("tests")));
    files.extend(sources(&root().join("migrations/src")));
    for file in files {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= 500, "{} has {lines} lines", file.display());
    }
}

#[test]
fn the_test_sees_what_it_looks_for() {
    let planted = "use crate::{\n    grpc::{self, Decisions},\n    store::{Store, x::{Y}},\n};\nfn f() { crate::pb::x() }";
    let expected: BTreeSet<String> = ["grpc", "store", "pb"].map(str::to_owned).into();
    assert_eq!(used(planted), expected);
    let planted = "use tonic::{\n    Code, Status,\n    codec::{Codec},\n};";
    assert!(named(planted, "tonic::").contains("Status"));
}
