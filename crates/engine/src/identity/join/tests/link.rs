//! Approval of a new device by an old one, with an honest server and with servers that want to be in between.

use beseda_model::DeviceId;

use super::server::Server;
use super::{Profile, alice};
use crate::api::command::{Command, Outcome};
use crate::api::event::{Effect, Notice};
use crate::api::failure::Failure;
use crate::api::view::WarningKind;
use crate::identity;
use crate::store::me::Me;

/// Two profiles that link, up to the comparison: the code for the old device, then what each shows.
fn compare(server: &mut Server, old: &mut Profile, new: &mut Profile) -> (u64, String, String, String) {
    let command = Command::StartLink { server: "http://server".to_owned(), device_name: "phone".to_owned() };
    let id = new.command(&command);
    assert!(new.turn(server));
    let link = new
        .effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Notice(Notice::LinkProgress { link, comparison: None }) => Some(link.clone()),
            _ => None,
        })
        .expect("the code to type is shown");
    let typed = link.to_lowercase().replace('-', " ");
    server.socket(old, &Command::OpenLink { code: typed.clone() }).unwrap();
    let mut on_new = None;
    while on_new.is_none() || server.pushes.is_empty() {
        assert!(new.turn(server), "{:?}", new.result(id));
        on_new = new.effects.iter().find_map(|effect| match effect {
            Effect::Notice(Notice::LinkProgress { comparison: Some(comparison), .. }) => Some(comparison.clone()),
            _ => None,
        });
    }
    for push in std::mem::take(&mut server.pushes) {
        old.step(|step| identity::on_push(step, &push)).unwrap();
    }
    let on_old = old
        .effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Notice(Notice::LinkCode { comparison, .. }) => Some(comparison.clone()),
            _ => None,
        })
        .unwrap_or_default();
    (id, typed, on_old, on_new.expect("the loop ended with it"))
}

#[test]
fn an_approved_device_is_in_and_raises_no_warning() {
    let mut server = Server::new();
    let (mut laptop, _) = alice(&mut server);
    let mut phone = Profile::new(50);
    let (id, code, on_old, on_new) = compare(&mut server, &mut laptop, &mut phone);
    assert_eq!(on_old, on_new);
    server.socket(&mut laptop, &Command::ApproveLink { code }).unwrap();
    phone.run(&mut server);
    let me = phone.me();
    assert_eq!(phone.result(id), Some(Ok(Outcome::SignedIn { account: me.account, device: me.device })));
    assert_eq!(me.root, laptop.me().root);
    let devices: Vec<DeviceId> =
        identity::devices(&laptop.conn).unwrap().into_iter().map(|device| device.device).collect();
    assert_eq!(devices, [laptop.me().device, me.device]);
    assert_eq!(laptop.warnings(), []);
}

#[test]
fn a_refused_device_stays_outside() {
    let mut server = Server::new();
    let (mut laptop, _) = alice(&mut server);
    let mut phone = Profile::new(51);
    let (id, code, ..) = compare(&mut server, &mut laptop, &mut phone);
    server.socket(&mut laptop, &Command::RefuseLink { code }).unwrap();
    phone.run(&mut server);
    assert!(matches!(phone.result(id), Some(Err(Failure::NotAllowed { .. }))));
    assert!(Me::find(&phone.conn).unwrap().is_none());
}

#[test]
fn a_server_that_swaps_the_key_after_the_commitment_is_caught_by_the_old_device() {
    let mut server = Server::new();
    let (mut laptop, _) = alice(&mut server);
    server.swap_revealed_key = true;
    let mut phone = Profile::new(52);
    let (_, code, on_old, _) = compare(&mut server, &mut laptop, &mut phone);
    assert_eq!(on_old, "", "no code to compare");
    assert!(matches!(laptop.warnings()[..], [WarningKind::LinkTampered { .. }]));
    assert_eq!(server.socket(&mut laptop, &Command::ApproveLink { code }), Err(Failure::NotFound));
}

#[test]
fn a_server_that_stands_between_from_the_start_shows_two_different_codes() {
    let mut server = Server::new();
    let (mut laptop, _) = alice(&mut server);
    server.stand_between = true;
    let mut phone = Profile::new(53);
    let (_, _, on_old, on_new) = compare(&mut server, &mut laptop, &mut phone);
    assert_ne!(on_old, on_new);
}

#[test]
fn a_server_that_names_another_root_shows_two_different_codes() {
    let mut server = Server::new();
    let (mut laptop, _) = alice(&mut server);
    server.name_other_root = true;
    let mut phone = Profile::new(54);
    let (_, _, on_old, on_new) = compare(&mut server, &mut laptop, &mut phone);
    assert_ne!(on_old, on_new);
}
