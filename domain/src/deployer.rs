//! Whom the text that names a deployer may mean. It is written by the side the gate watches over, so
//! everyone it may mean counts as having deployed: a signature alone is never theirs.

use unicode_normalization::UnicodeNormalization as _;

use crate::{account::Account, ids::PersonId};

/// Everyone `text` may mean, in the order of `people`: by e-mail address, by a login known for them,
/// or by a name, which several may share, wherever in the text it stands. `Name <address>` is read as
/// both. Case, the form letters are written in, and characters nobody sees make no difference.
#[must_use]
pub fn meant_by(text: &str, people: &[Account]) -> Vec<PersonId> {
    let (name, address) = parts(text);
    let is = |one: &str, other: &str| !one.is_empty() && one == folded(other);
    // Several may be named, or one with more words around: nobody hides behind another.
    let whole = folded(text);
    let said = words(&whole);
    let by_address: Vec<_> = people
        .iter()
        .filter(|one| {
            let email = folded(&one.person.email);
            if said.contains(&email.as_str()) {
                return true;
            }
            let login = |text: &str| one.logins.iter().any(|login| is(text, login));
            is(&address, &one.person.email)
                || is(&name, &one.person.email)
                || login(&address)
                || login(&name)
                || said.iter().any(|word| login(word))
        })
        .collect();
    // An address tells apart those who share a name; where it belongs to another name, both are
    // meant.
    let told_apart = |name: &str| by_address.iter().any(|one| folded(&one.person.name) == name);
    let named = |one: &&Account| {
        let known = folded(&one.person.name);
        let known_words = words(&known);
        let said_so = !known_words.is_empty()
            && said.windows(known_words.len()).any(|words| words == known_words);
        (name == known || said_so) && !known.is_empty() && !told_apart(&known)
    };
    people
        .iter()
        .filter(|one| by_address.iter().any(|known| known.person.id == one.person.id) || named(one))
        .map(|one| one.person.id)
        .collect()
}

/// The words of a folded text, without what lists and addresses put around them.
fn words(folded: &str) -> Vec<&str> {
    let apart = |c: char| c.is_whitespace() || ",;|<>()[]\"'&/".contains(c);
    folded
        .split(apart)
        .map(|word| word.trim_start_matches("mailto:").trim_start_matches('@'))
        .map(|word| word.trim_matches([':', '.', '+']))
        .filter(|word| !word.is_empty())
        .collect()
}

/// The name and the address of a text such as `Anna Weber <anna@example.org>`; without brackets the
/// whole is read as either.
fn parts(text: &str) -> (String, String) {
    match text.split_once('<') {
        Some((name, rest)) => (folded(name), folded(rest.split('>').next().unwrap_or_default())),
        None => (folded(text), String::new()),
    }
}

/// A text as it is compared: compatibility forms and case folded, nothing invisible in it, single
/// spaces, no quotes around it.
fn folded(text: &str) -> String {
    let visible: String = text.nfkc().filter(|c| !is_invisible(*c)).collect();
    let lower: String = visible.to_lowercase().nfkc().collect();
    let words: Vec<_> = lower.split_whitespace().collect();
    words.join(" ").trim_matches(['"', '\'']).trim().to_owned()
}

/// Characters that are not drawn: `Default_Ignorable_Code_Point` of Unicode, and control characters
/// other than spaces.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{0}'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;
    use crate::{actor::Person, roles::Role};

    fn account(n: u128, name: &str, email: &str, logins: &[&str]) -> Account {
        Account {
            person: Person {
                id: PersonId(Uuid::from_u128(n)),
                name: name.into(),
                email: email.into(),
                role: Role::Approver,
                teams: Vec::new(),
            },
            logins: logins.iter().map(ToString::to_string).collect(),
            password_hash: String::new(),
            created_at: chrono::DateTime::UNIX_EPOCH,
            disabled_at: None,
            last_login_at: None,
        }
    }

    fn team() -> Vec<Account> {
        vec![
            account(1, "Anna Weber", "anna@x.org", &["anna-gh"]),
            account(2, "Bert Koch", "bert@x.org", &[]),
            account(3, "Anna Weber", "anna.weber@x.org", &[]),
            account(4, "José Ñíguez", "jose@x.org", &[]),
        ]
    }

    #[rstest]
    #[case::address("anna@x.org", &[1])]
    #[case::address_with_a_space("anna@x.org ", &[1])]
    #[case::address_in_capitals("ANNA@X.ORG", &[1])]
    #[case::shared_name("Anna Weber", &[1, 3])]
    #[case::login("anna-gh", &[1])]
    #[case::login_in_brackets("Anna <Anna-GH>", &[1])]
    #[case::name_and_address("Anna Weber <anna.weber@x.org>", &[3])]
    #[case::name_of_one_and_address_of_another("Bert Koch <anna@x.org>", &[1, 2])]
    #[case::quoted("\"Bert Koch\" <ci@build.local>", &[2])]
    #[case::full_width("ｂｅｒｔ＠ｘ．ｏｒｇ", &[2])]
    #[case::invisible("be\u{200b}rt@x.org\u{feff}", &[2])]
    #[case::no_break_space("Bert\u{a0}\u{a0}Koch", &[2])]
    #[case::decomposed("Jose\u{301} N\u{303}i\u{301}guez", &[4])]
    #[case::nobody("deploy-bot", &[])]
    #[case::part_of_a_name("Anna", &[])]
    #[case::empty("", &[])]
    #[case::only_invisible("\u{200b} <\u{200b}>", &[])]
    #[case::open_bracket("Bert Koch <", &[2])]
    #[case::several("Bert Koch & Anna Weber <anna@x.org>", &[1, 2])]
    #[case::a_list("anna.weber@x.org, bert@x.org", &[2, 3])]
    #[case::with_words_around("released by Bert Koch.", &[2])]
    #[case::login_among_words("pipeline of @anna-gh", &[1])]
    #[case::part_of_a_longer_word("bertkoch", &[])]
    fn a_text_means(#[case] text: &str, #[case] expected: &[u128]) {
        let found: Vec<_> = meant_by(text, &team()).iter().map(|id| id.0.as_u128()).collect();
        assert_eq!(found, expected, "{text:?}");
    }

    proptest! {
        /// However an address or name is dressed up, whoever it is of is among those it means.
        #[test]
        fn dressing_up_hides_nobody(
            who in 0usize..4,
            by_name in any::<bool>(),
            upper in any::<bool>(),
            dress in proptest::collection::vec((0usize..40, "[\u{200b}-\u{200f}\u{feff}\u{ad}\u{2060}]"), 0..6),
            around in "[ \t\u{a0}]{0,3}",
        ) {
            let team = team();
            let person = &team[who].person;
            let mut text = if by_name { person.name.clone() } else { person.email.clone() };
            if upper {
                text = text.to_uppercase();
            }
            let mut characters: Vec<char> = text.chars().collect();
            for (at, invisible) in dress {
                let at = at.min(characters.len());
                characters.splice(at..at, invisible.chars());
            }
            let dressed: String = characters.into_iter().collect();
            let dressed = format!("{around}{dressed}{around}");
            prop_assert!(meant_by(&dressed, &team).contains(&person.id), "{dressed:?}");
        }
    }
}
