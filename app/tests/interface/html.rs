//! A page as a browser reads it: its elements in order, its links and its forms. Read by html5ever's
//! tokenizer, so that what ends an element here ends it in a browser.

use std::cell::RefCell;

use html5ever::{
    tendril::StrTendril,
    tokenizer::{
        BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer,
        states::RawKind::{Rawtext, Rcdata, ScriptData},
    },
};

/// An element: its name, its attributes, and the text up to the next tag.
#[derive(Debug, Clone, Default)]
pub struct Element {
    /// Its name; begins with `/` where it is the end of one.
    pub name: String,
    /// Its attributes.
    pub attributes: Vec<(String, String)>,
    /// The text that follows it.
    pub text: String,
}

impl Element {
    /// An attribute.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }
}

/// A field of a form.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type: that of an input, or `textarea`, `select`, `button`.
    pub kind: String,
    /// What it holds, and would send as it stands.
    pub value: String,
    /// The most characters it takes.
    pub most: Option<usize>,
    /// Whether it would be sent as it stands.
    pub sent: bool,
}

/// A form.
#[derive(Debug, Clone)]
pub struct Form {
    /// Where it is sent.
    pub action: String,
    /// Whether by POST.
    pub posts: bool,
    /// Its fields.
    pub fields: Vec<Field>,
}

#[derive(Default)]
struct Elements(RefCell<Vec<Element>>);

impl TokenSink for Elements {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut all = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => {
                all.push(element(&tag));
                if tag.kind == TagKind::StartTag {
                    // As the tree builder of a browser would.
                    match &*tag.name {
                        "textarea" | "title" => return TokenSinkResult::RawData(Rcdata),
                        "style" | "noscript" => return TokenSinkResult::RawData(Rawtext),
                        "script" => return TokenSinkResult::RawData(ScriptData),
                        _ => {}
                    }
                }
            }
            Token::CharacterTokens(text) => {
                if let Some(last) = all.last_mut() {
                    last.text.push_str(&text);
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn element(tag: &Tag) -> Element {
    let slash = if tag.kind == TagKind::EndTag { "/" } else { "" };
    let attributes =
        tag.attrs.iter().map(|one| (one.name.local.to_string(), one.value.to_string()));
    Element {
        name: format!("{slash}{}", tag.name),
        attributes: attributes.collect(),
        text: String::new(),
    }
}

/// The elements of a page.
pub fn elements(html: &str) -> Vec<Element> {
    let tokenizer = Tokenizer::new(Elements::default(), Default::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    drop(tokenizer.feed(&input));
    tokenizer.end();
    let mut found = tokenizer.sink.0.into_inner();
    for area in found.iter_mut().filter(|element| element.name == "textarea") {
        // A parser drops the first line break.
        if area.text.starts_with('\n') {
            area.text.remove(0);
        }
    }
    found
}

/// The forms of a page.
pub fn forms(elements: &[Element]) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    let mut open = false;
    for element in elements {
        match &*element.name {
            "form" => {
                open = true;
                forms.push(Form {
                    action: element.get("action").unwrap_or_default().to_owned(),
                    posts: element.get("method").is_some_and(|m| m.eq_ignore_ascii_case("post")),
                    fields: Vec::new(),
                });
            }
            "/form" => open = false,
            _ if !open => {}
            "option" => {
                let field = forms.last_mut().and_then(|form| form.fields.last_mut());
                if let Some(field) = field.filter(|field| field.kind == "select") {
                    let value = element.get("value").unwrap_or(&element.text);
                    if field.value.is_empty() || element.get("selected").is_some() {
                        value.clone_into(&mut field.value);
                    }
                }
            }
            kind @ ("input" | "textarea" | "select" | "button") => {
                let (Some(form), Some(name)) = (forms.last_mut(), element.get("name")) else {
                    continue;
                };
                let kind = element.get("type").filter(|_| kind == "input").unwrap_or(kind);
                let value = match kind {
                    "textarea" => element.text.clone(),
                    "checkbox" | "radio" => element.get("value").unwrap_or("on").to_owned(),
                    _ => element.get("value").unwrap_or_default().to_owned(),
                };
                let sent = match kind {
                    "checkbox" | "radio" => element.get("checked").is_some(),
                    "button" => false,
                    _ => true,
                };
                let most = element.get("maxlength").and_then(|most| most.parse().ok());
                form.fields.push(Field { name: name.into(), kind: kind.into(), value, most, sent });
            }
            _ => {}
        }
    }
    forms
}

/// Where the links of a page lead within the portal, without what they point at in the page.
pub fn links(elements: &[Element]) -> Vec<String> {
    let mut all: Vec<String> = elements
        .iter()
        .filter(|element| element.name == "a")
        .filter_map(|link| link.get("href"))
        .filter(|href| href.starts_with('/') && !href.starts_with("//"))
        .filter_map(|href| href.split('#').next())
        .map(str::to_owned)
        .collect();
    all.sort();
    all.dedup();
    all
}
