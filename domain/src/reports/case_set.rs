//! Which tests a report is of: what tells a report that was sent again from one of other tests.

use sha2::{Digest as _, Sha256};

/// The most tests that are remembered one by one. Beyond it only all of them together are.
const MAX_REMEMBERED: usize = 32_768;
/// Bytes of a hash that are kept of each test.
const HASH_BYTES: usize = 8;

/// Where a test stands, outermost first, and its name last, as a hash so far: what encloses many tests
/// is gone through once.
#[derive(Debug, Clone, Default)]
pub struct CasePath(Sha256);

impl CasePath {
    /// One step further within.
    #[must_use]
    pub fn within(mut self, part: &str) -> Self {
        self.0.update(part.as_bytes());
        // No text holds it, so that `a`, `bc` and `ab`, `c` differ.
        self.0.update([0xff]);
        self
    }
}

/// The tests of a report, whatever became of them: hashes of where they stand and what they are
/// called, sorted, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseSet {
    hashes: Vec<u64>,
}

impl CaseSet {
    /// Adds a test by where it stands.
    pub fn insert(&mut self, path: CasePath) {
        self.hashes.push(first_bytes(&path.0.finalize()));
    }

    /// Sorts what was added.
    pub(super) fn settle(&mut self) {
        self.hashes.sort_unstable();
        self.hashes.dedup();
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// All of them in eight hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        for hash in &self.hashes {
            hasher.update(hash.to_be_bytes());
        }
        let digest = first_bytes(&hasher.finalize());
        format!("{:08x}", digest >> 32)
    }

    /// Whether each test of the other is among these.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let mut own = self.hashes.iter();
        other.hashes.iter().all(|hash| own.by_ref().any(|one| one == hash))
    }

    /// Bytes to keep them by; `None` where they are too many.
    #[must_use]
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let few = self.hashes.len() <= MAX_REMEMBERED;
        few.then(|| self.hashes.iter().flat_map(|hash| hash.to_be_bytes()).collect())
    }

    /// What was kept.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let (hashes, _) = bytes.as_chunks::<HASH_BYTES>();
        Self { hashes: hashes.iter().map(|hash| u64::from_be_bytes(*hash)).collect() }
    }
}

fn first_bytes(digest: &[u8]) -> u64 {
    digest.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> CaseSet {
        let mut set = CaseSet::default();
        for name in names {
            set.insert(CasePath::default().within("suite").within(name));
        }
        set.settle();
        set
    }

    #[test]
    fn a_set_is_known_by_its_tests_alone() {
        assert_eq!(set(&["a", "b"]), set(&["b", "a", "a"]));
        assert_eq!(set(&["a", "b"]).digest(), set(&["b", "a"]).digest());
        assert_ne!(set(&["a", "b"]).digest(), set(&["a", "c"]).digest());
        let (mut joined, mut apart) = (CaseSet::default(), CaseSet::default());
        joined.insert(CasePath::default().within("ab").within("c"));
        apart.insert(CasePath::default().within("a").within("bc"));
        assert_ne!(joined, apart);
    }

    #[test]
    fn one_covers_another_with_all_its_tests() {
        assert!(set(&["a", "b", "c"]).covers(&set(&["a", "c"])));
        assert!(!set(&["a", "c"]).covers(&set(&["a", "b"])));
        assert!(set(&["a"]).covers(&set(&["a"])));
    }

    #[test]
    fn what_is_kept_comes_back() {
        let some = set(&["a", "b"]);
        assert_eq!(CaseSet::from_bytes(&some.to_bytes().unwrap()), some);
        let many: Vec<_> = (0..=MAX_REMEMBERED).map(|n| n.to_string()).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        assert_eq!(set(&many).to_bytes(), None);
    }
}
