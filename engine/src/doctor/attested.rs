//! Whether signatures, waivers, what ended them and evidence are as the audit log says they were added.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::attested::AttestedKind;
use store::{Connection, StoreError, attested};
use uuid::Uuid;

use super::{Finding, RESTORE};

/// How many are named.
const NAMED: usize = 3;

/// Compares each record the log vouches for with what the log says of it, and looks for records it
/// does not know. Those from before it vouched for any are left out.
pub(super) async fn attested(link: &mut Connection) -> Result<Finding, StoreError> {
    const ABOUT: &str = "records";
    let mut known: HashMap<AttestedKind, (DateTime<Utc>, HashSet<Uuid>)> = HashMap::new();
    let (mut wrong, mut count, mut after) = (Vec::new(), 0usize, 0);
    loop {
        let entries = attested::vouching(link, after).await?;
        let Some(last) = entries.last() else { break };
        after = last.seq;
        for kind in AttestedKind::ALL {
            let said: Vec<_> = entries
                .iter()
                .flat_map(|entry| entry.attests.iter().map(move |one| (entry, one)))
                .filter(|(_, one)| one.kind == *kind)
                .collect();
            let ids = said.iter().map(|(_, one)| one.id).collect();
            let now: HashMap<_, _> = attested::as_they_are(link, *kind, ids)
                .await?
                .into_iter()
                .map(|one| (one.id, one))
                .collect();
            for (entry, one) in said {
                count += 1;
                let (_, ids) = known.entry(*kind).or_insert((entry.at, HashSet::new()));
                ids.insert(one.id);
                let fault = match now.get(&one.id) {
                    Some(now) if now == one => continue,
                    Some(_) => "was changed",
                    None => "was removed",
                };
                let (noun, seq) = (noun(*kind), entry.seq);
                wrong.push(format!("the {noun} {} of audit entry {seq} {fault}", one.id));
            }
        }
    }
    // These were vouched for from the same day on: one put in before the first of its kind is found too.
    let together = [AttestedKind::SignOff, AttestedKind::Waiver, AttestedKind::Evidence];
    let first = together.iter().filter_map(|kind| known.get(kind)).map(|(since, _)| *since).min();
    for kind in first.iter().flat_map(|_| together) {
        let since = first.unwrap_or_default();
        known.entry(kind).or_insert_with(|| (since, HashSet::new())).0 = since;
    }
    for (kind, (since, ids)) in &known {
        for id in attested::added_after(link, *kind, *since).await? {
            if !ids.contains(&id) {
                wrong.push(format!("the {} {id} is in no audit entry", noun(*kind)));
            }
        }
    }
    if wrong.is_empty() {
        let said = format!(
            "{count} signatures, waivers, ends of them and pieces of evidence are as added."
        );
        return Ok(Finding::ok(ABOUT, said));
    }
    let more = wrong.len().saturating_sub(NAMED);
    let mut said = wrong.into_iter().take(NAMED).collect::<Vec<_>>().join("; ");
    if more > 0 {
        said = format!("{said}; and {more} more");
    }
    Ok(Finding::problem(ABOUT, format!("By other hands: {said}."), RESTORE))
}

const fn noun(kind: AttestedKind) -> &'static str {
    match kind {
        AttestedKind::SignOff => "sign-off",
        AttestedKind::Waiver => "waiver",
        AttestedKind::Evidence => "evidence",
        AttestedKind::SignOffVoid => "void of sign-off",
        AttestedKind::WaiverEnd => "end of waiver",
    }
}
