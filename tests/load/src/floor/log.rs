//! A bare WebSocket server that is durable: each message is appended to one file; after a group fdatasync it is answered
//! and delivered to the sender's partner (places 0 and 1, 2 and 3, …).

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, RwLock};

use anyhow::{Context, Result};
use axum::extract::ws::WebSocket;
use bytes::Bytes;
use tokio::sync::mpsc;

/// Messages in one group at most.
const GROUP: usize = 256;

#[derive(Clone)]
struct Floor {
    clients: Arc<RwLock<Vec<Option<mpsc::Sender<Bytes>>>>>,
    writer: std::sync::mpsc::SyncSender<(usize, Bytes)>,
}

/// Runs until it is ended.
pub(crate) async fn run(folder: &Path) -> Result<()> {
    let file = File::create(folder.join("floor.log")).context("cannot create the floor's log")?;
    let (writer, queue) = std::sync::mpsc::sync_channel(16_384);
    let floor = Floor { clients: Arc::default(), writer };
    let clients = Arc::clone(&floor.clients);
    std::thread::spawn(move || write(file, &queue, &clients));
    super::serve(super::router(floor, session)).await
}

async fn session(floor: Floor, mut socket: WebSocket) {
    let Some(own) = super::place(&mut socket).await else { return };
    let (sender, queue) = mpsc::channel(super::QUEUE);
    {
        let mut clients = floor.clients.write().expect("nothing panics while it holds the lock");
        if clients.len() <= own {
            clients.resize(own + 1, None);
        }
        clients[own] = Some(sender);
    }
    super::pump(socket, queue, |request| {
        let _ = floor.writer.try_send((own, request));
    })
    .await;
}

fn write(
    mut file: File,
    queue: &std::sync::mpsc::Receiver<(usize, Bytes)>,
    clients: &RwLock<Vec<Option<mpsc::Sender<Bytes>>>>,
) {
    let mut group = Vec::with_capacity(GROUP);
    let mut bytes = Vec::new();
    while let Ok(first) = queue.recv() {
        group.push(first);
        while group.len() < GROUP
            && let Ok(next) = queue.try_recv()
        {
            group.push(next);
        }
        for (_, request) in &group {
            bytes.extend_from_slice(request);
        }
        if file.write_all(&bytes).and_then(|()| file.sync_data()).is_err() {
            return;
        }
        bytes.clear();
        let clients = clients.read().expect("nothing panics while it holds the lock");
        let client = |place: usize| clients.get(place).and_then(Option::as_ref);
        for (own, request) in group.drain(..) {
            if let Some(partner) = client(own ^ 1) {
                let _ = partner.try_send(super::delivery(&request));
            }
            if let Some(sender) = client(own) {
                let _ = sender.try_send(super::ack_of(&request));
            }
        }
    }
}
