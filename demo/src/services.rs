//! The demo's services: where the shop answers and how it is put back.

use domain::actor::Actor;
use engine::{
    Engine, Error,
    checks::CheckRequest,
    services::{EnvironmentRequest, HookRequest, PlanRequest, ServiceRequest, TargetRequest},
};

use crate::{addresses::Addresses, error::DemoError, live_checks, measured::REDIRECT};

/// The environments of every service here.
const ENVIRONMENTS: [&str; 2] = ["staging", "production"];

/// A service: slug, name, what it is, owners, tier, the command that puts it back.
const SERVICES: [(&str, &str, &str, &str, &str, &str); 3] = [
    (
        "shop",
        "Harbour Goods shop",
        "The demo's shop: catalogue, checkout, accounts. Its past is made up; what is measured from now on is real.",
        "Tomás Silva, Jonas Weber",
        "1",
        "deploy rollback shop --to \"$TARGET\" --drain 30s",
    ),
    (
        "billing",
        "Billing",
        "Invoices, dunning, direct debit. Demo data only: nothing runs.",
        "Jonas Weber",
        "1",
        "deploy rollback billing --to \"$TARGET\"",
    ),
    (
        "notifications",
        "Notifications",
        "Mails and text messages. Demo data only: nothing runs.",
        "Tomás Silva",
        "2",
        "deploy rollback notifications --to \"$TARGET\"",
    ),
];

/// Creates the services with their checks and rollback plans, as they were in the past: without a
/// hook, since nothing was ever really called.
pub(crate) async fn create(
    engine: &Engine,
    actor: &Actor,
    addresses: &Addresses,
) -> Result<(), DemoError> {
    for (slug, ..) in SERVICES {
        put(engine, actor, slug, addresses, None).await?;
    }
    Ok(())
}

/// Makes the shop's service point at where the shop answers now, with the hook that puts it back.
///
/// # Errors
/// Where the portal refuses it.
pub async fn update_addresses(engine: &Engine, addresses: &Addresses) -> Result<(), DemoError> {
    let hook = format!("{}/control/release", addresses.control);
    let actor = Actor::System("demo");
    put(engine, &actor, "shop", addresses, Some(hook)).await?;
    for (key, request) in live_checks::checks(addresses) {
        done("put the check", key, engine.checks().put(&actor, "shop", key, request).await)?;
    }
    Ok(())
}

async fn put(
    engine: &Engine,
    actor: &Actor,
    slug: &str,
    addresses: &Addresses,
    hook: Option<String>,
) -> Result<(), DemoError> {
    let Some((_, name, description, owners, tier, command)) =
        SERVICES.into_iter().find(|(known, ..)| *known == slug)
    else {
        return Err(DemoError::Missing(slug.to_owned()));
    };
    let live = slug == "shop";
    let request = ServiceRequest {
        name: name.into(),
        description: Some(description.into()),
        owners: Some(owners.into()),
        tier: Some(tier.into()),
        environments: ENVIRONMENTS
            .iter()
            .map(|environment| EnvironmentRequest {
                slug: (*environment).into(),
                base_url: Some(live.then(|| addresses.https.clone())),
                plain_http_because: None,
            })
            .collect(),
        targets: live.then(targets),
        version_source: None,
    };
    done("put the service", slug, engine.services().put(actor, slug, request).await)?;
    for environment in ENVIRONMENTS {
        if live {
            let key = format!("{environment}-{REDIRECT}");
            let request = redirect(environment, addresses);
            done("put the check", &key, engine.checks().put(actor, slug, &key, request).await)?;
        }
        let plan = PlanRequest {
            hook_repeatable: None,
            command: command.into(),
            hook: hook.clone().map_or(HookRequest::None, HookRequest::Call),
            rules: RULES.into(),
        };
        let written = engine.services().put_rollback_plan(actor, slug, environment, plan).await;
        done("write the rollback plan", slug, written)?;
    }
    Ok(())
}

const RULES: &str = "Error rate above 1 % for 5 minutes\n\
                     Median of the home page above 1 s for 10 minutes\n\
                     A critical journey (register, log in, pay) fails twice in a row\n\
                     Anything private is served";

fn targets() -> Vec<TargetRequest> {
    [("home", "/", 800), ("login", "/login", 800), ("health", "/health", 500)]
        .into_iter()
        .map(|(name, path, target_ms)| TargetRequest {
            name: name.into(),
            path: path.into(),
            target_ms,
        })
        .collect()
}

/// The shop's plain listener has a port of its own, which its HTTPS address does not tell.
fn redirect(environment: &str, addresses: &Addresses) -> CheckRequest {
    CheckRequest {
        environment: environment.into(),
        kind: "https_redirect".into(),
        interval_s: 60,
        timeout_s: Some(20),
        item: Some("perf-security".into()),
        url: Some(addresses.http.clone()),
        ..CheckRequest::default()
    }
}

/// The answer, or the refusal with what was tried.
pub(crate) fn done<T>(what: &str, of: &str, answer: Result<T, Error>) -> Result<T, DemoError> {
    answer.map_err(|refusal| DemoError::Refused { what: format!("{what} {of}"), refusal })
}
