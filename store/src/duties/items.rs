//! Boxes of runs of duties.

use chrono::{DateTime, Utc};
use domain::{
    ids::DutyRunId,
    item::{ItemState, MachineWord, PersonWord},
    words::Actor,
};

use crate::{
    db::{Link, Row},
    error::StoreError,
    items::{PersonSaid, Pushed},
    tx::{Tx, micros},
};

/// A box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyItem {
    /// Of which run.
    pub run_id: DutyRunId,
    /// Its key in the runbook.
    pub key: String,
    /// Its place in the run.
    pub position: i64,
    /// Its title.
    pub title: String,
    /// The section it stands in.
    pub section: String,
    /// What to do, as Markdown.
    pub instructions: String,
    /// Who closes it.
    pub actor: Actor,
    /// Whether the run waits for it.
    pub required: bool,
    /// The responsible role.
    pub role: Option<String>,
    /// When it is due.
    pub due_at: Option<DateTime<Utc>>,
    /// Its state when it last changed.
    pub state: ItemState,
    /// Why.
    pub reason: String,
    /// What a script said last.
    pub pushed: Option<Pushed>,
    /// Where there is more about that.
    pub pushed_url: Option<String>,
    /// What the machine half says now.
    pub machine: Option<(MachineWord, String)>,
    /// What a person says now.
    pub person: Option<PersonSaid>,
    /// Its waiver.
    pub waived: Option<Waived>,
}

/// A waiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waived {
    /// Who granted it.
    pub by: String,
    /// Why.
    pub because: String,
    /// When it ends.
    pub until: DateTime<Utc>,
}

/// The boxes of a run, in order.
///
/// # Errors
/// What the database says.
pub async fn items_of(link: &mut Link, run: DutyRunId) -> Result<Vec<DutyItem>, StoreError> {
    link.query("SELECT * FROM duty_items WHERE run_id = $1 ORDER BY position")
        .bind(run.0)
        .read(read)
        .await
}

/// The box with this key.
///
/// # Errors
/// What the database says.
pub async fn item(
    link: &mut Link,
    run: DutyRunId,
    key: &str,
) -> Result<Option<DutyItem>, StoreError> {
    link.query("SELECT * FROM duty_items WHERE run_id = $1 AND key = $2")
        .bind(run.0)
        .bind(key.to_owned())
        .read_optional(read)
        .await
}

/// Adds a box, or changes what is said of it.
///
/// # Errors
/// What the database says.
pub async fn put_item(tx: &mut Tx, item: &DutyItem) -> Result<(), StoreError> {
    let (pushed, person, waived) = (item.pushed.as_ref(), item.person.as_ref(), &item.waived);
    tx.query(
        "INSERT INTO duty_items (run_id, key, position, title, section, instructions, actor, \
         required, role, due_at, state, reason, pushed_word, pushed_sentence, pushed_by, \
         pushed_at, machine_word, machine_sentence, person_word, person_name, person_note, \
         person_at, waived_by, waived_because, waived_until, pushed_url) VALUES ($1, $2, $3, $4, $5, $6, $7, \
         $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26) \
         ON CONFLICT (run_id, key) DO UPDATE SET state = excluded.state, \
         reason = excluded.reason, pushed_word = excluded.pushed_word, \
         pushed_sentence = excluded.pushed_sentence, pushed_by = excluded.pushed_by, \
         pushed_at = excluded.pushed_at, pushed_url = excluded.pushed_url, machine_word = excluded.machine_word, \
         machine_sentence = excluded.machine_sentence, person_word = excluded.person_word, \
         person_name = excluded.person_name, person_note = excluded.person_note, \
         person_at = excluded.person_at, waived_by = excluded.waived_by, \
         waived_because = excluded.waived_because, waived_until = excluded.waived_until",
    )
    .bind(item.run_id.0)
    .bind(item.key.clone())
    .bind(item.position)
    .bind(item.title.clone())
    .bind(item.section.clone())
    .bind(item.instructions.clone())
    .bind(item.actor.as_str().to_owned())
    .bind(item.required)
    .bind(item.role.clone())
    .bind(item.due_at.map(micros))
    .bind(item.state.as_str().to_owned())
    .bind(item.reason.clone())
    .bind(pushed.map(|said| said.word.as_str().to_owned()))
    .bind(pushed.map(|said| said.sentence.clone()))
    .bind(pushed.map(|said| said.by.clone()))
    .bind(pushed.map(|said| micros(said.at)))
    .bind(item.machine.as_ref().map(|(word, _)| word.as_str().to_owned()))
    .bind(item.machine.as_ref().map(|(_, sentence)| sentence.clone()))
    .bind(person.map(|said| said.word.as_str().to_owned()))
    .bind(person.map(|said| said.name.clone()))
    .bind(person.map(|said| said.note.clone()))
    .bind(person.map(|said| micros(said.at)))
    .bind(waived.as_ref().map(|waived| waived.by.clone()))
    .bind(waived.as_ref().map(|waived| waived.because.clone()))
    .bind(waived.as_ref().map(|waived| micros(waived.until)))
    .bind(item.pushed_url.clone())
    .run()
    .await
    .map(drop)
}

fn read(row: &Row) -> Result<DutyItem, StoreError> {
    let text = |column: &str| row.get::<Option<String>>(column).map(Option::unwrap_or_default);
    let machine = row.word_optional("machine_word", MachineWord::parse)?;
    Ok(DutyItem {
        run_id: DutyRunId(row.get("run_id")?),
        key: row.get("key")?,
        position: row.get("position")?,
        title: row.get("title")?,
        section: row.get("section")?,
        instructions: row.get("instructions")?,
        actor: row.word("actor", Actor::parse)?,
        required: row.get("required")?,
        role: row.get("role")?,
        due_at: row.time_optional("due_at")?,
        state: row.word("state", ItemState::parse)?,
        reason: row.get("reason")?,
        pushed: match row.word_optional("pushed_word", MachineWord::parse)? {
            None => None,
            Some(word) => Some(Pushed {
                word,
                sentence: text("pushed_sentence")?,
                by: text("pushed_by")?,
                at: row.time("pushed_at")?,
            }),
        },
        pushed_url: row.get("pushed_url")?,
        machine: match machine {
            None => None,
            Some(word) => Some((word, text("machine_sentence")?)),
        },
        person: match row.word_optional("person_word", PersonWord::parse)? {
            None => None,
            Some(word) => Some(PersonSaid {
                word,
                name: text("person_name")?,
                note: text("person_note")?,
                at: row.time("person_at")?,
            }),
        },
        waived: match row.time_optional("waived_until")? {
            None => None,
            Some(until) => {
                Some(Waived { by: text("waived_by")?, because: text("waived_because")?, until })
            }
        },
    })
}
