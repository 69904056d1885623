//! What a command prints: text for people, or one JSON object per line for programs.

use std::io::{self, Write};

use serde::Serialize;

/// Standard output in one of two forms.
#[derive(Debug, Clone, Copy)]
pub struct Outlet {
    json: bool,
}

impl Outlet {
    /// JSON, or text.
    pub const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether it is JSON.
    pub const fn is_json(self) -> bool {
        self.json
    }

    /// Prints an object with its `type`, or the text.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn say(self, kind: &str, value: &impl Serialize, text: impl FnOnce() -> String) -> io::Result<()> {
        let line = if self.json { tagged(kind, value)? } else { text() };
        let mut out = io::stdout().lock();
        writeln!(out, "{line}")?;
        out.flush()
    }

    /// Prints text only where it is read by people.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn note(self, text: &str) -> io::Result<()> {
        if self.json {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        writeln!(out, "{text}")?;
        out.flush()
    }
}

/// `{"type":"kind", …}` with the value's own fields behind, in their order.
fn tagged(kind: &str, value: &impl Serialize) -> io::Result<String> {
    let body = serde_json::to_string(value)?;
    let head = serde_json::to_string(kind)?;
    Ok(match body.strip_prefix('{') {
        Some("}") => format!("{{\"type\":{head}}}"),
        Some(rest) => format!("{{\"type\":{head},{rest}"),
        None => format!("{{\"type\":{head},\"value\":{body}}}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_comes_first_and_the_fields_keep_their_order() {
        #[derive(Serialize)]
        struct Two {
            zebra: u8,
            ape: &'static str,
        }
        assert_eq!(tagged("x", &Two { zebra: 1, ape: "\n" }).unwrap(), r#"{"type":"x","zebra":1,"ape":"\n"}"#);
        assert_eq!(tagged("done", &serde_json::json!({})).unwrap(), r#"{"type":"done"}"#);
        assert_eq!(tagged("n", &3).unwrap(), r#"{"type":"n","value":3}"#);
    }
}
