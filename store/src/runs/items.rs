//! The items of a run: its boxes.

use chrono::{DateTime, Utc};
use domain::{
    ids::{ItemId, RunId},
    item::{ItemState, MachineWord, PersonWord},
    runbook::MachineRule,
    words::Actor,
};

use crate::{
    db::{Link, Query, Row},
    error::StoreError,
    rows,
    tx::{Tx, micros},
};

/// A box.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemRecord {
    /// Its id.
    pub id: ItemId,
    /// Of which run.
    pub run_id: RunId,
    /// Its place in the run.
    pub position: i64,
    /// Its key in the runbook.
    pub key: String,
    /// Its title.
    pub title: String,
    /// The section it stands in.
    pub section: String,
    /// What to do, as Markdown.
    pub instructions: String,
    /// Who closes it.
    pub actor: Actor,
    /// Whether the gate waits for it.
    pub required: bool,
    /// When it is due.
    pub due_at: Option<DateTime<Utc>>,
    /// The responsible role.
    pub role: Option<String>,
    /// The built-in probes it starts.
    pub probes: Vec<String>,
    /// The built-in rule that closes it.
    pub machine_rule: Option<MachineRule>,
    /// Why it does not apply to this deployment.
    pub not_required_because: Option<String>,
    /// What a script said last.
    pub pushed: Option<Pushed>,
    /// What the machine half says now.
    pub machine: Option<(MachineWord, String)>,
    /// What a person says now.
    pub person: Option<PersonSaid>,
    /// Its state when it last changed.
    pub state: ItemState,
    /// Why.
    pub reason: String,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// A script's last word on a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// The word.
    pub word: MachineWord,
    /// Its sentence.
    pub sentence: String,
    /// Who said it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A person's last word on a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonSaid {
    /// The word.
    pub word: PersonWord,
    /// Their name.
    pub name: String,
    /// What they said about it; may be empty.
    pub note: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// The boxes of a run, in order.
///
/// # Errors
/// What the database says.
pub async fn of_run(link: &mut Link, run: RunId) -> Result<Vec<ItemRecord>, StoreError> {
    link.query("SELECT * FROM items WHERE run_id = $1 ORDER BY position")
        .bind(run.0)
        .read(read)
        .await
}

/// The box with this key.
///
/// # Errors
/// What the database says.
pub async fn by_key(
    link: &mut Link,
    run: RunId,
    key: &str,
) -> Result<Option<ItemRecord>, StoreError> {
    link.query("SELECT * FROM items WHERE run_id = $1 AND key = $2")
        .bind(run.0)
        .bind(key.to_owned())
        .read_optional(read)
        .await
}

/// The open required items of all open runs, soonest due first: what somebody has to do. Those of
/// duties that are switched off wait for nobody.
///
/// # Errors
/// What the database says.
pub async fn waiting(link: &mut Link, limit: i64) -> Result<Vec<ItemRecord>, StoreError> {
    link.query(
        "SELECT i.* FROM items i JOIN runs r ON r.id = i.run_id \
         WHERE r.state = 'watching' AND i.required \
         AND i.state NOT IN ('passed', 'waived', 'not_required') \
         AND NOT EXISTS (SELECT 1 FROM duty_runs x JOIN duties d ON d.id = x.duty_id \
         WHERE x.id = r.id AND d.retired_at IS NOT NULL) \
         ORDER BY CASE WHEN i.due_at IS NULL THEN 1 ELSE 0 END, i.due_at, i.position LIMIT $1",
    )
    .bind(limit)
    .read(read)
    .await
}

const INSERT: &str = "INSERT INTO items (id, run_id, position, key, title, section, instructions, \
     actor, required, due_at, role, probes, machine_rule, not_required_because, machine_word, \
     machine_sentence, state, reason, updated_at)";

/// Adds the items of a run that opens, in few statements: as they stand, nobody having said
/// anything yet.
///
/// # Errors
/// What the database says.
pub async fn insert_all(tx: &mut Tx, items: Vec<ItemRecord>) -> Result<(), StoreError> {
    let rows = items
        .into_iter()
        .map(|item| {
            let probes = serde_json::to_string(&item.probes)
                .map_err(|error| StoreError::corrupt("probes", error))?;
            Ok((item, probes))
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    rows::insert(tx, INSERT, 19, "", rows, bind).await?;
    tx.forget();
    Ok(())
}

fn bind(query: Query<'_>, (item, probes): (ItemRecord, String)) -> Query<'_> {
    query
        .bind(item.id.0)
        .bind(item.run_id.0)
        .bind(item.position)
        .bind(item.key)
        .bind(item.title)
        .bind(item.section)
        .bind(item.instructions)
        .bind(item.actor.as_str().to_owned())
        .bind(item.required)
        .bind(item.due_at.map(micros))
        .bind(item.role)
        .bind(probes)
        .bind(item.machine_rule.map(|rule| rule.as_str().to_owned()))
        .bind(item.not_required_because)
        .bind(item.machine.as_ref().map(|(word, _)| word.as_str().to_owned()))
        .bind(item.machine.map(|(_, sentence)| sentence))
        .bind(item.state.as_str().to_owned())
        .bind(item.reason)
        .bind(micros(item.updated_at))
}

/// Writes down what has been said about a box and the state that puts it in.
///
/// # Errors
/// What the database says.
pub async fn update(tx: &mut Tx, item: &ItemRecord) -> Result<(), StoreError> {
    let pushed = item.pushed.as_ref();
    let machine = item.machine.as_ref();
    let person = item.person.as_ref();
    tx.append(
        "UPDATE items SET pushed_word = $2, pushed_sentence = $3, pushed_by = $4, \
         pushed_at = $5, machine_word = $6, machine_sentence = $7, person_word = $8, \
         person_name = $9, person_at = $10, state = $11, reason = $12, updated_at = $13, \
         person_note = $14 \
         WHERE id = $1",
    )
    .bind(item.id.0)
    .bind(pushed.map(|said| said.word.as_str().to_owned()))
    .bind(pushed.map(|said| said.sentence.clone()))
    .bind(pushed.map(|said| said.by.clone()))
    .bind(pushed.map(|said| micros(said.at)))
    .bind(machine.map(|(word, _)| word.as_str().to_owned()))
    .bind(machine.map(|(_, sentence)| sentence.clone()))
    .bind(person.map(|said| said.word.as_str().to_owned()))
    .bind(person.map(|said| said.name.clone()))
    .bind(person.map(|said| micros(said.at)))
    .bind(item.state.as_str().to_owned())
    .bind(item.reason.clone())
    .bind(micros(item.updated_at))
    .bind(person.map_or_else(String::new, |said| said.note.clone()))
    .run()
    .await?;
    tx.seen.item_is(item);
    Ok(())
}

fn read(row: &Row) -> Result<ItemRecord, StoreError> {
    let pushed = match row.word_optional("pushed_word", MachineWord::parse)? {
        None => None,
        Some(word) => Some(Pushed {
            word,
            sentence: row.get("pushed_sentence")?,
            by: row.get("pushed_by")?,
            at: row.time("pushed_at")?,
        }),
    };
    let machine = match row.word_optional("machine_word", MachineWord::parse)? {
        None => None,
        Some(word) => Some((word, row.get("machine_sentence")?)),
    };
    let person = match row.word_optional("person_word", PersonWord::parse)? {
        None => None,
        Some(word) => Some(PersonSaid {
            word,
            name: row.get("person_name")?,
            note: row.get("person_note")?,
            at: row.time("person_at")?,
        }),
    };
    Ok(ItemRecord {
        id: ItemId(row.get("id")?),
        run_id: RunId(row.get("run_id")?),
        position: row.get("position")?,
        key: row.get("key")?,
        title: row.get("title")?,
        section: row.get("section")?,
        instructions: row.get("instructions")?,
        actor: row.word("actor", Actor::parse)?,
        required: row.get("required")?,
        due_at: row.time_optional("due_at")?,
        role: row.get("role")?,
        probes: row.json("probes")?,
        machine_rule: row.word_optional("machine_rule", MachineRule::parse)?,
        not_required_because: row.get("not_required_because")?,
        pushed,
        machine,
        person,
        state: row.word("state", ItemState::parse)?,
        reason: row.get("reason")?,
        updated_at: row.time("updated_at")?,
    })
}
