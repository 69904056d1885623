//! A WebDAV server over a folder, for stories in a browser: `dav-folder <folder> <user> <password>`. It says where it
//! listens, and ends when it is ended.

use std::convert::Infallible;
use std::io::Write as _;

use data_encoding::BASE64;
use dav_server::DavHandler;
use dav_server::fakels::FakeLs;
use dav_server::localfs::LocalFs;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let mut args = std::env::args().skip(1);
    let (Some(folder), Some(user), Some(password)) = (args.next(), args.next(), args.next()) else {
        return Err(std::io::Error::other("usage: dav-folder <folder> <user> <password>"));
    };
    let basic = format!("Basic {}", BASE64.encode(format!("{user}:{password}").as_bytes()));
    let files = LocalFs::new(folder, false, false, false);
    let handler =
        DavHandler::builder().filesystem(files).locksystem(FakeLs::new()).strip_prefix("/dav").build_handler();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    writeln!(std::io::stdout(), "http://{}/dav", listener.local_addr()?)?;
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await?;
        let (handler, basic) = (handler.clone(), basic.clone());
        connections.spawn(async move {
            let answer = service_fn(move |request: Request<Incoming>| {
                let (handler, basic) = (handler.clone(), basic.clone());
                async move {
                    if request.headers().get("authorization").is_none_or(|value| value != basic.as_str()) {
                        let mut refused = Response::new(dav_server::body::Body::empty());
                        *refused.status_mut() = hyper::StatusCode::UNAUTHORIZED;
                        return Ok::<_, Infallible>(refused);
                    }
                    Ok(handler.handle(request).await)
                }
            });
            // A client that goes away is none of its concern.
            drop(http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await);
        });
    }
}
