//! A connection that dies in COMMIT: whoever waits is told what became of it, not what was feared.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use futures::future::join_all;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use store::{Backend, Pool, Store, StoreError};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, UnixStream},
};

use crate::{
    harness::On,
    seed::{chain, entry, sentences},
};

/// How often each way.
const TIMES: usize = 100;

/// What the proxy does with the next COMMIT; it does it once.
const PASS: u8 = 0;
const CUT_BEFORE: u8 = 1;
const CUT_AFTER: u8 = 2;
const CUT_AFTER_ITS_ANSWER: u8 = 3;

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

async fn server(address: &PgConnectOptions) -> Box<dyn Stream> {
    match address.get_socket() {
        Some(folder) => {
            let path = folder.join(format!(".s.PGSQL.{}", address.get_port()));
            Box::new(UnixStream::connect(path).await.unwrap())
        }
        None => {
            let to = (address.get_host().to_owned(), address.get_port());
            Box::new(TcpStream::connect(to).await.unwrap())
        }
    }
}

/// Passes everything on until a COMMIT comes that it is to cut at.
async fn carry(client: TcpStream, server: Box<dyn Stream>, next: Arc<AtomicU8>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = tokio::io::split(server);
    let answers = tokio::spawn(async move {
        drop(tokio::io::copy(&mut from_server, &mut to_client).await);
    });
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = match from_client.read(&mut buffer).await {
            Ok(read) if read > 0 => read,
            _ => break,
        };
        let commits = buffer[..read].windows(7).any(|bytes| bytes == b"COMMIT\0");
        let what = if commits { next.swap(PASS, Ordering::SeqCst) } else { PASS };
        if what == CUT_BEFORE {
            break;
        }
        if what == CUT_AFTER_ITS_ANSWER {
            // The answer comes as far as here.
            answers.abort();
        }
        if to_server.write_all(&buffer[..read]).await.is_err() || what == CUT_AFTER {
            break;
        }
        if what == CUT_AFTER_ITS_ANSWER {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            break;
        }
    }
    answers.abort();
}

/// A proxy in front of the server; answers its port.
async fn proxy(address: PgConnectOptions, next: Arc<AtomicU8>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = server(&address).await;
            tokio::spawn(carry(client, server, next.clone()));
        }
    });
    port
}

async fn through(address: &PgConnectOptions, port: u16) -> Store {
    let database = address.get_database().unwrap();
    let options = PgConnectOptions::new_without_pgpass()
        .host("127.0.0.1")
        .port(port)
        .username(address.get_username())
        .database(database)
        .ssl_mode(PgSslMode::Disable);
    Store::start(Pool::open(Backend::Postgres(options)).await.unwrap()).await.unwrap()
}

async fn note(store: &Store, sentence: String) -> Result<(), StoreError> {
    act!(store, |tx| {
        tx.record(entry(sentence));
        Ok(())
    })
}

async fn cut(how: u8) -> usize {
    let mut kept_in_all = 0;
    let count = &mut kept_in_all;
    On::Postgres
        .run(async |db| {
            let address = db.address().unwrap();
            let next = Arc::new(AtomicU8::new(PASS));
            let store = through(&address, proxy(address.clone(), next.clone()).await).await;
            for n in 0..TIMES {
                next.store(how, Ordering::SeqCst);
                let acts = (0..3).map(|m| note(&store, format!("act {n}.{m}")));
                let answers = join_all(acts).await;
                next.store(PASS, Ordering::SeqCst);
                let kept = sentences(&db.store).await;
                for (m, answer) in answers.into_iter().enumerate() {
                    let is_kept = kept.contains(&format!("act {n}.{m}"));
                    match answer {
                        Ok(()) => assert!(is_kept, "act {n}.{m} is not kept, and was said to be"),
                        Err(StoreError::Unknown(why)) => panic!("it could be found out: {why}"),
                        Err(error) => assert!(!is_kept, "act {n}.{m} is kept, and not: {error}"),
                    }
                    *count += usize::from(is_kept);
                }
            }
            chain(&db.store).await;
            store.close().await;
        })
        .await;
    kept_in_all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_it_arrived() {
    cut(CUT_BEFORE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_it_was_sent() {
    cut(CUT_AFTER).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_it_was_done() {
    let kept = cut(CUT_AFTER_ITS_ANSWER).await;
    assert!(kept == 0 || kept == TIMES * 3, "all of them were done: {kept}");
}

#[tokio::test]
async fn where_nobody_can_be_asked_nobody_is_told_a_tale() {
    On::Postgres
        .run(async |db| {
            let address = db.address().unwrap();
            let next = Arc::new(AtomicU8::new(PASS));
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let port = listener.local_addr().unwrap().port();
            let (closes, closed) = tokio::sync::oneshot::channel::<()>();
            let cuts = next.clone();
            let serving = tokio::spawn(async move {
                let take = async {
                    while let Ok((client, _)) = listener.accept().await {
                        let server = server(&address).await;
                        tokio::spawn(carry(client, server, cuts.clone()));
                    }
                };
                tokio::select! { () = take => {}, _ = closed => {} }
            });
            let address = db.address().unwrap();
            let store = through(&address, port).await;
            note(&store, "before".into()).await.unwrap();
            // What is open stays open; nothing new is let through.
            closes.send(()).unwrap();
            serving.await.unwrap();
            next.store(CUT_AFTER_ITS_ANSWER, Ordering::SeqCst);
            let answer = note(&store, "nobody knows".into()).await;
            let kept = sentences(&db.store).await.contains(&"nobody knows".to_owned());
            match answer {
                Err(StoreError::Unknown(_)) => {}
                // A connection of the pool may have been at hand to ask with.
                Ok(()) => assert!(kept),
                Err(error) => panic!("{error}"),
            }
        })
        .await;
}
