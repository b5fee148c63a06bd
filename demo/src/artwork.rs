//! Posters and backdrops drawn by arithmetic: the same seed is the same picture on every machine.
//!
//! A picture is a palette, a motif (sun, peaks, rays, rings, waves, windows) and the title set large; everything follows
//! from the seed and the measures, so no image file is stored in the repository.

mod text;

use std::fmt::Write as _;

use text::{clean, escape, fit};

/// Night, dusk, light, accent, ink.
type Palette = [&'static str; 5];

const PALETTES: [Palette; 10] = [
    ["#0b1026", "#4b2a7b", "#d76d58", "#ffd27a", "#fff6e6"],
    ["#071e22", "#1d7874", "#679289", "#f4c095", "#fdf6ec"],
    ["#1a0f14", "#6b1e2e", "#c8443c", "#f2b134", "#fff3df"],
    ["#0d1b2a", "#1b3a5b", "#3f88c5", "#ffba49", "#f4f9ff"],
    ["#101418", "#2f3e46", "#84a98c", "#e9c46a", "#f7fbf4"],
    ["#1c0f2e", "#5f2a8a", "#e05297", "#7ae7e0", "#fdf0ff"],
    ["#15120f", "#4a3728", "#b08968", "#ede0d4", "#fffaf3"],
    ["#06141f", "#0f4c5c", "#e36414", "#fb8b24", "#fff4e8"],
    ["#141414", "#3a3a3a", "#8d8d8d", "#e63946", "#ffffff"],
    ["#0a1f14", "#146b3a", "#7bc950", "#f9f871", "#f6fff2"],
];

/// Longest text that is set; what is longer ends in an ellipsis.
const MAX_TITLE: usize = 90;
const MAX_SUBTITLE: usize = 60;

/// A picture of `width` × `height` pixels (kept between 64 and 8,192) for `title`, as an SVG document.
pub fn svg(title: &str, subtitle: &str, seed: u64, width: u32, height: u32) -> String {
    let (width, height) = (width.clamp(64, 8192), height.clamp(64, 8192));
    let mut dice = Dice(seed);
    let palette = &PALETTES[dice.below(10)];
    let mut page = Page {
        text: String::with_capacity(4096),
        w: f64::from(width),
        h: f64::from(height),
        dice,
        palette,
    };
    page.add(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\">"
    ));
    let title = clean(title, MAX_TITLE);
    page.add(format_args!("<title>{}</title>", escape(&title)));
    page.sky();
    match page.dice.below(6) {
        0 => page.sun(),
        1 => page.peaks(),
        2 => page.rays(),
        3 => page.rings(),
        4 => page.waves(),
        _ => page.windows(),
    }
    page.words(&title, &clean(subtitle, MAX_SUBTITLE));
    page.text.push_str("</svg>\n");
    page.text
}

/// SplitMix64: small, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which is small.
    fn below(&mut self, bound: usize) -> usize {
        usize::from(self.byte()) * bound / 256
    }

    fn byte(&mut self) -> u8 {
        self.roll().to_be_bytes()[0]
    }

    /// Between `from` and `to`.
    fn between(&mut self, from: f64, to: f64) -> f64 {
        let [a, b, ..] = self.roll().to_be_bytes();
        from + (to - from) * f64::from(u16::from_be_bytes([a, b])) / 65_535.0
    }
}

struct Page {
    text: String,
    w: f64,
    h: f64,
    dice: Dice,
    palette: &'static Palette,
}

#[expect(clippy::many_single_char_names, reason = "x, y, r, w and h are the names of SVG")]
impl Page {
    fn add(&mut self, part: std::fmt::Arguments<'_>) {
        self.text.write_fmt(part).expect("a String takes any text");
    }

    /// The shorter side: measures of shapes follow it, so posters and backdrops look alike.
    fn unit(&self) -> f64 {
        self.w.min(self.h)
    }

    fn sky(&mut self) {
        let [night, dusk, light, ..] = *self.palette;
        let tilt = self.dice.between(0.0, 0.6);
        self.add(format_args!(
            "<defs><linearGradient id=\"sky\" x1=\"0\" y1=\"0\" x2=\"{tilt:.2}\" y2=\"1\"><stop offset=\"0\" stop-color=\"{night}\"/>\
             <stop offset=\".62\" stop-color=\"{dusk}\"/><stop offset=\"1\" stop-color=\"{light}\"/></linearGradient>\
             <linearGradient id=\"shade\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"1\"><stop offset=\"0\" stop-color=\"{night}\" stop-opacity=\"0\"/>\
             <stop offset=\"1\" stop-color=\"{night}\" stop-opacity=\".92\"/></linearGradient></defs>\
             <rect width=\"100%\" height=\"100%\" fill=\"url(#sky)\"/>"
        ));
        let (w, h) = (self.w, self.h);
        for _ in 0..26 {
            let (x, y) = (self.dice.between(0.0, w), self.dice.between(0.0, h * 0.55));
            let (r, alpha) = (
                self.dice.between(0.0012, 0.0034) * self.unit(),
                self.dice.between(0.15, 0.6),
            );
            let ink = self.palette[4];
            self.add(format_args!(
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{r:.2}\" fill=\"{ink}\" opacity=\"{alpha:.2}\"/>"
            ));
        }
    }

    fn sun(&mut self) {
        let (x, y) = (
            self.dice.between(0.35, 0.75) * self.w,
            self.dice.between(0.3, 0.42) * self.h,
        );
        let r = self.dice.between(0.22, 0.32) * self.unit();
        let [_, dusk, _, accent, _] = *self.palette;
        self.add(format_args!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{r:.1}\" fill=\"{accent}\"/>"
        ));
        // Slats that widen towards the horizon.
        for slat in 0..6_u32 {
            let step = f64::from(slat);
            let (top, thick) = (y + r * (0.02 + step * 0.17), r * (0.02 + step * 0.017));
            let (left, across) = (x - r * 1.1, r * 2.2);
            self.add(format_args!(
                "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{across:.1}\" height=\"{thick:.1}\" fill=\"{dusk}\"/>"
            ));
        }
    }

    fn peaks(&mut self) {
        let (x, y, r) = (self.dice.between(0.2, 0.8) * self.w, 0.24 * self.h, 0.09 * self.unit());
        let accent = self.palette[3];
        self.add(format_args!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{r:.1}\" fill=\"{accent}\"/>"
        ));
        for (range, colour) in [
            (0.46, self.palette[2]),
            (0.56, self.palette[1]),
            (0.68, self.palette[0]),
        ] {
            let mut points = format!("0,{:.0}", self.h);
            for step in 0..=8_u32 {
                let low = if step % 2 == 0 { 0.0 } else { -0.16 };
                let y = (range + low + self.dice.between(-0.05, 0.05)) * self.h;
                let x = self.w * f64::from(step) / 8.0;
                write!(points, " {x:.0},{y:.0}").expect("a String takes any text");
            }
            let (w, h) = (self.w, self.h);
            self.add(format_args!(
                "<polygon points=\"{points} {w:.0},{h:.0}\" fill=\"{colour}\" opacity=\".85\"/>"
            ));
        }
    }

    fn rays(&mut self) {
        let (x, y) = (
            self.dice.between(0.25, 0.75) * self.w,
            self.dice.between(0.34, 0.46) * self.h,
        );
        let (accent, far) = (self.palette[3], self.w + self.h);
        let turn = self.dice.between(0.0, 0.3);
        for ray in 0..14_u32 {
            let angle = turn + f64::from(ray) * std::f64::consts::TAU / 14.0;
            let (a, b) = (angle - 0.07, angle + 0.07);
            let (x1, y1) = (x + far * a.cos(), y + far * a.sin());
            let (x2, y2) = (x + far * b.cos(), y + far * b.sin());
            self.add(format_args!(
                "<polygon points=\"{x:.0},{y:.0} {x1:.0},{y1:.0} {x2:.0},{y2:.0}\" fill=\"{accent}\" opacity=\".2\"/>"
            ));
        }
        let r = 0.11 * self.unit();
        self.add(format_args!(
            "<circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"{r:.1}\" fill=\"{accent}\"/>"
        ));
    }

    fn rings(&mut self) {
        let (x, y) = (
            self.dice.between(0.3, 0.7) * self.w,
            self.dice.between(0.3, 0.42) * self.h,
        );
        let [_, _, light, accent, _] = *self.palette;
        for ring in 1..=7_u32 {
            let step = f64::from(ring);
            let (r, thick) = (step * 0.075 * self.unit(), 0.026 * self.unit() / (0.5 + step * 0.25));
            let colour = if ring % 3 == 1 { accent } else { light };
            let gap = self.dice.between(0.2, 0.9) * r * 3.0;
            let turn = self.dice.between(0.0, 360.0);
            self.add(format_args!(
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{r:.1}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{thick:.1}\" \
                 stroke-linecap=\"round\" stroke-dasharray=\"{:.0} {gap:.0}\" transform=\"rotate({turn:.0} {x:.1} {y:.1})\"/>",
                r * 4.2
            ));
        }
    }

    fn waves(&mut self) {
        let (x, r) = (self.dice.between(0.25, 0.75) * self.w, 0.2 * self.unit());
        let accent = self.palette[3];
        let horizon = 0.38 * self.h;
        self.add(format_args!(
            "<circle cx=\"{x:.1}\" cy=\"{horizon:.1}\" r=\"{r:.1}\" fill=\"{accent}\"/>"
        ));
        for wave in 0..6_u32 {
            let y = (0.4 + f64::from(wave) * 0.085) * self.h;
            let swell = self.dice.between(0.02, 0.05) * self.h;
            let (w, h) = (self.w, self.h);
            let colour = self.palette[usize::from(wave % 2 == 0)];
            let (mid, after) = (w * self.dice.between(0.3, 0.5), w * self.dice.between(0.7, 0.9));
            let (up, down) = (y - swell, y + swell);
            self.add(format_args!(
                "<path d=\"M0 {y:.0} Q {:.0} {up:.0} {mid:.0} {y:.0} T {after:.0} {y:.0} T {:.0} {down:.0} V {h:.0} H 0 Z\" \
                 fill=\"{colour}\" opacity=\".7\"/>",
                mid / 2.0,
                w * 1.2
            ));
        }
    }

    /// A skyline at night.
    fn windows(&mut self) {
        let [night, _, _, accent, _] = *self.palette;
        let house = self.unit() / 7.0;
        let mut x = -house * 0.2;
        while x < self.w {
            let top = self.dice.between(0.3, 0.62) * self.h;
            let wide = house * self.dice.between(0.6, 1.1);
            let tall = self.h - top;
            self.add(format_args!(
                "<rect x=\"{x:.1}\" y=\"{top:.1}\" width=\"{wide:.1}\" height=\"{tall:.1}\" fill=\"{night}\" opacity=\".88\"/>"
            ));
            let pane = house * 0.09;
            for row in 0..5_u32 {
                for column in 0..3_u32 {
                    if self.dice.below(3) == 0 {
                        let left = x + wide * (0.2 + 0.25 * f64::from(column));
                        let y = top + house * (0.18 + 0.26 * f64::from(row));
                        self.add(format_args!(
                            "<rect x=\"{left:.1}\" y=\"{y:.1}\" width=\"{pane:.1}\" height=\"{:.1}\" fill=\"{accent}\"/>",
                            pane * 1.5
                        ));
                    }
                }
            }
            x += wide * 1.04;
        }
    }

    /// Title and subtitle, at the foot, on a shade that keeps them readable.
    fn words(&mut self, title: &str, subtitle: &str) {
        let [_, _, _, accent, ink] = *self.palette;
        let (face, per_em) = match self.dice.below(3) {
            0 => ("Georgia,'Times New Roman',serif", 0.64),
            1 => ("'Helvetica Neue',Helvetica,Arial,sans-serif", 0.65),
            _ => ("'Avenir Next','Century Gothic',Futura,Arial,sans-serif", 0.66),
        };
        let margin = 0.07 * self.unit();
        let room = if self.w > self.h {
            self.w * 0.62
        } else {
            self.w - 2.0 * margin
        };
        let (size, lines) = fit(title, room, self.unit() * 0.13, per_em);
        let small = (size * 0.36).max(self.unit() * 0.034).min(size);
        let count = f64::from(u32::try_from(lines.len()).unwrap_or(1));
        let foot = self.h - margin - small * 1.7;
        let head = foot - (count - 1.0) * size * 1.06;
        let shade = (head - size * 1.8).max(0.0);
        let (rule, deep) = (head - size * 1.16, self.h - shade);
        self.add(format_args!(
            "<rect y=\"{shade:.1}\" width=\"100%\" height=\"{deep:.1}\" fill=\"url(#shade)\"/>\
             <rect x=\"{margin:.1}\" y=\"{rule:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{accent}\"/>\
             <g font-family=\"{face}\" fill=\"{ink}\"><g font-size=\"{size:.1}\" font-weight=\"700\">",
            size * 0.9,
            (size * 0.06).max(1.0)
        ));
        for (number, line) in (0_u32..).zip(&lines) {
            let y = head + f64::from(number) * size * 1.06;
            let line = escape(line);
            self.add(format_args!("<text x=\"{margin:.1}\" y=\"{y:.1}\">{line}</text>"));
        }
        let (y, spacing, subtitle) = (self.h - margin, small * 0.12, escape(subtitle));
        self.add(format_args!(
            "</g><text x=\"{margin:.1}\" y=\"{y:.1}\" font-size=\"{small:.1}\" letter-spacing=\"{spacing:.1}\" opacity=\".85\">{subtitle}</text></g>"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_picture() {
        let poster = svg("Metropolis", "1927", 7, 600, 900);
        assert_eq!(poster, svg("Metropolis", "1927", 7, 600, 900));
        assert_ne!(poster, svg("Metropolis", "1927", 8, 600, 900));
        assert!(poster.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"600\" height=\"900\""));
        assert!(poster.len() < 16_384, "{} bytes", poster.len());
    }

    #[test]
    fn text_cannot_break_out_of_the_picture() {
        let picture = svg(
            "</text><script>alert('x')</script> & \u{0}co",
            "\"<b>\"",
            1,
            0,
            u32::MAX,
        );
        assert!(!picture.contains("<script") && !picture.contains('\u{0}') && !picture.contains("<b>"));
        assert!(picture.contains("width=\"64\" height=\"8192\""));
    }

    #[test]
    fn a_long_title_is_set_on_four_lines_at_most() {
        let title = "The Strange and Terrible History of the Very Last Lighthouse Keeper of the Northern Sea";
        for seed in 0..40 {
            let picture = svg(title, "", seed, 600, 900);
            assert!(picture.matches("<text ").count() <= 5);
        }
    }
}
