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
pub(super) const NIGHT_SHEET: Colour = Colour(19, 28, 46);
/// The space under a line, of the line's colour.
pub(super) const AREA_STRENGTH: f64 = 0.12;
pub(super) const NIGHT_TEXT: Colour = Colour(191, 205, 224);
pub(super) const NIGHT_LINK: Colour = Colour(147, 197, 253);
pub(super) const GOOD: Colour = Colour(21, 115, 56);
pub(super) const BAD: Colour = Colour(190, 32, 32);
/// Steps up and down of a bridge: apart for colour-blind eyes, and one of them hatched.
pub(super) const RISE: Colour = Colour(0, 133, 97);
pub(super) const FALL: Colour = Colour(204, 85, 0);
pub(super) const ALERT: Colour = Colour(146, 64, 14);

/// After the accent: hues that stay apart for colour-blind eyes (Okabe and Ito's), each of another lightness.
const SERIES: [Colour; 6] = [
    Colour(230, 159, 0),
    Colour(0, 158, 115),
    Colour(204, 121, 167),
    Colour(86, 180, 233),
    Colour(100, 116, 139),
    Colour(213, 94, 0),
];

/// How far two colours lie apart before anybody tells them apart side by side.
const APART: u32 = 90;

/// The colour of the n-th series or slice: the accent, then the hues that are not like it.
pub(super) fn series(accent: Colour, at: usize) -> Colour {
    let first = graphic(accent);
    if at == 0 {
        return first;
    }
    let difference = |a: u8, b: u8| u32::from(a.abs_diff(b));
    let distance = |c: &Colour| difference(c.0, first.0) + difference(c.1, first.1) + difference(c.2, first.2);
    let others: Vec<Colour> = SERIES.into_iter().filter(|c| distance(c) >= APART).collect();
    others[(at - 1) % others.len()]
}

/// The WCAG contrast of two colours, from 1 to 21.
pub(super) fn contrast(a: Colour, b: Colour) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// `colour`, or the nearest darker one that stands out from white as a line or a bar (WCAG 1.4.11: 3 to 1).
pub(super) fn graphic(colour: Colour) -> Colour {
    darkened(colour, 3.0)
}

/// `colour`, or the nearest darker one that can be read as words on white (WCAG 1.4.3: 4.5 to 1).
pub(super) fn legible(colour: Colour) -> Colour {
    darkened(colour, 4.5)
}

fn darkened(colour: Colour, wanted: f64) -> Colour {
    let darker = |step: u32| {
        let channel = |c: u8| (u32::from(c) * (100 - step) / 100) as u8;
        Colour(channel(colour.0), channel(colour.1), channel(colour.2))
    };
    (0..=100).map(darker).find(|c| contrast(*c, WHITE) >= wanted).unwrap_or(INK)
}

fn luminance(colour: Colour) -> f64 {
    let linear = |channel: u8| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(colour.0) + 0.7152 * linear(colour.1) + 0.0722 * linear(colour.2)
}

/// `colour` with `strength` (0–1) over white.
pub(super) fn tint(colour: Colour, strength: f64) -> Colour {
    let mix = |channel: u8| (255.0 - (255.0 - f64::from(channel)) * strength).round() as u8;
    Colour(mix(colour.0), mix(colour.1), mix(colour.2))
}

/// White or black, whichever is read more easily on `ground`. Never ink: ink stands on the sheet alone, so that a
/// drawing can be put on a dark sheet by another ink.
pub(super) fn text_on(ground: Colour) -> Colour {
    const BLACK: Colour = Colour(0, 0, 0);
    let is_light = contrast(ground, INK) >= 4.5;
    if !is_light && contrast(ground, WHITE) >= 4.5 { WHITE } else { BLACK }
}

/// What the colours of a drawing become on a sheet of [`NIGHT_SHEET`]: those that stand on the sheet itself.
pub(super) const AT_NIGHT: [(Colour, Colour); 6] = [
    (INK, Colour(232, 238, 247)),
    (TEXT, Colour(203, 213, 225)),
    (MUTED, Colour(169, 184, 204)),
    (AXIS, Colour(100, 116, 139)),
    (GRID, Colour(42, 56, 80)),
    (WHITE, NIGHT_SHEET),
];

/// The nearest lighter colour that stands out from a dark sheet as a line or a bar (WCAG 1.4.11: 3 to 1).
pub(super) fn graphic_at_night(colour: Colour) -> Colour {
    let lighter = |step: u32| tint(colour, 1.0 - f64::from(step) / 100.0);
    (0..=100).map(lighter).find(|c| contrast(*c, NIGHT_SHEET) >= 3.0).unwrap_or(WHITE)
}

/// `colour` with `strength` (0–1) over a dark sheet.
pub(super) fn tint_at_night(colour: Colour, strength: f64) -> Colour {
    let mix = |channel: u8, ground: u8| {
        (f64::from(ground) + (f64::from(channel) - f64::from(ground)) * strength).round() as u8
    };
    Colour(mix(colour.0, NIGHT_SHEET.0), mix(colour.1, NIGHT_SHEET.1), mix(colour.2, NIGHT_SHEET.2))
}

/// Green, red or grey; a sign or an arrow always says the same.
pub(super) fn judgment(judgment: Judgment) -> Colour {
    match judgment {
        Judgment::Good => GOOD,
        Judgment::Bad => BAD,
        Judgment::Neutral => MUTED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_house_colour_can_be_seen_and_read(r: u8, g: u8, b: u8) {
            let accent = Colour(r, g, b);
            prop_assert!(contrast(graphic(accent), WHITE) >= 3.0);
            prop_assert!(contrast(legible(accent), WHITE) >= 4.5);
            prop_assert!(contrast(text_on(accent), accent) >= 4.5);
            for at in 1..6 {
                prop_assert_ne!(series(accent, at), series(accent, 0));
                prop_assert_ne!(series(accent, at), series(accent, at - 1));
            }
        }
    }

    proptest! {
        #[test]
        fn a_house_colour_that_was_lightened_for_a_dark_sheet_still_carries_its_words(r: u8, g: u8, b: u8) {
            let day = graphic(Colour(r, g, b));
            let night = graphic_at_night(day);
            prop_assert!(contrast(night, NIGHT_SHEET) >= 3.0);
            prop_assert!(contrast(night, text_on(day)) >= 4.5);
        }
    }

    #[test]
    fn inks_of_the_house_are_legible_on_their_grounds() {
        for ink in [INK, TEXT, MUTED, GOOD, BAD, ALERT] {
            for ground in [WHITE, STRIPE, HEAD] {
                assert!(contrast(ink, ground) >= 4.5, "{} on {}", ink.hex(), ground.hex());
            }
        }
        assert!(contrast(NIGHT_TEXT, NIGHT) >= 4.5 && contrast(NIGHT_LINK, NIGHT) >= 4.5);
    }
}
