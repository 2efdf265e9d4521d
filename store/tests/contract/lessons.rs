//! Lessons: searched, paged, read on their run.

use domain::{ids::LessonId, lesson::Lesson, page::Page};
use rstest::rstest;
use store::lessons;

use crate::{
    harness::On,
    seed::{MICROSECOND, at, deploy, ground, id, put_service, service},
};

#[rstest]
#[tokio::test]
async fn are_found_by_text_and_service(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let deployment = ground.deployment("1.0.0", 0);
        deploy(&db.store, std::slice::from_ref(&deployment)).await;
        let bank = service("bank");
        let other = bank.clone();
        act!(db.store, |tx| put_service(tx, other).await).unwrap();
        let lesson = |title: &str, body: &str| Lesson {
            id: LessonId(id()),
            service_id: ground.service.id,
            service: "shop".into(),
            deployment_id: Some(deployment.id),
            version: Some("1.0.0".into()),
            title: title.into(),
            body: body.into(),
            author_name: "Jo".into(),
            created_at: at(5) + MICROSECOND,
        };
        let queue = lesson("The Queue stood still", "Workers ran 100% old code.");
        let mail = lesson("Mail went to spam", "SPF was_missing.");
        let bank_lesson = Lesson {
            service_id: bank.id,
            service: "bank".into(),
            deployment_id: None,
            version: None,
            ..lesson("Bank queue", "Nothing.")
        };
        let records = [queue.clone(), mail.clone(), bank_lesson.clone()];
        act!(db.store, |tx| {
            for record in records {
                lessons::insert(tx, record).await?;
            }
            Ok(())
        })
        .unwrap();

        let mut link = db.store.read().await.unwrap();
        let link = &mut link;
        let all = Page::first(9);
        let everything = [bank_lesson.clone(), mail.clone(), queue.clone()];
        assert_eq!(lessons::search(link, "", None, all).await.unwrap(), everything);
        let queues = lessons::search(link, "QUEUE", None, all).await.unwrap();
        assert_eq!(queues, [bank_lesson.clone(), queue.clone()]);
        let of_bank = lessons::search(link, "queue", Some(&[bank.id]), all).await.unwrap();
        assert_eq!(of_bank, std::slice::from_ref(&bank_lesson));
        assert_eq!(
            lessons::search(link, "100%", None, all).await.unwrap(),
            std::slice::from_ref(&queue)
        );
        assert_eq!(
            lessons::search(link, "%", None, all).await.unwrap(),
            std::slice::from_ref(&queue)
        );
        assert_eq!(
            lessons::search(link, "_", None, all).await.unwrap(),
            std::slice::from_ref(&mail)
        );

        let first = lessons::search(link, "", None, Page::first(2)).await.unwrap();
        let rest = Page { before: Some(first[1].id), limit: 2 };
        assert_eq!(
            lessons::search(link, "", None, rest).await.unwrap(),
            std::slice::from_ref(&queue)
        );
        let of_run = lessons::of_deployment(link, deployment.id).await.unwrap();
        assert_eq!(of_run, [queue, mail]);
    })
    .await;
}
