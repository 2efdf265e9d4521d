//! What of a file's path is the same on every machine.

/// A file with the folder it is in: what comes before differs from machine to machine.
pub(crate) fn file_in_its_folder(path: &str) -> &str {
    let is_part = |c: char| c == '/' || c == '\\';
    let path = path.trim_end_matches(is_part);
    match path.rmatch_indices(is_part).nth(1) {
        Some((at, _)) => &path[at + 1..],
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("/ci/42/e2e/shop.js", "e2e/shop.js")]
    #[case("D:\\jobs\\e2e\\shop.js", "e2e\\shop.js")]
    #[case("e2e/shop.js", "e2e/shop.js")]
    #[case("/srv/é/shop/", "é/shop")]
    #[case("shop.js", "shop.js")]
    #[case("/", "")]
    #[case("", "")]
    fn is_the_same_on_every_machine(#[case] path: &str, #[case] tail: &str) {
        assert_eq!(file_in_its_folder(path), tail);
    }
}
