//! The queue of what the worker has to do. Part of the snapshot: a restart loses no job.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::Store;
use crate::clock;

/// Times a job is tried before it is given up.
pub const MOST_ATTEMPTS: u32 = 8;
/// Most jobs waiting; beyond, mails are no longer queued.
const MOST: usize = 50_000;

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Pack an order and confirm it.
    ProcessOrder {
        /// The order.
        number: u64,
    },
    /// Send a mail.
    SendMail {
        /// To whom.
        to: String,
        /// Its subject.
        subject: String,
        /// Its text.
        text: String,
    },
}

impl Job {
    /// What the metrics call it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::ProcessOrder { .. } => "process_order",
            Self::SendMail { .. } => "send_mail",
        }
    }
}

/// A job and its history.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    /// Counts up.
    pub id: u64,
    /// What to do.
    pub job: Job,
    /// How often it failed.
    pub failures: u32,
    due: DateTime<Utc>,
}

/// All waiting jobs.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Queue {
    next_id: u64,
    waiting: VecDeque<Entry>,
}

impl Queue {
    /// Adds a job at the end.
    pub fn push(&mut self, job: Job) {
        self.next_id += 1;
        self.waiting.push_back(Entry { id: self.next_id, job, failures: 0, due: clock::now() });
    }
}

impl Store {
    /// Queues a mail.
    pub fn queue_mail(&self, to: &str, subject: &str, text: &str) {
        let mut data = self.write();
        if data.queue.waiting.len() >= MOST {
            tracing::error!(to, subject, "queue is full, mail not queued");
            return;
        }
        let (to, subject, text) = (to.to_owned(), subject.to_owned(), text.to_owned());
        data.queue.push(Job::SendMail { to, subject, text });
        self.work.notify_one();
    }

    /// How many jobs wait.
    pub fn queue_depth(&self) -> usize {
        self.read().queue.waiting.len()
    }

    /// The next job that is due. It stays in the queue until [`Store::finish_job`].
    pub fn next_job(&self) -> Option<Entry> {
        let now = clock::now();
        self.read().queue.waiting.iter().find(|entry| entry.due <= now).cloned()
    }

    /// Takes a job out of the queue.
    pub fn finish_job(&self, id: u64) {
        self.write().queue.waiting.retain(|entry| entry.id != id);
    }

    /// Puts a failed job off: 1, 2, 4, … seconds, at most a minute. Answers false, and drops it,
    /// if it has failed too often.
    pub fn retry_job(&self, id: u64) -> bool {
        let mut data = self.write();
        let Some(entry) = data.queue.waiting.iter_mut().find(|entry| entry.id == id) else {
            return false;
        };
        entry.failures += 1;
        if entry.failures >= MOST_ATTEMPTS {
            data.queue.waiting.retain(|entry| entry.id != id);
            return false;
        }
        let wait_s = (1_i64 << (entry.failures - 1)).min(60);
        entry.due = clock::now() + TimeDelta::seconds(wait_s);
        true
    }
}
