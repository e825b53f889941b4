//! `ropa`: a register of processing activities (GDPR Art. 30) that answers before data is processed.
pub mod domain;
