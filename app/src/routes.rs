//! Which page is where. All are rendered whole, so that status and title are right.

use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

use crate::{page::NotFound, pages};

/// The pages.
#[component]
pub fn Routes() -> impl IntoView {
    view! {
        <Router>
            <FlatRoutes fallback=NotFound>
                <Route path=path!("/") view=pages::board::BoardPage ssr=SsrMode::Async/>
                <Route path=path!("/login") view=pages::login::LoginPage ssr=SsrMode::Async/>
                <Route path=path!("/setup") view=pages::setup::SetUpPage ssr=SsrMode::Async/>
                <Route path=path!("/deployments/:id") view=pages::deployment::DeploymentRoute ssr=SsrMode::Async/>
                <Route path=path!("/duties") view=pages::duties::DutiesRoute ssr=SsrMode::Async/>
                <Route path=path!("/duties/:id") view=pages::duty_run::DutyRunRoute ssr=SsrMode::Async/>
                <Route path=path!("/services") view=pages::services::ServicesRoute ssr=SsrMode::Async/>
                <Route path=path!("/services/:slug") view=pages::service::OverviewRoute ssr=SsrMode::Async/>
                <Route path=path!("/services/:slug/checks") view=pages::service::ChecksRoute ssr=SsrMode::Async/>
                <Route path=path!("/services/:slug/checks/:key") view=pages::check::CheckRoute ssr=SsrMode::Async/>
                <Route path=path!("/services/:slug/indicators") view=pages::service::IndicatorsRoute ssr=SsrMode::Async/>
                <Route path=path!("/services/:slug/heartbeats") view=pages::service::HeartbeatsRoute ssr=SsrMode::Async/>
                <Route path=path!("/services/:slug/rollback") view=pages::service::RollbackRoute ssr=SsrMode::Async/>
                <Route path=path!("/services/:slug/settings") view=pages::service::SettingsRoute ssr=SsrMode::Async/>
                <Route path=path!("/history") view=pages::history::HistoryRoute ssr=SsrMode::Async/>
                <Route path=path!("/lessons") view=pages::lessons::LessonsRoute ssr=SsrMode::Async/>
                <Route path=path!("/runbooks") view=pages::runbooks::RunbooksRoute ssr=SsrMode::Async/>
                <Route path=path!("/runbooks/:slug") view=pages::runbook::RunbookRoute ssr=SsrMode::Async/>
                <Route path=path!("/settings") view=pages::settings::AccountRoute ssr=SsrMode::Async/>
                <Route path=path!("/settings/people") view=pages::settings::PeopleRoute ssr=SsrMode::Async/>
                <Route path=path!("/settings/tokens") view=pages::settings::TokensRoute ssr=SsrMode::Async/>
                <Route path=path!("/settings/storage") view=pages::settings::StorageRoute ssr=SsrMode::Async/>
                <Route path=path!("/settings/background") view=pages::settings::BackgroundRoute ssr=SsrMode::Async/>
                <Route path=path!("/settings/audit") view=pages::settings::AuditRoute ssr=SsrMode::Async/>
            </FlatRoutes>
        </Router>
    }
}
