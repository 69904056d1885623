//! A bare HTTP server for files: what is put is written as it comes and made durable at its end, what is asked for is sent
//! as it is read. It knows nobody, checks nothing, and can't go on with what was cut.

use std::path::{Path, PathBuf};

use anyhow::Result;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path as Part, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::put;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Bytes that are read at a time, as in the server.
const PART: usize = 262_144;

/// Runs until it is ended.
pub(crate) async fn run(folder: &Path) -> Result<()> {
    let router = Router::new().route("/files/{number}", put(take).get(give)).with_state(folder.to_owned());
    super::serve(router).await
}

fn place(folder: &Path, number: u32) -> PathBuf {
    folder.join(format!("{number}.file"))
}

async fn take(State(folder): State<PathBuf>, Part(number): Part<u32>, body: Body) -> Result<StatusCode, StatusCode> {
    let written = async {
        let mut file = File::create(place(&folder, number)).await?;
        let mut body = body.into_data_stream();
        while let Some(bytes) = body.next().await {
            file.write_all(&bytes.map_err(std::io::Error::other)?).await?;
        }
        file.flush().await?;
        file.sync_all().await
    };
    written.await.map(|()| StatusCode::CREATED).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn give(State(folder): State<PathBuf>, Part(number): Part<u32>) -> Result<Response, StatusCode> {
    let opened = async {
        let file = File::open(place(&folder, number)).await?;
        let length = file.metadata().await?.len();
        Ok::<_, std::io::Error>((file, length))
    };
    let (mut file, length) = opened.await.map_err(|_| StatusCode::NOT_FOUND)?;
    file.set_max_buf_size(PART);
    let parts = stream::try_unfold(file, |mut file| async move {
        let mut part = Vec::with_capacity(PART);
        let read = file.read_buf(&mut part).await?;
        Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(part), file)))
    });
    let headers = [(axum::http::header::CONTENT_LENGTH, length.to_string())];
    Ok((headers, Body::from_stream(parts.into_stream())).into_response())
}
