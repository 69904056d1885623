//! The routes, made from the table of doors: there is no other way to add one.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, MethodRouter, any, on};
use beseda_model::Code;
use beseda_wire::Problem;

use super::error::Failure;
use super::{blob, drive, gate, gif, join, link, map, meta, page, phone, preview, redirect, trust, upload, wake};
use crate::context::Context;
use crate::doors::{HTTP_DOORS, HttpDoor, Method, PLAIN_DOORS, Route};
use crate::ws;

/// All routes over `context`.
pub(crate) fn app(context: &Arc<Context>) -> Router {
    router(context, HTTP_DOORS)
}

/// The few that there are without TLS, where TLS is on.
pub(super) fn plain(context: &Arc<Context>) -> Router {
    router(context, PLAIN_DOORS)
}

fn router(context: &Arc<Context>, doors: &'static [HttpDoor]) -> Router {
    let mut router = Router::new();
    for door in doors {
        let context = context.clone();
        let methods = handler(door).with_state(context.clone());
        let gate = from_fn(move |request: Request, next: Next| gate::pass(context.clone(), door, request, next));
        router = match door.route {
            Route::Page | Route::Redirect => router.fallback_service(methods.layer(gate)),
            // What a path answers to other methods is behind the first of its doors.
            _ if is_first_of_its_path(door, doors) => {
                router.route(door.path, methods.fallback(wrong_method).layer(gate))
            }
            _ => router.route(door.path, methods.route_layer(gate)),
        };
    }
    router
}

fn is_first_of_its_path(door: &HttpDoor, doors: &[HttpDoor]) -> bool {
    doors.iter().find(|other| other.path == door.path).is_some_and(|first| first.route == door.route)
}

fn handler(door: &HttpDoor) -> MethodRouter<Arc<Context>> {
    let method = match door.method {
        Method::Get => MethodFilter::GET,
        Method::Head => MethodFilter::HEAD,
        Method::Post => MethodFilter::POST,
        Method::Patch => MethodFilter::PATCH,
        Method::Delete => MethodFilter::DELETE,
        Method::Options => MethodFilter::OPTIONS,
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
        Route::PhoneCodes => on(method, phone::request),
        Route::PhoneCodeCheck => on(method, phone::check),
        Route::SmsOutbox => on(method, phone::outbox),
        Route::Links => on(method, link::start),
        Route::LinkPoll => on(method, link::poll),
        Route::Wake => on(method, wake::wake),
        Route::UploadOptions => on(method, upload::options),
        Route::CreateUpload => on(method, upload::create),
        Route::UploadState => on(method, upload::state),
        Route::UploadMore => on(method, upload::more),
        Route::UploadEnd => on(method, upload::end),
        Route::Blob | Route::BlobHead => on(method, blob::fetch),
        Route::DriveList => on(method, drive::list),
        Route::DriveRead => on(method, drive::read),
        Route::DriveWrite => on(method, drive::write),
        Route::DriveAuthorize => on(method, drive::authorize),
        Route::DriveExchange => on(method, drive::exchange),
        Route::DriveRefresh => on(method, drive::refresh),
        Route::DriveRevoke => on(method, drive::revoke),
        Route::Preview => on(method, preview::preview),
        Route::Gifs => on(method, gif::find),
        Route::GifPicture => on(method, gif::picture),
        Route::MapTile => on(method, map::tile),
        Route::Socket => on(method, ws::upgrade),
        Route::Trust => on(method, trust::guide),
        Route::TrustStyle => on(method, trust::style),
        Route::Authority => on(method, trust::authority),
        // What these answer to other methods depends on what is there.
        Route::Page => any(page::page),
        Route::Redirect => any(redirect::redirect),
    }
}

pub(super) async fn wrong_method() -> Response {
    Failure(Problem::new(Code::BadRequest, "this path has another method")).into_response()
}

pub(super) async fn nowhere() -> Response {
    Failure(Problem::new(Code::NotFound, "there is nothing at this path")).into_response()
}
