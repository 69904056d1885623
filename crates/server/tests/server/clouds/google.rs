use beseda_model::Code;
use beseda_wire::http::DriveProvider;

use super::provider::{Says, says};
use super::{Stage, code, long};

const FILE: &str =
    r#"{"id":"f-1","name":"a.txt","mimeType":"text/plain","size":"5","modifiedTime":"2026-03-01T10:00:00.000Z"}"#;
const FOLDER: &str = r#"{"id":"d-1","name":"Pictures","mimeType":"application/vnd.google-apps.folder","modifiedTime":"2026-03-01T10:00:00.000Z"}"#;
const DOCUMENT: &str = r#"{"id":"g-1","name":"Plan","mimeType":"application/vnd.google-apps.document"}"#;
const NONE: &str = r#"{"files":[]}"#;

async fn stage() -> Stage {
    Stage::of(DriveProvider::Google).await
}

fn files(files: &[&str]) -> Says {
    says(200, &format!(r#"{{"files":[{}]}}"#, files.join(",")))
}

fn get(query: &str) -> String {
    format!("GET /drive/v3/files{query}\nauthorization: Bearer the-token")
}

const FIND: &str = "&fields=files%28id%2Cname%2CmimeType%2Csize%2CmodifiedTime%29&orderBy=modifiedTime+desc";
const LIST: &str = "&fields=nextPageToken%2Cfiles%28name%2CmimeType%2Csize%2CmodifiedTime%29\
    &orderBy=folder%2Cname_natural&pageSize=501";

/// The question for a name in a folder.
fn find(parent: &str, name: &str) -> String {
    get(&format!("?q=%27{parent}%27+in+parents+and+name+%3D+%27{name}%27+and+trashed+%3D+false{FIND}"))
}

#[tokio::test]
async fn a_folder_is_listed_page_by_page() {
    let stage = stage().await;
    let first = format!(r#"{{"nextPageToken":"the/page","files":[{FOLDER},{DOCUMENT}]}}"#);
    stage.provider.will_say([files(&[FOLDER]), says(200, &first), files(&[FILE, r#"{"name":"odd","size":"x"}"#])]);
    assert_eq!(stage.list("Pictures", 0).await.unwrap(), ["Pictures/", "a.txt 5 1772359200000"]);
    let folder = "%27+and+trashed+%3D+false+and+mimeType+%3D+%27application%2Fvnd.google-apps.folder%27";
    assert_eq!(
        stage.provider.asked(),
        [
            get(&format!("?q=%27root%27+in+parents+and+name+%3D+%27Pictures{folder}{FIND}")),
            get(&format!("?q=%27d-1%27+in+parents+and+trashed+%3D+false{LIST}")),
            get(&format!("?q=%27d-1%27+in+parents+and+trashed+%3D+false{LIST}&pageToken=the%2Fpage")),
        ]
    );
    stage.provider.will_say([files(&[FOLDER, FILE])]);
    assert_eq!(stage.list("", 1).await.unwrap(), ["a.txt 5 1772359200000"]);
    stage.provider.will_say([says(200, NONE)]);
    assert_eq!(stage.list("Nowhere", 0).await.unwrap_err().code, Code::NotFound);
}

#[tokio::test]
async fn a_file_is_read_from_a_byte_on() {
    let stage = stage().await;
    let bytes = |bytes: &[u8], status| says(status, "").bytes(bytes);
    // A search takes no notice of capitals: what is called so is looked for among what is found.
    let other = FILE.replace("a.txt", "A.txt").replace("f-1", "f-0");
    stage.provider.will_say([files(&[&other, FILE]), bytes(b"hello", 200), files(&[FILE]), bytes(b"lo", 206)]);
    assert_eq!(stage.read("a.txt", 0).await.body, b"hello");
    assert_eq!(stage.read("a.txt", 3).await.body, b"lo");
    let read = "GET /drive/v3/files/f-1?alt=media\nauthorization: Bearer the-token";
    let asked = find("root", "a.txt");
    assert_eq!(stage.provider.asked(), [asked.clone(), read.to_owned(), asked, format!("{read}\nrange: bytes=3-")]);
    // Names are no part of the question.
    stage.provider.will_say([says(200, NONE)]);
    assert_eq!(code(&stage.read("it's", 0).await), Code::NotFound);
    assert_eq!(stage.provider.asked(), [find("root", "it%5C%27s")]);
    stage.provider.will_say([files(&[r#"{"id":"../x","name":"a","size":"5"}"#])]);
    assert_eq!(code(&stage.read("a", 0).await), Code::NotFound, "an id is no path");
}

#[tokio::test]
async fn slow_a_file_is_written_in_a_session() {
    let stage = stage().await;
    let session = || says(200, "").with("location", "{at}/upload/drive/v3/files?uploadType=resumable&upload_id=u-1");
    let went_on = says(308, "").with("range", "bytes=0-10485759");
    stage.provider.will_say([files(&[FOLDER]), says(200, NONE), files(&[FOLDER]), session(), went_on, says(200, FILE)]);
    assert_eq!(stage.write("Pictures/b", false, &long()).await, None);
    let asked = stage.provider.asked();
    let body = r#"{"name":"b","parents":["d-1"]}"#;
    assert_eq!(
        asked[3],
        format!(
            "POST /upload/drive/v3/files?uploadType=resumable\nauthorization: Bearer the-token\ncontent-length: {}\
            \ncontent-type: application/json\nx-upload-content-length: 10485765\
            \nx-upload-content-type: application/octet-stream\n\n{body}",
            body.len()
        )
    );
    let put = |length: usize, range: &str, body: &str| {
        format!(
            "PUT /upload/drive/v3/files?uploadType=resumable&upload_id=u-1\nauthorization: Bearer the-token\
            \ncontent-length: {length}{range}\ncontent-type: application/octet-stream{body}"
        )
    };
    assert_eq!(
        asked[4..],
        [
            put(10_485_760, "\ncontent-range: bytes 0-10485759/10485765", "\n\n(10485760 bytes from 7)"),
            put(5, "\ncontent-range: bytes 10485760-10485764/10485765", "\n\n\t\t\t\t\t"),
        ]
    );

    // In the place of another, of which only some was taken at first.
    let some = says(308, "").with("range", "bytes=0-1");
    stage.provider.will_say([files(&[FILE]), session(), some, says(200, FILE)]);
    assert_eq!(stage.write("a.txt", true, b"hello").await, None);
    let asked = stage.provider.asked();
    assert!(asked[1].starts_with("PATCH /upload/drive/v3/files/f-1?uploadType=resumable\n"), "{}", asked[1]);
    assert_eq!(asked[2], put(5, "\ncontent-range: bytes 0-4/5", "\n\nhello"));
    assert_eq!(asked[3], put(3, "\ncontent-range: bytes 2-4/5", "\n\nllo"));

    stage.provider.will_say([says(200, NONE), session(), says(200, FILE)]);
    assert_eq!(stage.write("empty", false, b"").await, None);
    assert_eq!(stage.provider.asked()[2], put(0, "", ""));
}

#[tokio::test]
async fn what_was_there_stays_and_what_is_refused_is_told() {
    let stage = stage().await;
    stage.provider.will_say([files(&[FILE])]);
    assert_eq!(stage.write("a.txt", false, b"x").await, Some(Code::AlreadyExists));
    // The session is elsewhere, or never goes on: nothing more is sent, and what was begun is ended.
    stage.provider.will_say([says(200, NONE), says(200, "").with("location", "https://other.example/x")]);
    assert_eq!(stage.write("b", false, b"x").await, Some(Code::DriveUnreachable));
    let session = || says(200, "").with("location", "{at}/upload/session");
    stage.provider.will_say([says(200, NONE), session(), says(308, ""), says(499, "")]);
    assert_eq!(stage.write("b", false, b"x").await, Some(Code::DriveUnreachable));
    assert!(stage.provider.asked().last().unwrap().starts_with("DELETE /upload/session\n"));

    let error = |status: u16, reason: &str| {
        format!(r#"{{"error":{{"code":{status},"errors":[{{"domain":"global","reason":"{reason}"}}]}}}}"#)
    };
    stage.provider.will_say([says(200, NONE), says(403, &error(403, "storageQuotaExceeded"))]);
    assert_eq!(stage.write("b", false, b"x").await, Some(Code::QuotaExceeded));
    let told = async |status, reason| stage.refusal(status, &error(status, reason)).await.code;
    assert_eq!(told(401, "authError").await, Code::DriveExpired);
    assert_eq!(told(403, "insufficientPermissions").await, Code::DriveExpired);
    assert_eq!(told(403, "insufficientFilePermissions").await, Code::Forbidden);
    assert_eq!(told(404, "notFound").await, Code::NotFound);
    assert_eq!(told(500, "backendError").await, Code::DriveUnreachable);
    let scope = r#"{"error":{"code":403,"details":[{"reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}"#;
    assert_eq!(stage.refusal(403, scope).await.code, Code::DriveExpired);
    for strange in ["", "[]", r#"{"files":7}"#] {
        assert_eq!(stage.refusal(200, strange).await.code, Code::DriveUnreachable, "{strange}");
    }
    stage.patience(403, &error(403, "userRateLimitExceeded"), NONE).await;
    stage.patience(429, &error(429, "rateLimitExceeded"), NONE).await;
}
