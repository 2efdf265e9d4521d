//! What of a file's path is the same on every machine.

/// A file with the folder it is in: what comes before differs from machine to machine, and so do the
/// numbers that pipelines give the folders they work in.
pub(crate) fn file_in_its_folder(path: &str) -> String {
    let is_part = |c: char| c == '/' || c == '\\';
    let mut parts = path.split(is_part).filter(|part| !part.is_empty()).rev();
    let file = parts.next().map(unnumbered).unwrap_or_default();
    match parts.next().map(unnumbered) {
        Some(folder) if !folder.is_empty() => format!("{folder}/{file}"),
        _ => file.to_owned(),
    }
}

/// `shop@2` without its number, and nothing of what is one.
fn unnumbered(part: &str) -> &str {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match part.rsplit_once('@') {
        Some((name, number)) if is_number(number) => name,
        _ if is_number(part) => "",
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
    #[case("/var/lib/jenkins/workspace/shop@2/phpunit.xml", "shop/phpunit.xml")]
    #[case("/agent/_work/3/s", "s")]
    #[case("e2e/shop.js", "e2e/shop.js")]
    #[case("/srv/é/shop/", "é/shop")]
    #[case("shop.js", "shop.js")]
    #[case("/", "")]
    #[case("", "")]
    fn is_the_same_on_every_machine(#[case] path: &str, #[case] tail: &str) {
        assert_eq!(file_in_its_folder(path), tail);
    }
}
