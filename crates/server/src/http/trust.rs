//! How a device is told to trust this server, where the certificate comes from the server's own authority: one page, also
//! over plain HTTP, as nothing else can be read without a warning before it was followed.

mod qr;
mod words;

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use super::redirect::{lan_address, secure_origin};
use super::router::nowhere;
use crate::context::Context;
use crate::tls::Trust;
use words::{EN, Place, RU, Words};

/// Nothing but its style. The button leads elsewhere, and that is a link.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page.
pub(super) async fn guide(State(context): State<Arc<Context>>, request: Request) -> Response {
    let (Some(trust), Some(origin)) = (trust(&context), secure_origin(&request)) else { return nowhere().await };
    let words = words(&request);
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let elsewhere = address_for_others(&context, &origin).map(|host| format!("http://{host}/trust"));
    let page = Page { words, trust, server: &context.config.name, origin: &origin, elsewhere, place: Place::of(agent) };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CONTENT_LANGUAGE, words.language),
        (header::VARY, "accept-language, user-agent"),
    ];
    (headers.map(|(name, value)| (name, HeaderValue::from_static(value))), page.html()).into_response()
}

/// Its style.
pub(super) async fn style(State(context): State<Arc<Context>>) -> Response {
    if trust(&context).is_none() {
        return nowhere().await;
    }
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    ([kind], include_str!("../../pages/trust.css")).into_response()
}

/// The authority's certificate, under the type that makes phones offer to install it.
pub(super) async fn authority(State(context): State<Arc<Context>>) -> Response {
    let Some(trust) = trust(&context) else { return nowhere().await };
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/x-x509-ca-cert"));
    ([kind], trust.certificate.clone()).into_response()
}

fn trust(context: &Context) -> Option<&Trust> {
    context.tls.as_ref()?.trust()
}

/// The language that was chosen on the page, else the one that the browser prefers.
fn words(request: &Request) -> &'static Words {
    let chosen = request.uri().query().and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("lang=")));
    match chosen {
        Some("ru") => &RU,
        Some("en") => &EN,
        _ if prefers_russian(request.headers()) => &RU,
        _ => &EN,
    }
}

fn prefers_russian(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let weight = |language: &str| {
        let weights = accepted.split(',').filter_map(|item| {
            let (tag, weight) = item.split_once(";q=").unwrap_or((item, "1"));
            let primary = tag.trim().split('-').next().unwrap_or_default();
            primary.eq_ignore_ascii_case(language).then(|| weight.trim().parse::<f32>().unwrap_or_default())
        });
        weights.fold(0.0, f32::max)
    };
    weight("ru") > weight("en")
}

/// How other devices can call the server: as this one does, unless that name means itself on every machine.
fn address_for_others(context: &Context, origin: &str) -> Option<String> {
    let called: Authority = origin.strip_prefix("https://")?.parse().ok()?;
    let port = called.port_u16().unwrap_or(443);
    let host = called.host();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let is_here = host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(|ip| ip.is_loopback());
    if is_here { lan_address(context).map(|ip| format!("{ip}:{port}")) } else { Some(format!("{host}:{port}")) }
}

struct Page<'a> {
    words: &'static Words,
    trust: &'a Trust,
    server: &'a str,
    origin: &'a str,
    /// This page's address for a phone's camera.
    elsewhere: Option<String>,
    place: Place,
}

impl Page<'_> {
    fn html(&self) -> String {
        let Words { language, other, other_language, .. } = self.words;
        let Words { title, intro, download, compare, scope, done, open, .. } = self.words;
        let (server, name) = (escaped(self.server), escaped(&self.trust.name));
        let (origin, fingerprint) = (escaped(self.origin), &self.trust.fingerprint);
        let (code, places) = (self.code(), self.places(&name));
        format!(
            r#"<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · {server}</title>
<link rel="stylesheet" href="/trust/style.css">
</head>
<body>
<header><span>{server}</span> <a href="/trust?lang={other_language}" hreflang="{other_language}" lang="{other_language}">{other}</a></header>
<main>
<h1>{title}</h1>
<p>{intro}</p>
<p><a class="button" href="/trust/beseda-ca.crt">{download}</a></p>
{code}
{places}
<section><p>{done}</p><p><a class="button" href="{origin}/">{open}</a></p></section>
<section class="small"><p>{compare}</p><p><code>{fingerprint}</code></p><p>{scope}</p></section>
</main>
</body>
</html>
"#
        )
    }

    fn code(&self) -> String {
        match &self.elsewhere {
            Some(address) => {
                let Words { scan, .. } = self.words;
                let picture = qr::svg(address, scan);
                let address = escaped(address);
                format!(
                    r#"<section class="code">{picture}<p>{scan}<br><a href="{address}">{address}</a></p></section>"#
                )
            }
            None => format!("<section><p>{}</p></section>", self.words.alone),
        }
    }

    fn places(&self, name: &str) -> String {
        let mut html = format!("<section><h2>{}</h2>\n", self.words.how);
        for (place, steps) in self.words.places {
            let open = if *place == self.place { " open" } else { "" };
            html.push_str(&format!("<details{open}><summary>{}</summary><ol>", place.name()));
            for step in *steps {
                html.push_str(&format!("<li>{}</li>", step.replace("{name}", name)));
            }
            html.push_str("</ol></details>\n");
        }
        html.push_str("</section>");
        html
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_what_the_browser_weighs_most() {
        for (accepted, russian) in [
            ("ru", true),
            ("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", true),
            ("en-GB,en;q=0.9,ru;q=0.8", false),
            ("de, ru;q=0.5", true),
            ("de", false),
            ("*", false),
            ("ru;q=nonsense", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(accepted));
            assert_eq!(prefers_russian(&headers), russian, "{accepted}");
        }
        assert!(!prefers_russian(&HeaderMap::new()));
    }

    #[test]
    fn what_the_operator_and_the_client_write_stays_text() {
        assert_eq!(escaped("<b class=\"x\">'&"), "&lt;b class=&quot;x&quot;&gt;&#39;&amp;");
    }

    #[test]
    fn both_languages_say_the_same_places_and_each_has_the_name_where_it_is_met() {
        let places =
            |words: &Words| words.places.iter().map(|(place, steps)| (*place, steps.len())).collect::<Vec<_>>();
        assert_eq!(places(&EN), places(&RU));
        for words in [&EN, &RU] {
            for (place, steps) in words.places {
                let named = steps.iter().any(|step| step.contains("{name}"));
                assert_eq!(named, matches!(place, Place::Apple | Place::Mac), "{place:?} in {}", words.language);
            }
        }
    }
}
