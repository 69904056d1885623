//! Blobs: keeping them, letting them go. Their bytes come and go over HTTP.

use beseda_app::usecase;
use beseda_model::BlobId;
use beseda_wire::Reply;

use super::Call;

pub(super) fn keep(call: Call, blobs: Vec<BlobId>) {
    let actor = call.actor;
    call.write(move |uow| usecase::blob::keep_blobs(uow, actor, &blobs), |gone| Reply::BlobsKept { gone });
}

pub(super) fn let_go(call: Call, blobs: Vec<BlobId>) {
    let (actor, at) = (call.actor, call.now);
    call.write_done(move |uow| usecase::blob::let_blobs_go(uow, actor, &blobs, at));
}

pub(super) fn usage(call: Call) {
    let actor = call.actor;
    call.read(
        move |view| usecase::blob::blob_use(view, actor),
        |present| Reply::BlobUse { used: present.used, allowed: present.allowed },
    );
}
