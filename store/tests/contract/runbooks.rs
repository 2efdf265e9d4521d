//! Versions of runbooks.

use domain::{ids::RunbookVersionId, runbook::RunbookVersion};
use rstest::rstest;
use store::runbooks;

use crate::{
    harness::On,
    seed::{at, id, runbook_version},
};

#[rstest]
#[tokio::test]
async fn the_newest_of_each_slug_is_the_published_one(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let mut other = runbook_version(7);
        other.content.slug = "zz-other".into();
        let versions = [1, 2, 10].map(runbook_version);
        let slug = versions[0].content.slug.clone();
        let records: Vec<_> = versions.iter().cloned().chain([other.clone()]).collect();
        act!(db.store, |tx| {
            for record in records {
                runbooks::insert(tx, record).await?;
            }
            Ok(())
        })
        .unwrap();
        let twice = RunbookVersion { id: RunbookVersionId(id()), ..versions[1].clone() };
        let refused = act!(db.store, |tx| runbooks::insert(tx, twice).await).unwrap_err();
        assert!(refused.is_unique_violation());

        let mut link = db.store.read().await.unwrap();
        let published = runbooks::published(&mut link).await.unwrap();
        let heads: Vec<_> = published.iter().map(|v| (v.content.slug.as_str(), v.number)).collect();
        assert_eq!(heads, [(slug.as_str(), 10), ("zz-other", 7)]);
        assert_eq!(published[0].content, versions[2].content);
        assert_eq!(published[0].source, versions[2].source);
        assert_eq!(published[0].published_at, at(10));
        assert_eq!(published[0].published_by, "daytwo");
        let all = runbooks::versions(&mut link, &slug).await.unwrap();
        assert_eq!(all.iter().map(|v| v.number).collect::<Vec<_>>(), [10, 2, 1]);
        assert!(runbooks::versions(&mut link, "none").await.unwrap().is_empty());
    })
    .await;
}
