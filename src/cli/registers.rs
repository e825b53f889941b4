//! A whole register from its lists, as of one revision, and as manifests.

use std::{fs, path::Path};

use super::{
    client::{self, Connection},
    manifests,
};
use crate::{
    document::{self, manifest},
    pb::{self, RegisterDocument, register_service_client::RegisterServiceClient},
};

/// How many resources are read at once.
const PAGE: i32 = 500;
/// No page is larger.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// Reads a register as of a revision (0: now), and answers which it was.
pub async fn read(
    connection: Connection,
    register: &str,
    at_revision: i64,
) -> Result<(RegisterDocument, i64), String> {
    let mut client = RegisterServiceClient::new(connection).max_decoding_message_size(MOST_BYTES);
    let id = register.strip_prefix("registers/").unwrap_or(register);
    let parent = format!("registers/{id}");
    let mut at = at_revision;
    let mut document = RegisterDocument::default();
    macro_rules! list {
        ($field:ident, $method:ident, $request:ident) => {{
            let mut page_token = String::new();
            loop {
                let request = pb::$request {
                    parent: parent.clone(),
                    page_size: PAGE,
                    page_token,
                    at_revision: at,
                    ..Default::default()
                };
                let page = client.$method(request).await;
                let page = page.map_err(|status| client::explain(&status))?.into_inner();
                document.$field.extend(page.$field);
                if page.next_page_token.is_empty() {
                    // All lists are of the revision of the first.
                    at = page.revision;
                    break;
                }
                page_token = page.next_page_token;
            }
        }};
    }
    list!(
        activities,
        list_processing_activities,
        ListProcessingActivitiesRequest
    );
    list!(data_categories, list_data_categories, ListDataCategoriesRequest);
    list!(
        data_subject_categories,
        list_data_subject_categories,
        ListDataSubjectCategoriesRequest
    );
    list!(processors, list_processors, ListProcessorsRequest);
    list!(recipients, list_recipients, ListRecipientsRequest);
    list!(transfers, list_transfers, ListTransfersRequest);
    list!(contact_persons, list_contact_persons, ListContactPersonsRequest);
    let request = pb::GetRegisterRequest {
        name: parent,
        at_revision: at,
        as_of: None,
    };
    let own = client.get_register(request).await;
    document.register = Some(own.map_err(|status| client::explain(&status))?.into_inner());
    Ok((document::declared(document), at))
}

/// Writes a register as one manifest.
pub fn manifest(document: &RegisterDocument) -> Result<String, String> {
    manifest::write("RegisterDocument", document).map_err(|error| error.to_string())
}

/// What becomes of manifests that are in a folder already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// They are left alone, and nothing is written: what is no longer in the register would stay in the folder.
    Refuse,
    /// Others take their place.
    Replace,
}

/// Writes a register as a folder of manifests: one file for the register and each list, one for each activity.
pub fn folder(document: RegisterDocument, folder: &Path, existing: Existing) -> Result<usize, String> {
    let wrong = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    if existing == Existing::Replace && folder.exists() {
        for file in manifests::files_below(folder)? {
            fs::remove_file(&file).map_err(|error| wrong(&file, error))?;
        }
    }
    if folder.exists() && !manifests::files_below(folder)?.is_empty() {
        let hint = "has manifests; --overwrite takes their place";
        return Err(format!("{}: {hint}", folder.display()));
    }
    let activities = folder.join("activities");
    fs::create_dir_all(&activities).map_err(|error| wrong(&activities, error))?;
    let mut written = 0;
    let mut write = |file: &str, part: RegisterDocument| {
        if part == RegisterDocument::default() {
            return Ok(());
        }
        let file = folder.join(file);
        written += 1;
        fs::write(&file, manifest(&part)?).map_err(|error| wrong(&file, error))
    };
    let RegisterDocument {
        register,
        activities,
        data_categories,
        data_subject_categories,
        processors,
        recipients,
        transfers,
        contact_persons,
    } = document;
    let only = RegisterDocument::default;
    write("register.yaml", RegisterDocument { register, ..only() })?;
    write(
        "data-categories.yaml",
        RegisterDocument {
            data_categories,
            ..only()
        },
    )?;
    write(
        "data-subject-categories.yaml",
        RegisterDocument {
            data_subject_categories,
            ..only()
        },
    )?;
    write("processors.yaml", RegisterDocument { processors, ..only() })?;
    write("recipients.yaml", RegisterDocument { recipients, ..only() })?;
    write("transfers.yaml", RegisterDocument { transfers, ..only() })?;
    write(
        "contact-persons.yaml",
        RegisterDocument {
            contact_persons,
            ..only()
        },
    )?;
    for activity in activities {
        let id = activity.name.rsplit('/').next().unwrap_or_default();
        let file = format!("activities/{id}.yaml");
        write(
            &file,
            RegisterDocument {
                activities: vec![activity],
                ..only()
            },
        )?;
    }
    Ok(written)
}
