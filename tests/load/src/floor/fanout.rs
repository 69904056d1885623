//! A bare WebSocket fan-out: no storage, no accounts, no frames taken apart; each message goes to all other clients.

use std::sync::{Arc, RwLock};

use anyhow::Result;
use axum::extract::ws::WebSocket;
use bytes::Bytes;
use tokio::sync::mpsc;

type Room = Arc<RwLock<Vec<Option<mpsc::Sender<Bytes>>>>>;

/// Runs until it is ended.
pub(crate) async fn run() -> Result<()> {
    super::serve(super::router(Room::default(), session)).await
}

async fn session(room: Room, mut socket: WebSocket) {
    let Some(own) = super::place(&mut socket).await else { return };
    let (sender, queue) = mpsc::channel(super::QUEUE);
    {
        let mut room = room.write().expect("nothing panics while it holds the lock");
        if room.len() <= own {
            room.resize(own + 1, None);
        }
        room[own] = Some(sender.clone());
    }
    super::pump(socket, queue, |request| {
        let delivery = super::delivery(&request);
        let room = room.read().expect("nothing panics while it holds the lock");
        for (place, other) in room.iter().enumerate() {
            if let Some(other) = other
                && place != own
            {
                // A full queue loses the frame; the generator keeps fewer in flight than a queue holds.
                let _ = other.try_send(delivery.clone());
            }
        }
        let _ = sender.try_send(super::ack_of(&request));
    })
    .await;
    if let Some(place) = room.write().expect("nothing panics while it holds the lock").get_mut(own) {
        *place = None;
    }
}
