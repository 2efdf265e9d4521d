//! What the deployment's page of a run with 50 items costs in a small and in a large database.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use domain::actor::Actor;
use engine::{Engine, Options, clock::SystemClock, deployments::AnnounceRequest};
use probes::{GuardedClient, Prober};
use store::{Pool, Store};

use crate::{
    portal::{Place, client, folder, sign_in},
    table::Table,
};

/// How many deployments the large database has.
const MANY: usize = 10_000;
/// How many the small one has.
const FEW: usize = 10;
/// How often the page is asked for.
const REQUESTS: usize = 300;

/// Measures both.
pub async fn measure(dist: &Path, table: &mut Table) {
    let small = one(dist, FEW).await;
    let large = one(dist, MANY).await;
    let ms = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1_000.0);
    table.row("deployment page, 50 items, 10 deployments", ms(small), "median; the reference");
    table.row(
        "deployment page, 50 items, 10,000 deployments",
        format!("{}, ratio {:.2}", ms(large), large.as_secs_f64() / small.as_secs_f64()),
        "target ratio at most 1.3",
    );
}

async fn one(dist: &Path, deployments: usize) -> Duration {
    let data = folder();
    let place = Place { dist: dist.to_owned(), data: data.path().to_owned(), database: None };
    place.prepare();
    let id = match fill(data.path(), deployments).await {
        Ok(id) => id,
        Err(error) => panic!("the database could not be filled: {error}"),
    };
    let portal = place.start().await;
    let cookie = sign_in(&portal.url).await;
    let client = client();
    let page = format!("{}/deployments/{id}", portal.url);
    let mut times = Vec::with_capacity(REQUESTS);
    for _ in 0..REQUESTS {
        let began = Instant::now();
        let sent = client.get(&page).header("cookie", &cookie).header("accept", "text/html").send();
        let Ok(answer) = sent.await else { panic!("the page does not answer") };
        assert!(answer.status().is_success(), "{}", answer.status());
        drop(answer.bytes().await);
        times.push(began.elapsed());
    }
    times.sort();
    times[times.len() / 2]
}

/// Announces deployments through the engine, the last one with 50 items; answers its id.
async fn fill(data: &Path, deployments: usize) -> Result<String, Box<dyn std::error::Error>> {
    let store = Store::start(Pool::open(store::location(None, data)?).await?).await?;
    let prober = Prober::new(GuardedClient::builder().build()?);
    let options = Options { base_url: "http://127.0.0.1".into(), label: None };
    let engine = Engine::new(store, Arc::new(SystemClock), prober, options);
    engine.runbooks().publish_shipped().await?;
    let actor = Actor::CommandLine;
    engine.runbooks().publish(&actor, "fifty.yaml", &fifty()).await?;
    let services = deployments.div_ceil(20);
    let production = || {
        serde_json::from_value(serde_json::json!({
            "name": "Shop", "environments": [{"slug": "production"}],
        }))
    };
    for n in 0..services {
        engine.services().put(&actor, &format!("shop-{n}"), production()?).await?;
    }
    let mut id = String::new();
    for n in 0..deployments {
        let last = n + 1 == deployments;
        let request: AnnounceRequest = serde_json::from_value(serde_json::json!({
            "service": format!("shop-{}", n % services),
            "environment": "production",
            "version": format!("1.{n}.0"),
            "runbook": last.then_some("fifty"),
        }))?;
        let announced = engine.deployments().announce(&actor, request, None).await?.now()?;
        if last {
            id = announced.id.to_string();
        }
    }
    engine.close().await;
    Ok(id)
}

fn fifty() -> String {
    let mut yaml = String::from("slug: fifty\ntitle: Fifty\nitems:\n");
    for n in 0..50 {
        yaml.push_str(&format!(
            "  - key: item-{n}\n    title: Item {n}\n    actor: {}\n    instructions: Look at it.\n",
            ["human", "automated", "mixed"][n % 3]
        ));
    }
    yaml
}
