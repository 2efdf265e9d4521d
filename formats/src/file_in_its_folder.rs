//! What of a path is the same on every machine.

/// A file as a report names it: a relative path is the same everywhere, of an absolute one the file with
/// the folder it is in.
pub(crate) fn file_in_its_folder(path: &str) -> String {
    let mut parts: Vec<_> = path.split(is_between).filter(|part| !part.is_empty()).collect();
    if is_absolute(path) {
        parts = parts.split_off(parts.len().saturating_sub(2));
    }
    parts.join("/")
}

/// The folder a pipeline works in, or a file right in it: without the number by which some tell apart
/// those that work side by side (`shop@2`).
pub(crate) fn in_its_workspace(path: &str) -> String {
    let tail = file_in_its_folder(path);
    let parts: Vec<_> = tail.split('/').map(unnumbered).collect();
    parts.join("/")
}

/// Whether a text is the absolute path of a file.
pub(crate) fn is_file(text: &str) -> bool {
    is_absolute(text) && text.rsplit(is_between).next().is_some_and(|file| file.contains('.'))
}

fn is_absolute(path: &str) -> bool {
    path.starts_with(is_between) || path.get(1..3).is_some_and(|part| part == ":\\" || part == ":/")
}

const fn is_between(c: char) -> bool {
    c == '/' || c == '\\'
}

fn unnumbered(part: &str) -> &str {
    match part.rsplit_once('@') {
        Some((name, n)) if !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => part,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("/ci/42/e2e/shop.js", "e2e/shop.js")]
    #[case("D:\\jobs\\e2e\\shop.js", "e2e/shop.js")]
    #[case("packages/1/e2e/shop.js", "packages/1/e2e/shop.js")]
    #[case("./e2e/shop.js", "./e2e/shop.js")]
    #[case("/ci/e2e/2/shop.js", "2/shop.js")]
    #[case("/ci/sdk@2/shop.js", "sdk@2/shop.js")]
    #[case("/srv/é/shop/", "é/shop")]
    #[case("shop.js", "shop.js")]
    #[case("/", "")]
    #[case("", "")]
    fn a_file_is_the_same_on_every_machine(#[case] path: &str, #[case] tail: &str) {
        assert_eq!(file_in_its_folder(path), tail);
    }

    #[test]
    fn so_is_a_workspace() {
        assert_eq!(
            in_its_workspace("/var/lib/jenkins/workspace/shop@2/phpunit.xml"),
            "shop/phpunit.xml"
        );
        assert!(is_file("/srv/shop/phpunit.xml") && is_file("C:\\shop\\a.js"));
        for other in ["/v1/admin/users", "shop/a.js", "a › b/c.d", ""] {
            assert!(!is_file(other), "{other}");
        }
    }
}
