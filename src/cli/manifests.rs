//! Manifests on disk: files and folders of YAML or JSON that make up registers.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use crate::{
    document::{Draft, InvalidDraft, Violation, Violations, json, manifest},
    pb::RegisterDocument,
};

/// Larger files are not manifests.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// A register document put together from files.
#[derive(Debug, Default)]
pub struct Manifest {
    /// The document.
    pub document: RegisterDocument,
    /// Which entry of which list came from which file: `activities` to the file of each.
    files: BTreeMap<&'static str, Vec<PathBuf>>,
}

/// The registers below a path: a folder with manifests is one, a folder of folders is several.
pub fn registers(path: &Path) -> Result<Vec<Manifest>, String> {
    let mut folders = Vec::new();
    if path.is_dir() && files(path, Depth::Here)?.is_empty() {
        for child in children(path)? {
            if child.is_dir() && !files(&child, Depth::Below)?.is_empty() {
                folders.push(child);
            }
        }
    }
    match folders.as_slice() {
        [] => Ok(vec![read(&[path.to_owned()])?]),
        folders => {
            let read: Result<Vec<Manifest>, String> = folders
                .iter()
                .map(|folder| self::read(std::slice::from_ref(folder)))
                .collect();
            let read = read?;
            // Folders of one register are parts of it, and only together what it is.
            let named: BTreeSet<&str> = read.iter().filter_map(Manifest::register).collect();
            if named.len() == read.len() {
                Ok(read)
            } else if named.len() == 1 {
                Ok(vec![self::read(&[path.to_owned()])?])
            } else {
                let wrong = "its folders are neither registers, one each, nor together one";
                Err(format!("{}: {wrong}", path.display()))
            }
        }
    }
}

/// One register from all files of these paths; `-` is standard input.
pub fn read(paths: &[PathBuf]) -> Result<Manifest, String> {
    let mut merged = Manifest::default();
    let mut mistakes = Vec::new();
    for path in paths {
        let found = if path.is_dir() {
            files(path, Depth::Below)?
        } else {
            vec![path.clone()]
        };
        if found.is_empty() {
            return Err(format!("{}: no .yaml, .yml or .json file", path.display()));
        }
        for file in found {
            let text = text(&file)?;
            let values = manifest::read(&text).unwrap_or_else(|error| {
                mistakes.push(format!("{}: {error}", file.display()));
                Vec::new()
            });
            for value in values.into_iter().filter(|value| !value.is_null()) {
                let (document, violations) =
                    json::read_written::<RegisterDocument>("RegisterDocument", value, "");
                mistakes.extend(
                    violations
                        .iter()
                        .map(|violation| format!("{}: {violation}", file.display())),
                );
                mistakes.extend(merged.add(document, &file));
            }
        }
    }
    if mistakes.is_empty() {
        return Ok(merged);
    }
    // Mistakes of form do not hide those of meaning: what could be read is checked too.
    let of_meaning = match Draft::new(merged.document.clone()) {
        Ok(draft) => draft.mistakes,
        Err(InvalidDraft::Mistakes(violations)) => violations,
        Err(InvalidDraft::Unreadable(_)) => Violations::new(),
    };
    mistakes.extend(of_meaning.iter().map(|violation| merged.in_file(violation)));
    Err(list(&mistakes))
}

/// Every manifest in a folder and below it.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>, String> {
    files(folder, Depth::Below)
}

fn list(mistakes: &[String]) -> String {
    format!("mistakes:\n  {}", mistakes.join("\n  "))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Here,
    Below,
}

fn files(folder: &Path, depth: Depth) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    for path in children(folder)? {
        let is_manifest = path
            .extension()
            .is_some_and(|extension| extension == "yaml" || extension == "yml" || extension == "json");
        if path.is_dir() && depth == Depth::Below {
            found.extend(files(&path, depth)?);
        } else if path.is_file() && is_manifest {
            found.push(path);
        }
    }
    Ok(found)
}

fn children(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let wrong = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut children: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(wrong)?
        .map(|entry| entry.map(|entry| entry.path()).map_err(wrong))
        .collect::<Result<_, _>>()?;
    // Hidden ones are not the register's: a repository keeps itself in one.
    let is_hidden = |path: &PathBuf| {
        let name = path.file_name();
        name.is_some_and(|name| name.to_string_lossy().starts_with('.'))
    };
    children.retain(|child| !is_hidden(child));
    children.sort();
    Ok(children)
}

fn text(file: &Path) -> Result<String, String> {
    let wrong = |error: std::io::Error| format!("{}: {error}", file.display());
    if file == Path::new("-") {
        let mut text = String::new();
        let mut input = std::io::stdin().lock().take(MOST_BYTES + 1);
        input.read_to_string(&mut text).map_err(wrong)?;
        return if text.len() as u64 > MOST_BYTES {
            Err("standard input: is larger than 4 MiB".to_owned())
        } else {
            Ok(text)
        };
    }
    if fs::metadata(file).map_err(wrong)?.len() > MOST_BYTES {
        return Err(format!("{}: is larger than 4 MiB", file.display()));
    }
    fs::read_to_string(file).map_err(wrong)
}

impl Manifest {
    /// The name of the register that the document is of.
    fn register(&self) -> Option<&str> {
        let document = &self.document;
        if let Some(register) = &document.register {
            return Some(&register.name);
        }
        let names = [
            document.activities.first().map(|one| &one.name),
            document.data_categories.first().map(|one| &one.name),
            document.data_subject_categories.first().map(|one| &one.name),
            document.processors.first().map(|one| &one.name),
            document.recipients.first().map(|one| &one.name),
            document.transfers.first().map(|one| &one.name),
            document.contact_persons.first().map(|one| &one.name),
        ];
        let name = names.into_iter().flatten().next()?;
        let (end, _) = name.match_indices('/').nth(1)?;
        name.get(..end)
    }

    fn add(&mut self, other: RegisterDocument, file: &Path) -> Option<String> {
        let RegisterDocument {
            register,
            activities,
            data_categories,
            data_subject_categories,
            processors,
            recipients,
            transfers,
            contact_persons,
        } = other;
        let mut note = |list: &'static str, count: usize| {
            self.files
                .entry(list)
                .or_default()
                .extend(std::iter::repeat_n(file.to_owned(), count));
        };
        note("activities", activities.len());
        note("data_categories", data_categories.len());
        note("data_subject_categories", data_subject_categories.len());
        note("processors", processors.len());
        note("recipients", recipients.len());
        note("transfers", transfers.len());
        note("contact_persons", contact_persons.len());
        let twice = register.is_some() && self.document.register.is_some();
        if let Some(register) = register {
            note("register", 1);
            self.document.register = Some(register);
        }
        self.document.activities.extend(activities);
        self.document.data_categories.extend(data_categories);
        self.document
            .data_subject_categories
            .extend(data_subject_categories);
        self.document.processors.extend(processors);
        self.document.recipients.extend(recipients);
        self.document.transfers.extend(transfers);
        self.document.contact_persons.extend(contact_persons);
        twice.then(|| format!("{}: register: stands in another file too", file.display()))
    }

    /// Mistakes with the files that they are in.
    pub fn explain(&self, violations: &Violations) -> String {
        let explained: Vec<String> = violations
            .iter()
            .map(|violation| self.in_file(violation))
            .collect();
        list(&explained)
    }

    /// A mistake with its file, and its path within that file.
    fn in_file(&self, violation: &Violation) -> String {
        match self.locate(&violation.path) {
            Some((file, path)) => format!("{}: {path}: {}", file.display(), violation.message),
            None => violation.to_string(),
        }
    }

    /// The file that a path such as `document.activities[2].title` is in, and the path counted within the file.
    fn locate(&self, path: &str) -> Option<(&Path, String)> {
        let path = path.strip_prefix("document.")?;
        let Some((list, rest)) = path.split_once('[').filter(|(list, _)| !list.contains('.')) else {
            let list = path.split('.').next()?;
            return Some((self.files.get(list)?.first()?, path.to_owned()));
        };
        let (index, rest) = rest.split_once(']')?;
        let (files, index): (&Vec<PathBuf>, usize) = (self.files.get(list)?, index.parse().ok()?);
        let file = files.get(index)?;
        let before = files.iter().take(index).filter(|other| *other == file).count();
        Some((file, format!("{list}[{before}]{rest}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_counted_within_their_file() {
        let files = ["a.yaml", "b.yaml", "b.yaml"].map(PathBuf::from).to_vec();
        let manifest = Manifest {
            files: [("activities", files), ("register", vec![PathBuf::from("r.yaml")])].into(),
            ..Manifest::default()
        };
        let located = |path: &str| {
            manifest
                .locate(path)
                .map(|(file, path)| format!("{} {path}", file.display()))
        };
        assert_eq!(
            located("document.activities[2].title").unwrap(),
            "b.yaml activities[1].title"
        );
        assert_eq!(
            located("document.register.documents[0].id").unwrap(),
            "r.yaml register.documents[0].id"
        );
        assert_eq!(located("registers/koko/activities/chat.title"), None);
    }
}
