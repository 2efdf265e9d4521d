//! The pictures of a journey, of a bounded size.

use domain::measurement::Picture;

/// The most bytes of a picture.
const EACH_BYTES: usize = 256 * 1024;
/// The most bytes of all pictures of a journey.
const ALL_BYTES: usize = 8 * 1024 * 1024;

/// The pictures of a journey so far. What is too large is left out, which its place says.
#[derive(Default)]
pub(super) struct Pictures {
    pub(super) all: Vec<Picture>,
    bytes: usize,
}

impl Pictures {
    /// Adds what was shown after a step, as JPEG.
    pub(super) fn add(&mut self, title: String, at_ms: u64, good: bool, jpeg: Vec<u8>) {
        let why = if jpeg.len() > EACH_BYTES {
            Some("Left out: the picture is larger than 256 KiB.")
        } else if self.bytes + jpeg.len() > ALL_BYTES {
            Some("Left out: the pictures before it are 8 MiB.")
        } else {
            None
        };
        let jpeg = if why.is_some() { Vec::new() } else { jpeg };
        self.bytes += jpeg.len();
        self.all.push(Picture { title, at_ms, good, jpeg, left_out: why.map(str::to_owned) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_is_left_out_and_says_so() {
        let mut pictures = Pictures::default();
        pictures.add("large".into(), 1, true, vec![1; EACH_BYTES + 1]);
        for n in 0..40 {
            pictures.add(format!("step {n}"), n, true, vec![1; EACH_BYTES]);
        }
        let kept = pictures.all.iter().filter(|picture| picture.left_out.is_none()).count();
        assert_eq!((kept, pictures.all.len()), (ALL_BYTES / EACH_BYTES, 41));
        let said = |n: usize| pictures.all[n].left_out.clone().unwrap_or_default();
        assert!(said(0).contains("larger than 256 KiB"), "{}", said(0));
        assert!(said(40).contains("8 MiB"), "{}", said(40));
        assert!(pictures.all[40].jpeg.is_empty());
    }
}
