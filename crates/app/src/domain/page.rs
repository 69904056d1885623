//! What a page of the web says of itself: the few lines and the picture that stand for a link to it.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use html5gum::emitters::default::DefaultEmitter;
use html5gum::{HtmlString, StartTag, Token, Tokenizer};
use url::Url;

/// Most characters of a title.
pub const MAX_TITLE: usize = 200;
/// Most characters of a description.
pub const MAX_DESCRIPTION: usize = 500;
/// Most characters of a site's name.
pub const MAX_SITE: usize = 100;
/// Most bytes of a picture's address.
const MAX_ADDRESS: usize = 2_048;
/// Bytes at the beginning of a page in which it may name its character set.
const DECLARATION: usize = 4_096;

/// What a page says of itself. What it does not say is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// What it is called.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// The site that it belongs to: as it calls itself, or its host's name.
    pub site: String,
    /// Where a picture of it is: an address of the web, or none.
    pub picture: Option<String>,
}

/// Reads a page that was found at `url`, with the character set that came with it. Anything is a page: what is not one says
/// nothing.
pub fn read_page(url: &str, charset: Option<&str>, bytes: &[u8]) -> Page {
    let base = Url::parse(url).ok();
    let encoding = charset.and_then(|label| Encoding::for_label(label.as_bytes())).unwrap_or_else(|| declared(bytes));
    let (text, _, _) = encoding.decode(bytes);
    let found = Found::in_head(&text);
    let host = base.as_ref().and_then(Url::host_str).unwrap_or_default();
    let [og_title, card_title, title] =
        [&found.og_title, &found.card_title, &found.title].map(|text| line(text, MAX_TITLE));
    let texts = [&found.og_description, &found.card_description, &found.description];
    let site = line(&found.site, MAX_SITE);
    Page {
        title: [og_title, card_title, title].into_iter().find(|text| !text.is_empty()).unwrap_or_default(),
        description: texts
            .into_iter()
            .map(|text| line(text, MAX_DESCRIPTION))
            .find(|text| !text.is_empty())
            .unwrap_or_default(),
        site: if site.is_empty() { line(host.strip_prefix("www.").unwrap_or(host), MAX_SITE) } else { site },
        picture: [found.og_picture, found.card_picture].iter().find_map(|address| picture(base.as_ref(), address)),
    }
}

/// What stands in the head, as it stands there.
#[derive(Default)]
struct Found {
    og_title: String,
    card_title: String,
    title: String,
    og_description: String,
    card_description: String,
    description: String,
    site: String,
    og_picture: String,
    card_picture: String,
}

impl Found {
    fn in_head(text: &str) -> Self {
        let mut found = Self::default();
        let mut in_title = false;
        for token in tokens(text) {
            match token {
                Token::StartTag(tag) => match tag.name.as_slice() {
                    b"title" => in_title = found.title.is_empty(),
                    b"meta" => found.meta(&tag),
                    b"body" => break,
                    _ => {}
                },
                Token::EndTag(tag) => match tag.name.as_slice() {
                    b"title" => in_title = false,
                    b"head" => break,
                    _ => {}
                },
                Token::String(said) if in_title => found.title.push_str(&String::from_utf8_lossy(&said)),
                _ => {}
            }
        }
        found
    }

    /// The first of each counts, unless it is empty.
    fn meta(&mut self, tag: &StartTag<()>) {
        let key = attribute(tag, "property").or_else(|| attribute(tag, "name")).unwrap_or_default();
        let place = match key.trim().to_ascii_lowercase().as_str() {
            "og:title" => &mut self.og_title,
            "twitter:title" => &mut self.card_title,
            "og:description" => &mut self.og_description,
            "twitter:description" => &mut self.card_description,
            "description" => &mut self.description,
            "og:site_name" => &mut self.site,
            "og:image" | "og:image:url" | "og:image:secure_url" => &mut self.og_picture,
            "twitter:image" | "twitter:image:src" => &mut self.card_picture,
            _ => return,
        };
        if place.trim().is_empty() {
            *place = attribute(tag, "content").unwrap_or_default();
        }
    }
}

/// The tokens of a page; what scripts and styles hold is text to them.
fn tokens(text: &str) -> impl Iterator<Item = Token> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(text, emitter).filter_map(Result::ok)
}

fn attribute(tag: &StartTag<()>, name: &str) -> Option<String> {
    let value = tag.attributes.get(&HtmlString::from(name.as_bytes().to_vec()))?;
    Some(String::from_utf8_lossy(value).into_owned())
}

/// The character set that a page names itself: by a mark at its very beginning or in its head. Otherwise it is UTF-8, if it
/// can be read as that.
fn declared(bytes: &[u8]) -> &'static Encoding {
    if let Some((marked, _)) = Encoding::for_bom(bytes) {
        return marked;
    }
    let beginning = String::from_utf8_lossy(bytes.get(..DECLARATION).unwrap_or(bytes));
    for token in tokens(&beginning) {
        let Token::StartTag(tag) = token else { continue };
        if tag.name.as_slice() != b"meta" {
            continue;
        }
        let content = attribute(&tag, "content").unwrap_or_default().to_ascii_lowercase();
        let label =
            attribute(&tag, "charset").or_else(|| content.split_once("charset=").map(|(_, label)| label.to_owned()));
        let named = label.and_then(|label| Encoding::for_label(label.trim_matches([' ', '"', '\'']).as_bytes()));
        match named {
            // A page whose declaration can be read as bytes is not in pairs of bytes, whatever it says.
            Some(named) => return if named.is_ascii_compatible() { named } else { UTF_8 },
            None => continue,
        }
    }
    if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { WINDOWS_1252 }
}

/// One line of at most `most` characters, that reads as it is.
fn line(text: &str, most: usize) -> String {
    // Far more than is shown is of no interest, however much there is.
    let words: Vec<String> = text
        .chars()
        .take(most.saturating_mul(8))
        .filter(|char| !is_unseen(*char))
        .collect::<String>()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let whole = words.join(" ");
    if whole.chars().count() <= most {
        return whole;
    }
    let mut cut: String = whole.chars().take(most.saturating_sub(1)).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

/// Control characters but white space, and marks that turn the direction of what follows or are not seen at all.
fn is_unseen(char: char) -> bool {
    (char.is_control() && !char.is_whitespace())
        || matches!(char, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}')
        || ('\u{202a}'..='\u{202e}').contains(&char)
        || ('\u{2066}'..='\u{2069}').contains(&char)
}

fn picture(base: Option<&Url>, address: &str) -> Option<String> {
    let address = address.trim();
    if address.is_empty() || address.len() > MAX_ADDRESS {
        return None;
    }
    let url = base?.join(address).ok()?;
    let is_of_the_web = matches!(url.scheme(), "http" | "https") && url.as_str().len() <= MAX_ADDRESS;
    is_of_the_web.then(|| url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(html: &str) -> Page {
        read_page("https://www.example.org/a/b", None, html.as_bytes())
    }

    #[test]
    fn open_graph_comes_before_cards_and_those_before_what_every_page_has() {
        let (og, card, plain) = (
            r#"<meta property="og:title" content="One"><meta property=og:description content="A"><meta property="og:image" content="/p.png">"#,
            r#"<meta name="twitter:title" content="Two"><meta name="twitter:description" content="B"><meta name="twitter:image" content="//cdn.example/q.png">"#,
            r#"<title>Three</title><meta name="Description" content="C">"#,
        );
        let all = page(&format!("<html><head>{plain}{card}{og}"));
        assert_eq!((all.title.as_str(), all.description.as_str()), ("One", "A"));
        assert_eq!(all.picture.as_deref(), Some("https://www.example.org/p.png"));
        let two = page(&format!("<head>{plain}{card}</head>"));
        assert_eq!((two.title.as_str(), two.description.as_str()), ("Two", "B"));
        assert_eq!(two.picture.as_deref(), Some("https://cdn.example/q.png"));
        let one = page(plain);
        assert_eq!((one.title.as_str(), one.description.as_str(), one.site.as_str()), ("Three", "C", "example.org"));
        assert_eq!(one.picture, None);
        assert_eq!(page(r#"<meta property="og:site_name" content="The Site">"#).site, "The Site");
        assert_eq!(page(r#"<meta property="og:title" content=" "><title>T</title>"#).title, "T");
    }

    #[test]
    fn text_is_one_line_without_tricks_and_with_its_entities() {
        let read = page("<title>\n Tom &amp; \u{202e}Jerry&#x202E;\0 &laquo;да&raquo;\t<b>&#39;</title>");
        assert_eq!(read.title, "Tom & Jerry\u{fffd} «да» <b>'");
        let edge = "ё".repeat(MAX_TITLE);
        assert_eq!(page(&format!("<title>{edge}</title>")).title, edge);
        let cut = page(&format!("<title>{edge}ё</title>")).title;
        assert!(cut.chars().count() == MAX_TITLE && cut.ends_with('…'));
    }

    #[test]
    fn what_scripts_comments_and_the_body_hold_is_no_title() {
        let read = page(
            "<script>'<title>a</title>'</script><!-- <title>b</title> --><style><title>c</title></style><title>d</title><body><meta name=description content=e>",
        );
        assert_eq!((read.title.as_str(), read.description.as_str()), ("d", ""));
    }

    #[test]
    fn character_sets_are_taken_from_the_header_the_page_or_its_bytes() {
        let (cyrillic, _, _) = encoding_rs::WINDOWS_1251.encode("<title>Привет</title>");
        let read = |charset, bytes: &[u8]| read_page("http://a.example/", charset, bytes).title;
        assert_eq!(read(Some("windows-1251"), &cyrillic), "Привет");
        let meta = |declaration: &str| [declaration.as_bytes(), &*cyrillic].concat();
        assert_eq!(read(None, &meta("<meta charset=cp1251>")), "Привет");
        assert_eq!(
            read(None, &meta(r#"<meta http-equiv=content-type content="text/html; charset=windows-1251">"#)),
            "Привет"
        );
        assert_eq!(read(None, "<title>Привет</title>".as_bytes()), "Привет");
        assert_eq!(read(None, b"<title>\xe9t\xe9</title>"), "été");
        let wide: Vec<u8> = "\u{feff}<title>Привет</title>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(None, &wide), "Привет");
        assert_eq!(read(Some("no such set"), "<title>Ё</title>".as_bytes()), "Ё");
    }

    #[test]
    fn pictures_are_of_the_web() {
        let at = |address: &str| page(&format!(r#"<meta property="og:image" content="{address}">"#)).picture;
        assert_eq!(at("p.png").as_deref(), Some("https://www.example.org/a/p.png"));
        for address in ["javascript:alert(1)", "data:image/png;base64,AA", "file:///etc/passwd", "ftp://a/b", "http://"]
        {
            assert_eq!(at(address), None, "{address}");
        }
        assert_eq!(at(&"x".repeat(MAX_ADDRESS + 1)), None);
    }
}
