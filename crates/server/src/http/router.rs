//! The routes, made from the table of doors: there is no other way to add one.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get, post};
use beseda_model::Code;
use beseda_wire::Problem;

use super::error::Failure;
use super::{gate, meta};
use crate::context::Context;
use crate::doors::{HTTP_DOORS, HttpDoor, Method, Route};

/// All routes over `context`.
pub(crate) fn router(context: &Arc<Context>) -> Router {
    let mut router = Router::new();
    for door in HTTP_DOORS {
        let gated = handler(door).fallback(wrong_method).with_state(context.clone());
        let context = context.clone();
        let gate = from_fn(move |request: Request, next: Next| gate::pass(context.clone(), door, request, next));
        router = router.route(door.path, gated.layer(gate));
    }
    router.fallback(nowhere)
}

fn handler(door: &HttpDoor) -> MethodRouter<Arc<Context>> {
    let handler = match door.route {
        Route::Healthz => get(meta::healthz),
        Route::Readyz => get(meta::readyz),
        Route::Server => get(meta::server),
        Route::Limits => get(meta::limits),
        Route::OpenApi => get(meta::openapi),
        _ => get(meta::healthz),
    };
    debug_assert!(matches!(door.method, Method::Get | Method::Post), "the table's method is the handler's");
    handler
}

async fn wrong_method() -> Response {
    Failure(Problem::new(Code::BadRequest, "this path has another method")).into_response()
}

async fn nowhere() -> Response {
    let mut response = Failure(Problem::new(Code::NotFound, "there is nothing at this path")).into_response();
    gate::add_headers(response.headers_mut());
    response
}
