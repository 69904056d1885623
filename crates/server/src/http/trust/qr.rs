//! A QR code as a picture that stands in the page: the policy lets no other in.

use qrcodegen::{QrCode, QrCodeEcc};

/// Light squares around the code, without which cameras do not find it.
const MARGIN: i32 = 4;

/// The picture of `text`, called `label` for those who can't see it.
pub(super) fn svg(text: &str, label: &str) -> String {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return String::new() };
    let size = code.size() + 2 * MARGIN;
    let mut dark = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            dark.push_str(&format!("M{} {}h1v1h-1z", x + MARGIN, y + MARGIN));
        }
    }
    format!(
        r##"<svg viewBox="0 0 {size} {size}" role="img" aria-label="{label}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" d="{dark}"/></svg>"##
    )
}
