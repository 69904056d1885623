//! The OpenAPI document, made from the table of doors and the types of the wire.

use beseda_wire::{Problem, http};
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, PathItem, PathsBuilder, Ref, RefOr,
    Required, Response, ResponseBuilder, Schema,
};
use utoipa::{PartialSchema, ToSchema};

use super::error::PROBLEM_JSON;
use crate::doors::{HTTP_DOORS, HttpDoor, Method, Route, Rule};

const JSON: &str = "application/json";
const STREAM: &str = "application/octet-stream";
const OFFSET_STREAM: &str = "application/offset+octet-stream";
const PROBLEM: &str = "Problem";

/// The document as JSON.
pub(crate) fn document() -> String {
    openapi().to_pretty_json().expect("the document has string keys and finite numbers")
}

fn openapi() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Beseda")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Joining a server: accounts, devices, passwords; and files. Everything that is frequent goes over the \
             WebSocket, which docs/protocol.md describes. Refusals are problem details (RFC 9457): act upon `code`.",
        ))
        .build();
    let described = HTTP_DOORS.iter().filter_map(|door| Some((door, shape(door.route)?)));
    let paths =
        described.fold(PathsBuilder::new(), |paths, (door, shape)| paths.path(door.path, path_item(door, shape)));
    OpenApiBuilder::new().info(info).paths(paths).components(Some(components().build())).build()
}

fn components() -> ComponentsBuilder {
    fn with<T: ToSchema>(components: ComponentsBuilder) -> ComponentsBuilder {
        let mut nested = Vec::new();
        T::schemas(&mut nested);
        components.schemas_from_iter(nested).schema(T::name(), T::schema())
    }
    let components = ComponentsBuilder::new();
    let components = with::<Problem>(with::<http::ServerInfo>(with::<http::Challenge>(components)));
    let components = with::<http::SignUp>(with::<http::Session>(with::<http::AccountByRoot>(components)));
    let components = with::<http::AddDevice>(with::<http::SignIn>(with::<http::SignInTicket>(components)));
    let components = with::<http::ResetIdentity>(with::<http::StartLink>(with::<http::LinkStarted>(components)));
    let components = with::<http::PollLink>(with::<http::LinkState>(components));
    let components = with::<http::Wake>(with::<http::Woken>(components));
    let components = with::<http::AskPreview>(with::<http::Preview>(components));
    let components = with::<http::AskGifs>(with::<http::GifPage>(with::<http::AskGifPicture>(components)));
    let components = with::<http::AskMapTile>(with::<http::WebPicture>(components));
    let components = with::<http::RequestPhoneCode>(with::<http::PhoneCodeSent>(components));
    let components = with::<http::ListDrive>(with::<http::DrivePage>(with::<http::ReadDrive>(components)));
    let components = with::<http::AuthorizeDrive>(with::<http::DriveAuthorization>(components));
    let components = with::<http::ExchangeDrive>(with::<http::RefreshDrive>(with::<http::DriveGrant>(components)));
    with::<http::CheckPhoneCode>(with::<http::PhoneVerified>(components))
}

struct Shape {
    summary: &'static str,
    body: Option<&'static str>,
    answer: Answer,
}

enum Answer {
    /// Nothing but headers.
    Head(&'static str),
    /// A file, or a part of it.
    Bytes,
    Text,
    Page,
    Json(RefOr<Schema>),
    Socket,
}

fn named(name: &str) -> Answer {
    Answer::Json(reference(name))
}

fn reference(name: &str) -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(name))
}

/// None for what is for browsers alone.
fn shape(route: Route) -> Option<Shape> {
    let (summary, body, answer) = match route {
        Route::Healthz => ("Whether the process lives", None, Answer::Text),
        Route::Readyz => ("Whether the server can do its work", None, Answer::Text),
        Route::Server => ("What a client must know before it joins", None, named("ServerInfo")),
        Route::Limits => ("The limits in force", None, Answer::Json(limits())),
        Route::OpenApi => ("This document", None, Answer::Json(ObjectBuilder::new().into())),
        Route::Challenges => ("A challenge for a device that asks for its first session", None, named("Challenge")),
        Route::Accounts => ("A new account with its first device", Some("SignUp"), named("Session")),
        Route::AccountByRoot => ("The account of a recovery phrase", None, named("AccountByRoot")),
        Route::Devices => ("A new device by recovery phrase", Some("AddDevice"), named("Session")),
        Route::Sessions => ("A ticket for a password", Some("SignIn"), named("SignInTicket")),
        Route::IdentityResets => ("A new identity in the place of a lost one", Some("ResetIdentity"), named("Session")),
        Route::PhoneCodes => ("A code to a phone number", Some("RequestPhoneCode"), named("PhoneCodeSent")),
        Route::PhoneCodeCheck => ("The code that came", Some("CheckPhoneCode"), named("PhoneVerified")),
        Route::SmsOutbox => ("What was sent, with the development outbox only", None, Answer::Page),
        Route::Links => ("A new device asks to be approved", Some("StartLink"), named("LinkStarted")),
        Route::LinkPoll => ("How far that is", Some("PollLink"), named("LinkState")),
        Route::Wake => ("What is new, for a device that was woken", Some("Wake"), named("Woken")),
        Route::UploadOptions => ("What uploads by tus 1.0.0 can do", None, Answer::Head("204")),
        Route::CreateUpload => {
            ("A blob that is to come: its upload's address", Some(OFFSET_STREAM), Answer::Head("201"))
        }
        Route::UploadState => ("How far an upload has come", None, Answer::Head("200")),
        Route::UploadMore => {
            ("More of an upload; after its last byte, the blob's id", Some(OFFSET_STREAM), Answer::Head("204"))
        }
        Route::UploadEnd => ("The end of an upload", None, Answer::Head("204")),
        Route::Blob => ("A blob, or one range of it", None, Answer::Bytes),
        Route::BlobHead => ("What there is of a blob", None, Answer::Head("200")),
        Route::DriveList => ("A page of a folder on a cloud drive", Some("ListDrive"), named("DrivePage")),
        Route::DriveRead => ("A file on a cloud drive, from a byte of it on", Some("ReadDrive"), Answer::Bytes),
        Route::DriveWrite => {
            ("A file to a cloud drive; the header `beseda-drive` says where", Some(STREAM), Answer::Head("204"))
        }
        Route::DriveAuthorize => {
            ("A provider's page that opens a drive", Some("AuthorizeDrive"), named("DriveAuthorization"))
        }
        Route::DriveExchange => ("Tokens for the code of that page", Some("ExchangeDrive"), named("DriveGrant")),
        Route::DriveRefresh => ("Another token for a drive", Some("RefreshDrive"), named("DriveGrant")),
        Route::DriveRevoke => ("The end of all tokens for a drive", Some("RefreshDrive"), Answer::Head("204")),
        Route::Preview => ("What a page of the web says of itself", Some("AskPreview"), named("Preview")),
        Route::Gifs => ("Moving pictures to choose from", Some("AskGifs"), named("GifPage")),
        Route::GifPicture => ("One of them", Some("AskGifPicture"), named("WebPicture")),
        Route::MapTile => ("A square of the map", Some("AskMapTile"), named("WebPicture")),
        Route::Socket => ("The WebSocket", None, Answer::Socket),
        Route::Trust | Route::TrustStyle | Route::Authority | Route::Page | Route::Redirect => return None,
    };
    Some(Shape { summary, body, answer })
}

fn limits() -> RefOr<Schema> {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let limit = ObjectBuilder::new()
        .property("name", text())
        .required("name")
        .property("value", ObjectBuilder::new().schema_type(Type::Integer))
        .required("value")
        .property("unit", text().enum_values(Some(["bytes", "count", "millis", "per_minute", "per_day"])))
        .required("unit");
    ArrayBuilder::new().items(limit).into()
}

fn path_item(door: &HttpDoor, shape: Shape) -> PathItem {
    let Shape { summary, body, answer } = shape;
    let method = match door.method {
        Method::Get => HttpMethod::Get,
        Method::Head => HttpMethod::Head,
        Method::Post => HttpMethod::Post,
        Method::Patch => HttpMethod::Patch,
        Method::Delete => HttpMethod::Delete,
        Method::Options => HttpMethod::Options,
    };
    let mut description = format!(
        "For {}. Limits: `{}` for the body, `{}` for each address prefix.",
        whom(door.rule),
        door.size.name,
        door.rate.limit_name()
    );
    if let Some(rate) = door.account_rate {
        description.push_str(&format!(
            " `{}` for each account, which brings its session's token as a bearer token.",
            rate.limit_name()
        ));
    }
    let mut operation = OperationBuilder::new()
        .operation_id(Some(door.op))
        .summary(Some(summary))
        .description(Some(description))
        .response("default", refusal());
    operation = match answer {
        Answer::Head(status) => operation.response(status, Response::new("Carried out; the headers tell.")),
        Answer::Bytes => {
            let bytes = || content("application/octet-stream", ObjectBuilder::new().schema_type(Type::String));
            operation.response("200", bytes()).response("206", bytes())
        }
        Answer::Text => {
            operation.response("200", content("text/plain", ObjectBuilder::new().schema_type(Type::String)))
        }
        Answer::Page => operation.response("200", content("text/html", ObjectBuilder::new().schema_type(Type::String))),
        Answer::Json(schema) => operation.response("200", content(JSON, schema)),
        Answer::Socket => operation.response("101", Response::new("The connection is a WebSocket now.")),
    };
    if let Some(kind @ (OFFSET_STREAM | STREAM)) = body {
        let content = ContentBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::String))).build();
        operation = operation.request_body(Some(RequestBodyBuilder::new().content(kind, content).build()));
    } else if let Some(name) = body {
        let content = ContentBuilder::new().schema(Some(reference(name))).build();
        let body = RequestBodyBuilder::new().content(JSON, content).required(Some(Required::True)).build();
        operation = operation.request_body(Some(body));
    }
    for name in placeholders(door.path) {
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(String::schema()))
            .build();
        operation = operation.parameter(parameter);
    }
    PathItem::new(method, operation.build())
}

fn content(kind: &str, schema: impl Into<RefOr<Schema>>) -> Response {
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description("Carried out.").content(kind, content).build()
}

fn refusal() -> Response {
    let content = ContentBuilder::new().schema(Some(reference(PROBLEM))).build();
    ResponseBuilder::new().description("Refused; nothing was changed.").content(PROBLEM_JSON, content).build()
}

fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

const fn whom(rule: Rule) -> &'static str {
    match rule {
        Rule::Anyone => "anybody",
        Rule::Registration => "whoever brings what the operator asks of new accounts",
        Rule::RootSignature => "whoever holds the account's root key",
        Rule::Password => "whoever knows the password",
        Rule::Ticket => "whoever holds a ticket from a sign-in, or has verified the number of an account out of use",
        Rule::PhoneCode => "whoever has the code and the attempt's secret",
        Rule::Development => "anybody, with the development outbox only",
        Rule::LinkSecret => "whoever holds the request's secret",
        Rule::Token => "whoever brings a session token",
        Rule::WakeToken => "whoever brings a token from a wake-up",
        Rule::Session | Rule::Audience | Rule::Link | Rule::BlobId | Rule::Member | Rule::Policy => "sessions",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_door_is_described_and_nothing_is_referred_to_that_is_not_there() {
        let document: serde_json::Value = serde_json::from_str(&document()).expect("JSON");
        assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
        for door in HTTP_DOORS.iter().filter(|door| door.path.starts_with("/api/")) {
            assert!(document["paths"][door.path].is_object(), "{}", door.path);
        }
        let text = document.to_string();
        for reference in text.split("#/components/schemas/").skip(1) {
            let name: String = reference.chars().take_while(|c| *c != '"').collect();
            assert!(document["components"]["schemas"][&name].is_object(), "{name}");
        }
    }
}
