//! What the first visit to a deployment's page transfers, compressed with brotli.

use std::{collections::BTreeSet, path::Path};

use crate::{
    portal::{Place, client, folder, open_run, sign_in},
    table::Table,
};

/// Measures the page with all it loads.
pub async fn measure(dist: &Path, table: &mut Table) {
    let data = folder();
    let place = Place { dist: dist.to_owned(), data: data.path().to_owned(), database: None };
    let token = place.prepare();
    let portal = place.start().await;
    let id = open_run(&portal.url, &token).await;
    let cookie = sign_in(&portal.url).await;
    let page = format!("/deployments/{id}");
    let (html_bytes, _) = fetch(&portal.url, &page, &cookie, "br").await;
    let (_, html) = fetch(&portal.url, &page, &cookie, "identity").await;
    let html = String::from_utf8_lossy(&html).into_owned();
    let mut code = 0;
    let mut rest = html_bytes;
    for file in loaded(&html) {
        let (bytes, _) = fetch(&portal.url, &file, &cookie, "br").await;
        let is_code = file.starts_with("/pkg/") && !file.ends_with(".css");
        if is_code { code += bytes } else { rest += bytes }
    }
    table.row("first visit to a deployment, wasm and glue", kb(code), "target at most 150 KB");
    table.row("first visit to a deployment, all of it", kb(code + rest), "target at most 200 KB");
}

fn kb(bytes: usize) -> String {
    #[expect(clippy::cast_precision_loss, reason = "sizes of a page")]
    let kb = bytes as f64 / 1000.0;
    format!("{kb:.1} KB")
}

/// The addresses the page names, and the wasm its script loads.
fn loaded(html: &str) -> BTreeSet<String> {
    html.split(['"', '\''])
        .filter(|text| {
            text.starts_with("/pkg/") || *text == "/favicon.svg" || text.starts_with("/icons.svg")
        })
        .map(|text| text.split('#').next().unwrap_or_default().to_owned())
        .collect()
}

/// The bytes of the body as sent, and the body.
async fn fetch(url: &str, path: &str, cookie: &str, encoding: &str) -> (usize, Vec<u8>) {
    let sent = client()
        .get(format!("{url}{path}"))
        .header("cookie", cookie)
        .header("accept", "text/html,*/*")
        .header("accept-encoding", encoding)
        .send()
        .await;
    let Ok(answer) = sent else { panic!("{path} does not answer") };
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    let body = answer.bytes().await.map(|body| body.to_vec()).unwrap_or_default();
    (body.len(), body)
}
