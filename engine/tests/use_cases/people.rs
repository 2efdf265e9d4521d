//! People: the first, those that follow, logging in.

use domain::{
    actor::{Actor, Person},
    roles::Role,
};
use engine::people::Labels;
use engine::{Error, people::NewPerson};
use rstest::rstest;

use crate::{
    common::{field, portal},
    harness::On,
};

fn new_person(email: &str, role: Role) -> NewPerson {
    NewPerson {
        email: email.into(),
        name: "Noa".into(),
        role,
        teams: vec!["sre".into()],
        password: "correct horse battery".into(),
    }
}

#[rstest]
#[tokio::test]
async fn log_in_with_their_password_until_they_may_no_more(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let noa =
            p.engine.people().add(&p.admin(), new_person("Noa@Example.org", Role::Operator)).await;
        let noa = noa.unwrap();
        assert_eq!(noa.email, "noa@example.org");
        let log_in = async |password: &str| {
            p.engine.people().log_in(" NOA@example.org", password.into()).await
        };
        p.leaves(&["person.log_in"], async || {
            let (person, session) = log_in("correct horse battery").await.unwrap();
            assert_eq!(person, noa);
            assert_eq!(p.engine.people().find(&session).await.unwrap().as_ref(), Some(&noa));
            let wrong = log_in("wrong horse battery").await.unwrap_err();
            let nobody =
                p.engine.people().log_in("x@example.org", "correct horse battery".into()).await;
            assert_eq!(wrong.to_string(), nobody.unwrap_err().to_string());
        })
        .await;
        let (_, session) = log_in("correct horse battery").await.unwrap();
        let me = Actor::Person(noa.clone());
        p.engine
            .people()
            .set_password(&me, "noa@example.org", "another long one".into())
            .await
            .unwrap();
        log_in("correct horse battery").await.unwrap_err();
        let (_, renewed) = log_in("another long one").await.unwrap();
        assert_eq!(
            p.engine.people().find(&session).await.unwrap(),
            None,
            "signed in with the old one"
        );
        assert_eq!(p.engine.people().find(&renewed).await.unwrap().as_ref(), Some(&noa));
        let other =
            p.engine.people().set_password(&me, "ann@example.org", "another long one".into()).await;
        assert!(matches!(other, Err(Error::Forbidden(_))));

        let change = p
            .engine
            .people()
            .change(&p.admin(), noa.id, Role::Approver, Labels::default(), false)
            .await;
        change.unwrap();
        assert!(matches!(log_in("another long one").await, Err(Error::Unauthenticated(_))));
        assert_eq!(p.engine.people().find(&renewed).await.unwrap(), None);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn the_last_administrator_stays_one(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        p.leaves(&[], async || {
            for (role, enabled) in [(Role::Approver, true), (Role::Admin, false)] {
                let change = p
                    .engine
                    .people()
                    .change(&p.admin(), p.admin.id, role, Labels::default(), enabled)
                    .await;
                assert!(matches!(change, Err(Error::Conflict { .. })));
            }
        })
        .await;
        p.engine
            .people()
            .change(&p.admin(), p.ann.id, Role::Admin, Labels::default(), true)
            .await
            .unwrap();
        p.engine
            .people()
            .change(&p.admin(), p.admin.id, Role::Viewer, Labels::default(), true)
            .await
            .unwrap();
        let ann = Person { role: Role::Admin, ..p.ann.clone() };
        assert_eq!(p.engine.people().list(&Actor::Person(ann)).await.unwrap().len(), 5);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn an_address_belongs_to_one_and_the_first_is_set_up_once(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        assert!(!p.engine.people().needs_set_up().await.unwrap());
        p.leaves(&[], async || {
            let late = p.engine.people().set_up(new_person("late@example.org", Role::Admin)).await;
            assert!(matches!(late, Err(Error::Conflict { .. })));
            let taken = new_person("ANN@example.org", Role::Viewer);
            let refused = p.engine.people().add(&p.admin(), taken).await.unwrap_err();
            assert_eq!(field(refused), "/email");
            let short =
                NewPerson { password: "short".into(), ..new_person("s@e.org", Role::Viewer) };
            let refused = p.engine.people().add(&p.admin(), short).await.unwrap_err();
            assert_eq!(field(refused), "/password");
            let by_ann = new_person("n@example.org", Role::Viewer);
            let refused = p.engine.people().add(&p.ann(), by_ann).await.unwrap_err();
            assert!(matches!(refused, Error::Forbidden(_)));
        })
        .await;
    })
    .await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_first_visitors_make_one_administrator(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let engine = crate::common::engine_over(db.store.clone());
        assert!(engine.people().needs_set_up().await.unwrap());
        let [one, two] = ["a@example.org", "b@example.org"].map(|email| {
            let engine = engine.clone();
            tokio::spawn(
                async move { engine.people().set_up(new_person(email, Role::Viewer)).await },
            )
        });
        let outcomes = [one.await.unwrap(), two.await.unwrap()];
        let made: Vec<_> = outcomes.iter().flatten().collect();
        assert_eq!(made.len(), 1);
        assert_eq!(made[0].0.role, Role::Admin);
        assert!(!engine.people().needs_set_up().await.unwrap());
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn sessions_are_kept_until_they_end(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let until = p.engine.now() + chrono::Duration::hours(1);
        p.engine.sessions().save("s".into(), "{}".into(), until).await.unwrap();
        let kept = p.engine.sessions().load("s").await.unwrap();
        assert_eq!(kept, Some(("{}".into(), until)));
        p.clock.advance(chrono::Duration::hours(1));
        assert_eq!(p.engine.sessions().load("s").await.unwrap(), None);
        p.engine.sessions().delete("s".into()).await.unwrap();
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn of_too_many_sessions_the_oldest_end(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let sessions = p.engine.sessions();
        let data = |person: &domain::actor::Person| format!("{{\"person\":\"{}\"}}", person.id);
        let ends = |n: i64| p.engine.now() + chrono::Duration::hours(n + 1);
        for n in 0..60 {
            sessions.save(format!("ann-{n}"), data(&p.ann), ends(n)).await.unwrap();
        }
        sessions.save("ben".into(), data(&p.ben), ends(0)).await.unwrap();
        sessions.make_room(p.ann.id).await.unwrap();
        let mut left = 0;
        for n in 0..60 {
            left += usize::from(sessions.load(&format!("ann-{n}")).await.unwrap().is_some());
        }
        assert_eq!(left, 49);
        assert!(sessions.load("ann-59").await.unwrap().is_some(), "the newest stays");
        assert!(sessions.load("ann-0").await.unwrap().is_none());
        assert!(sessions.load("ben").await.unwrap().is_some(), "and so do those of others");
    })
    .await;
}
