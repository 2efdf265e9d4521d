use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::verdict::Verdict;

fn passed() -> GateAnswer {
    GateAnswer {
        required: 1,
        verdict: Verdict::Passed,
        open: vec![],
        reason: "All closed.".into(),
        may_be_signed: true,
        four_eyes: None,
        waived: vec![],
        failing_beside: vec![],
    }
}

fn person(n: u128, role: Role, teams: &[&str]) -> Person {
    Person {
        id: PersonId(Uuid::from_u128(n)),
        name: format!("P{n}"),
        email: format!("p{n}@example.org"),
        role,
        teams: teams.iter().map(ToString::to_string).collect(),
    }
}

fn need(role: &str, count: u32) -> SignOffRequirement {
    SignOffRequirement { role: role.into(), count }
}

fn these(people: &[PersonId]) -> Deployers {
    Deployers { people: people.to_vec(), unknown: None }
}

/// A deployment whose gate passes.
struct Case {
    gate: GateAnswer,
    required: Vec<SignOffRequirement>,
    given: Vec<Signature>,
    deployers: Deployers,
    waived_by: Vec<PersonId>,
    active: Vec<Person>,
}

impl Case {
    fn of(required: &[SignOffRequirement], active: &[&Person]) -> Self {
        Self {
            gate: passed(),
            required: required.to_vec(),
            given: Vec::new(),
            deployers: Deployers::default(),
            waived_by: Vec::new(),
            active: active.iter().map(|one| (*one).clone()).collect(),
        }
    }

    fn signing(&self) -> Signing<'_> {
        Signing {
            subject: RunSubject::Deployment,
            watch: WatchState::Watching,
            gate: &self.gate,
            required: &self.required,
            given: &self.given,
            deployers: &self.deployers,
            waived_by: &self.waived_by,
            active: &self.active,
        }
    }

    fn sign(&self, person: &Person) -> Result<String, SignOffRefusal> {
        self.signing().sign(person, Declared::default()).map(|offer| offer.role)
    }

    fn signed(mut self, person: &Person, role: &str) -> Self {
        self.given.push(Signature { person: person.id, role: role.into() });
        self
    }
}

#[test]
fn a_gate_that_holds_names_what_is_open() {
    let me = person(1, Role::Admin, &[]);
    let mut case = Case::of(&[need("approver", 1)], &[&me]);
    case.gate = GateAnswer {
        required: 1,
        verdict: Verdict::Undecided,
        open: vec!["smoke-tests".into()],
        reason: String::new(),
        may_be_signed: false,
        four_eyes: None,
        waived: vec![],
        failing_beside: vec![],
    };
    assert!(case.sign(&me).unwrap_err().to_string().contains("smoke-tests"));
}

#[test]
fn the_deployer_signs_only_beside_someone_else() {
    let me = person(1, Role::Approver, &[]);
    let other = person(2, Role::Approver, &[]);
    let deployed = |required: &[SignOffRequirement]| {
        let mut case = Case::of(required, &[&me, &other]);
        case.deployers = these(&[me.id]);
        case
    };
    let one = [need("approver", 1)];
    let two = [need("approver", 2)];
    assert_eq!(deployed(&one).sign(&me), Err(SignOffRefusal::DeployerAlone));
    assert_eq!(deployed(&one).sign(&other).as_deref(), Ok("approver"));
    assert_eq!(deployed(&two).sign(&me).as_deref(), Ok("approver"));
    let mine = deployed(&two).signed(&me, "approver");
    assert_eq!(mine.sign(&me), Err(SignOffRefusal::Twice));
    assert_eq!(mine.sign(&other).as_deref(), Ok("approver"));
    // Two people the announcement may mean are no four eyes either.
    let mut both = deployed(&two).signed(&me, "approver");
    both.deployers = these(&[me.id, other.id]);
    both.active.push(person(3, Role::Admin, &[]));
    assert_eq!(both.sign(&other), Err(SignOffRefusal::DeployerAlone));
}

#[test]
fn whoever_waived_signs_only_beside_someone_else() {
    let me = person(1, Role::Approver, &[]);
    let other = person(2, Role::Approver, &[]);
    let mut case = Case::of(&[need("approver", 1)], &[&me, &other]);
    case.waived_by = vec![me.id];
    let refusal = case.sign(&me).unwrap_err();
    assert_eq!(refusal, SignOffRefusal::WaiverAlone("deployment"));
    assert_eq!(case.sign(&other).as_deref(), Ok("approver"));
    // Where one deployed and the other waived, each looks at what the other did.
    case.required = vec![need("approver", 2)];
    case.deployers = these(&[other.id]);
    let case = case.signed(&other, "approver");
    assert_eq!(case.sign(&me).as_deref(), Ok("approver"));
}

#[test]
fn a_team_of_one_signs_alone_and_says_so() {
    let me = person(1, Role::Admin, &[]);
    let operator = person(2, Role::Operator, &[]);
    let mut case = Case::of(&[need("approver", 1)], &[&me, &operator]);
    case.deployers = these(&[me.id]);
    let offer = case.signing().offer(&me).unwrap();
    assert_eq!((offer.asks, offer.completes), (vec![Ask::Alone], true));
    assert_eq!(case.sign(&me), Err(SignOffRefusal::NotSaid(Ask::Alone)));
    let said = Declared { alone: true, ..Declared::default() };
    assert!(case.signing().sign(&me, said.clone()).is_ok());
    // Never while somebody else could.
    case.active.push(person(3, Role::Approver, &[]));
    let refused = case.signing().sign(&me, said.clone());
    assert_eq!(refused, Err(SignOffRefusal::DeployerAlone));
    // Whoever may not give what is required is no help.
    case.required = vec![need("sre", 1)];
    case.active[0].teams = vec!["sre".into()];
    let me = case.active[0].clone();
    assert!(case.signing().sign(&me, said).is_ok());
}

#[test]
fn what_is_waived_or_fails_is_signed_in_spite_of_and_by_name() {
    let me = person(1, Role::Approver, &[]);
    let mut case = Case::of(&[need("approver", 2)], &[&me, &person(2, Role::Approver, &[])]);
    case.gate.waived = vec!["release-notes".into(), "logs-triaged".into()];
    case.gate.failing_beside = vec!["journey".into()];
    let what = "waived: release-notes, logs-triaged; failing: journey";
    let refusal = case.sign(&me).unwrap_err();
    assert_eq!(refusal, SignOffRefusal::NotSaid(Ask::Despite(what.into())));
    assert!(refusal.to_string().contains("journey"), "{refusal}");
    let saying = |what: &str| Declared { despite: Some(what.into()), ..Declared::default() };
    assert!(case.signing().sign(&me, saying(what)).is_ok());
    // What was accepted before one more was waived is not what stands.
    let before = saying("waived: release-notes; failing: journey");
    assert!(case.signing().sign(&me, before).is_err());
    // Nobody accepts what is not there.
    let clean = Case::of(&[need("approver", 1)], &[&me]);
    assert!(clean.signing().sign(&me, saying(what)).is_ok());
}

#[test]
fn where_the_deployer_is_unknown_the_only_signatory_says_it_was_not_them() {
    let me = person(1, Role::Approver, &[]);
    let other = person(2, Role::Approver, &[]);
    let mut case = Case::of(&[need("approver", 1)], &[&me, &other]);
    case.deployers = Deployers { unknown: Some("deploy-bot".into()), ..Deployers::default() };
    let refusal = case.sign(&me).unwrap_err();
    assert!(refusal.to_string().contains("`deploy-bot`"), "{refusal}");
    let said = Declared { did_not_deploy: true, ..Declared::default() };
    assert!(case.signing().sign(&me, said).is_ok());
    case.required = vec![need("approver", 2)];
    assert!(case.sign(&me).is_ok(), "of several, one was not the deployer");
    assert!(case.signed(&me, "approver").sign(&other).is_ok());
}

#[test]
fn a_runbook_that_requires_nobody_is_closed_by_any_approver() {
    let me = person(1, Role::Approver, &[]);
    let case = Case::of(&[], &[&me]);
    assert_eq!(case.sign(&me).as_deref(), Ok("approver"));
    let viewer = person(2, Role::Viewer, &[]);
    assert_eq!(case.sign(&viewer), Err(SignOffRefusal::RoleTooLow("viewer")));
}

#[test]
fn no_refusal_ends_in_an_empty_list() {
    let me = person(1, Role::Approver, &[]);
    let other = person(2, Role::Approver, &[]);
    for required in [vec![], vec![need("approver", 1)]] {
        let case = Case::of(&required, &[&me, &other]).signed(&other, "approver");
        let said = case.sign(&me).unwrap_err().to_string();
        assert!(!said.contains("takes .") && !said.ends_with(": ."), "{said}");
    }
}

#[test]
fn a_signature_counts_while_its_giver_is_active_and_holds_the_role() {
    let given = SignOff {
        id: SignOffId(Uuid::nil()),
        run_id: RunId(Uuid::nil()),
        person_id: PersonId(Uuid::from_u128(1)),
        person_name: "Anna".into(),
        role: "sre".into(),
        comment: String::new(),
        did_not_deploy: None,
        alone: false,
        despite: None,
        at: DateTime::UNIX_EPOCH,
        voided: None,
    };
    let account = |role, teams: &[&str], disabled_at| Account {
        person: person(1, role, teams),
        logins: Vec::new(),
        password_hash: String::new(),
        created_at: DateTime::UNIX_EPOCH,
        disabled_at,
        last_login_at: None,
    };
    let why = |account: &Account| given.void_because(Some(account));
    assert_eq!(why(&account(Role::Approver, &["sre"], None)), None);
    assert!(why(&account(Role::Operator, &["sre"], None)).unwrap().contains("role sre"));
    assert!(why(&account(Role::Admin, &[], None)).unwrap().contains("role sre"));
    let gone = account(Role::Admin, &["sre"], Some(DateTime::UNIX_EPOCH));
    assert!(why(&gone).unwrap().contains("may not sign in"));
    assert!(given.void_because(None).is_some());
}

#[test]
fn a_signature_counts_for_the_role_that_fewest_hold() {
    let anna = person(1, Role::Approver, &["sre"]);
    let bert = person(2, Role::Approver, &[]);
    let both = Case::of(&[need("approver", 1), need("sre", 1)], &[&anna, &bert]);
    assert_eq!(both.sign(&anna).as_deref(), Ok("sre"));
    assert_eq!(both.signed(&anna, "sre").sign(&bert).as_deref(), Ok("approver"));
    let admin = person(3, Role::Admin, &[]);
    let ranks = Case::of(&[need("approver", 1), need("admin", 1)], &[&admin]);
    assert_eq!(ranks.sign(&admin).as_deref(), Ok("admin"));
}

#[test]
fn nobody_is_used_up_on_a_role_that_others_can_give() {
    let both = person(1, Role::Approver, &["ops", "dba"]);
    let ops = person(2, Role::Approver, &["ops"]);
    let case = Case::of(&[need("ops", 1), need("dba", 1)], &[&both, &ops]);
    assert_eq!(case.sign(&both).as_deref(), Ok("dba"));
    assert_eq!(case.signed(&both, "dba").sign(&ops).as_deref(), Ok("ops"));
}

/// Others who could give what is given already are no help.
#[test]
fn where_nobody_can_give_what_is_missing_the_last_signs_alone() {
    let first = person(1, Role::Approver, &["ops"]);
    let last = person(2, Role::Approver, &["security"]);
    let other = person(3, Role::Approver, &["ops"]);
    let mut case = Case::of(&[need("ops", 1), need("security", 1)], &[&first, &last, &other]);
    case.deployers = these(&[first.id, last.id]);
    let case = case.signed(&first, "ops");
    let offer = case.signing().offer(&last).unwrap();
    assert_eq!(offer.asks, [Ask::Alone]);
}

#[test]
fn a_team_label_takes_an_approver_of_that_team() {
    assert!(holds(&person(1, Role::Approver, &["sre"]), "sre"));
    assert!(!holds(&person(1, Role::Operator, &["sre"]), "sre"));
    assert!(!holds(&person(1, Role::Admin, &[]), "sre"));
}

#[test]
fn nothing_given_is_never_complete() {
    assert!(!is_complete(&[], &[]));
    assert!(!is_complete(&[need("approver", 1)], &[]));
}

proptest! {
    /// However deployers, waivers, signatures and roles fall: what closes a deployment was signed
    /// by somebody who did not deploy it and by somebody who did not waive it, or by one who said
    /// that they sign alone while nobody else could.
    #[test]
    fn nobody_closes_alone_what_they_deployed_or_waived(
        roles in proptest::collection::vec(0usize..4, 2..5),
        deployed in proptest::collection::vec(any::<bool>(), 5),
        waived in proptest::collection::vec(any::<bool>(), 5),
        signed in proptest::collection::vec(any::<bool>(), 5),
        count in 0u32..3,
        who in 0usize..5,
        said in any::<bool>(),
    ) {
        let team: Vec<Person> = roles
            .iter()
            .enumerate()
            .map(|(n, role)| person(n as u128, Role::ALL[*role], &[]))
            .collect();
        let chosen = |flags: &[bool]| -> Vec<PersonId> {
            let all = team.iter().zip(flags).filter(|(_, flag)| **flag);
            all.map(|(one, _)| one.id).collect()
        };
        let me = &team[who % team.len()];
        let required = if count == 0 { vec![] } else { vec![need("approver", count)] };
        let mut case = Case::of(&required, &team.iter().collect::<Vec<_>>());
        case.deployers = these(&chosen(&deployed));
        case.waived_by = chosen(&waived);
        for one in team.iter().zip(&signed).filter(|(one, flag)| **flag && one.role >= Role::Approver) {
            case.given.push(Signature { person: one.0.id, role: "approver".into() });
        }
        let declared = Declared { did_not_deploy: said, alone: said, despite: None };
        if let Ok(offer) = case.signing().sign(me, declared) {
            prop_assert!(me.role >= Role::Approver);
            let mut all: Vec<PersonId> = case.given.iter().map(|one| one.person).collect();
            prop_assert!(!all.contains(&me.id), "signed twice");
            all.push(me.id);
            if offer.completes {
                let looked = all.iter().any(|one| !case.deployers.include(*one))
                    && all.iter().any(|one| !case.waived_by.contains(one));
                let could = team.iter().any(|one| {
                    !all.contains(&one.id)
                        && one.role >= Role::Approver
                        && !case.deployers.include(one.id)
                        && !case.waived_by.contains(&one.id)
                });
                prop_assert!(looked || (said && !could));
                prop_assert_eq!(!looked, offer.asks.contains(&Ask::Alone));
            }
        }
    }
}

#[test]
fn a_signature_counts_for_what_it_was_given_in_spite_of() {
    let gate = |waived: &[&str], failing: &[&str]| GateAnswer {
        waived: waived.iter().map(ToString::to_string).collect(),
        failing_beside: failing.iter().map(ToString::to_string).collect(),
        ..passed()
    };
    let given = despite(&gate(&["load", "mail"], &["download", "a, b"]));
    let new = |waived: &[&str], failing: &[&str]| since(given.as_deref(), &gate(waived, failing));
    assert_eq!(new(&["mail"], &["a, b"]), None);
    assert_eq!(new(&["load", "mail"], &["download", "a, b"]), None);
    assert_eq!(new(&["load"], &["load"]).as_deref(), Some("failing: load"));
    assert_eq!(new(&["smoke", "down"], &[]).as_deref(), Some("waived: smoke, down"));
    assert_eq!(since(None, &gate(&[], &["e2e"])).as_deref(), Some("failing: e2e"));
    assert_eq!(since(None, &gate(&[], &[])), None);
    // Whatever things are called.
    let odd = ["smoke; login", "x; waived: load", "a, b", "say “yes”, twice", "é; ü"];
    let given = despite(&gate(&["mail"], &odd));
    let new = |waived: &[&str], failing: &[&str]| since(given.as_deref(), &gate(waived, failing));
    assert_eq!(new(&["mail"], &odd), None);
    assert_eq!(new(&["load"], &[]).as_deref(), Some("waived: load"));
    assert_eq!(new(&[], &["a", "b"]).as_deref(), Some("failing: a, b"));
    assert_eq!(new(&[], &["login"]).as_deref(), Some("failing: login"));
}
