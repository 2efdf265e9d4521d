//! The items of a run: its boxes.

use domain::{
    ids::{ItemId, RunId},
    item::{AutomatedStatus, Item, ItemActor, ItemState, ManualResult, ManualStatus, PostedResult},
    runbook::MachineRule,
};

use crate::{
    bulk,
    db::{Connection, Query, Row, micros},
    error::StoreError,
    tx::{Question, Tx},
};

/// The boxes of a run, in order.
///
/// # Errors
/// What the database says.
pub async fn of_run(link: &mut Connection, run: RunId) -> Result<Vec<Item>, StoreError> {
    link.query("SELECT * FROM items WHERE run_id = $1 ORDER BY position")
        .bind(run.0)
        .fetch_as(read)
        .await
}

/// The box with this key.
///
/// # Errors
/// What the database says.
pub async fn by_key(
    link: &mut Connection,
    run: RunId,
    key: &str,
) -> Result<Option<Item>, StoreError> {
    link.query("SELECT * FROM items WHERE run_id = $1 AND key = $2")
        .bind(run.0)
        .bind(key.to_owned())
        .fetch_optional_as(read)
        .await
}

/// The open required items of all open runs, soonest due first: what somebody has to do. Those of
/// duties that are switched off wait for nobody.
///
/// # Errors
/// What the database says.
pub async fn waiting(link: &mut Connection, limit: i64) -> Result<Vec<Item>, StoreError> {
    link.query(
        "SELECT i.* FROM items i JOIN runs r ON r.id = i.run_id \
         WHERE r.state = 'watching' AND i.required \
         AND i.state NOT IN ('passed', 'waived', 'not_required') \
         AND NOT EXISTS (SELECT 1 FROM duty_runs x JOIN duties d ON d.id = x.duty_id \
         WHERE x.id = r.id AND d.retired_at IS NOT NULL) \
         ORDER BY CASE WHEN i.due_at IS NULL THEN 1 ELSE 0 END, i.due_at, i.position LIMIT $1",
    )
    .bind(limit)
    .fetch_as(read)
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
pub async fn insert_all(tx: &mut Tx, items: Vec<Item>) -> Result<(), StoreError> {
    let rows = items
        .into_iter()
        .map(|item| {
            let probes = serde_json::to_string(&item.probes)
                .map_err(|error| StoreError::corrupt("probes", error))?;
            Ok((item, probes))
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    bulk::insert(tx, INSERT, 19, "", rows, bind).await?;
    tx.forget();
    Ok(())
}

fn bind(query: Query<'_>, (item, probes): (Item, String)) -> Query<'_> {
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
pub async fn update(tx: &mut Tx, item: &Item) -> Result<(), StoreError> {
    let posted_result = item.posted_result.as_ref();
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
    .bind(posted_result.map(|said| said.word.as_str().to_owned()))
    .bind(posted_result.map(|said| said.sentence.clone()))
    .bind(posted_result.map(|said| said.by.clone()))
    .bind(posted_result.map(|said| micros(said.at)))
    .bind(machine.map(|(word, _)| word.as_str().to_owned()))
    .bind(machine.map(|(_, sentence)| sentence.clone()))
    .bind(person.map(|said| said.word.as_str().to_owned()))
    .bind(person.map(|said| said.name.clone()))
    .bind(person.map(|said| micros(said.at)))
    .bind(item.state.as_str().to_owned())
    .bind(item.reason.clone())
    .bind(micros(item.updated_at))
    .bind(person.map_or_else(String::new, |said| said.note.clone()))
    .execute()
    .await?;
    tx.cache.put(ByKey(item.run_id, item.key.clone()), Some(item.clone()));
    Ok(())
}

/// Writes down the reports that stand on a box.
///
/// # Errors
/// What the database says.
pub async fn set_reports(tx: &mut Tx, item: &Item) -> Result<(), StoreError> {
    let reports = serde_json::to_string(&item.reports)
        .map_err(|error| StoreError::corrupt("reports", error))?;
    tx.append("UPDATE items SET reports = $2 WHERE id = $1")
        .bind(item.id.0)
        .bind(reports)
        .execute()
        .await?;
    tx.cache.put(ByKey(item.run_id, item.key.clone()), Some(item.clone()));
    Ok(())
}

fn read(row: &Row) -> Result<Item, StoreError> {
    let posted_result = match row.word_optional("pushed_word", AutomatedStatus::parse)? {
        None => None,
        Some(word) => Some(PostedResult {
            word,
            sentence: row.get("pushed_sentence")?,
            by: row.get("pushed_by")?,
            at: row.time("pushed_at")?,
        }),
    };
    let machine = match row.word_optional("machine_word", AutomatedStatus::parse)? {
        None => None,
        Some(word) => Some((word, row.get("machine_sentence")?)),
    };
    let person = match row.word_optional("person_word", ManualStatus::parse)? {
        None => None,
        Some(word) => Some(ManualResult {
            word,
            name: row.get("person_name")?,
            note: row.get("person_note")?,
            at: row.time("person_at")?,
        }),
    };
    Ok(Item {
        id: ItemId(row.get("id")?),
        run_id: RunId(row.get("run_id")?),
        position: row.get("position")?,
        key: row.get("key")?,
        title: row.get("title")?,
        section: row.get("section")?,
        instructions: row.get("instructions")?,
        actor: row.word("actor", ItemActor::parse)?,
        required: row.get("required")?,
        due_at: row.time_optional("due_at")?,
        role: row.get("role")?,
        probes: row.json("probes")?,
        machine_rule: row.word_optional("machine_rule", MachineRule::parse)?,
        not_required_because: row.get("not_required_because")?,
        posted_result,
        reports: row.json("reports")?,
        machine,
        person,
        state: row.word("state", ItemState::parse)?,
        reason: row.get("reason")?,
        updated_at: row.time("updated_at")?,
    })
}

#[derive(PartialEq, Eq, Hash)]
struct ByKey(RunId, String);

impl Question for ByKey {
    type Answer = Option<Item>;
}

impl Tx {
    /// As [`by_key`], read once in a transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn item(&mut self, run: RunId, key: &str) -> Result<Option<Item>, StoreError> {
        let question = ByKey(run, key.to_owned());
        if let Some(known) = self.cache.get(&question) {
            return Ok(known.clone());
        }
        let read = by_key(self, run, key).await?;
        Ok(self.cache.put(question, read))
    }
}
