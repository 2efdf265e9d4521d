//! A portal on a real database in a temporary directory, and a browser without scripts.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use axum::{Router, body::Body, extract::Request as Asked, middleware, response::Response};
use domain::{actor::Actor, ids::DeploymentId, roles::Role};
use engine::{
    Engine, Options, clock::SystemClock, deployments::AnnounceRequest, people::NewPerson,
};
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use leptos::config::LeptosOptions;
use probes::{GuardedClient, Prober};
use tower::ServiceExt as _;
use tower_sessions::{
    MemoryStore, SessionManagerLayer, SessionStore,
    session::{Id, Record},
    session_store,
};

/// What everyone's password is.
pub const PASSWORD: &str = "correct horse battery";

/// The error of a test.
pub type Failure = Box<dyn std::error::Error>;

/// A portal.
pub struct Portal {
    /// What it does.
    pub engine: Engine,
    /// Where the site's files are.
    pub site: std::path::PathBuf,
    router: Router,
    sessions: Arc<AtomicUsize>,
    pages: Arc<AtomicUsize>,
    _directory: tempfile::TempDir,
}

/// A browser without scripts, or a program where `html` is off.
#[derive(Default)]
pub struct Browser {
    cookies: BTreeMap<String, String>,
    /// What the island calls the page, where the forms are sent by one.
    pub page_id: Option<String>,
    /// Whether it asks for pages.
    pub html: bool,
    page: String,
}

/// What came back.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Answer {
    /// Where it leads.
    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Portal {
    /// An empty one.
    pub async fn empty() -> Result<Self, Failure> {
        let directory = tempfile::tempdir()?;
        let site = directory.path().join("site");
        std::fs::create_dir_all(site.join("pkg"))?;
        let pool = store::Pool::open(store::location(None, directory.path())?).await?;
        let store = store::Store::start(pool).await?;
        let prober = Prober::new(GuardedClient::builder().build()?);
        let options = Options { base_url: "http://portal.test".into(), label: None };
        let engine = Engine::new(store, Arc::new(SystemClock), prober, options);
        engine.runbooks().publish_shipped().await?;
        let leptos = LeptosOptions::builder()
            .output_name("daytwo")
            .site_root(site.to_string_lossy().as_ref())
            .site_pkg_dir("pkg")
            .build();
        let (sessions, pages) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let kept = Sessions { memory: MemoryStore::default(), writes: Arc::clone(&sessions) };
        let rendered = Arc::clone(&pages);
        let router = app::router(engine.clone(), leptos)
            .layer(middleware::from_fn(move |request: Asked, next: middleware::Next| {
                let rendered = Arc::clone(&rendered);
                async move {
                    let response = next.run(request).await;
                    let kind = response.headers().get(header::CONTENT_TYPE);
                    if kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
                        rendered.fetch_add(1, Ordering::Relaxed);
                    }
                    response
                }
            }))
            .layer(SessionManagerLayer::new(kept).with_secure(false));
        Ok(Self { engine, site, router, sessions, pages, _directory: directory })
    }

    /// How often a session was written.
    pub fn session_writes(&self) -> usize {
        self.sessions.load(Ordering::Relaxed)
    }

    /// How many pages were rendered.
    pub fn pages(&self) -> usize {
        self.pages.load(Ordering::Relaxed)
    }

    /// One with an administrator, a viewer, and a deployment of `shop` on `production`.
    pub async fn with_deployment() -> Result<(Self, DeploymentId), Failure> {
        let portal = Self::empty().await?;
        let engine = &portal.engine;
        let (admin, _) =
            engine.people().set_up(person("Mira Koch", "mira@example.org", Role::Admin)).await?;
        let actor = Actor::Person(admin);
        engine.people().add(&actor, person("Vic Vale", "vic@example.org", Role::Viewer)).await?;
        let service =
            serde_json::from_str(r#"{"name": "Shop", "environments": [{"slug": "production"}]}"#)?;
        engine.services().put(&actor, "shop", service).await?;
        let announcement: AnnounceRequest = serde_json::from_str(
            r#"{"service": "shop", "environment": "production", "version": "1.4.0",
                "notes": "**new** <script>alert(1)</script>"}"#,
        )?;
        let id = engine.deployments().announce_by_hand(&actor, announcement).await?;
        Ok((portal, id))
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Body>) -> Result<Response, Failure> {
        Ok(self.router.clone().oneshot(request).await?)
    }
}

/// Sessions in memory, which counts what is written.
#[derive(Debug, Clone)]
struct Sessions {
    memory: MemoryStore,
    writes: Arc<AtomicUsize>,
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        self.writes.fetch_add(1, Ordering::Relaxed);
        self.memory.create(record).await
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        self.writes.fetch_add(1, Ordering::Relaxed);
        self.memory.save(record).await
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        self.memory.load(id).await
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.writes.fetch_add(1, Ordering::Relaxed);
        self.memory.delete(id).await
    }
}

/// A person to be added.
pub fn person(name: &str, email: &str, role: Role) -> NewPerson {
    NewPerson {
        name: name.into(),
        email: email.into(),
        role,
        teams: Vec::new(),
        password: PASSWORD.into(),
    }
}

impl Browser {
    /// A browser.
    pub fn new() -> Self {
        Self { html: true, ..Self::default() }
    }

    /// A program, which asks for data.
    pub fn program() -> Self {
        Self::default()
    }

    /// A browser of someone who has signed in.
    pub async fn of(portal: &Portal, email: &str) -> Result<Self, Failure> {
        let mut browser = Self::new();
        let answer = browser
            .post(portal, "/act/log-in", &[("email", email), ("password", PASSWORD)])
            .await?;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/"));
        // The greeting is not what the tests look at.
        browser.get(portal, "/").await?;
        Ok(browser)
    }

    /// Its session's cookie.
    pub fn cookie(&self) -> Option<String> {
        self.cookies.get("id").map(|value| format!("id={value}"))
    }

    /// A cookie of that name.
    pub fn cookie_named(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Brings a cookie of that name.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// Says which page its next form is on.
    pub fn stands_on(&mut self, page: &str) {
        self.page = page.to_owned();
    }

    /// Opens a page.
    pub async fn get(&mut self, portal: &Portal, path: &str) -> Result<Answer, Failure> {
        self.page = path.into();
        self.ask(portal, Method::GET, path, Body::empty()).await
    }

    /// Sends a form of the page it is on.
    pub async fn post(
        &mut self,
        portal: &Portal,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Answer, Failure> {
        let encode = |text: &str| text.replace('%', "%25").replace('&', "%26").replace(' ', "+");
        let body: Vec<_> =
            fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        self.ask(portal, Method::POST, path, Body::from(body.join("&"))).await
    }

    /// Sends a form and opens the page the answer leads to.
    pub async fn follow(
        &mut self,
        portal: &Portal,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Answer, Failure> {
        let answer = self.post(portal, path, fields).await?;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let to = answer.location().split('#').next().unwrap_or_default().to_owned();
        self.get(portal, &to).await
    }

    async fn ask(
        &mut self,
        portal: &Portal,
        method: Method,
        path: &str,
        body: Body,
    ) -> Result<Answer, Failure> {
        let mut request = Request::builder().method(method.clone()).uri(path);
        if self.html {
            request = request.header(header::ACCEPT, "text/html,application/xhtml+xml");
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<_> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        if let Some(page) = &self.page_id {
            request = request.header("x-page", page);
        }
        if method == Method::POST {
            request = request
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(header::HOST, "portal.test")
                .header(header::REFERER, format!("http://portal.test{}", self.page));
        }
        let response = portal.send(request.body(body)?).await?;
        let (parts, body) = response.into_parts();
        for value in parts.headers.get_all(header::SET_COOKIE) {
            let cookie = value.to_str()?;
            let pair = cookie.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').unwrap_or_default();
            if cookie.contains("Max-Age=0") || value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = String::from_utf8(body.collect().await?.to_bytes().to_vec())?;
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    }
}
