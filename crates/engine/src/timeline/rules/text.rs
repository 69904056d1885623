//! What a text may be.

use beseda_wire::content::{Entity, Style};

use super::Broken;
use crate::timeline::markup::is_safe_link;

/// Most characters (Unicode scalar values) of a message.
pub const MAX_CHARS: usize = 16_384;

/// Most runs of formatting in a message.
pub const MAX_ENTITIES: usize = 200;

const MAX_URL_BYTES: usize = 2_048;
const MAX_LANGUAGE_BYTES: usize = 64;

/// The formatting of a text as it may be shown: inside the text, ascending, without links that must not be followed and
/// without styles that this version does not know.
///
/// # Errors
/// When text or formatting are more than a message may have.
pub fn accept(text: &str, entities: &[Entity]) -> Result<Vec<Entity>, Broken> {
    let chars = text.chars().count();
    if chars > MAX_CHARS {
        return Err(Broken::TooLong);
    }
    if entities.len() > MAX_ENTITIES {
        return Err(Broken::TooMuchFormatting);
    }
    let end = u32::try_from(chars).unwrap_or(u32::MAX);
    let mut accepted: Vec<Entity> = entities
        .iter()
        .filter(|entity| is_shown(&entity.style))
        .filter_map(|entity| {
            let len = entity.len.min(end.checked_sub(entity.start)?);
            (len > 0).then(|| Entity { start: entity.start, len, style: entity.style.clone() })
        })
        .collect();
    accepted.sort_by_key(|entity| (entity.start, std::cmp::Reverse(entity.len)));
    accepted.dedup();
    Ok(accepted)
}

fn is_shown(style: &Style) -> bool {
    match style {
        Style::Link { url } => url.len() <= MAX_URL_BYTES && is_safe_link(url),
        Style::Block { language } => language.len() <= MAX_LANGUAGE_BYTES,
        Style::Unknown => false,
        Style::Bold
        | Style::Italic
        | Style::Strike
        | Style::Code
        | Style::Quote
        | Style::Spoiler
        | Style::Mention { .. } => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(start: u32, len: u32, style: Style) -> Entity {
        Entity { start, len, style }
    }

    #[test]
    fn limits_hold_at_their_edges() {
        let bold = entity(0, 1, Style::Bold);
        assert!(accept(&"ё".repeat(MAX_CHARS), &vec![bold.clone(); MAX_ENTITIES]).is_ok());
        assert_eq!(accept(&"ё".repeat(MAX_CHARS + 1), &[]), Err(Broken::TooLong));
        assert_eq!(accept("a", &vec![bold; MAX_ENTITIES + 1]), Err(Broken::TooMuchFormatting));
    }

    #[test]
    fn positions_are_cut_to_the_text() {
        let entities = [
            entity(1, u32::MAX, Style::Bold),
            entity(2, 1, Style::Italic),
            entity(u32::MAX, 1, Style::Code),
            entity(0, 0, Style::Quote),
            entity(0, 1, Style::Unknown),
        ];
        assert_eq!(accept("ёж", &entities), Ok(vec![entity(1, 1, Style::Bold)]));
    }

    #[test]
    fn a_link_that_runs_something_is_only_text() {
        let link = |url: &str| entity(0, 1, Style::Link { url: url.to_owned() });
        assert_eq!(accept("x", &[link("javascript:alert(1)")]), Ok(Vec::new()));
        assert_eq!(accept("x", &[link("https://x")]), Ok(vec![link("https://x")]));
    }
}
