//! The rooms of a service's page: their addresses, and what stands at the head of each.

use engine::services::ServiceHead;
use leptos::prelude::*;

use crate::components::{
    breadcrumbs::Breadcrumbs,
    icon::Icon,
    tabs::{Tab, tabs},
};

/// A room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// What runs where, deployments, baselines.
    Overview,
    /// What is measured.
    Checks,
    /// What is watched, and what is agreed about it.
    Indicators,
    /// Which jobs say that they are alive.
    Heartbeats,
    /// How it is put back, and whether that was rehearsed.
    Rollback,
    /// What it is called, where it runs, how fast it must answer.
    Settings,
}

impl Room {
    /// All of them, as they stand in the bar.
    pub const ALL: [Self; 6] = [
        Self::Overview,
        Self::Checks,
        Self::Indicators,
        Self::Heartbeats,
        Self::Rollback,
        Self::Settings,
    ];

    /// What it is called.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Checks => "Checks",
            Self::Indicators => "Indicators",
            Self::Heartbeats => "Heartbeats",
            Self::Rollback => "Rollback",
            Self::Settings => "Settings",
        }
    }

    /// Its address for the service of that slug.
    pub fn href(self, slug: &str) -> String {
        match self {
            Self::Overview => format!("/services/{slug}"),
            room => format!("/services/{slug}/{}", room.label().to_lowercase()),
        }
    }

    /// Its page's title.
    pub fn title(self, head: &ServiceHead) -> String {
        let name = &head.service.name;
        match self {
            Self::Overview => name.clone(),
            room => format!("{} of {name}", room.label()),
        }
    }
}

/// The head: the service's name, what is said about it, the way to the other rooms.
pub fn head(head: &ServiceHead, room: Room) -> AnyView {
    let service = &head.service;
    let tier = Some(service.tier.trim()).filter(|tier| !tier.is_empty());
    let about = (room == Room::Overview).then(|| service.description.clone());
    let said = [tier.map(|tier| format!("Tier {tier}")), Some(service.owners.clone()), about];
    let sub: Vec<_> = said.into_iter().flatten().filter(|text| !text.trim().is_empty()).collect();
    let links = vec![("Services".to_owned(), "/services".to_owned())];
    let beside = match room {
        Room::Overview => {
            (service.slug != service.name.to_lowercase()).then(|| service.slug.clone())
        }
        room => Some(room.label().to_lowercase()),
    };
    let rooms = Room::ALL.into_iter().map(|one| Tab {
        text: one.label(),
        href: one.href(&service.slug),
        current: one == room,
    });
    view! {
        <div>
            <Breadcrumbs links/>
            <div class="page-head">
                <div>
                    <h1>{service.name.clone()}{beside.map(|text| view! { " "<span>{text}</span> })}</h1>
                    <p class="page-sub">{sub.join(" · ")}</p>
                </div>
            </div>
        </div>
        {tabs(format!("Rooms of {}", service.name), rooms.collect())}
        {(room != Room::Overview).then(|| read_only(head))}
    }
    .into_any()
}

/// Who may change what stands here, to those who may not.
fn read_only(head: &ServiceHead) -> Option<AnyView> {
    let why = head.read_only.as_ref()?.to_string();
    Some(view! { <p class="read-only"><Icon name="lock"/>{why}</p> }.into_any())
}

/// The environments to choose from in a form. Production comes last in the order and is meant most
/// often, so it is offered first.
pub fn choices(environments: &[domain::service::ServiceEnvironment]) -> Vec<(String, String)> {
    let slugs = environments.iter().rev().map(|one| one.environment.clone());
    slugs.map(|slug| (slug.clone(), slug)).collect()
}
