//! The web app: files that were packed into the program, each under its name, and what a browser may do with them.

use axum::http::{HeaderMap, HeaderValue, header};

/// One file, as it is and as it was compressed when the program was built.
#[derive(Debug, Clone, Copy)]
pub struct File {
    /// Its path below the root, as `assets/app-4f2a.js`.
    pub name: &'static str,
    /// Changes with its content; hexadecimal.
    pub tag: &'static str,
    /// As it is.
    pub plain: &'static [u8],
    /// Compressed, if that is shorter.
    pub brotli: Option<&'static [u8]>,
    /// Compressed for older clients, if that is shorter.
    pub gzip: Option<&'static [u8]>,
}

/// All files of the web app.
#[derive(Debug, Clone, Copy)]
pub struct Site(&'static [File]);

/// Where everything begins.
const INDEX: &str = "index.html";
/// Names in this folder carry a hash of their content.
const HASHED: &str = "assets/";
/// First parts of paths that are never a place in the app: there a path without a file is nothing.
const RESERVED: &[&str] = &["api", "assets"];

impl Site {
    /// A site of these files.
    pub const fn of(files: &'static [File]) -> Self {
        Self(files)
    }

    /// What this program was built with: the web app, or a page that says that it is missing.
    pub const fn embedded() -> Self {
        Self(include!(concat!(env!("OUT_DIR"), "/site.rs")))
    }

    /// What to answer to this path: the file of that name, or the app itself for a place in it.
    pub(crate) fn find(&self, path: &str) -> Option<&'static File> {
        let name = path.strip_prefix('/')?;
        self.file(name).or_else(|| if is_place(name) { self.file(INDEX) } else { None })
    }

    fn file(&self, name: &str) -> Option<&'static File> {
        self.0.iter().find(|file| file.name == name)
    }
}

/// Places in the app are made of plain words: whatever has a dot or is escaped would be a file.
fn is_place(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_@~".contains(&byte);
    let mut parts = name.strip_suffix('/').unwrap_or(name).split('/');
    let is_reserved = parts.clone().next().is_some_and(|first| RESERVED.contains(&first));
    name.is_empty() || (!is_reserved && parts.all(|part| !part.is_empty() && part.bytes().all(is_plain)))
}

/// A form of a file, as it goes over the network.
#[derive(Debug)]
pub(crate) struct Form {
    /// The bytes.
    pub(crate) bytes: &'static [u8],
    /// How they are encoded, if they are.
    pub(crate) encoding: Option<&'static str>,
}

impl File {
    /// The shortest form that the client takes.
    pub(crate) fn form(&self, headers: &HeaderMap) -> Form {
        [("br", self.brotli), ("gzip", self.gzip)]
            .into_iter()
            .filter_map(|(name, bytes)| Some(Form { bytes: bytes?, encoding: Some(name) }))
            .filter(|form| form.encoding.is_some_and(|name| accepts(headers, name)))
            .min_by_key(|form| form.bytes.len())
            .unwrap_or(Form { bytes: self.plain, encoding: None })
    }

    /// Its tag in this form: two forms of a file are not the same bytes.
    pub(crate) fn etag(&self, form: &Form) -> HeaderValue {
        let tag = format!("\"{}-{}\"", self.tag, form.encoding.unwrap_or("plain"));
        HeaderValue::from_str(&tag).expect("hexadecimal digits and names of encodings are allowed in a header")
    }

    /// How long it may be kept: for ever if a changed file has another name, else until it was asked for again.
    pub(crate) fn caching(&self) -> HeaderValue {
        HeaderValue::from_static(if self.name.starts_with(HASHED) {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        })
    }

    /// Its media type.
    pub(crate) fn media_type(&self) -> HeaderValue {
        let ending = self.name.rsplit_once('.').map_or("", |(_, ending)| ending);
        HeaderValue::from_static(match ending {
            "html" => "text/html; charset=utf-8",
            "js" | "mjs" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "json" => "application/json",
            "webmanifest" => "application/manifest+json",
            "wasm" => "application/wasm",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            "jpg" | "jpeg" => "image/jpeg",
            "webp" => "image/webp",
            "avif" => "image/avif",
            "ico" => "image/x-icon",
            "woff2" => "font/woff2",
            "txt" => "text/plain; charset=utf-8",
            "mp3" => "audio/mpeg",
            "m4a" => "audio/mp4",
            "ogg" | "opus" => "audio/ogg",
            "wav" => "audio/wav",
            _ => "application/octet-stream",
        })
    }
}

/// Whether the client takes this encoding: named, or covered by a star, and not with a weight of zero.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let weight_of = |wanted: &str| {
        let items = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        items.flat_map(|value| value.split(',')).find_map(|item| {
            let (name, parameters) = item.split_once(';').unwrap_or((item, ""));
            let weight = parameters.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
            name.trim().eq_ignore_ascii_case(wanted).then(|| weight.unwrap_or_default())
        })
    };
    weight_of(encoding).or_else(|| weight_of("*")).is_some_and(|weight| weight > 0.0)
}

/// Whether the client says that it has what this tag names.
pub(crate) fn is_known(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let items = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    items.flat_map(|value| value.split(',')).map(str::trim).any(|tag| {
        let tag = tag.strip_prefix("W/").unwrap_or(tag);
        tag == "*" || tag.as_bytes() == etag.as_bytes()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn file(name: &'static str) -> File {
        File { name, tag: "00", plain: b"plain", brotli: Some(b"br"), gzip: Some(b"gz.") }
    }

    const SITE: Site = Site::of(&[file("assets/app-1.js"), file("index.html"), file("sw.js")]);

    fn found(path: &str) -> Option<&'static str> {
        SITE.find(path).map(|file| file.name)
    }

    #[test]
    fn a_path_is_a_file_or_a_place_in_the_app_or_nothing() {
        for (path, name) in [
            ("/", INDEX),
            ("/index.html", INDEX),
            ("/sw.js", "sw.js"),
            ("/assets/app-1.js", "assets/app-1.js"),
            ("/c/018bcfe5-6800-7003-8003-030303030303", INDEX),
            ("/settings/", INDEX),
            ("/@alice", INDEX),
            ("/apis", INDEX),
        ] {
            assert_eq!(found(path), Some(name), "{path}");
        }
        for path in [
            "",
            "*",
            "//",
            "//example.org",
            "/c//x",
            "/api",
            "/api/",
            "/api/v1/nothing",
            "/assets",
            "/assets/",
            "/assets/app-0",
            "/assets/app-0.js",
            "/robots.txt",
            "/.well-known/nothing",
            "/../Cargo.toml",
            "/%2e%2e/secret",
            "/..%2f..%2fetc/passwd",
            "/assets/../index.html",
            "/c\\x",
            "/sw.js/",
        ] {
            assert_eq!(found(path), None, "{path}");
        }
    }

    #[test]
    fn the_shortest_form_that_is_taken() {
        let form = |accepted: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_str(accepted).expect("a header"));
            file("sw.js").form(&headers).encoding
        };
        for (accepted, encoding) in [
            ("gzip, deflate, br, zstd", Some("br")),
            ("gzip", Some("gzip")),
            ("GZIP;q=0.5 , br;q=0", Some("gzip")),
            ("*", Some("br")),
            ("*, br;q=0", Some("gzip")),
            ("br;q=nonsense, gzip;q=0", None),
            ("identity", None),
            ("brotli", None),
            ("", None),
        ] {
            assert_eq!(form(accepted), encoding, "{accepted}");
        }
        assert_eq!(file("sw.js").form(&HeaderMap::new()).encoding, None);
    }

    #[test]
    fn a_tag_is_known_among_others_and_also_when_it_is_weak() {
        let etag = HeaderValue::from_static("\"a-br\"");
        let known = |sent: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_str(sent).expect("a header"));
            is_known(&headers, &etag)
        };
        assert!(known("\"a-br\"") && known("\"b\", W/\"a-br\"") && known("*"));
        assert!(!known("\"a-gzip\"") && !known("a-br") && !known(""));
        assert!(!is_known(&HeaderMap::new(), &etag));
    }

    /// What is in the program is what browsers can use.
    #[test]
    fn every_embedded_file_has_a_media_type_and_the_site_begins_somewhere() {
        let site = Site::embedded();
        assert!(site.find("/").is_some_and(|file| file.name == INDEX));
        for file in site.0 {
            assert_ne!(file.media_type(), "application/octet-stream", "{}", file.name);
            assert_eq!(file.tag.len(), 32, "{}", file.name);
        }
    }
}
