//! Markdown that people and pipelines wrote, as safe HTML.

use pulldown_cmark::{Options, Parser, html};

/// Renders it; scripts, styles and forms are taken out.
pub fn render(text: &str) -> String {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut out = String::new();
    html::push_html(&mut out, Parser::new_ext(text, options));
    ammonia::clean(&out)
}

#[cfg(test)]
mod tests {
    use super::render;

    #[test]
    fn what_could_act_is_taken_out() {
        let html = render("**bold** <script>alert(1)</script> [x](javascript:alert(1))");
        assert!(html.contains("<strong>bold</strong>"), "{html}");
        assert!(!html.contains("script"), "{html}");
    }
}
