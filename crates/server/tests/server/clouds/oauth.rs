use beseda_model::Code;
use beseda_wire::http::{
    AuthorizeDrive, DriveAuthorization, DriveGrant, DriveProvider, ExchangeDrive, RefreshDrive, ServerInfo,
};

use super::provider::{Says, says};
use super::{Stage, code};
use crate::world::{Answer, Server};

const BACK: &str = "https://chat.example.org/drive-connected";
const FORM: &str = "\ncontent-type: application/x-www-form-urlencoded";
const CLIENT: &str = "client_id=the-client&client_secret=the+secret";

async fn authorize(stage: &Stage, back: &str) -> Answer {
    let (state, challenge, back) = ("the-state".to_owned(), "the-challenge".to_owned(), back.to_owned());
    stage.post("authorize", &AuthorizeDrive { provider: stage.which, state, challenge, back }).await
}

async fn exchange(stage: &Stage, says: Says) -> Answer {
    stage.provider.will_say([says]);
    let (code, verifier, back) = ("the/code".to_owned(), "the-verifier".to_owned(), BACK.to_owned());
    stage.post("exchange", &ExchangeDrive { provider: stage.which, code, verifier, back }).await
}

async fn refresh(stage: &Stage, says: Says) -> Answer {
    stage.provider.will_say([says]);
    stage.post("refresh", &RefreshDrive { provider: stage.which, token: "the/refresh".to_owned() }).await
}

async fn revoke(stage: &Stage, says: impl IntoIterator<Item = Says>) -> Answer {
    stage.provider.will_say(says);
    stage.post("revoke", &RefreshDrive { provider: stage.which, token: "the/refresh".to_owned() }).await
}

fn length(body: &str) -> String {
    format!("\ncontent-length: {}", body.len())
}

/// What all of them have in common, given where and with what words each is asked.
async fn a_drive_is_connected(which: DriveProvider, page: &str, token: &str, scope: &str) {
    let stage = Stage::of(which).await;
    let info: ServerInfo = stage.server.get("/api/v1/server").await.unwrap();
    assert_eq!(info.drive_providers, [which.as_str()]);
    let DriveAuthorization { url } = authorize(&stage, BACK).await.json().unwrap();
    let common = "client_id=the-client&response_type=code\
        &redirect_uri=https%3A%2F%2Fchat.example.org%2Fdrive-connected&state=the-state&code_challenge=the-challenge\
        &code_challenge_method=S256";
    let (path, own) = page.split_once('?').unwrap();
    assert_eq!(url, format!("{}{path}?{common}&{own}", stage.provider.at));

    let body = format!(
        r#"{{"access_token":"a-1","token_type":"Bearer","expires_in":3600,"refresh_token":"r-1","scope":"{scope}"}}"#
    );
    let grant: DriveGrant = exchange(&stage, says(200, &body)).await.json().unwrap();
    assert!(
        grant == DriveGrant { access: "a-1".to_owned(), millis: 3_600_000, refresh: Some("r-1".to_owned()) },
        "another one"
    );
    let form = format!(
        "{CLIENT}&grant_type=authorization_code&code=the%2Fcode&code_verifier=the-verifier\
        &redirect_uri=https%3A%2F%2Fchat.example.org%2Fdrive-connected"
    );
    assert_eq!(stage.provider.asked(), [format!("POST {token}{}{FORM}\n\n{form}", length(&form))]);

    let kept = refresh(&stage, says(200, r#"{"access_token":"a-2","expires_in":14400}"#)).await;
    let kept: DriveGrant = kept.json().unwrap();
    assert!(kept == DriveGrant { access: "a-2".to_owned(), millis: 14_400_000, refresh: None }, "another one");
    let turned = r#"{"access_token":"a-3","expires_in":3599,"refresh_token":"r-2"}"#;
    let turned: DriveGrant = refresh(&stage, says(200, turned)).await.json().unwrap();
    assert_eq!(turned.refresh.as_deref(), Some("r-2"));
    let form = format!("{CLIENT}&grant_type=refresh_token&refresh_token=the%2Frefresh");
    let asked = format!("POST {token}{}{FORM}\n\n{form}", length(&form));
    assert_eq!(stage.provider.asked(), [asked.clone(), asked]);

    // What is over or was taken back is told as such, what only the operator can mend is not.
    for (status, error, told) in [
        (400, "invalid_grant", Code::DriveExpired),
        (400, "interaction_required", Code::DriveExpired),
        (401, "invalid_client", Code::DriveUnreachable),
        (400, "redirect_uri_mismatch", Code::DriveUnreachable),
        (500, "server_error", Code::DriveUnreachable),
        (429, "slow_down", Code::Overloaded),
        (503, "temporarily_unavailable", Code::Overloaded),
    ] {
        let json = format!(r#"{{"error":"{error}","error_description":"…"}}"#);
        assert_eq!(code(&refresh(&stage, says(status, &json)).await), told, "{error}");
        assert_eq!(code(&exchange(&stage, says(status, &json)).await), told, "{error}");
    }
    // Answers that are none.
    for json in ["", "[]", r#"{"access_token":7}"#, r#"{"access_token":""}"#] {
        assert_eq!(code(&refresh(&stage, says(200, json)).await), Code::DriveUnreachable, "{json}");
    }
    // Without a refresh token, and without all that was asked for.
    let short = r#"{"access_token":"a","expires_in":3600}"#;
    assert_eq!(code(&exchange(&stage, says(200, short)).await), Code::DriveUnreachable);
    let less = r#"{"access_token":"a","expires_in":3600,"refresh_token":"r","scope":"openid"}"#;
    assert_eq!(code(&exchange(&stage, says(200, less)).await), Code::DriveExpired);
}

#[tokio::test]
async fn a_dropbox_is_connected_and_its_tokens_are_revoked() {
    let scope = "files.metadata.read files.content.read files.content.write";
    let page =
        "/oauth2/authorize?scope=files.metadata.read+files.content.read+files.content.write&token_access_type=offline";
    a_drive_is_connected(DriveProvider::Dropbox, page, "/oauth2/token", &format!("account_info.read {scope}")).await;

    let stage = Stage::of(DriveProvider::Dropbox).await;
    let answer = revoke(&stage, [says(200, r#"{"access_token":"a-9","expires_in":14400}"#), says(200, "null")]).await;
    assert_eq!(answer.status, 204);
    let [_, asked] = <[String; 2]>::try_from(stage.provider.asked()).unwrap();
    assert_eq!(asked, "POST /2/auth/token/revoke\nauthorization: Bearer a-9\ncontent-length: 0");
    // The person has done it before.
    assert_eq!(revoke(&stage, [says(400, r#"{"error":"invalid_grant"}"#)]).await.status, 204);
}

#[tokio::test]
async fn a_google_drive_is_connected_and_its_tokens_are_revoked() {
    let page =
        "/o/oauth2/v2/auth?scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fdrive&access_type=offline&prompt=consent";
    let scope = "https://www.googleapis.com/auth/drive";
    a_drive_is_connected(DriveProvider::Google, page, "/token", scope).await;

    let stage = Stage::of(DriveProvider::Google).await;
    assert_eq!(revoke(&stage, [says(200, "{}")]).await.status, 204);
    let form = "token=the%2Frefresh";
    assert_eq!(stage.provider.asked(), [format!("POST /revoke{}{FORM}\n\n{form}", length(form))]);
    assert_eq!(revoke(&stage, [says(400, r#"{"error":"invalid_token"}"#)]).await.status, 204);
    assert_eq!(code(&revoke(&stage, [says(500, "")]).await), Code::DriveUnreachable);
}

#[tokio::test]
async fn a_onedrive_is_connected_and_there_is_nobody_to_revoke_its_tokens() {
    let page = "/common/oauth2/v2.0/authorize?scope=offline_access+Files.ReadWrite&response_mode=query";
    let scope = "https://graph.microsoft.com/Files.ReadWrite";
    a_drive_is_connected(DriveProvider::Onedrive, page, "/common/oauth2/v2.0/token", scope).await;

    let stage = Stage::of(DriveProvider::Onedrive).await;
    assert_eq!(revoke(&stage, []).await.status, 204);
    assert!(stage.provider.asked().is_empty());
}

#[tokio::test]
async fn only_what_the_operator_has_registered_is_offered() {
    let server = Server::start().await;
    let info: ServerInfo = server.get("/api/v1/server").await.unwrap();
    assert!(info.drives && info.drive_providers.is_empty());
    let mut stage = Stage::of(DriveProvider::Google).await;
    stage.which = DriveProvider::Dropbox;
    assert_eq!(code(&authorize(&stage, BACK).await), Code::NotFound);
    let body = RefreshDrive { provider: stage.which, token: "r".to_owned() };
    for door in ["refresh", "revoke"] {
        assert_eq!(code(&stage.post(door, &body).await), Code::NotFound, "{door}");
    }
    assert_eq!(stage.list("", 0).await.unwrap_err().code, Code::NotFound);
    assert!(stage.provider.asked().is_empty());
}

#[tokio::test]
async fn a_page_leads_back_to_this_place_and_no_other() {
    let stage = Stage::of(DriveProvider::Google).await;
    assert_eq!(authorize(&stage, "http://localhost:8080/drive-connected").await.status, 200);
    for back in [
        "",
        "/drive-connected",
        "https://chat.example.org/",
        "https://chat.example.org/drive-connected/x",
        "https://chat.example.org/drive-connected?x",
        "https://chat.example.org/drive-connected#x",
        "https://me@chat.example.org/drive-connected",
        "javascript://chat.example.org/drive-connected",
    ] {
        assert_eq!(code(&authorize(&stage, back).await), Code::BadRequest, "{back}");
    }
}
