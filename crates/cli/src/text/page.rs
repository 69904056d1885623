use beseda_engine::api::view::LinkPreviewView;

use crate::safe;

/// A page that a message links to: what it is called, and the site; `↗ How bread is baked · example.org`.
pub fn page(shown: &LinkPreviewView) -> String {
    let called = if shown.title.is_empty() { &shown.description } else { &shown.title };
    let parts: Vec<String> =
        [called, &shown.site].into_iter().map(|part| safe::line(part)).filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { format!("↗ {}", safe::line(&shown.url)) } else { format!("↗ {}", parts.join(" · ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_one_line_of_what_there_is() {
        let shown = |title: &str, description: &str, site: &str| {
            let [url, title, description, site] = ["https://a.example/", title, description, site].map(str::to_owned);
            page(&LinkPreviewView { url, title, description, site, image: None })
        };
        assert_eq!(shown("Bread", "How it is baked", "a.example"), "↗ Bread · a.example");
        assert_eq!(shown("", "How it\nis baked", ""), "↗ How it is baked");
        assert_eq!(shown("", "", ""), "↗ https://a.example/");
    }
}
