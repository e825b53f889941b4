//! Who is calling, and what they may do: deny by default.
//!
//! Every method of the server stands in one table ([`methods`]) with the permission that it needs; a role has permissions;
//! a caller has a role. Whoever is not in the file of callers is nobody.

mod caller;
mod certificate;
mod file;
mod method;
mod role;

pub use caller::{Caller, Callers, Credential, NotIdentified};
pub use certificate::{Certificate, InvalidCertificate};
pub use file::{InvalidCallers, is_name, read};
pub use method::{Kind, Method, find, methods};
pub use role::{Permission, Role};
