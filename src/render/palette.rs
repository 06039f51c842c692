//! The colours of every format.

use crate::report::{Colour, Judgment};

pub(super) const INK: Colour = Colour(15, 23, 42);
pub(super) const TEXT: Colour = Colour(51, 65, 85);
pub(super) const MUTED: Colour = Colour(90, 103, 122);
pub(super) const AXIS: Colour = Colour(148, 163, 184);
pub(super) const GRID: Colour = Colour(226, 232, 240);
pub(super) const HEAD: Colour = Colour(241, 245, 249);
pub(super) const STRIPE: Colour = Colour(248, 250, 252);
pub(super) const WHITE: Colour = Colour(255, 255, 255);
pub(super) const NIGHT: Colour = Colour(15, 23, 42);
pub(super) const NIGHT_TEXT: Colour = Colour(191, 205, 224);
pub(super) const NIGHT_LINK: Colour = Colour(147, 197, 253);
pub(super) const GOOD: Colour = Colour(21, 115, 56);
pub(super) const BAD: Colour = Colour(190, 32, 32);
pub(super) const ALERT: Colour = Colour(146, 64, 14);

/// After the accent: hues that stay apart for colour-blind eyes (Okabe and Ito's), each of another lightness.
const SERIES: [Colour; 5] =
    [Colour(230, 159, 0), Colour(0, 158, 115), Colour(204, 121, 167), Colour(86, 180, 233), Colour(100, 116, 139)];

/// The colour of the n-th series or slice.
pub(super) fn series(accent: Colour, at: usize) -> Colour {
    if at == 0 { accent } else { SERIES[(at - 1) % SERIES.len()] }
}

/// `colour` with `strength` (0–1) over white.
pub(super) fn tint(colour: Colour, strength: f64) -> Colour {
    let mix = |channel: u8| (255.0 - (255.0 - f64::from(channel)) * strength).round() as u8;
    Colour(mix(colour.0), mix(colour.1), mix(colour.2))
}

/// White or ink, whichever is read more easily on `ground` (WCAG relative luminance).
pub(super) fn text_on(ground: Colour) -> Colour {
    let linear = |channel: u8| (f64::from(channel) / 255.0).powf(2.2);
    let luminance = 0.2126 * linear(ground.0) + 0.7152 * linear(ground.1) + 0.0722 * linear(ground.2);
    if luminance > 0.3 { INK } else { WHITE }
}

/// Green, red or grey; a sign or an arrow always says the same.
pub(super) fn judgment(judgment: Judgment) -> Colour {
    match judgment {
        Judgment::Good => GOOD,
        Judgment::Bad => BAD,
        Judgment::Neutral => MUTED,
    }
}
