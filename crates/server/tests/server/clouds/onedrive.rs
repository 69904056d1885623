use beseda_model::Code;
use beseda_wire::http::DriveProvider;

use super::provider::{Says, says};
use super::{Stage, code, long};

const FILE: &str = r#"{"id":"F!1","name":"a.txt","size":5,"file":{"mimeType":"text/plain"},"lastModifiedDateTime":"2026-03-01T10:00:00Z"}"#;
const FOLDER: &str = r#"{"id":"F!2","name":"Pictures","size":99,"folder":{"childCount":1},"lastModifiedDateTime":"2026-03-01T10:00:00Z"}"#;
const NOTEBOOK: &str = r#"{"id":"F!3","name":"Notes","size":1,"package":{"type":"oneNote"}}"#;
const NONE: &str = r#"{"value":[]}"#;
const SELECT: &str = "%24select=id%2Cname%2Csize%2Cfile%2Cfolder%2ClastModifiedDateTime";

async fn stage() -> Stage {
    Stage::of(DriveProvider::Onedrive).await
}

fn not_there() -> Says {
    says(404, r#"{"error":{"code":"itemNotFound","message":"…"}}"#)
}

fn ours(what: &str) -> String {
    format!("{what}\nauthorization: Bearer the-token")
}

fn find(path: &str) -> String {
    ours(&format!("GET /v1.0/me/drive/root:/{path}?{SELECT}"))
}

#[tokio::test]
async fn a_folder_is_listed_page_by_page() {
    let stage = stage().await;
    let next = "{at}/v1.0/me/drive/root/children?$skiptoken=x";
    let first = format!(r#"{{"value":[{FOLDER},{NOTEBOOK}],"@odata.nextLink":"{next}"}}"#);
    let last = format!(r#"{{"value":[{FILE}]}}"#);
    stage.provider.will_say([says(200, &first), says(200, &last)]);
    assert_eq!(stage.list("a b/ф", 0).await.unwrap(), ["Pictures/", "a.txt 5 1772359200000"]);
    assert_eq!(
        stage.provider.asked(),
        [
            ours(&format!("GET /v1.0/me/drive/root:/a%20b/%D1%84:/children?{SELECT}&%24top=501")),
            ours("GET /v1.0/me/drive/root/children?$skiptoken=x"),
        ]
    );
    stage.provider.will_say([says(200, &last)]);
    assert!(stage.list("", 1).await.unwrap().is_empty());
    assert_eq!(stage.provider.asked(), [ours(&format!("GET /v1.0/me/drive/root/children?{SELECT}&%24top=502"))]);
    let elsewhere = r#"{"value":[],"@odata.nextLink":"https://other.example/"}"#;
    assert_eq!(stage.refusal(200, elsewhere).await.code, Code::DriveUnreachable);
}

#[tokio::test]
async fn a_file_is_read_from_a_byte_on_without_the_token_where_it_lies() {
    let stage = stage().await;
    let place = || says(302, "").with("location", "{at}/y23/file?tempauth=t");
    let bytes = |bytes: &[u8], status| says(status, "").bytes(bytes);
    stage.provider.will_say([says(200, FILE), place(), bytes(b"hello", 200)]);
    stage.provider.will_say([says(200, FILE), place(), bytes(b"lo", 206)]);
    assert_eq!(stage.read("a.txt", 0).await.body, b"hello");
    assert_eq!(stage.read("a.txt", 3).await.body, b"lo");
    let content = ours("GET /v1.0/me/drive/root:/a.txt:/content");
    let there = "GET /y23/file?tempauth=t";
    assert_eq!(
        stage.provider.asked(),
        [find("a.txt"), content.clone(), there.to_owned(), find("a.txt"), content, format!("{there}\nrange: bytes=3-")]
    );
    stage.provider.will_say([not_there(), says(200, NOTEBOOK), says(200, FILE), says(302, "")]);
    assert_eq!(code(&stage.read("a", 0).await), Code::NotFound);
    assert_eq!(code(&stage.read("Notes", 0).await), Code::NotFound);
    assert_eq!(code(&stage.read("a", 0).await), Code::DriveUnreachable);
    // It leads to where only this server could go.
    let inside = says(302, "").with("location", "http://10.0.0.1/secret");
    stage.provider.will_say([says(200, FILE), inside]);
    assert_eq!(code(&stage.read("a", 0).await), Code::DriveUnreachable);
}

#[tokio::test]
async fn slow_a_file_is_written_in_a_session() {
    let stage = stage().await;
    let session = || says(200, r#"{"uploadUrl":"{at}/up/1?t=s","expirationDateTime":"2026-03-02T00:00:00Z"}"#);
    let went_on = says(202, r#"{"nextExpectedRanges":["10485760-"]}"#);
    stage.provider.will_say([not_there(), session(), went_on, says(201, FILE)]);
    assert_eq!(stage.write("a b/c", false, &long()).await, None);
    let put = |length: usize, range: &str, body: &str| {
        format!(
            "PUT /up/1?t=s\ncontent-length: {length}\ncontent-range: bytes {range}\
            \ncontent-type: application/octet-stream\n\n{body}"
        )
    };
    let create = |path: &str, behavior: &str| {
        let body = format!(r#"{{"item":{{"@microsoft.graph.conflictBehavior":"{behavior}"}}}}"#);
        let head = ours(&format!("POST /v1.0/me/drive/root:/{path}:/createUploadSession"));
        format!("{head}\ncontent-length: {}\ncontent-type: application/json\n\n{body}", body.len())
    };
    assert_eq!(
        stage.provider.asked(),
        [
            find("a%20b/c"),
            create("a%20b/c", "fail"),
            put(10_485_760, "0-10485759/10485765", "(10485760 bytes from 7)"),
            put(5, "10485760-10485764/10485765", "\t\t\t\t\t"),
        ]
    );
    stage.provider.will_say([says(200, FILE), session(), says(200, FILE)]);
    assert_eq!(stage.write("a.txt", true, b"hello").await, None);
    assert_eq!(stage.provider.asked()[1..], [create("a.txt", "replace"), put(5, "0-4/5", "hello")]);
    // There are no sessions for nothing.
    stage.provider.will_say([not_there(), says(201, FILE)]);
    assert_eq!(stage.write("empty", false, b"").await, None);
    let empty = ours("PUT /v1.0/me/drive/root:/empty:/content?%40microsoft.graph.conflictBehavior=fail");
    let empty = format!("{empty}\ncontent-length: 0\ncontent-type: application/octet-stream");
    assert_eq!(stage.provider.asked()[1], empty);
}

#[tokio::test]
async fn what_was_there_stays_and_what_is_refused_is_told() {
    let stage = stage().await;
    stage.provider.will_say([says(200, FILE), says(200, NOTEBOOK)]);
    assert_eq!(stage.write("a.txt", false, b"x").await, Some(Code::AlreadyExists));
    assert_eq!(stage.write("Notes", true, b"x").await, Some(Code::AlreadyExists));
    let error = |code: &str| format!(r#"{{"error":{{"code":"{code}","message":"…"}}}}"#);
    for (status, text, told) in [
        // Somebody was quicker.
        (409, "nameAlreadyExists", Code::AlreadyExists),
        (507, "quotaLimitReached", Code::QuotaExceeded),
        (403, "accessDenied", Code::Forbidden),
        (400, "invalidRequest", Code::BadRequest),
    ] {
        let session = says(200, r#"{"uploadUrl":"{at}/up/1"}"#);
        stage.provider.will_say([not_there(), session, says(status, &error(text)), says(204, "")]);
        assert_eq!(stage.write("b", false, b"x").await, Some(told), "{text}");
        assert_eq!(stage.provider.asked().last().unwrap(), "DELETE /up/1", "what was begun is ended");
    }
    let told = async |status, code| stage.refusal(status, &error(code)).await.code;
    assert_eq!(told(401, "InvalidAuthenticationToken").await, Code::DriveExpired);
    assert_eq!(told(403, "accessDenied").await, Code::Forbidden);
    assert_eq!(told(404, "itemNotFound").await, Code::NotFound);
    assert_eq!(told(500, "generalException").await, Code::DriveUnreachable);
    for strange in ["", "[]", r#"{"value":7}"#] {
        assert_eq!(stage.refusal(200, strange).await.code, Code::DriveUnreachable, "{strange}");
    }
    stage.patience(429, &error("activityLimitReached"), NONE).await;
    stage.patience(503, &error("serviceNotAvailable"), NONE).await;
}
