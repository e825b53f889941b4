//! What is read from files and read again when they change: certificates, callers. What cannot be read anew leaves what there
//! was.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwap, Guard};

/// A value that is kept up to date with its files.
pub struct Kept<T> {
    current: ArcSwap<T>,
    read: Box<dyn Fn() -> Result<T, String> + Send + Sync>,
    /// What was last wrong, so that it is told once.
    complaint: Mutex<Option<String>>,
}

/// What came of looking again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Renewed {
    /// It is as it was.
    Same,
    /// There is another value now.
    Changed,
    /// It cannot be read; what there was is kept. Told for the first time.
    Failed(String),
    /// It still cannot be read.
    StillFailed,
}

impl<T> std::fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}

impl<T: PartialEq> Kept<T> {
    /// Reads it for the first time. Everything that is wrong is told.
    pub fn new(read: impl Fn() -> Result<T, String> + Send + Sync + 'static) -> Result<Self, String> {
        Ok(Self {
            current: ArcSwap::from_pointee(read()?),
            read: Box::new(read),
            complaint: Mutex::default(),
        })
    }

    /// The value as it is now.
    pub fn load(&self) -> Guard<Arc<T>> {
        self.current.load()
    }

    /// Reads it again. Blocks.
    pub fn renew(&self) -> Renewed {
        let mut complaint = self.complaint.lock().unwrap_or_else(PoisonError::into_inner);
        match (self.read)() {
            Ok(value) => {
                *complaint = None;
                if value == **self.current.load() {
                    return Renewed::Same;
                }
                self.current.store(Arc::new(value));
                Renewed::Changed
            }
            Err(wrong) if complaint.as_ref() == Some(&wrong) => Renewed::StillFailed,
            Err(wrong) => {
                *complaint = Some(wrong.clone());
                Renewed::Failed(wrong)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_leaves_what_there_was_and_is_told_once() {
        let file = Arc::new(Mutex::new(Ok(1)));
        let reads = Arc::clone(&file);
        let kept = Kept::new(move || reads.lock().unwrap().clone()).unwrap();
        assert_eq!(kept.renew(), Renewed::Same);
        *file.lock().unwrap() = Err("half written".to_owned());
        assert_eq!(kept.renew(), Renewed::Failed("half written".to_owned()));
        assert_eq!((kept.renew(), **kept.load()), (Renewed::StillFailed, 1));
        *file.lock().unwrap() = Ok(2);
        assert_eq!((kept.renew(), **kept.load()), (Renewed::Changed, 2));
        assert!(Kept::<i32>::new(|| Err("not there".to_owned())).is_err());
    }
}
