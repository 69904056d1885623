//! The routes, made from the table of doors: there is no other way to add one.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use beseda_model::Code;
use beseda_wire::Problem;

use super::error::Failure;
use super::{gate, join, link, meta};
use crate::context::Context;
use crate::doors::{HTTP_DOORS, HttpDoor, Method, Route};
use crate::ws;

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
    let method = match door.method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
    };
    match door.route {
        Route::Healthz => on(method, meta::healthz),
        Route::Readyz => on(method, meta::readyz),
        Route::Server => on(method, meta::server),
        Route::Limits => on(method, meta::limits),
        Route::OpenApi => on(method, meta::openapi),
        Route::Challenges => on(method, join::challenge),
        Route::Accounts => on(method, join::sign_up),
        Route::AccountByRoot => on(method, join::account_by_root),
        Route::Devices => on(method, join::add_device),
        Route::Sessions => on(method, join::sign_in),
        Route::IdentityResets => on(method, join::reset_identity),
        Route::Links => on(method, link::start),
        Route::LinkPoll => on(method, link::poll),
        Route::Socket => on(method, ws::upgrade),
    }
}

async fn wrong_method() -> Response {
    Failure(Problem::new(Code::BadRequest, "this path has another method")).into_response()
}

async fn nowhere() -> Response {
    let mut response = Failure(Problem::new(Code::NotFound, "there is nothing at this path")).into_response();
    gate::add_headers(response.headers_mut());
    response
}
