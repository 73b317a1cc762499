//! QR codes as SVG text.

use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

/// `text` as an SVG document.
///
/// Colours are names: auth-js puts the text into a `data:` URL unescaped, where a `#` would begin the fragment. The XML declaration
/// is left out, as an SVG inside HTML can't have one.
///
/// # Errors
/// If the text is longer than a QR code holds.
pub fn svg(text: &str) -> Result<String, String> {
    let code =
        QrCode::with_error_correction_level(text, EcLevel::M).map_err(|error| error.to_string())?;
    let drawn = code
        .render::<svg::Color<'_>>()
        .min_dimensions(240, 240)
        .dark_color(svg::Color("black"))
        .light_color(svg::Color("white"))
        .build();
    Ok(drawn.find("<svg").and_then(|at| drawn.get(at..)).unwrap_or(&drawn).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_svg_that_may_stand_in_a_data_url() {
        let drawn = svg("otpauth://totp/a:b?secret=MZXW6YTBOI").unwrap();
        assert!(drawn.starts_with("<svg ") && drawn.ends_with("</svg>"));
        assert!(!drawn.contains('#'));
        assert_ne!(drawn, svg("otpauth://totp/a:b?secret=MZXW6YTBOJ").unwrap());
    }

    #[test]
    fn refuses_what_no_code_holds() {
        assert!(svg(&"x".repeat(5000)).is_err());
    }
}
