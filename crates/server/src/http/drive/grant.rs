//! How a person lets this server's client into a drive of theirs: the server knows the client's secret, the device keeps the
//! tokens. Nothing of them stays here.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use beseda_infra::drive::{DriveError, Grant};
use beseda_wire::Problem;
use beseda_wire::http::{AuthorizeDrive, DriveAuthorization, DriveGrant, DriveProvider, ExchangeDrive, RefreshDrive};

use super::here::{in_time, relay, told_why};
use crate::context::Context;
use crate::drives::provider_of;
use crate::http::body::Json;
use crate::http::caller::Caller;
use crate::http::error::Failure;
use crate::problem;

/// Where providers' pages lead back: a place in the web app.
const BACK: &str = "/drive-connected";

/// The provider's page.
pub(in super::super) async fn authorize(
    State(context): State<Arc<Context>>,
    Caller(_): Caller,
    Json(body): Json<AuthorizeDrive>,
) -> Result<Answer<DriveAuthorization>, Failure> {
    check_back(&body.back)?;
    let drives = &relay(&context)?.drives;
    let url = drives.authorize(provider_of(body.provider), &body.state, &body.challenge, &body.back);
    Ok(Answer(DriveAuthorization { url: url.map_err(|why| told(body.provider, why))? }))
}

/// Tokens for a code.
pub(in super::super) async fn exchange(
    State(context): State<Arc<Context>>,
    Caller(actor): Caller,
    Json(body): Json<ExchangeDrive>,
) -> Result<Answer<DriveGrant>, Failure> {
    check_back(&body.back)?;
    let relay = relay(&context)?;
    let _share = relay.share(actor.account)?;
    let ExchangeDrive { provider, code, verifier, back } = &body;
    let asked = relay.drives.exchange(provider_of(*provider), code, verifier, back);
    granted(in_time(&context, async { Ok(asked.await) }).await?, body.provider)
}

/// Another access token.
pub(in super::super) async fn refresh(
    State(context): State<Arc<Context>>,
    Caller(actor): Caller,
    Json(body): Json<RefreshDrive>,
) -> Result<Answer<DriveGrant>, Failure> {
    let relay = relay(&context)?;
    let _share = relay.share(actor.account)?;
    let asked = relay.drives.refresh(provider_of(body.provider), &body.token);
    granted(in_time(&context, async { Ok(asked.await) }).await?, body.provider)
}

/// The end of them.
pub(in super::super) async fn revoke(
    State(context): State<Arc<Context>>,
    Caller(actor): Caller,
    Json(body): Json<RefreshDrive>,
) -> Result<StatusCode, Failure> {
    let relay = relay(&context)?;
    let _share = relay.share(actor.account)?;
    let asked = relay.drives.revoke(provider_of(body.provider), &body.token);
    match in_time(&context, async { Ok(asked.await) }).await? {
        // Nobody can do more to what the provider does not know.
        Ok(()) | Err(DriveError::Expired) => Ok(StatusCode::NO_CONTENT),
        Err(why) => Err(told(body.provider, why).into()),
    }
}

fn granted(grant: Result<Grant, DriveError>, provider: DriveProvider) -> Result<Answer<DriveGrant>, Failure> {
    let Grant { access, millis, refresh } = grant.map_err(|why| told(provider, why))?;
    Ok(Answer(DriveGrant { access, millis, refresh }))
}

/// What the person is told; what only the operator can mend, the log says, too.
fn told(provider: DriveProvider, why: DriveError) -> Problem {
    if why == DriveError::Client {
        tracing::warn!(provider = provider.as_str(), "A provider of drives refuses the client that is set for it.");
    }
    told_why(why)
}

/// The provider compares it with what the operator has registered; it is looked at here so that a mistake is told as one.
fn check_back(back: &str) -> Result<(), Problem> {
    let is_here = back.parse::<Uri>().is_ok_and(|uri| {
        let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
        is_web && uri.path() == BACK && uri.query().is_none() && !back.contains(['#', '@'])
    });
    if is_here { Ok(()) } else { Err(problem::bad_request("`back` is the address of /drive-connected on this server")) }
}
