//! What is read from files and read again when they change: certificates, callers. What cannot be read anew leaves what there
//! was.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwap, Guard};

/// A value that is kept up to date with its files.
pub struct Kept<T> {
    current: ArcSwap<T>,
    read: Box<dyn Fn() -> Result<T, String> + Send + Sync>,
    last: Mutex<Last<T>>,
}

/// What was read last, where it is not what there is. A file may be half written when it is read, and of two that belong
/// together one may be new: so only what is read twice the same is taken over, or complained of.
struct Last<T> {
    read: Option<Result<T, String>>,
    /// What was complained of already.
    complaint: Option<String>,
}

/// What came of looking again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Renewed {
    /// It is as it was.
    Same,
    /// It is something else; the next look decides.
    Noticed,
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
            last: Mutex::new(Last {
                read: None,
                complaint: None,
            }),
        })
    }

    /// The value as it is now.
    pub fn load(&self) -> Guard<Arc<T>> {
        self.current.load()
    }

    /// Reads it again. Blocks.
    pub fn renew(&self) -> Renewed {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let read = (self.read)();
        if read.as_ref().is_ok_and(|value| *value == **self.current.load()) {
            (last.read, last.complaint) = (None, None);
            return Renewed::Same;
        }
        if last.read.as_ref() != Some(&read) {
            last.read = Some(read);
            return Renewed::Noticed;
        }
        match read {
            Ok(value) => {
                (last.read, last.complaint) = (None, None);
                self.current.store(Arc::new(value));
                Renewed::Changed
            }
            Err(wrong) if last.complaint.as_ref() == Some(&wrong) => Renewed::StillFailed,
            Err(wrong) => {
                last.complaint = Some(wrong.clone());
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
        let half_written = "half written".to_owned();
        *file.lock().unwrap() = Err(half_written.clone());
        let looks = [kept.renew(), kept.renew(), kept.renew()];
        assert_eq!(
            looks,
            [
                Renewed::Noticed,
                Renewed::Failed(half_written),
                Renewed::StillFailed
            ]
        );
        assert_eq!(**kept.load(), 1);
        *file.lock().unwrap() = Ok(2);
        assert_eq!((kept.renew(), **kept.load()), (Renewed::Noticed, 1));
        *file.lock().unwrap() = Ok(3);
        assert_eq!(
            (kept.renew(), **kept.load()),
            (Renewed::Noticed, 1),
            "it is still being written"
        );
        assert_eq!((kept.renew(), **kept.load()), (Renewed::Changed, 3));
        assert!(Kept::<i32>::new(|| Err("not there".to_owned())).is_err());
    }
}
