//! The palette's dialog: what there is to jump to, and what fits.

use std::cell::{Cell, RefCell};

use js_sys::Array;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, Element, HtmlDialogElement, HtmlInputElement, Response};

use super::dom;

/// How many entries are shown.
const MOST: usize = 24;

struct Entry {
    group: String,
    icon: String,
    label: String,
    note: String,
    href: String,
}

/// The dialog.
pub struct Palette {
    document: Document,
    dialog: HtmlDialogElement,
    /// Where one types.
    pub input: HtmlInputElement,
    /// What fits.
    pub list: Element,
    entries: &'static RefCell<Vec<Entry>>,
    chosen: Cell<usize>,
}

impl Palette {
    /// Adds the dialog to the page.
    pub fn build(document: &Document) -> Option<Self> {
        let dialog: HtmlDialogElement = document.create_element("dialog").ok()?.dyn_into().ok()?;
        dialog.set_class_name("dialog palette");
        dialog.set_id("palette");
        dialog.set_attribute("aria-label", "Search or jump to").ok()?;
        dialog.set_inner_html(
            "<div class=\"palette-input\"><svg class=\"icon\" aria-hidden=\"true\"><use \
             href=\"/icons.svg#search\"></use></svg><input role=\"combobox\" id=\"palette-input\" \
             aria-label=\"Search or jump to\" aria-expanded=\"true\" \
             aria-controls=\"palette-list\" autocomplete=\"off\"><kbd>Esc</kbd></div><ul \
             class=\"palette-list\" id=\"palette-list\" role=\"listbox\" aria-label=\"Results\" \
             tabindex=\"-1\"></ul><p class=\"palette-foot\"><span><kbd>Enter</kbd> \
             open</span><span><kbd>↑</kbd> <kbd>↓</kbd> choose</span></p>",
        );
        document.body()?.append_child(&dialog).ok()?;
        let input = dialog.query_selector("input").ok()??.dyn_into().ok()?;
        let list = dialog.query_selector("ul").ok()??;
        let entries = Box::leak(Box::new(RefCell::new(Vec::new())));
        let document = document.clone();
        Some(Self { document, dialog, input, list, entries, chosen: Cell::new(0) })
    }

    /// Opens it with this typed already, and reads what there is to jump to.
    pub fn open(self: &std::rc::Rc<Self>, typed: &str) {
        if !self.dialog.open() && self.dialog.show_modal().is_err() {
            return;
        }
        self.input.set_value(typed);
        dom::focus(&self.input);
        self.show();
        let this = std::rc::Rc::clone(self);
        wasm_bindgen_futures::spawn_local(async move {
            if let Some(entries) = load().await {
                this.entries.replace(entries);
                this.show();
            }
        });
    }

    /// Shows what fits what is typed.
    pub fn show(&self) {
        let typed = self.input.value().trim().to_lowercase();
        self.list.set_inner_html("");
        self.chosen.set(0);
        let entries = self.entries.borrow();
        let fits = |entry: &&Entry| {
            let text = format!("{} {}", entry.label, entry.note).to_lowercase();
            typed.split_whitespace().all(|word| text.contains(word))
        };
        let mut group = "";
        for (at, entry) in entries.iter().filter(fits).take(MOST).enumerate() {
            if group != entry.group {
                group = &entry.group;
                self.heading(group);
            }
            self.option(at, entry);
        }
        if !typed.is_empty() {
            let at = self.options().len();
            let href = format!("/history?q={}", String::from(js_sys::encode_uri_component(&typed)));
            let label = format!("Search the history for “{}”", self.input.value().trim());
            let (icon, note) = ("search".into(), String::new());
            self.option(at, &Entry { group: String::new(), icon, label, note, href });
        }
        self.mark();
    }

    fn heading(&self, text: &str) {
        if let Ok(line) = self.document.create_element("li") {
            let _ = line.set_attribute("role", "presentation");
            line.set_text_content(Some(text));
            let _ = self.list.append_child(&line);
        }
    }

    fn option(&self, at: usize, entry: &Entry) {
        let build = || {
            let line = self.document.create_element("li").ok()?;
            line.set_attribute("role", "option").ok()?;
            line.set_id(&format!("palette-{at}"));
            line.set_attribute("data-href", &entry.href).ok()?;
            // An icon's name is ours; everything else is set as text.
            let icon: String =
                entry.icon.chars().filter(|c| c.is_ascii_lowercase() || *c == '_').collect();
            line.set_inner_html(&format!(
                "<svg class=\"icon\" aria-hidden=\"true\"><use \
                 href=\"/icons.svg#{icon}\"></use></svg><span></span><small></small>"
            ));
            line.query_selector("span").ok()??.set_text_content(Some(&entry.label));
            line.query_selector("small").ok()??.set_text_content(Some(&entry.note));
            self.list.append_child(&line).ok()
        };
        build();
    }

    fn options(&self) -> Vec<Element> {
        dom::within(&self.list, "[role=option]")
    }

    /// Marks the chosen entry.
    fn mark(&self) {
        for (at, option) in self.options().iter().enumerate() {
            let chosen = at == self.chosen.get();
            let _ = option.set_attribute("aria-selected", if chosen { "true" } else { "false" });
            if chosen {
                let _ = self.input.set_attribute("aria-activedescendant", &option.id());
                option.scroll_into_view_with_bool(false);
            }
        }
    }

    /// Chooses the next or previous entry.
    pub fn step(&self, by: isize) -> bool {
        let count = self.options().len();
        if count > 0 {
            let at = self.chosen.get();
            self.chosen.set(if by > 0 { (at + 1) % count } else { (at + count - 1) % count });
            self.mark();
        }
        true
    }

    /// Goes to the chosen entry.
    pub fn go(&self) -> bool {
        if let Some(option) = self.options().get(self.chosen.get()) {
            self.choose(option);
        }
        true
    }

    /// Goes to an entry.
    pub fn choose(&self, option: &Element) {
        self.dialog.close();
        if let (Some(window), Some(href)) = (dom::window(), option.get_attribute("data-href")) {
            let _ = window.location().assign(&href);
        }
    }
}

async fn load() -> Option<Vec<Entry>> {
    let sent = dom::window()?.fetch_with_str("/palette.json");
    let response: Response = JsFuture::from(sent).await.ok()?.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    let list: Array = JsFuture::from(response.json().ok()?).await.ok()?.dyn_into().ok()?;
    let entry = |one| Entry {
        group: dom::text_of(&one, "group"),
        icon: dom::text_of(&one, "icon"),
        label: dom::text_of(&one, "label"),
        note: dom::text_of(&one, "note"),
        href: dom::text_of(&one, "href"),
    };
    Some(list.iter().map(entry).collect())
}
