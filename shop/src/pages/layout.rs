//! The frame around every page, and the pieces pages share.

use chrono::{DateTime, SecondsFormat, Utc};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{session::Visitor, store::catalogue::Product};

/// A page of the shop.
pub fn page(visitor: &Visitor, title: &str, body: &Markup) -> Markup {
    let count = visitor.cart_count();
    let navigation = html! {
        nav aria-label="Main" {
            a href="/cart" { "Cart" @if count > 0 { " " span.count { (count) span.hidden { " in the cart" } } } }
            @if let Some(account) = &visitor.account {
                a href="/account" { (account.name) }
                form method="post" action="/logout" { button.plain type="submit" { "Log out" } }
            } @else {
                a href="/login" { "Log in" }
                a href="/register" { "Register" }
            }
        }
    };
    let notice = visitor.take_notice();
    let main = html! {
        @if let Some(notice) = &notice { p.notice role="status" { (notice) } }
        (body)
    };
    let footer = html! {
        p { "Harbour Goods · release " span #release { (visitor.state.release()) } }
        p { "A demonstration: nothing is sold, and every mail ends in the "
            a href="/mailbox" { "mailbox" } "." }
    };
    document(title, &navigation, &main, &footer)
}

/// A page beside the shop: the mailbox, the switches.
pub fn tool(title: &str, body: &Markup) -> Markup {
    document(
        title,
        &html! {},
        body,
        &html! { p { "Part of the demo shop, on this machine only." } },
    )
}

fn document(title: &str, navigation: &Markup, main: &Markup, footer: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Harbour Goods" }
                link rel="icon" href="/assets/icon.svg";
                link rel="stylesheet" href="/assets/shop.css";
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                header {
                    a.brand href="/" { "Harbour Goods" }
                    (navigation)
                }
                main #main { (main) }
                footer { (footer) }
            }
        }
    }
}

/// A labelled field of a form.
pub struct Field<'a> {
    /// Its name in the form, also its id.
    pub name: &'a str,
    /// Its label.
    pub label: &'a str,
    /// `text`, `email`, `password`.
    pub kind: &'a str,
    /// What browsers fill in.
    pub autocomplete: &'a str,
    /// What stands in it.
    pub value: &'a str,
    /// A line below it, if any.
    pub hint: &'a str,
}

impl Field<'_> {
    /// The label, the input and the hint.
    pub fn markup(&self) -> Markup {
        let hint = format!("{}-hint", self.name);
        html! {
            div.field {
                label for=(self.name) { (self.label) }
                input id=(self.name) name=(self.name) type=(self.kind) value=(self.value)
                    autocomplete=(self.autocomplete) required
                    aria-describedby=[(!self.hint.is_empty()).then_some(&hint)];
                @if !self.hint.is_empty() { p.hint id=(hint) { (self.hint) } }
            }
        }
    }
}

/// What is wrong with a form, above it.
pub fn problem(problem: Option<&str>) -> Markup {
    html! { @if let Some(problem) = problem { p.problem role="alert" { (problem) } } }
}

/// The drawing of a product; decoration, its name stands beside it.
pub fn drawing(product: &Product) -> Markup {
    html! {
        svg class={ "drawing " (product.tone) } viewBox="0 0 120 120" aria-hidden="true" {
            (PreEscaped(product.drawing))
        }
    }
}

/// A time, in UTC.
pub fn time(at: DateTime<Utc>) -> Markup {
    html! {
        time datetime=(at.to_rfc3339_opts(SecondsFormat::Secs, true)) {
            (at.format("%-d %b %Y, %H:%M UTC"))
        }
    }
}
