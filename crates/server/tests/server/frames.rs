//! Bytes that are no requests.

use beseda_model::Code;
use beseda_wire::Encoding;
use beseda_wire::request::{Reply, Request, ServerFrame};
use futures_util::SinkExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use crate::world::{Came, Server, Socket};

fn refusals(frames: &[ServerFrame]) -> Vec<(u32, Code)> {
    let refusal = |frame: &ServerFrame| match frame {
        ServerFrame::Err { id, why } => (*id, why.code),
        other => panic!("expected a refusal, there came {other:?}"),
    };
    frames.iter().map(refusal).collect()
}

#[tokio::test]
async fn three_frames_without_meaning_are_answered_and_the_third_closes() {
    let server = Server::start().await;
    let alice = server.join(1).await;
    let mut socket = alice.connect_with(&server, Encoding::Json).await;
    socket.send_bytes(b"{\"id\":7,\"do\":{\"dance\":{}}}".to_vec()).await;
    socket.send_bytes(b"nonsense".to_vec()).await;
    for expected in [(7, Code::BadRequest), (0, Code::BadRequest)] {
        match socket.next().await {
            Came::Frame(frame) => assert_eq!(refusals(&[frame]), [expected]),
            other => panic!("expected a refusal, there came {other:?}"),
        }
    }
    assert_eq!(socket.ask(Request::Ping).await.unwrap(), Reply::Done, "it goes on");
    socket.send_bytes(b"[]".to_vec()).await;
    let (frames, code) = socket.end().await;
    assert_eq!((refusals(&frames), code), (vec![(0, Code::BadRequest)], Some(1008)));
}

#[tokio::test]
async fn a_cbor_bomb_does_no_harm() {
    let server = Server::start().await;
    let alice = server.join(1).await;
    let huge = vec![0x9b, 0x40, 0, 0, 0, 0, 0, 0, 0];
    let deep = vec![0x81; 100_000];
    let long = vec![0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    let mut socket = alice.connect(&server).await;
    for bomb in [huge.clone(), deep, long] {
        socket.send_bytes(bomb).await;
    }
    let (frames, code) = socket.end().await;
    assert_eq!((refusals(&frames), code), (vec![(0, Code::BadRequest); 3], Some(1008)));

    let mut stranger = Socket::open(&server, Encoding::Cbor).await;
    stranger.send_bytes(huge).await;
    let (frames, code) = stranger.end().await;
    assert_eq!((refusals(&frames), code), (vec![(0, Code::BadRequest)], Some(1008)));
    assert!(alice.connect(&server).await.ask(Request::Ping).await.is_ok(), "the server goes on");
}

#[tokio::test]
async fn the_other_encoding_is_not_understood() {
    let server = Server::start().await;
    let alice = server.join(1).await;
    let mut socket = alice.connect(&server).await;
    socket.stream.send(Message::text("{\"id\":1,\"do\":\"ping\"}")).await.unwrap();
    match socket.next().await {
        Came::Frame(ServerFrame::Err { why, .. }) => assert_eq!(why.code, Code::BadRequest),
        other => panic!("expected a refusal, there came {other:?}"),
    }
}

#[tokio::test]
async fn a_frame_of_ten_megabytes_is_refused_and_the_socket_closed() {
    let server = Server::start().await;
    let alice = server.join(1).await;
    let mut socket = alice.connect(&server).await;
    // The server closes while this is being written.
    drop(socket.stream.send(Message::binary(vec![0; 10 << 20])).await);
    let (frames, code) = socket.end().await;
    assert_eq!((refusals(&frames), code), (vec![(0, Code::TooLarge)], Some(1009)));
    let why = frames.iter().find_map(|frame| match frame {
        ServerFrame::Err { why, .. } => why.data.clone(),
        _ => None,
    });
    assert_eq!(why.and_then(|data| data.limit).as_deref(), Some("frame_bytes"));
}

#[tokio::test]
async fn fragments_and_pings_are_understood() {
    use tokio_tungstenite::tungstenite::protocol::frame::Frame;
    use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
    let server = Server::start().await;
    let alice = server.join(1).await;
    let mut socket = alice.connect_with(&server, Encoding::Json).await;
    let parts: [(&[u8], OpCode, bool); 2] =
        [(b"{\"id\":90,", OpCode::Data(Data::Text), false), (b"\"do\":\"ping\"}", OpCode::Data(Data::Continue), true)];
    for (at, (part, opcode, last)) in parts.into_iter().enumerate() {
        socket.stream.send(Message::Frame(Frame::message(part.to_vec(), opcode, last))).await.unwrap();
        if at == 0 {
            socket.stream.send(Message::Ping(vec![1, 2, 3].into())).await.unwrap();
        }
    }
    assert_eq!(socket.answer(90).await.unwrap(), Reply::Done);
}

#[tokio::test]
async fn only_a_proper_handshake_makes_a_websocket() {
    let server = Server::start().await;
    let plain = server.send("GET", "/api/v1/socket", &[], &[]).await;
    assert_eq!(plain.json::<()>().unwrap_err().code, Code::BadRequest);
    let handshake = [
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    let foreign = [&handshake[..], &[("sec-websocket-protocol", "chat")]].concat();
    assert_eq!(
        server.send("GET", "/api/v1/socket", &foreign, &[]).await.json::<()>().unwrap_err().code,
        Code::BadRequest
    );
    // The example of RFC 6455, section 1.3.
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    let head = "GET /api/v1/socket HTTP/1.1\r\nhost: x\r\nconnection: keep-alive, Upgrade\r\nupgrade: WebSocket\r\n\
                sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                sec-websocket-protocol: chat, beseda.v1.json\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 1_024];
    let length = stream.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..length]).to_lowercase();
    assert!(answer.starts_with("http/1.1 101"), "{answer}");
    assert!(answer.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="), "{answer}");
    assert!(answer.contains("sec-websocket-protocol: beseda.v1.json"), "{answer}");
}
