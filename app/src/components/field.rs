//! A labelled field of a form.

use leptos::prelude::*;

use super::raw_text::area_text;

/// A line of text.
#[component]
pub fn Field(
    /// Its id in the page.
    #[prop(into)]
    id: String,
    /// Its name in the form.
    #[prop(into)]
    name: String,
    /// What it is called.
    #[prop(into)]
    label: String,
    #[prop(into, default = "text".into())] kind: String,
    #[prop(into, optional)] value: String,
    #[prop(into, optional)] hint: String,
    #[prop(into, optional)] autocomplete: Option<String>,
    #[prop(into, optional)] placeholder: Option<String>,
    #[prop(optional)] minlength: Option<u32>,
    #[prop(optional)] maxlength: Option<u32>,
    #[prop(optional)] required: bool,
    #[prop(optional)] autofocus: bool,
    /// Whether nothing is said about its being optional, as in filters and rows.
    #[prop(optional)]
    plain: bool,
) -> impl IntoView {
    let described = (!hint.is_empty()).then(|| format!("{id}-hint"));
    let hint = described.clone().map(|hint_id| view! { <p class="hint" id=hint_id>{hint}</p> });
    view! {
        <div class="field">
            <label for=id.clone()>{label}{(!required && !plain).then(|| view! { <small>" (optional)"</small> })}</label>
            <input class="input" id=id name=name type=kind value=value autocomplete=autocomplete
                placeholder=placeholder minlength=minlength maxlength=maxlength required=required
                autofocus=autofocus aria-describedby=described/>
            {hint}
        </div>
    }
}

/// Several lines of text.
#[component]
pub fn TextArea(
    /// Its id in the page.
    #[prop(into)]
    id: String,
    /// Its name in the form.
    #[prop(into)]
    name: String,
    /// What it is called.
    #[prop(into)]
    label: String,
    #[prop(into, optional)] value: String,
    #[prop(into, optional)] hint: String,
    #[prop(optional)] rows: Option<u32>,
    #[prop(optional)] maxlength: Option<u32>,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let described = (!hint.is_empty()).then(|| format!("{id}-hint"));
    let hint = described.clone().map(|hint_id| view! { <p class="hint" id=hint_id>{hint}</p> });
    view! {
        <div class="field">
            <label for=id.clone()>{label}{(!required).then(|| view! { <small>" (optional)"</small> })}</label>
            <textarea class="input" id=id name=name rows=rows maxlength=maxlength required=required
                aria-describedby=described>{area_text(&value)}</textarea>
            {hint}
        </div>
    }
}

/// A choice: value and text of each, and the value that is chosen.
#[component]
pub fn Select(
    /// Its id in the page.
    #[prop(into)]
    id: String,
    /// Its name in the form.
    #[prop(into)]
    name: String,
    /// What it is called.
    #[prop(into)]
    label: String,
    options: Vec<(String, String)>,
    #[prop(into, optional)] chosen: String,
) -> impl IntoView {
    let options = options
        .into_iter()
        .map(|(value, text)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{text}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select class="input" id=id name=name>{options}</select>
        </div>
    }
}
