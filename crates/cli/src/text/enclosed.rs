//! Places and people's cards, in words.

use beseda_engine::api::place::PlaceView;
use beseda_engine::api::view::Enclosed;
use beseda_wire::content::ContactCard;

use super::{Label, Lang};
use crate::safe;

/// A place and cards, a line for each.
pub fn enclosed(lang: Lang, place: Option<&PlaceView>, contacts: &[ContactCard]) -> Vec<String> {
    let place = place.map(|place| self::place(lang, place));
    place.into_iter().chain(contacts.iter().map(|card| contact(lang, card))).collect()
}

/// `[place] Café, 55.7558000, 37.6173000 (±12 m)`.
fn place(lang: Lang, place: &PlaceView) -> String {
    let mut facts = Vec::new();
    if !place.name.is_empty() {
        facts.push(safe::line(&place.name));
    }
    if let Some(point) = place.point {
        let off =
            place.accuracy.map_or_else(String::new, |metres| format!(" (±{metres} {})", lang.label(Label::Metres)));
        facts.push(format!("{}, {}{off}", degrees(point.latitude), degrees(point.longitude)));
    }
    if place.live.is_some_and(|live| !live.ended) {
        facts.push(lang.label(Label::Live).to_owned());
    }
    format!("[{}] {}", lang.label(Label::Place), facts.join(", ")).trim_end().to_owned()
}

fn degrees(fixed: i32) -> String {
    let sign = if fixed < 0 { "-" } else { "" };
    let size = fixed.unsigned_abs();
    format!("{sign}{}.{:07}", size / 10_000_000, size % 10_000_000)
}

/// `[contact] Anna, Bees, +7…, anna@example.org`.
fn contact(lang: Lang, card: &ContactCard) -> String {
    let facts =
        [&card.name, &card.organisation].into_iter().chain(&card.phones).chain(&card.emails).chain([&card.link]);
    let facts: Vec<String> = facts.filter(|fact| !fact.is_empty()).map(|fact| safe::line(fact)).collect();
    format!("[{}] {}", lang.label(Label::Contact), facts.join(", "))
}

/// A line of text behind what goes with it.
pub fn told(lang: Lang, text: &str, enclosed: Option<&Enclosed>) -> String {
    let (label, name) = match enclosed {
        None => return text.to_owned(),
        Some(Enclosed::Place { name }) => (Label::Place, name),
        Some(Enclosed::Contact { name }) => (Label::Contact, name),
    };
    format!("[{}] {} {text}", lang.label(label), safe::line(name)).trim_end().replace("  ", " ")
}

#[cfg(test)]
mod tests {
    use beseda_engine::api::place::{LivePlace, Point};
    use beseda_model::Timestamp;

    use super::*;

    #[test]
    fn a_place_and_a_card_are_told_in_a_line_each() {
        let place = PlaceView {
            point: Some(Point { latitude: 557_558_000, longitude: -1 }),
            accuracy: Some(12),
            name: "Café".to_owned(),
            live: None,
        };
        let card = ContactCard { name: "Anna".to_owned(), phones: vec!["112".to_owned()], ..ContactCard::default() };
        assert_eq!(
            enclosed(Lang::En, Some(&place), &[card]),
            ["[place] Café, 55.7558000, -0.0000001 (±12 m)", "[contact] Anna, 112"]
        );
        let at = Timestamp::from_millis(1);
        let live = LivePlace { until: at, told_at: at, ended: false, here: false };
        let told = |ended| PlaceView { live: Some(LivePlace { ended, ..live }), ..place.clone() };
        let line = "[место] Café, 55.7558000, -0.0000001 (±12 м)";
        assert_eq!(enclosed(Lang::Ru, Some(&told(false)), &[]), [format!("{line}, в реальном времени")]);
        assert_eq!(enclosed(Lang::Ru, Some(&told(true)), &[]), [line]);
        let nowhere = PlaceView { point: None, accuracy: None, name: String::new(), live: None };
        assert_eq!(enclosed(Lang::Ru, Some(&nowhere), &[]), ["[место]"]);
    }

    #[test]
    fn what_goes_with_a_text_stands_before_it() {
        let place = Enclosed::Place { name: String::new() };
        assert_eq!(told(Lang::En, "here", Some(&place)), "[place] here");
        assert_eq!(told(Lang::En, "", Some(&Enclosed::Contact { name: "Anna".to_owned() })), "[contact] Anna");
        assert_eq!(told(Lang::En, "here", None), "here");
    }
}
