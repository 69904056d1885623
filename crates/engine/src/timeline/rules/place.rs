//! What a place may be.

use beseda_wire::content::{Place, Spot};

use super::attachment::safe_line;

/// Most characters of what a place is called.
pub const MAX_NAME: usize = 100;

/// Half a meridian and half the equator, in ten-millionths of a degree.
pub const MAX_LATITUDE: i64 = 900_000_000;
/// See [`MAX_LATITUDE`].
pub const MAX_LONGITUDE: i64 = 1_800_000_000;

/// What is farther off is no measure: half the way around the world.
const MAX_ACCURACY: u32 = 20_040_000;

/// A place as it may be shown. Where it is nowhere on earth its point stays as it is, and no view shows it: the message
/// is still one.
pub fn accept(place: &Place) -> Place {
    let accuracy = place.spot.accuracy.filter(|metres| *metres <= MAX_ACCURACY);
    Place { spot: Spot { accuracy, ..place.spot }, name: safe_line(&place.name, MAX_NAME), until: place.until }
}

/// Whether there is such a point on earth.
pub fn is_on_earth(spot: &Spot) -> bool {
    (-MAX_LATITUDE..=MAX_LATITUDE).contains(&spot.latitude)
        && (-MAX_LONGITUDE..=MAX_LONGITUDE).contains(&spot.longitude)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(latitude: i64, longitude: i64) -> Place {
        Place { spot: Spot { latitude, longitude, accuracy: None }, name: String::new(), until: None }
    }

    #[test]
    fn the_poles_and_the_date_line_are_the_edges_of_the_earth() {
        for (latitude, longitude, is) in [
            (0, 0, true),
            (MAX_LATITUDE, MAX_LONGITUDE, true),
            (-MAX_LATITUDE, -MAX_LONGITUDE, true),
            (MAX_LATITUDE + 1, 0, false),
            (0, -MAX_LONGITUDE - 1, false),
            (i64::MIN, i64::MAX, false),
        ] {
            assert_eq!(is_on_earth(&place(latitude, longitude).spot), is, "{latitude} {longitude}");
        }
    }

    #[test]
    fn a_name_is_one_line_of_so_many_characters() {
        let named = |name: &str| accept(&Place { name: name.to_owned(), ..place(1, 2) }).name;
        assert_eq!(named(" Кафе\u{202e}\n у моря "), "Кафе у моря");
        assert_eq!(named(&"ё".repeat(MAX_NAME + 1)), "ё".repeat(MAX_NAME));
    }

    #[test]
    fn an_accuracy_beyond_the_world_is_none() {
        let of = |accuracy| {
            accept(&Place { spot: Spot { latitude: 0, longitude: 0, accuracy }, name: String::new(), until: None })
        };
        assert_eq!(of(Some(MAX_ACCURACY)).spot.accuracy, Some(MAX_ACCURACY));
        assert_eq!(of(Some(MAX_ACCURACY + 1)).spot.accuracy, None);
    }
}
