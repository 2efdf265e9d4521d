//! The table that is printed.

/// Rows of what was measured.
#[derive(Debug, Default)]
pub struct Table(Vec<[String; 3]>);

impl Table {
    /// Adds a row: what, the figure, and the target or what it stands beside.
    pub fn row(&mut self, what: &str, figure: impl Into<String>, beside: impl Into<String>) {
        let row = [what.to_owned(), figure.into(), beside.into()];
        show(&format!("  {}: {} ({})", row[0], row[1], row[2]));
        self.0.push(row);
    }

    /// Prints all rows as Markdown.
    pub fn print(&self) {
        let mut lines = vec![
            String::new(),
            "| what | measured | target or reference |".into(),
            "| --- | --- | --- |".into(),
        ];
        lines.extend(self.0.iter().map(|row| format!("| {} |", row.join(" | "))));
        show(&lines.join("\n"));
    }
}

/// Prints.
#[expect(clippy::print_stdout, reason = "a bench speaks on standard output")]
pub fn show(text: &str) {
    println!("{text}");
}
