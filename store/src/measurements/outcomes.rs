//! What measurements say, kept once each: a sentence differs from the one before in its numbers
//! alone, so those are taken out and put in again from the numbers that are kept anyway.

use std::collections::HashMap;

use domain::measurement::{Measurement, Phase};
use sha2::{Digest as _, Sha256};

use crate::{
    bulk,
    db::{Connection, Row},
    error::StoreError,
};

/// Stands before the number of decimals of the value.
const VALUE: char = '\u{1}';
/// Stands before the number of decimals of the milliseconds it took.
const TOOK: char = '\u{2}';

/// The SHA-256 of what a measurement says.
pub(super) type Digest = [u8; 32];

/// What a measurement says, without its numbers.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) phase: Phase,
    short: String,
    sentence: String,
}

impl Outcome {
    /// What a measurement says, as it is kept.
    pub(super) fn of(measured: &Measurement, numbers: Numbers) -> Self {
        Self {
            phase: measured.phase,
            short: numbers.taken_out(&measured.short),
            sentence: numbers.taken_out(&measured.sentence),
        }
    }

    /// What it is found by.
    pub(super) fn digest(&self) -> Digest {
        let mut sum = Sha256::new();
        for text in [self.phase.as_str(), &self.short, &self.sentence] {
            sum.update(text.len().to_le_bytes());
            sum.update(text);
        }
        sum.finalize().into()
    }

    /// Reads it from a row; answers the phase, the short text and the sentence.
    pub(super) fn read(row: &Row, numbers: Numbers) -> Result<(Phase, String, String), StoreError> {
        Ok((
            row.word("phase", Phase::parse)?,
            numbers.put_in(&row.get::<String>("short")?),
            numbers.put_in(&row.get::<String>("sentence")?),
        ))
    }
}

/// The numbers that are kept of a measurement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Numbers {
    /// Microseconds it took.
    pub(super) took_us: i64,
    pub(super) value: Option<f64>,
}

impl Numbers {
    #[expect(clippy::cast_possible_truncation, reason = "a measurement takes minutes at most")]
    pub(super) fn of(measured: &Measurement) -> Self {
        let took_us = (measured.duration_ms * 1_000.0).round() as i64;
        Self { took_us, value: measured.value }
    }

    #[expect(clippy::cast_precision_loss, reason = "a measurement takes minutes at most")]
    pub(super) fn took_ms(self) -> f64 {
        self.took_us as f64 / 1_000.0
    }

    /// Microseconds it took beyond its value in thousandths: mostly the value is milliseconds too,
    /// and what is left is small.
    pub(super) fn beyond_us(self) -> i64 {
        self.took_us - self.thousandths().unwrap_or(0)
    }

    /// The value as a whole number of thousandths, where it is exactly that.
    #[expect(clippy::cast_possible_truncation, reason = "what does not fit is not equal after")]
    #[expect(clippy::cast_precision_loss, reason = "what is lost is not equal after")]
    #[expect(clippy::float_cmp, reason = "only what comes back bit by bit is kept so")]
    pub(super) fn thousandths(self) -> Option<i64> {
        let value = self.value?;
        // Beyond this the difference to what it took would not fit.
        if value.abs() > 1e12 {
            return None;
        }
        let thousandths = (value * 1_000.0).round() as i64;
        let back = thousandths as f64 / 1_000.0;
        (back == value && back.is_sign_negative() == value.is_sign_negative())
            .then_some(thousandths)
    }

    /// The text with its numbers taken out.
    fn taken_out(self, text: &str) -> String {
        let clean: String = text.chars().filter(|c| *c != VALUE && *c != TOOK).collect();
        let mut out = String::with_capacity(clean.len());
        let mut rest = clean.as_str();
        while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
            let (before, from) = rest.split_at(start);
            out.push_str(before);
            let (number, behind) = from.split_at(number_end(from));
            let alone = ends_a_word(&out) && begins_a_word(behind);
            match self.mark(number).filter(|_| alone) {
                Some((mark, decimals)) => {
                    out.push(mark);
                    out.push(decimals);
                }
                None => out.push_str(number),
            }
            rest = behind;
        }
        out.push_str(rest);
        out
    }

    /// Which of the numbers a text is, and in how many decimals.
    fn mark(self, number: &str) -> Option<(char, char)> {
        let decimals = number.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let digit = char::from_digit(u32::try_from(decimals).ok()?, 10)?;
        let is = |known: f64| known.is_finite() && format!("{known:.decimals$}") == number;
        if self.value.is_some_and(is) {
            Some((VALUE, digit))
        } else {
            is(self.took_ms()).then_some((TOOK, digit))
        }
    }

    /// The text with its numbers put in again.
    fn put_in(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 8);
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            let known = match character {
                VALUE => self.value,
                TOOK => Some(self.took_ms()),
                _ => None,
            };
            let Some(known) = known else {
                out.push(character);
                continue;
            };
            let decimals = characters.next().and_then(|digit| digit.to_digit(10)).unwrap_or(0);
            out.push_str(&format!("{known:.*}", decimals as usize));
        }
        out
    }
}

/// Where the number that a text begins with ends.
fn number_end(text: &str) -> usize {
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let whole = digits(text);
    match text[whole..].strip_prefix('.').map(digits) {
        Some(decimals) if decimals > 0 => whole + 1 + decimals,
        _ => whole,
    }
}

/// Whether a number behind this text stands by itself, not in an address or a name.
fn ends_a_word(text: &str) -> bool {
    text.chars().next_back().is_none_or(|c| c.is_whitespace() || c == '(')
}

fn begins_a_word(text: &str) -> bool {
    text.chars().next().is_none_or(|c| c.is_whitespace() || ".,;)%".contains(c))
}

/// The numbers of these outcomes, by their digests; those that were never said are added, and that
/// they are said today is noted.
pub(super) async fn numbered(
    link: &mut Connection,
    mut said: HashMap<Digest, Outcome>,
    today: i64,
) -> Result<HashMap<Digest, i64>, StoreError> {
    let head = "SELECT no, digest, used_on FROM outcomes";
    let digests: Vec<_> = said.keys().map(|digest| digest.to_vec()).collect();
    let known = bulk::among(link, head, "digest", digests, |row| {
        Ok((row.get::<i64>("no")?, row.get::<Vec<u8>>("digest")?, row.get::<i64>("used_on")?))
    })
    .await?;
    let mut numbered = HashMap::with_capacity(said.len());
    for (no, digest, used_on) in known {
        let Ok(digest) = Digest::try_from(digest) else { continue };
        if said.remove(&digest).is_some() {
            numbered.insert(digest, no);
        }
        if used_on < today {
            link.query("UPDATE outcomes SET used_on = $2 WHERE no = $1")
                .bind(no)
                .bind(today)
                .execute()
                .await?;
        }
    }
    if said.is_empty() {
        return Ok(numbered);
    }
    // Writers come one at a time, so that the next numbers are free.
    let highest: i64 = link
        .query("SELECT coalesce(max(no), 0) AS no FROM outcomes")
        .fetch_one()
        .await?
        .get("no")?;
    let fresh: Vec<_> = (highest + 1..).zip(said).collect();
    numbered.extend(fresh.iter().map(|(no, (digest, _))| (*digest, *no)));
    let head = "INSERT INTO outcomes (no, digest, phase, short, sentence, used_on)";
    bulk::insert(link, head, 6, "", fresh, |query, (no, (digest, outcome))| {
        query
            .bind(no)
            .bind(digest.to_vec())
            .bind(outcome.phase.as_str().to_owned())
            .bind(outcome.short)
            .bind(outcome.sentence)
            .bind(today)
    })
    .await?;
    Ok(numbered)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(value: Option<f64>, took_us: i64) -> Numbers {
        Numbers { took_us, value }
    }

    #[test]
    fn what_differs_in_its_numbers_is_kept_once() {
        let said = |value: f64, took: i64| {
            let numbers = numbers(Some(value), took);
            let text = format!(
                "https://10.0.0.7:8443/v2 answered 200 in {value:.0} ms (all of it {:.1} ms).",
                numbers.took_ms()
            );
            let kept = numbers.taken_out(&text);
            assert_eq!(numbers.put_in(&kept), text);
            kept
        };
        assert_eq!(said(142.4, 150_230), said(7.9, 9_870));
        assert!(said(10.0, 150_230).starts_with("https://10.0.0.7:8443/v2 answered 200 in \u{1}0"));
    }

    #[test]
    fn a_text_without_the_numbers_stays_as_it_is() {
        for text in ["", "404", "71 d", "1.2.3.4 said no.", "\u{1F989} 3.", "v1.2.", "12."] {
            let none = numbers(None, 987_654);
            assert_eq!(none.taken_out(text), text);
            assert_eq!(none.put_in(text), text);
        }
    }

    #[test]
    fn marks_in_a_text_cannot_pass_for_numbers() {
        let numbers = numbers(Some(5.0), 1);
        assert_eq!(numbers.put_in(&numbers.taken_out("a\u{1}9 \u{2}b 5")), "a9 b 5");
    }

    #[test]
    fn values_come_back_bit_by_bit() {
        let thousandths = |value| numbers(Some(value), 0).thousandths();
        assert_eq!(thousandths(142.318), Some(142_318));
        assert_eq!(thousandths(-3.5), Some(-3_500));
        for odd in [0.1 + 0.2, f64::INFINITY, f64::NAN, 1e300, -0.0, 1.0 / 3.0] {
            assert_eq!(thousandths(odd), None, "{odd}");
        }
    }
}
