//! The chosen theme, kept in a cookie so that the first byte of a page already has it.

use http::{HeaderMap, HeaderValue, header::COOKIE};

const NAME: &str = "daytwo_theme";

/// Light, dark, or what the system says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// What the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// All of them, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word in the form and the cookie.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The word on the button.
    pub const fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// The theme of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == word)
    }

    /// What the page's root says: nothing where the system decides.
    pub const fn attribute(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            other => Some(other.as_str()),
        }
    }

    /// The theme a request's cookie asks for.
    pub fn of(headers: &HeaderMap) -> Self {
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == NAME)
            .and_then(|(_, word)| Self::parse(word))
            .unwrap_or_default()
    }

    /// The cookie that remembers it for a year.
    pub fn cookie(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::System => "daytwo_theme=system; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax",
            Self::Light => "daytwo_theme=light; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax",
            Self::Dark => "daytwo_theme=dark; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_read_back() {
        for theme in Theme::ALL {
            let mut headers = HeaderMap::new();
            let pair = theme.cookie();
            let pair = pair.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            let line = format!("other=1; {pair}");
            headers.insert(COOKIE, HeaderValue::from_str(&line).unwrap_or_else(|_| unreachable!()));
            assert_eq!(Theme::of(&headers), theme);
        }
        assert_eq!(Theme::of(&HeaderMap::new()), Theme::System);
    }
}
