//! What the open transaction has read and not changed since. Acts that share a commit mostly ask
//! for the same run: it is read for the first of them. Nobody else can change it meanwhile, since
//! a transaction of the writer is alone.
//!
//! Each repository owns its questions, asks the cache before the database, and tells it what a
//! write of its own changes. Nothing here knows any of them.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    fmt,
    hash::Hash,
};

/// What a repository is asked: the key of one kind of answer.
pub(crate) trait Question: Eq + Hash + Send + Sync + 'static {
    /// The answer kept for it.
    type Answer: Clone + Send + Sync + 'static;
}

/// The answers, by the type of their question.
///
/// A write through [`Tx::query`](super::Tx::query) forgets all of them; a write that knows what it
/// changes says so here instead.
#[derive(Default)]
pub(crate) struct ReadCache(HashMap<TypeId, Box<dyn Any + Send + Sync>>);

impl ReadCache {
    /// The answer given before.
    pub(crate) fn get<Q: Question>(&self, question: &Q) -> Option<&Q::Answer> {
        let answers = self.0.get(&TypeId::of::<Q>())?;
        answers.downcast_ref::<HashMap<Q, Q::Answer>>()?.get(question)
    }

    /// Keeps an answer, and gives it back.
    pub(crate) fn put<Q: Question>(&mut self, question: Q, answer: Q::Answer) -> Q::Answer {
        let answers = self.0.entry(TypeId::of::<Q>());
        let answers = answers.or_insert_with(|| Box::new(HashMap::<Q, Q::Answer>::new()));
        if let Some(answers) = answers.downcast_mut::<HashMap<Q, Q::Answer>>() {
            answers.insert(question, answer.clone());
        }
        answer
    }

    /// The answer given before, to be changed as the database is.
    pub(crate) fn get_mut<Q: Question>(&mut self, question: &Q) -> Option<&mut Q::Answer> {
        let answers = self.0.get_mut(&TypeId::of::<Q>())?;
        answers.downcast_mut::<HashMap<Q, Q::Answer>>()?.get_mut(question)
    }

    /// Forgets the answers of one kind.
    pub(crate) fn forget<Q: Question>(&mut self) {
        self.0.remove(&TypeId::of::<Q>());
    }

    /// Forgets them all.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

impl fmt::Debug for ReadCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadCache").field("kinds", &self.0.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(PartialEq, Eq, Hash)]
    struct Square(i64);

    impl Question for Square {
        type Answer = i64;
    }

    #[derive(PartialEq, Eq, Hash)]
    struct Name(i64);

    impl Question for Name {
        type Answer = &'static str;
    }

    #[test]
    fn kinds_do_not_meet_and_are_forgotten_apart() {
        let mut cache = ReadCache::default();
        assert_eq!(cache.get(&Square(2)), None);
        assert_eq!(cache.put(Square(2), 4), 4);
        cache.put(Name(2), "two");
        assert_eq!((cache.get(&Square(2)), cache.get(&Name(2))), (Some(&4), Some(&"two")));
        if let Some(answer) = cache.get_mut(&Square(2)) {
            *answer = 5;
        }
        assert_eq!(cache.get(&Square(2)), Some(&5));
        cache.forget::<Square>();
        assert_eq!((cache.get(&Square(2)), cache.get(&Name(2))), (None, Some(&"two")));
        cache.clear();
        assert_eq!(cache.get(&Name(2)), None);
    }
}
