//! A small shop with what makes replaying hard: dialogs that slide in, frames, tabs, shadow roots,
//! fields that listen to keys, buttons that do nothing any more.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

type Mails = Arc<Mutex<Vec<String>>>;

const SHOP: &str = r#"<title>Shop</title><h1>Shop</h1>
<ul><li class=item data-state=new>One</li><li class=item data-state=old>Two</li></ul>
<div id=spinner style="display:none">Loading</div>
<input id=name value="Old name" aria-label="Name">
<button aria-label='Say "hello" [now]' onclick="out.textContent='said'">x</button>
<button id=broken onclick="/* does nothing any more */">Order</button>
<button id=works onclick="location.href='/thanks'">Order well</button>
<button id=later onclick="setTimeout(() => location.href='/thanks', 900)">Order later</button>
<button id=hash onclick="location.hash='placed'">Order here</button>
<button id=fails onclick="location.href='/down'">Order badly</button>
<button id=opens-down onclick="window.open('/down')">Open badly</button>
<a id=pop href="/terms" target="_blank">Terms</a>
<div id=ctx oncontextmenu="out.textContent='menu';return false">Right click me</div>
<div id=twice ondblclick="out.textContent='twice'">Click me twice</div>
<div id=tip onmouseover="out.textContent='tip'">Point at me</div>
<div id=middle onauxclick="out.textContent='middle ' + event.button">Middle</div>
<div id=two style="width:200px;height:20px" onclick="out.textContent=event.offsetX<100?'left':'right'"></div>
<div id=box style="height:60px;overflow:auto"><div style="height:900px">long</div><button id=deep onclick="out.textContent='deep'">deep</button></div>
<p id=out></p>
<iframe id=pay src="/pay" width=300 height=80></iframe>
<shop-card></shop-card>
<div style="height:3000px"></div><button id=below onclick="out.textContent='below'">Below</button>
<script>
customElements.define('shop-card', class extends HTMLElement { connectedCallback() {
  const r = this.attachShadow({mode:'open'});
  r.innerHTML = '<p>Card</p><button>Inside</button>';
  r.querySelector('button').onclick = () => out.textContent = 'inside';
} });
document.querySelector('.item').stock = { left: 3, place: 'A1' };
</script>"#;

const SIGN_UP: &str = r#"<title>Join us</title><h1>Sign in</h1>
<form onsubmit="out.textContent='wrong button';return false"><input aria-label="Your address"><button>Email me a link</button></form>
<button id=open onclick="dialog.hidden=false;requestAnimationFrame(()=>dialog.classList.add('in'))">Sign up</button>
<div id=dialog hidden style="position:fixed;inset:0;background:#fffe"><div id=card style="padding:24px"><input id=email aria-label="E-mail"><button id=go onclick="sent()">Email me a link</button><p id=result></p></div></div>
<style>#card{transform:translateY(-400px);transition:transform .6s}.in #card{transform:none}</style>
<p id=out></p>
<script>function sent(){fetch('/mails/send').then(()=>result.textContent='Please check your mail')}</script>"#;

const COVERED: &str = r#"<title>Covered</title><button id=buy onclick="out.textContent='bought'">Buy</button>
<p id=out></p><div id=consent class=banner style="position:fixed;inset:0;background:#0008">We value your privacy</div>"#;

const KEYS: &str = r#"<title>Keys</title><input id=search aria-label=Search><p id=found></p><p id=log></p>
<textarea id=notes aria-label=Notes></textarea><div id=rich contenteditable aria-label=Rich>old</div>
<input id=day type=date aria-label=Day><select id=plan aria-label=Plan><option value=a>Small<option value=b>Large</select>
<label><input id=terms type=checkbox style="opacity:0"> I agree</label>
<button id=save disabled onclick="found.textContent='saved'">Save</button>
<script>
search.addEventListener('keyup', () => { found.textContent = 'found ' + search.value; });
addEventListener('keydown', (e) => { log.textContent += [e.key, e.code, e.keyCode, e.ctrlKey, e.shiftKey].join() + ';'; });
setTimeout(() => save.disabled = false, 700);
</script>"#;

/// Serves it and answers where it is.
pub async fn serve() -> String {
    // One mail is of yesterday, and the catcher lists the oldest first.
    let mails: Mails = Arc::new(Mutex::new(vec!["/used?link=confirm-0".into()]));
    let listed = async |State(mails): State<Mails>, headers: HeaderMap| {
        let host = headers["host"].to_str().unwrap().to_owned();
        let all = mails.lock().unwrap().clone();
        if all.is_empty() {
            return Err(StatusCode::NOT_FOUND);
        }
        let all = all.iter().map(|link| json!({ "text": format!("Welcome. http://{host}{link}") }));
        Ok(Json(json!(all.collect::<Vec<_>>())))
    };
    let send = async |State(mails): State<Mails>| {
        let mut mails = mails.lock().unwrap();
        let n = mails.len();
        mails.push(format!("/confirmed?link=confirm-{n}"));
        "sent"
    };
    let page = |body: &'static str| get(async move || html(body));
    let app = Router::new()
        .route("/", page(SHOP))
        .route("/pay", page(r#"<button id=paynow onclick="document.body.append(' paid')">Pay now</button><a href="/thanks" target=_top>Done</a><a href="/pay2">Next</a><iframe src="/pay3" width=200 height=40></iframe>"#))
        .route("/pay2", page("<p>Second</p>"))
        .route("/pay3", page(r#"<button onclick="document.body.append(' confirmed')">Confirm</button>"#))
        .route("/thanks", page("<title>Thanks</title><h1>Thanks</h1>"))
        .route("/sign-up", page(SIGN_UP))
        .route("/covered", page(COVERED))
        .route("/keys", page(KEYS))
        .route("/named-like-its-button", page("<title>Place order</title><h1>Basket</h1><button onclick=\"out.textContent='placed'\">Place order</button><p id=out></p>"))
        .route("/confirmed", page("<title>Confirmed</title><h1>Confirmed</h1>"))
        .route("/used", page("<title>Used</title><h1>This link was used before</h1>"))
        .route("/terms", page("<title>Terms</title><h1>Terms</h1><button id=agree onclick=\"document.body.append(' agreed')\">Agree</button>"))
        .route("/elsewhere", get(async |headers: HeaderMap| {
            // The same server by another name is another site to a browser.
            let there = headers["host"].to_str().unwrap().replace("127.0.0.1", "localhost");
            Html(format!("<!doctype html><title>Elsewhere</title><h1>Elsewhere</h1><iframe src='http://{there}/pay' width=300 height=80></iframe>"))
        }))
        .route("/policy", get(async || ([("content-security-policy", "script-src 'self'")], html("<title>Strict</title><p>Strict</p>"))))
        .route("/endless-picture", page("<title>Endless</title><img src=/endless><p>There</p><button>Go on</button>"))
        .route("/to-endless-picture", page("<title>To</title><a href=/endless-picture>Go</a>"))
        .route("/endless", get(async || tokio::time::sleep(std::time::Duration::from_secs(60)).await))
        .route("/down-picture", page("<title>Picture</title><img src=/down><p>There</p>"))
        .route("/frozen", page("<title>Frozen</title><h1>Frozen</h1><script>Object.defineProperty(Array.prototype, 'map', {value() { throw new Error('mine'); }}); Array.prototype.toJSON = () => 'none'; document.querySelectorAll = () => [];</script>"))
        .route("/down", get(async || error(StatusCode::INTERNAL_SERVER_ERROR)))
        .route("/gone", get(async || error(StatusCode::NOT_FOUND)))
        .route("/mails", get(listed))
        .route("/mails/send", get(send))
        .with_state(mails);
    format!("http://{}", super::support::serve(app).await)
}

fn html(body: &str) -> Html<String> {
    Html(format!("<!doctype html><body>{body}"))
}

fn error(status: StatusCode) -> Response {
    (status, Html("<!doctype html><title>Error</title><h1>Sorry</h1>")).into_response()
}
