//! The page of the fault switches.

use maud::{Markup, html};

use crate::{
    faults::{DebugStyle, SLOW_MAX_MS, Switches},
    pages::layout,
};

/// All switches as a form; it works without JavaScript.
pub fn page(switches: &Switches, release: &str, problem: Option<&str>) -> Markup {
    let toggles = [
        (
            "env_exposed",
            switches.env_exposed,
            "/.env is served",
            "The environment file can be read by anyone.",
        ),
        (
            "git_exposed",
            switches.git_exposed,
            "/.git/ is served",
            "/.git/config and /.git/HEAD can be read by anyone.",
        ),
        (
            "debug_on",
            switches.debug_on,
            "Debug mode",
            "Error pages show a stack trace and the environment.",
        ),
        (
            "mail_broken",
            switches.mail_broken,
            "Mail refused",
            "The mail server answers 451 to every message.",
        ),
        (
            "mail_dropped",
            switches.mail_dropped,
            "Mail lost",
            "The mail server takes messages and loses them.",
        ),
        ("payment_down", switches.payment_down, "Payment down", "The gateway answers 503."),
        (
            "worker_stopped",
            switches.worker_stopped,
            "Worker stopped",
            "The queue grows, no heartbeat is sent.",
        ),
        ("health_down", switches.health_down, "Database unreachable", "/health answers 503."),
        ("hsts_off", switches.hsts_off, "No HSTS", "HTTPS answers lack Strict-Transport-Security."),
        (
            "catch_all",
            switches.catch_all,
            "Catch-all",
            "Every address answers 200 with the home page.",
        ),
    ];
    let body = html! {
        h1 { "Fault switches" }
        p.lead { "What is broken in the demo shop, on purpose. It takes effect at once." }
        (layout::problem(problem))
        form.stack method="post" action="/control/form" {
            (number("slow_ms", "Slower by (ms)", switches.slow_ms, SLOW_MAX_MS))
            (number("errors_percent", "Errors (% of pages)", u64::from(switches.errors_percent), 100))
            @for (name, on, label, hint) in toggles {
                div.toggle {
                    input id=(name) name=(name) type="checkbox" value="on" checked[on]
                        aria-describedby={ (name) "-hint" };
                    label for=(name) { (label) }
                    p.hint id={ (name) "-hint" } { (hint) }
                }
            }
            div.field {
                label for="debug_style" { "Style of the debug pages" }
                select #debug_style name="debug_style" {
                    option value="laravel" selected[switches.debug_style == DebugStyle::Laravel] { "Laravel" }
                    option value="django" selected[switches.debug_style == DebugStyle::Django] { "Django" }
                }
            }
            button type="submit" { "Apply" }
        }
        form.inline method="post" action="/control/reset" { button.plain type="submit" { "Everything off" } }
        h2 { "Release" }
        form.inline method="post" action="/control/release" {
            label for="version" { "Version" }
            input #version name="version" type="text" value=(release) maxlength="40" required;
            button type="submit" { "Deploy" }
        }
    };
    layout::tool("Fault switches", &body)
}

fn number(name: &str, label: &str, value: u64, max: u64) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            input id=(name) name=(name) type="number" min="0" max=(max) value=(value) required;
        }
    }
}
