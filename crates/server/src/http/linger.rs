//! Bodies of requests that were refused before they had come. Were the connection closed at once, a client that is still
//! sending would see it break and never read why; so some more is read and thrown away while the answer is on its way.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header;
use futures_util::StreamExt as _;
use hyper::body::{Frame, SizeHint};
use tokio::time::timeout;

use crate::context::Context;

/// Most that is thrown away of one body: what clients send in one request, as a rule.
const MOST: usize = 8 * 1_048_576;
/// How long that may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The same request; what nobody reads of its body is read later.
pub(super) fn lingering(context: &Arc<Context>, request: Request) -> Request {
    if request.body().is_end_stream() {
        return request;
    }
    // Who waits for a word before it sends the body has not begun to.
    let is_awaited = request.headers().contains_key(header::EXPECT);
    request.map(|body| Body::new(Lingering { body, context: context.clone(), is_coming: !is_awaited }))
}

struct Lingering {
    body: Body,
    context: Arc<Context>,
    /// Whether there is more of it on its way.
    is_coming: bool,
}

impl HttpBody for Lingering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        self.is_coming = matches!(frame, Some(Ok(_))) && !self.body.is_end_stream();
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        if !self.is_coming || self.context.tasks.is_stopping() {
            return;
        }
        let rest = std::mem::replace(&mut self.body, Body::empty());
        let stop = self.context.tasks.stop_signal().clone();
        self.context.tasks.spawn("lingering", async move {
            tokio::select! {
                () = stop.cancelled() => {}
                _ = timeout(PATIENCE, throw_away(rest)) => {}
            }
        });
    }
}

async fn throw_away(body: Body) {
    let (mut stream, mut left) = (body.into_data_stream(), MOST);
    while let Some(Ok(bytes)) = stream.next().await {
        match left.checked_sub(bytes.len()) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}
