//! Which act is allowed on a box, by whom, and when.

use thiserror::Error;

use crate::{actor::Actor, item::ItemActor, roles::Role, run::RunSubject, watch::WatchState};

/// What may be done to a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemAct {
    /// A person closes a human box or confirms their half of a mixed one.
    Tick,
    /// A person says a human half failed.
    MarkFailed,
    /// A person takes their word back; the history keeps it.
    Untick,
    /// A person says what was rotated after a leak.
    SettleLeak,
    /// An approver closes it without evidence, until a time.
    Waive,
    /// An approver ends a waiver early.
    EndWaiver,
    /// A machine gives its word.
    Result,
    /// A machine says that what was signed off fails after all.
    LateFailure,
    /// A person has its probes run now.
    Probe,
}

impl ItemAct {
    const fn needs(self) -> Role {
        match self {
            Self::Tick
            | Self::MarkFailed
            | Self::Untick
            | Self::Result
            | Self::LateFailure
            | Self::SettleLeak
            | Self::Probe => Role::Operator,
            Self::Waive | Self::EndWaiver => Role::Approver,
        }
    }

    const fn verb(self) -> &'static str {
        match self {
            Self::Tick => "tick",
            Self::MarkFailed => "mark as failed",
            Self::Untick => "untick",
            Self::Waive => "waive",
            Self::SettleLeak => "say what was rotated of",
            Self::EndWaiver => "end the waiver of",
            Self::Result | Self::LateFailure => "post a result on",
            Self::Probe => "probe",
        }
    }
}

/// Why an act is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ItemRefusal {
    /// The watch is closed, so its run no longer changes.
    #[error("This {subject} is {state}: {run} no longer changes, so you cannot {verb} a box.")]
    WatchClosed {
        /// What the run is of, as a noun.
        subject: &'static str,
        /// What no longer changes: the subject's run, or itself.
        run: &'static str,
        /// How the watch stands.
        state: &'static str,
        /// What was tried.
        verb: &'static str,
    },
    /// The actor is a token and the act is a person's.
    #[error(
        "A token is never a person: it cannot {verb} `{key}`. Someone has to do it in the browser."
    )]
    NotAPerson {
        /// What was tried.
        verb: &'static str,
        /// The box.
        key: String,
    },
    /// A person giving a machine's word.
    #[error(
        "A result is a machine's word: a person cannot post one on `{key}`. Tick or confirm it instead, or let an approver waive it."
    )]
    NotAMachine {
        /// The box.
        key: String,
    },
    /// A machine's result on a human box.
    #[error(
        "`{key}` is closed by a person; a result from a machine cannot close it. Send a report as evidence, or make the item `mixed` or `automated` in the runbook."
    )]
    HumanItem {
        /// The box.
        key: String,
    },
    /// A person's tick on an automated box.
    #[error(
        "`{key}` is closed by a machine; a person cannot tick it. An approver can waive it with a reason."
    )]
    AutomatedItem {
        /// The box.
        key: String,
    },
    /// The person's role is too low.
    #[error("To {verb} a box takes the role {needed}; yours is {has}. Ask an administrator.")]
    RoleTooLow {
        /// What was tried.
        verb: &'static str,
        /// The least role that may.
        needed: &'static str,
        /// The person's role.
        has: &'static str,
    },
}

/// Whether `actor` may do `act` on the box `key` of a run of `subject` whose watch is in `watch`.
///
/// # Errors
/// Says which rule forbids it. The order is the one a person would mend them in: who you are,
/// what the box is, how the watch stands.
pub fn authorize_item(
    act: ItemAct,
    key: &str,
    item_actor: ItemActor,
    (subject, watch): (RunSubject, WatchState),
    actor: &Actor,
) -> Result<(), ItemRefusal> {
    let verb = act.verb();
    match (act, actor) {
        (ItemAct::Result | ItemAct::LateFailure, Actor::Token { .. } | Actor::System(_)) => {}
        (ItemAct::Result | ItemAct::LateFailure, _) => {
            return Err(ItemRefusal::NotAMachine { key: key.into() });
        }
        (_, Actor::Person(person)) => {
            if person.role < act.needs() {
                return Err(ItemRefusal::RoleTooLow {
                    verb,
                    needed: act.needs().as_str(),
                    has: person.role.as_str(),
                });
            }
        }
        _ => return Err(ItemRefusal::NotAPerson { verb, key: key.into() }),
    }
    match (act, item_actor) {
        (ItemAct::Result | ItemAct::LateFailure, ItemActor::Human) => {
            return Err(ItemRefusal::HumanItem { key: key.into() });
        }
        (ItemAct::Tick | ItemAct::MarkFailed | ItemAct::Untick, ItemActor::Automated) => {
            return Err(ItemRefusal::AutomatedItem { key: key.into() });
        }
        _ => {}
    }
    let revokes = act == ItemAct::LateFailure && subject == RunSubject::Deployment;
    if watch == WatchState::Watching || (revokes && watch == WatchState::SignedOff) {
        Ok(())
    } else {
        let (state, run) = match subject {
            RunSubject::Deployment => (watch.label_lower(), "its run"),
            RunSubject::Duty => ("done", "it"),
        };
        Err(ItemRefusal::WatchClosed { subject: subject.noun(), run, state, verb })
    }
}

/// Whether a person holds the role that a box of a runbook takes, where it names one of the portal's: a
/// label of a team says whose it is and keeps nobody out.
///
/// # Errors
/// Says which role it takes.
pub fn authorize_role(act: ItemAct, role: Option<&str>, actor: &Actor) -> Result<(), ItemRefusal> {
    let (Some(needed), Actor::Person(person)) = (role.and_then(Role::parse), actor) else {
        return Ok(());
    };
    let is_word = matches!(act, ItemAct::Tick | ItemAct::MarkFailed | ItemAct::Untick);
    if is_word && person.role < needed {
        return Err(ItemRefusal::RoleTooLow {
            verb: act.verb(),
            needed: needed.as_str(),
            has: person.role.as_str(),
        });
    }
    Ok(())
}

impl WatchState {
    const fn label_lower(self) -> &'static str {
        match self {
            Self::Watching => "being watched",
            Self::SignedOff => "signed off",
            Self::RolledBack => "rolled back",
            Self::Superseded => "superseded",
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;
    use crate::{
        actor::Person,
        ids::{PersonId, TokenId},
    };

    const WATCHED: (RunSubject, WatchState) = (RunSubject::Deployment, WatchState::Watching);

    fn token() -> Actor {
        Actor::Token {
            id: TokenId(Uuid::nil()),
            name: "ci".into(),
            scopes: vec![],
            services: vec![],
        }
    }

    fn person(role: Role) -> Actor {
        Actor::Person(Person {
            id: PersonId(Uuid::nil()),
            name: "Jo".into(),
            email: "jo@example.org".into(),
            role,
            teams: vec![],
        })
    }

    #[rstest]
    #[case(ItemAct::Tick)]
    #[case(ItemAct::MarkFailed)]
    #[case(ItemAct::Untick)]
    #[case(ItemAct::Waive)]
    #[case(ItemAct::EndWaiver)]
    fn a_token_never_acts_for_a_person(
        #[case] act: ItemAct,
        #[values(ItemActor::Human, ItemActor::Automated, ItemActor::Mixed)] actor: ItemActor,
    ) {
        let refusal = authorize_item(act, "smoke-tests", actor, WATCHED, &token());
        assert!(matches!(refusal, Err(ItemRefusal::NotAPerson { .. })));
    }

    #[test]
    fn a_result_never_lands_on_a_human_item() {
        let refusal = authorize_item(ItemAct::Result, "k", ItemActor::Human, WATCHED, &token());
        assert_eq!(refusal, Err(ItemRefusal::HumanItem { key: "k".into() }));
        assert_eq!(
            authorize_item(ItemAct::Result, "k", ItemActor::Mixed, WATCHED, &token()),
            Ok(())
        );
    }

    #[test]
    fn a_person_never_gives_a_machines_word() {
        let refusal = authorize_item(
            ItemAct::Result,
            "k",
            ItemActor::Automated,
            WATCHED,
            &person(Role::Admin),
        );
        assert_eq!(refusal, Err(ItemRefusal::NotAMachine { key: "k".into() }));
    }

    #[rstest]
    fn nothing_moves_in_a_closed_watch(
        #[values(WatchState::SignedOff, WatchState::RolledBack, WatchState::Superseded)]
        watch: WatchState,
        #[values(ItemAct::Tick, ItemAct::Untick, ItemAct::Waive, ItemAct::Probe)] act: ItemAct,
    ) {
        let refusal = authorize_item(
            act,
            "k",
            ItemActor::Mixed,
            (RunSubject::Deployment, watch),
            &person(Role::Admin),
        );
        assert!(matches!(refusal, Err(ItemRefusal::WatchClosed { .. })));
    }

    #[rstest]
    #[case(Role::Viewer, ItemAct::Tick, false)]
    #[case(Role::Operator, ItemAct::Tick, true)]
    #[case(Role::Operator, ItemAct::Waive, false)]
    #[case(Role::Approver, ItemAct::Waive, true)]
    #[case(Role::Admin, ItemAct::EndWaiver, true)]
    fn roles(#[case] role: Role, #[case] act: ItemAct, #[case] allowed: bool) {
        let answer = authorize_item(act, "k", ItemActor::Mixed, WATCHED, &person(role));
        assert_eq!(answer.is_ok(), allowed);
    }

    #[test]
    fn an_automated_box_is_not_ticked_by_a_person() {
        let refusal = authorize_item(
            ItemAct::Tick,
            "perf-security",
            ItemActor::Automated,
            WATCHED,
            &person(Role::Admin),
        );
        assert_eq!(
            refusal.unwrap_err().to_string(),
            "`perf-security` is closed by a machine; a person cannot tick it. An approver can \
             waive it with a reason."
        );
    }

    #[test]
    fn a_run_is_called_what_it_is() {
        let said = |subject| {
            let closed = (subject, WatchState::SignedOff);
            let tried =
                authorize_item(ItemAct::Tick, "k", ItemActor::Mixed, closed, &person(Role::Admin));
            tried.unwrap_err().to_string()
        };
        assert_eq!(
            said(RunSubject::Deployment),
            "This deployment is signed off: its run no longer changes, so you cannot tick a box."
        );
        assert_eq!(
            said(RunSubject::Duty),
            "This run is done: it no longer changes, so you cannot tick a box."
        );
    }
}
