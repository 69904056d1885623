//! What anybody may know of the server.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use beseda_model::Limit;
use beseda_wire::FEATURE_LEVEL;
use beseda_wire::http::ServerInfo;

use super::error::Failure;
use crate::context::Context;
use crate::drives::Relay;
use crate::gifs::Gifs;
use crate::map::Map;

/// The process lives.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// The store answers, and the server is not about to stop.
pub(super) async fn readyz(State(context): State<Arc<Context>>) -> Result<&'static str, Failure> {
    context.check_ready().await?;
    Ok("ready\n")
}

/// What a client must know before it joins.
pub(super) async fn server(State(context): State<Arc<Context>>) -> axum::Json<ServerInfo> {
    axum::Json(ServerInfo {
        name: context.config.name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        feature: FEATURE_LEVEL,
        registration: context.config.registration,
        password_required: context.config.password_required,
        push_key: context.push.as_ref().map(|push| push.sender.public_key().into()).unwrap_or_default(),
        phone: context.config.phone,
        phone_region: context.config.phone_region.clone(),
        drives: context.drives.is_some(),
        drive_providers: context.drives.as_ref().map(Relay::providers).unwrap_or_default(),
        previews: context.previews.is_some(),
        gifs: context.gifs.as_ref().map(Gifs::provider),
        map: context.map.as_ref().map(Map::offer),
    })
}

/// The limits in force.
pub(super) async fn limits(State(context): State<Arc<Context>>) -> axum::Json<Vec<Limit>> {
    axum::Json(context.config.limits.table())
}

/// The description of the HTTP part.
pub(super) async fn openapi(State(context): State<Arc<Context>>) -> Response {
    let mut response = context.openapi.clone().into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
