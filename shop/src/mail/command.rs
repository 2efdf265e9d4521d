//! SMTP commands as a client sends them (RFC 5321).

/// A command, or why it is none.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// `EHLO` or `HELO`, told apart by the flag.
    Hello {
        /// Whether extensions may be offered.
        extended: bool,
    },
    /// `MAIL FROM:<…>`, with the size in bytes if the client says it.
    Mail {
        /// The envelope sender; empty for bounces.
        from: String,
        /// `SIZE=`, in bytes.
        size_bytes: Option<usize>,
    },
    /// `RCPT TO:<…>`.
    Recipient(String),
    /// `DATA`.
    Data,
    /// `RSET`.
    Reset,
    /// `NOOP`.
    Noop,
    /// `VRFY`.
    Verify,
    /// `QUIT`.
    Quit,
    /// A command of the protocol this server does not offer.
    NotOffered,
    /// A known command with arguments that make no sense.
    BadArguments,
    /// No command at all.
    Unknown,
}

/// Reads a line without its end.
pub fn parse(line: &str) -> Command {
    let line = line.trim_end();
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim();
    match verb.to_ascii_uppercase().as_str() {
        "EHLO" | "HELO" if rest.is_empty() => Command::BadArguments,
        "EHLO" => Command::Hello { extended: true },
        "HELO" => Command::Hello { extended: false },
        "MAIL" => match path(rest, "FROM:") {
            Some((from, parameters)) => mail(from, parameters),
            None => Command::BadArguments,
        },
        "RCPT" => match path(rest, "TO:") {
            Some((to, "")) if to.contains('@') => Command::Recipient(to.to_owned()),
            _ => Command::BadArguments,
        },
        "DATA" if rest.is_empty() => Command::Data,
        "RSET" if rest.is_empty() => Command::Reset,
        "QUIT" if rest.is_empty() => Command::Quit,
        "DATA" | "RSET" | "QUIT" => Command::BadArguments,
        "NOOP" => Command::Noop,
        "VRFY" => Command::Verify,
        "STARTTLS" | "AUTH" | "EXPN" | "HELP" | "TURN" | "ETRN" | "BDAT" => Command::NotOffered,
        _ => Command::Unknown,
    }
}

fn mail(from: &str, parameters: &str) -> Command {
    let mut size_bytes = None;
    for parameter in parameters.split_ascii_whitespace() {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match name.to_ascii_uppercase().as_str() {
            "SIZE" => match value.parse() {
                Ok(size) => size_bytes = Some(size),
                Err(_) => return Command::BadArguments,
            },
            "BODY" if matches!(value.to_ascii_uppercase().as_str(), "7BIT" | "8BITMIME") => {}
            "SMTPUTF8" if value.is_empty() => {}
            _ => return Command::BadArguments,
        }
    }
    if !from.is_empty() && !from.contains('@') {
        return Command::BadArguments;
    }
    Command::Mail { from: from.to_owned(), size_bytes }
}

/// `FROM:<path> parameters`, split; a source route (`@a,@b:`) is dropped as the RFC says.
fn path<'a>(rest: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let (head, rest) = (rest.get(..keyword.len())?, rest.get(keyword.len()..)?);
    if !head.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let (path, parameters) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
    let path = match path.strip_prefix('@').and_then(|route| route.split_once(':')) {
        Some((_, path)) => path,
        None => path,
    };
    let clean = path.len() <= 256 && !path.contains(|c: char| c.is_control() || c == ' ');
    clean.then_some((path, parameters.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(text: &str, size_bytes: Option<usize>) -> Command {
        Command::Mail { from: text.to_owned(), size_bytes }
    }

    #[test]
    fn commands_are_read_whatever_their_case() {
        assert_eq!(parse("ehlo me"), Command::Hello { extended: true });
        assert_eq!(parse("HELO me"), Command::Hello { extended: false });
        assert_eq!(parse("mail from:<a@b>"), from("a@b", None));
        assert_eq!(parse("MAIL FROM: <a@b> SIZE=12 BODY=8BITMIME"), from("a@b", Some(12)));
        assert_eq!(parse("MAIL FROM:<>"), from("", None));
        assert_eq!(parse("RCPT TO:<@relay.example:c@d>"), Command::Recipient("c@d".into()));
        assert_eq!(parse("Quit"), Command::Quit);
        assert_eq!(parse("STARTTLS"), Command::NotOffered);
    }

    #[test]
    fn nonsense_is_told_apart_from_bad_arguments() {
        for bad in [
            "EHLO",
            "MAIL",
            "MAIL FROM:a@b",
            "MAIL FROM:<a@b",
            "MAIL FROM:<a@b> SIZE=x",
            "MAIL FROM:<a@b> RET=FULL",
            "RCPT TO:<>",
            "RCPT TO:<nobody>",
            "RCPT TO:<a b@c>",
            "DATA now",
            "MAIL FRÖM:<a@b>",
        ] {
            assert_eq!(parse(bad), Command::BadArguments, "{bad}");
        }
        for unknown in ["", "GET / HTTP/1.1", "\u{0}"] {
            assert_eq!(parse(unknown), Command::Unknown, "{unknown}");
        }
    }
}
