//! Manifests on disk: files and folders of YAML or JSON that make up registers.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    document::{Violations, json, manifest},
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
    let folders = if path.is_dir() && files(path, Depth::Here)?.is_empty() {
        children(path)?
    } else {
        Vec::new()
    };
    match folders.as_slice() {
        [] => Ok(vec![read(&[path.to_owned()])?]),
        folders => folders
            .iter()
            .map(|folder| read(std::slice::from_ref(folder)))
            .collect(),
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
            let values = manifest::read(&text).map_err(|error| format!("{}: {error}", file.display()))?;
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
        Ok(merged)
    } else {
        Err(list(&mistakes))
    }
}

fn list(mistakes: &[String]) -> String {
    format!("{} mistakes:\n  {}", mistakes.len(), mistakes.join("\n  "))
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
    children.sort();
    Ok(children)
}

fn text(file: &Path) -> Result<String, String> {
    let wrong = |error: std::io::Error| format!("{}: {error}", file.display());
    if file == Path::new("-") {
        return std::io::read_to_string(std::io::stdin()).map_err(wrong);
    }
    if fs::metadata(file).map_err(wrong)?.len() > MOST_BYTES {
        return Err(format!("{}: is larger than 4 MiB", file.display()));
    }
    fs::read_to_string(file).map_err(wrong)
}

impl Manifest {
    fn add(&mut self, other: RegisterDocument, file: &Path) -> Option<String> {
        let RegisterDocument {
            register,
            activities,
            data_categories,
            data_subject_categories,
            processors,
            recipients,
            transfers,
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
        twice.then(|| format!("{}: register: stands in another file too", file.display()))
    }

    /// Mistakes with the files that they are in.
    pub fn explain(&self, violations: &Violations) -> String {
        let explained: Vec<String> = violations
            .iter()
            .map(|violation| {
                let file = self.file_of(&violation.path);
                file.map_or_else(
                    || violation.to_string(),
                    |file| format!("{}: {violation}", file.display()),
                )
            })
            .collect();
        list(&explained)
    }

    /// The file that a path such as `document.activities[2].title` is in.
    fn file_of(&self, path: &str) -> Option<&Path> {
        let path = path.strip_prefix("document.")?;
        let (list, rest) = path
            .split_once('[')
            .unwrap_or_else(|| (path.split('.').next().unwrap_or(path), "0]"));
        let index: usize = rest.split(']').next()?.parse().ok()?;
        self.files.get(list)?.get(index).map(PathBuf::as_path)
    }
}
