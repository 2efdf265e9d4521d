//! What a service and its rollback plan are asked to be.

use domain::{answering_version::VersionPart, validate};
use serde::{Deserialize, Deserializer};

use crate::{Error, error::ValidationErrors};

/// A service as it should be.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceRequest {
    /// Its name as shown.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    /// What it is.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub description: Option<String>,
    /// Who owns it.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub owners: Option<String>,
    /// How much depends on it, such as `1`.
    #[serde(default)]
    #[schema(max_length = 40)]
    pub tier: Option<String>,
    /// Where it runs. Environments that are not named stay as they are.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub environments: Vec<EnvironmentRequest>,
    /// How fast its pages must answer; unchanged where absent.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub targets: Option<Vec<TargetRequest>>,
    /// Where its answers name the version that gave them: a measurement then counts only where the
    /// announced version answered it. Unchanged where absent, forgotten where `null`.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<VersionSourceRequest>)]
    pub version_source: Option<Option<VersionSourceRequest>>,
}

/// Where the answers of a service name the version that gave them.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionSourceRequest {
    /// `header`, `json` or `meta`.
    #[schema(min_length = 1, max_length = 10)]
    pub from: String,
    /// The name of the header or of the `meta` element, or a pointer into the JSON body, such as
    /// `/build/version`.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The share of the answers of the last ten minutes that have to be the announced version's, in
    /// percent; 100 where absent.
    #[serde(default = "all")]
    #[schema(minimum = 1, maximum = 100)]
    pub min_share: u8,
}

const fn all() -> u8 {
    100
}

/// An environment of a service.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentRequest {
    /// Its slug, such as `production`.
    #[schema(min_length = 1, max_length = 64)]
    pub slug: String,
    /// Where the service answers there; unchanged where absent, forgotten where `null`.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 2048)]
    pub base_url: Option<Option<String>>,
    /// Why it is plain HTTP there on purpose: then no redirect to HTTPS, no HSTS and no certificate is
    /// expected of an address that begins with `http://`. Unchanged where absent, forgotten where
    /// `null`.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 500)]
    pub plain_http_because: Option<Option<String>>,
}

/// Tells a field that is `null` from one that is absent.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    reader: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(reader).map(Some)
}

/// A response target.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetRequest {
    /// `home`, `login`, `health` or another short name.
    #[schema(min_length = 1, max_length = 64)]
    pub name: String,
    /// Its path below the base URL.
    #[schema(min_length = 1, max_length = 500)]
    pub path: String,
    /// The longest acceptable answer, in milliseconds.
    #[schema(minimum = 1, maximum = 60000)]
    pub target_ms: u32,
}

/// What becomes of a plan's hook.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum HookRequest {
    /// It stays as it is.
    #[default]
    Keep,
    /// There is none.
    None,
    /// This address is called.
    Call(String),
}

// Whoever knows the address of a hook may call it.
impl std::fmt::Debug for HookRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Keep => "Keep",
            Self::None => "None",
            Self::Call(_) => "Call",
        })
    }
}

/// A rollback plan as it should be.
#[derive(Debug, Clone, Default)]
pub struct PlanRequest {
    /// The command to copy.
    pub command: String,
    /// The address to call.
    pub hook: HookRequest,
    /// Whether the hook tells repeats by their key, so that it may be called until it answers;
    /// where not said, as before, and `true` for a hook that is new.
    pub hook_repeatable: Option<bool>,
    /// The rules agreed before the deploy, one a line.
    pub rules: String,
}

/// Checks the fields of a request.
///
/// # Errors
/// Every field at fault.
pub(super) fn check(slug: &str, request: &ServiceRequest) -> Result<(), Error> {
    let mut faults = ValidationErrors::default();
    faults.note("/slug", validate::slug(slug));
    faults.note("/name", validate::line(&request.name, 80));
    faults
        .note("/description", validate::text(request.description.as_deref().unwrap_or(""), 2_000));
    faults.note("/owners", validate::text(request.owners.as_deref().unwrap_or(""), 200));
    faults.note("/tier", validate::text(request.tier.as_deref().unwrap_or(""), 40));
    for (at, environment) in faults.at_most("/environments", &request.environments, 50) {
        faults.note(&format!("/environments/{at}/slug"), validate::slug(&environment.slug));
        if let Some(Some(url)) = &environment.base_url {
            faults.note(&format!("/environments/{at}/base_url"), validate::http_url(url));
        }
        if let Some(Some(why)) = &environment.plain_http_because {
            let pointer = format!("/environments/{at}/plain_http_because");
            faults.note(&pointer, validate::line(why, 500));
            if let Some(Some(url)) = &environment.base_url
                && !url.starts_with("http://")
            {
                let said = "is for a base URL that begins with http://; leave it out";
                faults.note(&pointer, Err(said.into()));
            }
        }
    }
    let targets = request.targets.as_deref().unwrap_or_default();
    for (at, target) in faults.at_most("/targets", targets, 20) {
        faults.note(&format!("/targets/{at}/name"), validate::slug(&target.name));
        faults.note(&format!("/targets/{at}/path"), validate::line(&target.path, 500));
        if !(1..=60_000).contains(&target.target_ms) {
            faults.note(&format!("/targets/{at}/target_ms"), Err("must be 1 to 60000".into()));
        }
    }
    if let Some(Some(source)) = &request.version_source {
        faults.note("/version_source/from", part(source).map(drop));
        faults.note("/version_source/name", validate::line(&source.name, 200));
        let name = source.name.trim();
        let said = match part(source) {
            _ if name.is_empty() => None,
            // What it names stands on pages and in answers.
            Ok(_) if probes::is_secret_name(name) => {
                Some("sounds as if it held a secret; name what holds the version")
            }
            Ok(VersionPart::Header) if !validate::is_token(name) => {
                Some("is no name of a header, such as X-Version")
            }
            Ok(VersionPart::Json) if !name.starts_with('/') => {
                Some("is no pointer into JSON, such as /build/version")
            }
            _ => None,
        };
        if let Some(said) = said {
            faults.note("/version_source/name", Err(said.into()));
        }
        if !(1..=100).contains(&source.min_share) {
            faults.note("/version_source/min_share", Err("must be 1 to 100".into()));
        }
    }
    faults.into_result()
}

/// In which part of an answer the version stands.
///
/// # Errors
/// Where it is none.
pub(super) fn part(source: &VersionSourceRequest) -> Result<VersionPart, String> {
    VersionPart::parse(&source.from).ok_or_else(|| "must be header, json or meta".into())
}
