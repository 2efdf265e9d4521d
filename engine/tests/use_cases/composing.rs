//! Several use cases as one act.

use engine::{
    Error,
    clock::Clock as _,
    deployments, lessons,
    runs::{self, ResultStatus},
};
use rstest::rstest;

use crate::{
    common::{announcement, portal, result},
    harness::On,
};

#[rstest]
#[tokio::test]
async fn what_is_done_together_is_kept_together(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let (ci, ann, now) = (p.ci(), p.ann(), p.clock.now());
        let commits = p.store.writer_stats().commits;
        let id = p
            .engine
            .act::<_, Error, _>(move |tx| {
                Box::pin(async move {
                    let id = deployments::announce(tx, &ci, announcement("1.0.0"), now).await?;
                    let passed = result(ResultStatus::Passed);
                    runs::post_result(tx, &ci, id.into(), "load", passed, now).await?;
                    lessons::write(tx, &ann, id, "Together", "One act.", now).await?;
                    Ok(id)
                })
            })
            .await
            .unwrap();
        assert_eq!(p.store.writer_stats().commits, commits + 1);
        assert_eq!(p.item(id, "load").await.state, "passed");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn one_that_is_refused_undoes_them_all(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let open = p.announce("1.0.0").await;
        let (ci, now) = (p.ci(), p.clock.now());
        p.leaves(&[], async || {
            let refused = p
                .engine
                .act::<(), Error, _>(move |tx| {
                    Box::pin(async move {
                        deployments::announce(tx, &ci, announcement("1.1.0"), now).await?;
                        deployments::announce(tx, &ci, announcement("1.1.0"), now).await?;
                        Ok(())
                    })
                })
                .await;
            assert!(matches!(refused, Err(Error::Conflict { .. })), "{refused:?}");
        })
        .await;
        assert_eq!(p.view(open).await.state, "watching");
    })
    .await;
}
