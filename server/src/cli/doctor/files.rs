//! Files: the data directory and the site beside the binary.

use std::path::Path;

use engine::doctor::Finding;

use crate::{config::Config, http::Site};

/// Below this, writing will soon fail.
#[cfg(unix)]
const SPACE_MIN_MB: u64 = 100;
/// Below this, someone should make room.
#[cfg(unix)]
const SPACE_LOW_MB: u64 = 1_000;

const DATA: &str = "data directory";

pub(super) fn data_dir(config: &Config) -> Vec<Finding> {
    let dir = &config.data_dir;
    let shown = dir.display();
    match std::fs::metadata(dir) {
        Ok(meta) if meta.is_dir() => usable(dir, &meta),
        Ok(_) => vec![Finding::problem(
            DATA,
            format!("{shown} is not a directory."),
            "name another with --data-dir or DAYTWO_DATA_DIR",
        )],
        // With a database elsewhere, nothing of worth can be missing here.
        Err(_) if config.database_url.is_some() => {
            vec![Finding::ok(DATA, format!("{shown} is not there yet; the start makes it."))]
        }
        Err(error) => vec![Finding::problem(
            DATA,
            format!("{shown} cannot be looked into: {error}."),
            "name the right one with --data-dir or DAYTWO_DATA_DIR, or start the portal, which \
             makes it",
        )],
    }
}

#[cfg(unix)]
fn usable(dir: &Path, meta: &std::fs::Metadata) -> Vec<Finding> {
    use std::os::unix::fs::PermissionsExt as _;

    use rustix::fs::{Access, access, statvfs};

    let shown = dir.display();
    let allowed = Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK;
    let mut found = vec![match access(dir, allowed) {
        Ok(()) => Finding::ok(DATA, format!("{shown} can be written to.")),
        Err(error) => Finding::problem(
            DATA,
            format!("{shown} cannot be written to: {error}."),
            "give it to the user the portal runs as (chown), or run this command as that user",
        ),
    }];
    let mode = meta.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        found.push(Finding::warn(
            "permissions",
            format!("Others may look into {shown} (mode {mode:04o})."),
            format!("chmod 0700 {shown}"),
        ));
    }
    if let Ok(stat) = statvfs(dir) {
        found.push(space(stat.f_bavail.saturating_mul(stat.f_frsize) / 1_000_000));
    }
    found
}

#[cfg(not(unix))]
fn usable(dir: &Path, _: &std::fs::Metadata) -> Vec<Finding> {
    vec![Finding::ok(DATA, format!("{} is there.", dir.display()))]
}

#[cfg(unix)]
fn space(free_mb: u64) -> Finding {
    const ABOUT: &str = "free space";
    let sentence = format!("{free_mb} MB are free.");
    if free_mb < SPACE_MIN_MB {
        Finding::problem(ABOUT, sentence, "make room before writing fails")
    } else if free_mb < SPACE_LOW_MB {
        Finding::warn(ABOUT, sentence, "make room")
    } else {
        Finding::ok(ABOUT, sentence)
    }
}

/// The site's files beside the binary.
pub(super) fn site() -> Vec<Finding> {
    vec![of_site(&Site::beside_binary())]
}

fn of_site(site: &Site) -> Finding {
    const ABOUT: &str = "site";
    let mend = "unpack or build the portal's folder again: `daytwo`, `site/` and `hash.txt` \
                belong together";
    if !site.root.is_dir() {
        let root = site.root.display();
        return Finding::problem(ABOUT, format!("{root} is missing: pages have no style."), mend);
    }
    let hashes = match std::fs::read_to_string(&site.hash_file) {
        Ok(hashes) => hashes,
        Err(error) => {
            let file = site.hash_file.display();
            return Finding::problem(ABOUT, format!("{file} cannot be read: {error}."), mend);
        }
    };
    let named: Vec<String> = hashes
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(kind, hash)| format!("daytwo.{}.{}", hash.trim(), kind.trim()))
        .collect();
    for kind in ["js", "wasm", "css"] {
        if !named.iter().any(|file| file.rsplit('.').next() == Some(kind)) {
            return Finding::problem(ABOUT, format!("hash.txt names no {kind} file."), mend);
        }
    }
    match named.iter().find(|file| !site.root.join("pkg").join(file).is_file()) {
        Some(missing) => {
            Finding::problem(ABOUT, format!("site/pkg/{missing} is missing: pages break."), mend)
        }
        None => Finding::ok(ABOUT, "The site's files are those this program names."),
    }
}

#[cfg(test)]
mod tests {
    use engine::doctor::Level;

    use super::*;

    #[test]
    fn a_site_is_whole_or_what_is_missing_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let site =
            Site { root: folder.path().join("site"), hash_file: folder.path().join("hash.txt") };
        assert!(of_site(&site).sentence.contains("site is missing"));
        std::fs::create_dir_all(site.root.join("pkg")).unwrap();
        assert!(of_site(&site).sentence.contains("hash.txt cannot be read"));
        std::fs::write(&site.hash_file, "js: A-b_1\nwasm: B\n").unwrap();
        assert!(of_site(&site).sentence.contains("names no css"));
        std::fs::write(&site.hash_file, "js: A-b_1\nwasm: B\ncss: C\n").unwrap();
        for file in ["daytwo.A-b_1.js", "daytwo.B.wasm"] {
            std::fs::write(site.root.join("pkg").join(file), "").unwrap();
        }
        assert!(of_site(&site).sentence.contains("daytwo.C.css is missing"));
        std::fs::write(site.root.join("pkg/daytwo.C.css"), "").unwrap();
        assert_eq!(of_site(&site).level, Level::Ok);
    }

    #[cfg(unix)]
    #[test]
    fn little_space_is_told_before_it_is_none() {
        assert_eq!(space(99).level, Level::Problem);
        assert_eq!(space(100).level, Level::Warn);
        assert_eq!(space(1_000).level, Level::Ok);
    }
}
