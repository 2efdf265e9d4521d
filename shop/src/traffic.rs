//! The built-in visitor: a bounded number of requests a minute against the shop's own listener,
//! so that a demonstration has something to look at.

use std::time::Duration;

use rand::Rng;
use tokio::time::{MissedTickBehavior, interval};

use crate::{state::AppState, store::catalogue::PRODUCTS};

/// Why the visitor could not be started.
#[derive(Debug, thiserror::Error)]
pub enum TrafficError {
    /// The authority could not be read.
    #[error("traffic: {0}")]
    Io(#[from] std::io::Error),
    /// The client could not be built.
    #[error("traffic: {0}")]
    Client(#[from] reqwest::Error),
}

/// One thing a visitor does.
#[derive(Debug, Clone, Copy)]
enum Act {
    Get(&'static str),
    Product,
    AddToCart,
    Register,
    LogIn,
    Pay,
    LogOut,
    MissingPage,
}

/// One visit, in order; most visitors only look around.
const LOOKING: &[Act] = &[Act::Get("/"), Act::Product, Act::Product, Act::Get("/"), Act::Product];
const BUYING: &[Act] = &[
    Act::Get("/"),
    Act::Product,
    Act::AddToCart,
    Act::Get("/cart"),
    Act::Get("/login?next=/checkout"),
    Act::LogIn,
    Act::Get("/checkout"),
    Act::Pay,
    Act::Get("/account"),
    Act::LogOut,
];

/// Visits `base_url` until the shop stops, with `per_minute` requests; `ca` is the authority to
/// trust, in PEM.
///
/// # Errors
/// If no client can be built.
pub fn start(
    state: &AppState,
    base_url: String,
    per_minute: u32,
    ca: Option<&[u8]>,
) -> Result<(), TrafficError> {
    let visitor = Visitor {
        client: client(ca)?,
        base_url,
        email: format!("visitor-{}@example.com", &crate::secret::token()[..12]),
        password: crate::secret::token(),
    };
    let stop = state.stop.clone();
    let every = Duration::from_secs(60) / per_minute.max(1);
    tokio::spawn(async move {
        tokio::select! {
            () = visitor.stay(every) => {}
            () = stop.cancelled() => {}
        }
    });
    Ok(())
}

fn client(ca: Option<&[u8]>) -> Result<reqwest::Client, reqwest::Error> {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("daytwo-shop-visitor/", env!("CARGO_PKG_VERSION")))
        .cookie_store(true)
        // A redirect followed would be a request more than asked for.
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(15));
    if let Some(ca) = ca {
        builder = builder.tls_certs_only([reqwest::Certificate::from_pem(ca)?]);
    }
    builder.build()
}

struct Visitor {
    client: reqwest::Client,
    base_url: String,
    email: String,
    password: String,
}

impl Visitor {
    async fn stay(&self, every: Duration) {
        let mut tick = interval(every);
        // Late is late: catching up would be a burst, which this must never be.
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tick.tick().await;
        self.act(Act::Register).await;
        loop {
            for act in self.next_visit() {
                tick.tick().await;
                self.act(*act).await;
            }
        }
    }

    fn next_visit(&self) -> &'static [Act] {
        match rand::rng().random_range(0..10) {
            0..6 => LOOKING,
            6..9 => BUYING,
            _ => &[Act::MissingPage],
        }
    }

    async fn act(&self, act: Act) {
        let some = PRODUCTS[rand::rng().random_range(0..PRODUCTS.len())].slug;
        let request = match act {
            Act::Get(path) => self.client.get(self.url(path)),
            Act::Product => self.client.get(self.url(&format!("/products/{some}"))),
            Act::MissingPage => self.client.get(self.url("/sale/last-winter")),
            Act::AddToCart => self.post("/cart/add", &[("product", some), ("quantity", "1")]),
            Act::Register => self.post(
                "/register",
                &[("name", "Visitor"), ("email", &self.email), ("password", &self.password)],
            ),
            Act::LogIn => {
                self.post("/login", &[("email", &self.email), ("password", &self.password)])
            }
            Act::LogOut => self.post("/logout", &[]),
            Act::Pay => self.post(
                "/checkout",
                &[
                    ("address", "1 Quay Street, Harbourtown"),
                    ("card", self.card()),
                    ("expiry", "12/68"),
                    ("cvc", "123"),
                    ("reference", &crate::secret::token()),
                ],
            ),
        };
        // What comes of it is for the log and the metrics of the shop to say.
        let outcome = request.send().await;
        if let Err(error) = outcome {
            tracing::debug!(%error, ?act, "visitor could not get through");
        }
    }

    /// One card in twelve is declined, as in life.
    fn card(&self) -> &'static str {
        if rand::rng().random_ratio(1, 12) { "4000000000000002" } else { "4242424242424242" }
    }

    fn post(&self, path: &str, form: &[(&str, &str)]) -> reqwest::RequestBuilder {
        self.client.post(self.url(path)).form(form)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }
}
