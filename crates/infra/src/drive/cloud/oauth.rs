//! How a person lets the server's client into their drive: OAuth 2 by a code (RFC 6749) with proof of who asked for it
//! (RFC 7636). Tokens come from the provider and go to the person's device; nothing of them stays here.

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use reqwest::{Body, Method, Request, Response, Url};
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::super::transport::Transport;
use super::{Client, DriveError, Provider, api, dropbox};

/// Most bytes of an answer about tokens.
const ANSWER_BYTES: usize = 64 * 1024;
/// How long a token is good for where nothing is said of it.
const SHORT_SECONDS: u64 = 600;

/// What a provider gives.
#[derive(Clone, PartialEq, Eq)]
pub struct Grant {
    /// The access token.
    pub access: String,
    /// How long it is good for, in milliseconds.
    pub millis: u32,
    /// The refresh token; none: the one before is still good.
    pub refresh: Option<String>,
}

/// Nothing of it is for a log.
impl std::fmt::Debug for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Grant(…)")
    }
}

struct Places {
    /// Where the person says yes: host, path, and what is asked for there beyond what all are asked for.
    page: (&'static str, &'static str, &'static [(&'static str, &'static str)]),
    /// Where tokens come from.
    token: (&'static str, &'static str),
}

const fn places(provider: Provider) -> Places {
    match provider {
        Provider::Dropbox => Places {
            page: (
                "https://www.dropbox.com",
                "/oauth2/authorize",
                &[
                    ("scope", "files.metadata.read files.content.read files.content.write"),
                    ("token_access_type", "offline"),
                ],
            ),
            token: (dropbox::API, "/oauth2/token"),
        },
        Provider::Google => Places {
            page: (
                "https://accounts.google.com",
                "/o/oauth2/v2/auth",
                // A refresh token is given with consent alone.
                &[
                    ("scope", "https://www.googleapis.com/auth/drive"),
                    ("access_type", "offline"),
                    ("prompt", "consent"),
                ],
            ),
            token: ("https://oauth2.googleapis.com", "/token"),
        },
        Provider::Onedrive => Places {
            page: (
                "https://login.microsoftonline.com",
                "/common/oauth2/v2.0/authorize",
                &[("scope", "offline_access Files.ReadWrite"), ("response_mode", "query")],
            ),
            token: ("https://login.microsoftonline.com", "/common/oauth2/v2.0/token"),
        },
    }
}

/// The provider's page on which a person says yes or no.
pub(in super::super) fn authorize(
    provider: Provider,
    client: &Client,
    state: &str,
    challenge: &str,
    back: &str,
) -> Result<String, DriveError> {
    let (host, path, own) = places(provider).page;
    let mut url = Url::parse(&format!("{}{path}", client.host(host))).map_err(|_| DriveError::Address)?;
    url.query_pairs_mut()
        .append_pair("client_id", &client.id)
        .append_pair("response_type", "code")
        .append_pair("redirect_uri", back)
        .append_pair("state", state)
        .append_pair("code_challenge", challenge)
        .append_pair("code_challenge_method", "S256")
        .extend_pairs(own);
    Ok(url.into())
}

/// A code becomes tokens.
pub(in super::super) async fn exchange(
    transport: &Transport,
    provider: Provider,
    client: &Client,
    code: &str,
    verifier: &str,
    back: &str,
) -> Result<Grant, DriveError> {
    let own =
        [("grant_type", "authorization_code"), ("code", code), ("code_verifier", verifier), ("redirect_uri", back)];
    let (grant, scope) = token(transport, provider, client, &own).await?;
    if !scope.is_none_or(|scope| is_enough(provider, &scope)) {
        return Err(DriveError::Expired);
    }
    // Without one, the drive would have to be connected anew within hours.
    if grant.refresh.is_some() { Ok(grant) } else { Err(DriveError::Unreachable) }
}

/// Whether the person has allowed all that was asked for: on some pages that is a choice.
fn is_enough(provider: Provider, scope: &str) -> bool {
    let (_, _, own) = places(provider).page;
    let asked = own.iter().find(|(name, _)| *name == "scope").map_or("", |(_, words)| *words);
    // Microsoft says whose each of them is, with a slash before it, and nothing of what is no right to something.
    let is_given = |word: &str| {
        scope.split_whitespace().any(|given| given == word || given.rsplit('/').next().is_some_and(|end| end == word))
    };
    asked.split_whitespace().filter(|word| *word != "offline_access").all(is_given)
}

/// A refresh token becomes an access token.
pub(in super::super) async fn refresh(
    transport: &Transport,
    provider: Provider,
    client: &Client,
    refresh: &str,
) -> Result<Grant, DriveError> {
    let own = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    token(transport, provider, client, &own).await.map(|(grant, _)| grant)
}

/// The provider is to forget the tokens. Microsoft has no way to say so of these alone.
pub(in super::super) async fn revoke(
    transport: &Transport,
    provider: Provider,
    client: &Client,
    refresh_token: &str,
) -> Result<(), DriveError> {
    let answer = match provider {
        // Here an access token takes the refresh token with it.
        Provider::Dropbox => {
            let grant = refresh(transport, provider, client, refresh_token).await?;
            let bearer = HeaderValue::from_str(&format!("Bearer {}", grant.access));
            let mut bearer = bearer.map_err(|_| DriveError::Unreachable)?;
            bearer.set_sensitive(true);
            let url = format!("{}/2/auth/token/revoke", client.host(dropbox::API));
            let mut request = Request::new(Method::POST, Url::parse(&url).map_err(|_| DriveError::Address)?);
            request.headers_mut().insert(AUTHORIZATION, bearer);
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(0));
            transport.send(request).await?
        }
        Provider::Google => {
            let url = format!("{}/revoke", client.host("https://oauth2.googleapis.com"));
            post(transport, &url, &[("token", refresh_token)]).await?
        }
        Provider::Onedrive => return Ok(()),
    };
    if answer.status().is_success() { Ok(()) } else { Err(refusal(answer).await) }
}

/// Tokens, and what they open, if that is said.
async fn token(
    transport: &Transport,
    provider: Provider,
    client: &Client,
    own: &[(&str, &str)],
) -> Result<(Grant, Option<String>), DriveError> {
    let (host, path) = places(provider).token;
    let mut form = vec![("client_id", client.id.as_str()), ("client_secret", client.secret.as_str())];
    form.extend_from_slice(own);
    let answer = post(transport, &format!("{}{path}", client.host(host)), &form).await?;
    if !answer.status().is_success() {
        return Err(refusal(answer).await);
    }
    let body = api::read(answer, ANSWER_BYTES).await?;
    let body: Value = serde_json::from_slice(&body).map_err(|_| DriveError::Unreachable)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    let seconds = body.get("expires_in").and_then(Value::as_u64).unwrap_or(SHORT_SECONDS);
    let grant = Grant {
        access: text("access_token").ok_or(DriveError::Unreachable)?,
        millis: u32::try_from(seconds.saturating_mul(1_000)).unwrap_or(u32::MAX),
        refresh: text("refresh_token"),
    };
    Ok((grant, text("scope")))
}

async fn post(transport: &Transport, url: &str, form: &[(&str, &str)]) -> Result<Response, DriveError> {
    let body = Serializer::new(String::new()).extend_pairs(form).finish();
    let mut request = Request::new(Method::POST, Url::parse(url).map_err(|_| DriveError::Address)?);
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    *request.body_mut() = Some(Body::from(Bytes::from(body)));
    transport.send(request).await
}

/// Why there are no tokens (RFC 6749, section 5.2; the others are Microsoft's).
async fn refusal(answer: Response) -> DriveError {
    let status = answer.status().as_u16();
    let body = api::read(answer, ANSWER_BYTES).await.unwrap_or_default();
    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    match (status, body.get("error").and_then(Value::as_str).unwrap_or_default()) {
        (429 | 503, _) | (_, "temporarily_unavailable") => DriveError::Busy,
        (_, "invalid_grant" | "interaction_required" | "consent_required" | "login_required" | "invalid_token") => {
            DriveError::Expired
        }
        (_, "invalid_client" | "unauthorized_client" | "redirect_uri_mismatch" | "invalid_scope") => DriveError::Client,
        _ => DriveError::Unreachable,
    }
}
