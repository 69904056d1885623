//! Administration over the socket in the data directory.

use std::os::unix::fs::PermissionsExt as _;

use beseda_model::{MessageId, ReportId, Timestamp};
use beseda_server::admin::{self, Answer, Request};
use beseda_server::{Config, StartError};
use beseda_wire as wire;
use beseda_wire::request::{Report, ReportReason, ReportedMessage};

use crate::world::Server;

#[tokio::test]
async fn the_operator_sees_how_the_server_does() {
    let server = Server::start().await;
    let alice = server.join(1).await;
    let _socket = alice.connect(&server).await;
    match admin::ask(&server.data_dir(), &Request::Status).await.unwrap() {
        Answer::Status { accounts: 1, online: 1, sockets: 1, .. } => {}
        other => panic!("unexpected {other:?}"),
    }
    let mode = std::fs::metadata(server.data_dir().join("admin.sock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "nobody else may open it");
}

#[tokio::test]
async fn a_backup_is_a_data_directory_of_its_own() {
    let mut server = Server::start().await;
    let alice = server.join(1).await;
    let copy = server.folder().join("copy");
    std::fs::create_dir(&copy).unwrap();
    let request = Request::Backup { path: copy.join("beseda.db") };
    assert_eq!(admin::ask(&server.data_dir(), &request).await.unwrap(), Answer::Done);
    match admin::ask(&server.data_dir(), &request).await.unwrap() {
        Answer::Failed { .. } => {}
        other => panic!("nothing is overwritten, but there came {other:?}"),
    }
    server.stop().await;
    beseda_infra::db::sqlite::renew_store_epoch(&copy, [7; 16]).unwrap();
    server.move_to(copy).await;
    alice.connect(&server).await;
    assert_eq!(server.store().store_epoch().0, [7; 16]);
}

#[tokio::test]
async fn without_a_server_there_is_nobody_to_ask() {
    let folder = tempfile::tempdir().unwrap();
    let error = admin::ask(folder.path(), &Request::Status).await.unwrap_err().to_string();
    assert!(error.contains("is it running"), "{error}");
}

#[tokio::test]
async fn two_servers_do_not_share_a_data_directory_nor_an_address() {
    let server = Server::start().await;
    let port = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let same_folder = Config { data_dir: server.data_dir(), listen: port, ..Config::default() };
    let error = beseda_server::start(same_folder).await.unwrap_err();
    assert!(matches!(error, StartError::Store { .. }) && error.to_string().contains("another process"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let same_address = Config { data_dir: folder.path().to_owned(), listen: server.addr(), ..Config::default() };
    let error = beseda_server::start(same_address).await.unwrap_err();
    assert!(matches!(error, StartError::Listen { .. }), "{error}");
    assert!(matches!(admin::ask(&server.data_dir(), &Request::Accounts).await, Ok(Answer::Accounts { .. })));
}

#[tokio::test]
async fn the_operator_reads_and_closes_what_people_report() {
    let server = Server::start().await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let id = ReportId::from_bytes([5; 16]);
    let said = ReportedMessage {
        author: bob.account,
        id: MessageId::from_bytes([6; 16]),
        at: Timestamp::from_millis(7),
        text: "buy my watches".to_owned(),
    };
    let report = Report {
        report: id,
        about: bob.account,
        conversation: None,
        reason: ReportReason::Spam,
        note: "every day".to_owned(),
        messages: vec![said],
    };
    alice.connect(&server).await.ask(wire::Request::Report(report)).await.unwrap();
    let ask = async |request: Request| admin::ask(&server.data_dir(), &request).await.unwrap();
    let Answer::Reports { reports } = ask(Request::Reports { all: false }).await else { panic!("reports") };
    assert_eq!(
        reports.iter().map(|line| (line.id, line.by, line.about)).collect::<Vec<_>>(),
        [(id, alice.account, bob.account)]
    );
    let Answer::Report { line, told } = ask(Request::Report { id }).await else { panic!("a report") };
    assert_eq!(
        (line, &told["messages"][0]["text"], &told["note"]),
        (reports[0].clone(), &"buy my watches".into(), &"every day".into())
    );
    assert_eq!(ask(Request::CloseReport { id }).await, Answer::Done);
    assert!(matches!(ask(Request::CloseReport { id }).await, Answer::Failed { .. }));
    assert_eq!(ask(Request::Reports { all: false }).await, Answer::Reports { reports: Vec::new() });
    assert!(matches!(ask(Request::Reports { all: true }).await, Answer::Reports { reports } if reports.len() == 1));
}
