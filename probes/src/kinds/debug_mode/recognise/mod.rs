//! Recognises the error pages of frameworks in debug mode, one file each, and insides of any other.

mod aspnet;
mod django;
mod generic;
mod go;
mod java;
mod laravel;
mod node;
mod php;
mod rails;
mod spring;
mod symfony;
mod werkzeug;

/// A sign that insides are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sign {
    /// The framework or language it is a sign of.
    pub(crate) framework: &'static str,
    /// What is shown, for a sentence: "answered 500 with …".
    pub(crate) what: &'static str,
}

type Recogniser = fn(&str) -> Option<Sign>;

/// Frameworks before the languages they are written in, since their pages show those too.
const RECOGNISERS: [Recogniser; 11] = [
    laravel::recognise,
    symfony::recognise,
    django::recognise,
    werkzeug::recognise,
    rails::recognise,
    node::recognise,
    spring::recognise,
    aspnet::recognise,
    php::recognise,
    java::recognise,
    go::recognise,
];

/// How many kinds of pages are known.
pub(super) const KNOWN: usize = RECOGNISERS.len() + 1;

/// Every sign in a body, the most specific first; of what no framework is known for, that it leaks.
pub(super) fn body(text: &str) -> Vec<Sign> {
    let known: Vec<_> = RECOGNISERS.iter().filter_map(|recognise| recognise(text)).collect();
    if known.is_empty() { generic::recognise(text).into_iter().collect() } else { known }
}
