//! Places and people's cards.

use beseda_wire::content::{ContactCard, Content, LiveEnd, Message, Place, Spot};

use super::{ALICE, BOB, CAROL, DIRECT, Device, GROUP, arrival, by, delete, edit, id, queued};
use crate::api::command::{Command, Draft};
use crate::api::failure::Failure;
use crate::api::place::{LivePlace, PlaceDraft, PlaceView, Point};
use crate::api::reason::{Field, Reason};
use crate::api::view::{Body, Enclosed};
use crate::timeline::rules::{contact, place};
use crate::view;

fn placed(latitude: i64, longitude: i64, name: &str) -> Content {
    let spot = Spot { latitude, longitude, accuracy: Some(12) };
    Content::Message(Message { place: Some(Place { spot, name: name.to_owned(), until: None }), ..Message::default() })
}

fn card(name: &str) -> ContactCard {
    ContactCard { name: name.to_owned(), phones: vec!["+15550100".to_owned()], ..ContactCard::default() }
}

fn carded(cards: Vec<ContactCard>) -> Content {
    Content::Message(Message { contacts: cards, ..Message::default() })
}

fn shown(device: &Device, seq: u64) -> (Option<PlaceView>, Vec<ContactCard>) {
    match device.message(GROUP, id(seq)).body {
        Body::Text { place, contacts, .. } => (place, contacts),
        other => panic!("{other:?}"),
    }
}

fn send(device: &mut Device, draft: Draft) -> Result<crate::api::command::Outcome, Failure> {
    device.command(&Command::Send { conversation: GROUP, draft })
}

#[test]
fn a_place_is_shown_and_found_by_its_name() {
    let mut device = Device::new();
    device.hear(1, BOB, placed(557_558_000, 376_173_000, "Кофейня"));
    let point = Some(Point { latitude: 557_558_000, longitude: 376_173_000 });
    assert_eq!(
        shown(&device, 1).0,
        Some(PlaceView { point, accuracy: Some(12), name: "Кофейня".to_owned(), live: None })
    );
    assert_eq!(device.found("кофейня").len(), 1);
}

#[test]
fn what_has_no_words_is_not_offered_for_editing() {
    let mut device = Device::new();
    let point = PlaceDraft { latitude: 1, longitude: 2, ..PlaceDraft::default() };
    let of = |text: &str, place: Option<&PlaceDraft>, contacts| Draft {
        text: text.to_owned(),
        place: place.cloned(),
        contacts,
        ..Draft::default()
    };
    for (draft, may_edit) in [
        (of("", Some(&point), vec![]), false),
        (of("", None, vec![card("Anna")]), false),
        (of("here", Some(&point), vec![]), true),
        (of("her", None, vec![card("Anna")]), true),
    ] {
        let message = queued(send(&mut device, draft));
        let row = device.message(GROUP, message).row;
        assert_eq!(view::deeds(&device.view(), row).unwrap().unwrap().edit, may_edit);
    }
}

#[test]
fn a_place_that_is_nowhere_is_shown_without_a_point() {
    let mut device = Device::new();
    for (seq, (latitude, longitude)) in (1..).zip([(place::MAX_LATITUDE + 1, 0), (0, i64::MIN), (i64::MAX, i64::MAX)]) {
        device.hear(seq, BOB, placed(latitude, longitude, ""));
        let (shown, _) = shown(&device, seq);
        assert_eq!(shown, Some(PlaceView { point: None, accuracy: None, name: String::new(), live: None }));
    }
}

#[test]
fn cards_are_shown_and_found_and_too_many_are_no_message() {
    let mut device = Device::new();
    device.hear(1, BOB, carded(vec![card("Анна Петрова")]));
    assert_eq!(shown(&device, 1).1, [card("Анна Петрова")]);
    assert_eq!(device.found("петрова").len(), 1);
    device.hear(2, BOB, carded(vec![card("a"); contact::MAX_CONTACTS + 1]));
    assert!(matches!(device.message(GROUP, id(2)).body, Body::Unreadable { .. }));
}

#[test]
fn a_deletion_takes_place_and_cards_out_of_everything() {
    let mut device = Device::new();
    device.hear(1, BOB, placed(1, 2, "Кофейня"));
    device.hear(2, BOB, carded(vec![card("Анна")]));
    device.hear(3, BOB, delete(by(BOB, 1), 1));
    device.hear(4, BOB, delete(by(BOB, 2), 2));
    let left = |table: &str| {
        let sql = format!("SELECT count(*) FROM {table}");
        device.conn.query_row(&sql, (), |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!((left("places"), left("contacts")), (0, 0));
    assert!(device.found("кофейня").is_empty() && device.found("анна").is_empty());
}

#[test]
fn what_is_sent_needs_no_text_and_is_forwarded_and_edited_as_a_whole() {
    let mut device = Device::new();
    let place =
        PlaceDraft { latitude: 1, longitude: -2, accuracy: Some(5), name: "Кофейня".to_owned(), seconds: None };
    let draft = Draft { place: Some(place), contacts: vec![card("Анна")], ..Draft::default() };
    let mine = queued(send(&mut device, draft));
    let forward = Command::Forward {
        from: GROUP,
        messages: vec![beseda_wire::content::MessageRef { author: ALICE, id: mine }],
        to: vec![DIRECT],
        with_author: false,
    };
    let copy = queued(device.command(&forward));
    let Body::Text { place, contacts, .. } = device.message(DIRECT, copy).body else { panic!() };
    assert_eq!((place.unwrap().name.as_str(), contacts.len()), ("Кофейня", 1));

    device.hear(1, BOB, placed(1, 2, "Кофейня"));
    device.hear(2, BOB, edit(by(BOB, 1), "заходите"));
    assert_eq!(shown(&device, 1).0.unwrap().name, "Кофейня");
    assert_eq!((device.found("кофейня").len(), device.found("заходите").len()), (3, 1));
}

#[test]
fn what_nobody_could_show_is_not_sent() {
    let mut device = Device::new();
    let mut refusal = |place: Option<PlaceDraft>, contacts: Vec<ContactCard>| {
        send(&mut device, Draft { place, contacts, ..Draft::default() }).err()
    };
    let at = |latitude, name: String| Some(PlaceDraft { latitude, name, ..PlaceDraft::default() });
    let no_place = |reason| Some(Failure::invalid(Field::Place, reason));
    let no_card = |reason| Some(Failure::invalid(Field::Contacts, reason));
    assert_eq!(refusal(at(900_000_000, "ё".repeat(place::MAX_NAME)), Vec::new()), None);
    assert_eq!(refusal(at(900_000_001, String::new()), Vec::new()), no_place(Reason::NotOnEarth));
    let most = place::MAX_NAME as u64;
    assert_eq!(refusal(at(0, "ё".repeat(place::MAX_NAME + 1)), Vec::new()), no_place(Reason::AtMost { most }));
    assert_eq!(refusal(None, vec![card("a"); contact::MAX_CONTACTS]), None);
    assert_eq!(refusal(None, vec![card("a"); contact::MAX_CONTACTS + 1]), no_card(Reason::TooMany));
    assert_eq!(refusal(None, vec![ContactCard::default()]), no_card(Reason::Empty));
    let text = |text: &str| vec![text.to_owned()];
    let wrong = |field| Some(Failure::invalid(field, Reason::NoContact));
    assert_eq!(refusal(None, vec![ContactCard { phones: text("call me"), ..card("a") }]), wrong(Field::Phone));
    assert_eq!(refusal(None, vec![ContactCard { emails: text("at home"), ..card("a") }]), wrong(Field::Email));
    let evil = "https://evil.example/join/abc".to_owned();
    assert_eq!(refusal(None, vec![ContactCard { link: evil, ..card("a") }]), wrong(Field::Link));
    let most = contact::MAX_NAME as u64;
    let long = Some(Failure::invalid(Field::Name, Reason::AtMost { most }));
    assert_eq!(refusal(None, vec![card(&"ё".repeat(contact::MAX_NAME))]), None);
    assert_eq!(refusal(None, vec![card(&"ё".repeat(contact::MAX_NAME + 1))]), long);
}

#[test]
fn what_can_be_looked_at_once_takes_nothing_with_it() {
    let mut device = Device::new();
    let place = Some(PlaceDraft { latitude: 1, longitude: 2, ..PlaceDraft::default() });
    let once = Failure::invalid(Field::Files, Reason::OnceWhat);
    assert_eq!(send(&mut device, Draft { place, once: true, ..Draft::default() }).err(), Some(once.clone()));
    let contacts = vec![card("Анна")];
    assert_eq!(send(&mut device, Draft { contacts, once: true, ..Draft::default() }).err(), Some(once));
}

#[test]
fn somebody_who_can_be_reached_has_a_card_with_the_name_that_they_tell_everybody() {
    let mut device = Device::new();
    assert_eq!(view::card(&device.view(), BOB).unwrap(), None);
    device
        .conn
        .execute("INSERT OR REPLACE INTO accounts (account, username) VALUES (?1, 'bob')", [BOB.as_bytes()])
        .unwrap();
    device.command(&Command::Nickname { account: BOB, name: "my bobby".to_owned() }).unwrap();
    let card = view::card(&device.view(), BOB).unwrap().unwrap();
    assert_eq!(card.name, "bob");
    assert!(card.link.ends_with("/u/bob"), "{}", card.link);
}

#[test]
fn a_reply_tells_of_it() {
    let mut device = Device::new();
    device.hear(1, BOB, placed(1, 2, "Кофейня"));
    let told = Some(Enclosed::Place { name: "Кофейня".to_owned() });
    let answer = Message { text: "yes".to_owned(), reply_to: Some(by(BOB, 1)), ..Message::default() };
    device.hear(2, BOB, Content::Message(answer));
    assert_eq!(device.message(GROUP, id(2)).reply.unwrap().enclosed, told);
    device.hear(3, BOB, carded(vec![card("Анна")]));
    let body = device.message(GROUP, id(3)).body;
    let Body::Text { place, contacts, .. } = body else { panic!() };
    assert_eq!(Enclosed::of(place.as_ref(), &contacts), Some(Enclosed::Contact { name: "Анна".to_owned() }));
}

/// A place that is told for so long after its message was sent.
fn live(seconds: u64) -> Content {
    let spot = Spot { latitude: 1, longitude: 2, accuracy: None };
    let until = arrival(GROUP, 1, BOB).at.plus_millis(seconds * 1_000);
    let place = Some(Place { spot, name: String::new(), until: Some(until) });
    Content::Message(Message { place, ..Message::default() })
}

fn told(device: &Device, seq: u64) -> Option<LivePlace> {
    shown(device, seq).0.and_then(|place| place.live)
}

#[test]
fn nobody_is_shown_for_longer_than_can_be_asked_for_and_what_is_over_is_still() {
    let mut device = Device::new();
    let sent = arrival(GROUP, 1, BOB).at;
    device.hear(1, BOB, live(8 * 3_600));
    assert_eq!(told(&device, 1).unwrap().until, sent.plus_millis(8 * 3_600_000));
    device.hear(2, BOB, live(1_000_000));
    let cut = told(&device, 2).unwrap().until;
    assert_eq!(cut, arrival(GROUP, 2, BOB).at.plus_millis(8 * 3_600_000));
    device.hear(3, BOB, live(0));
    assert_eq!((told(&device, 3), shown(&device, 3).0.is_some()), (None, true));
}

#[test]
fn an_end_counts_whichever_comes_first_and_only_from_who_tells() {
    let mut device = Device::new();
    let end = |target| Content::LiveEnd(LiveEnd { target });
    device.hear(2, BOB, end(by(BOB, 1)));
    device.apply(&arrival(GROUP, 1, BOB), live(900));
    assert!(told(&device, 1).unwrap().ended, "the message was repaired after its end");
    device.hear(3, BOB, live(900));
    device.hear(4, CAROL, end(by(BOB, 3)));
    assert!(!told(&device, 3).unwrap().ended, "somebody else has no say in it");
    device.hear(5, BOB, end(by(BOB, 3)));
    device.hear(6, BOB, end(by(BOB, 3)));
    assert!(told(&device, 3).unwrap().ended);
}
