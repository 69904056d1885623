use beseda_model::Code;
use beseda_wire::http::DriveProvider;

use super::provider::{Says, says};
use super::{Stage, code, long};

const FILE: &str = r#"{".tag":"file","name":"a.txt","path_display":"/a.txt","id":"id:a4ay","client_modified":"2026-02-01T00:00:00Z","server_modified":"2026-03-01T10:00:00Z","rev":"0123","size":5,"is_downloadable":true}"#;
const FOLDER: &str = r#"{".tag":"folder","name":"Pictures","path_display":"/Pictures","id":"id:b"}"#;
const NOTHING: &str = r#"{"error_summary":"path/not_found/..","error":{".tag":"path","path":{".tag":"not_found"}}}"#;
const EMPTY: &str = r#"{"entries":[],"cursor":"c","has_more":false}"#;

async fn stage() -> Stage {
    Stage::of(DriveProvider::Dropbox).await
}

fn call(path: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path}\nauthorization: Bearer the-token\ncontent-length: {length}\ncontent-type: application/json\n\n{body}"
    )
}

fn content(path: &str, told: &str, body: &str) -> String {
    let length = if body.starts_with('(') { "10485760".to_owned() } else { body.len().to_string() };
    let end = if body.is_empty() { String::new() } else { format!("\n\n{body}") };
    format!(
        "POST {path}\nauthorization: Bearer the-token\ncontent-length: {length}\ncontent-type: application/octet-stream\
        \ndropbox-api-arg: {told}{end}"
    )
}

fn not_there() -> Says {
    says(409, NOTHING)
}

#[tokio::test]
async fn a_folder_is_listed_page_by_page() {
    let stage = stage().await;
    let first = format!(
        r#"{{"entries":[{FILE},{FOLDER},{{".tag":"deleted","name":"gone"}}],"cursor":"the-cursor","has_more":true}}"#
    );
    let second = format!(r#"{{"entries":[{}],"cursor":"end","has_more":false}}"#, FILE.replace("a.txt", "б"));
    stage.provider.will_say([says(200, &first), says(200, &second)]);
    let listed = stage.list("a b/ф", 0).await.unwrap();
    assert_eq!(listed, ["a.txt 5 1772359200000", "Pictures/", "б 5 1772359200000"]);
    assert_eq!(
        stage.provider.asked(),
        [
            call("/2/files/list_folder", r#"{"include_non_downloadable_files":false,"limit":501,"path":"/a b/ф"}"#),
            call("/2/files/list_folder/continue", r#"{"cursor":"the-cursor"}"#),
        ]
    );
    // What was shown before is not shown again, and the root is the empty path.
    stage.provider.will_say([says(200, &first), says(200, &second)]);
    assert_eq!(stage.list("", 2).await.unwrap(), ["б 5 1772359200000"]);
    assert!(stage.provider.asked()[0].ends_with(r#"{"include_non_downloadable_files":false,"limit":503,"path":""}"#));
}

#[tokio::test]
async fn a_file_is_read_from_a_byte_on() {
    let stage = stage().await;
    let file = || says(200, FILE);
    let bytes = |bytes: &[u8], status| says(status, "").with("dropbox-api-result", "{}").bytes(bytes);
    stage.provider.will_say([file(), bytes(b"hello", 200), file(), bytes(b"lo", 206), file()]);
    assert_eq!(stage.read("ф/a.txt", 0).await.body, b"hello");
    assert_eq!(stage.read("ф/a.txt", 3).await.body, b"lo");
    assert_eq!(stage.read("ф/a.txt", 5).await.body, b"");
    let find = call("/2/files/get_metadata", r#"{"path":"/ф/a.txt"}"#);
    let get = "POST /2/files/download\nauthorization: Bearer the-token\ncontent-length: 0\ndropbox-api-arg: {\"path\":\"id:a4ay\"}";
    assert_eq!(
        stage.provider.asked(),
        [find.clone(), get.to_owned(), find.clone(), format!("{get}\nrange: bytes=3-"), find]
    );
    stage.provider.will_say([file(), bytes(b"hello", 200), not_there(), says(200, FOLDER)]);
    assert_eq!(code(&stage.read("a", 3).await), Code::DriveUnreachable, "from the beginning is not from there");
    assert_eq!(code(&stage.read("a", 0).await), Code::NotFound);
    assert_eq!(code(&stage.read("a", 0).await), Code::NotFound);
}

#[tokio::test]
async fn slow_a_file_is_written_in_a_session() {
    let stage = stage().await;
    let started = || says(200, r#"{"session_id":"the-session"}"#);
    stage.provider.will_say([not_there(), started(), says(200, "null"), says(200, FILE)]);
    assert_eq!(stage.write("ф/b", false, &long()).await, None);
    let commit = r#""commit":{"autorename":false,"mode":"add","mute":false,"path":"/\u0444/b","strict_conflict":true}"#;
    let cursor = |at: u64| format!(r#""cursor":{{"offset":{at},"session_id":"the-session"}}"#);
    assert_eq!(
        stage.provider.asked(),
        [
            call("/2/files/get_metadata", r#"{"path":"/ф/b"}"#),
            content("/2/files/upload_session/start", r#"{"close":false}"#, ""),
            content(
                "/2/files/upload_session/append_v2",
                &format!(r#"{{"close":false,{}}}"#, cursor(0)),
                "(10485760 bytes from 7)"
            ),
            content("/2/files/upload_session/finish", &format!("{{{commit},{}}}", cursor(10_485_760)), "\t\t\t\t\t"),
        ]
    );
    // In the place of another, and with nothing in it.
    stage.provider.will_say([says(200, FILE), started(), says(200, FILE)]);
    assert_eq!(stage.write("b", true, b"").await, None);
    let commit = r#""commit":{"autorename":false,"mode":"overwrite","mute":false,"path":"/b","strict_conflict":false}"#;
    let finish = content("/2/files/upload_session/finish", &format!("{{{commit},{}}}", cursor(0)), "");
    assert_eq!(stage.provider.asked()[2], finish);
}

#[tokio::test]
async fn what_was_there_stays_and_what_is_refused_is_told() {
    let stage = stage().await;
    stage.provider.will_say([says(200, FILE), says(200, FOLDER)]);
    assert_eq!(stage.write("b", false, b"x").await, Some(Code::AlreadyExists));
    assert_eq!(stage.write("b", true, b"x").await, Some(Code::AlreadyExists));
    let summary = |text: &str| says(409, &format!(r#"{{"error_summary":"{text}","error":{{}}}}"#));
    for (text, told) in [
        // Somebody was quicker.
        ("path/conflict/file/..", Code::AlreadyExists),
        ("path/insufficient_space/...", Code::QuotaExceeded),
        ("path/no_write_permission/.", Code::Forbidden),
        ("path/malformed_path/..", Code::BadRequest),
        ("lookup_failed/closed/..", Code::DriveUnreachable),
    ] {
        stage.provider.will_say([not_there(), says(200, r#"{"session_id":"s"}"#), summary(text)]);
        assert_eq!(stage.write("b", false, b"x").await, Some(told), "{text}");
    }
    // Too many at once: a moment later it is well.
    let busy = summary("path/too_many_write_operations/..").with("retry-after", "0");
    stage.provider.will_say([not_there(), says(200, r#"{"session_id":"s"}"#), busy, says(200, FILE)]);
    assert_eq!(stage.write("b", false, b"x").await, None);

    let expired = r#"{"error_summary":"expired_access_token/..","error":{".tag":"expired_access_token"}}"#;
    assert_eq!(stage.refusal(401, expired).await.code, Code::DriveExpired);
    let scope = r#"{"error_summary":"missing_scope/..","error":{".tag":"missing_scope","required_scope":"files.metadata.read"}}"#;
    assert_eq!(stage.refusal(401, scope).await.code, Code::DriveExpired);
    assert_eq!(stage.refusal(409, NOTHING).await.code, Code::NotFound);
    assert_eq!(stage.refusal(500, "oops").await.code, Code::DriveUnreachable);
    for strange in ["", "[]", r#"{"entries":7}"#, r#"{"entries":[],"has_more":true}"#] {
        assert_eq!(stage.refusal(200, strange).await.code, Code::DriveUnreachable, "{strange}");
    }
    let busy =
        r#"{"error":{"reason":{".tag":"too_many_requests"},"retry_after":1},"error_summary":"too_many_requests/."}"#;
    stage.patience(429, busy, EMPTY).await;
}
