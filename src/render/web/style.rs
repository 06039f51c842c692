//! The style sheet of the web edition.

use crate::render::palette;
use crate::report::{Colour, Theme};

/// The whole sheet in the theme's colours and fonts.
pub(super) fn style_sheet(theme: &Theme) -> String {
    let accent = theme.accent;
    let font = theme.fonts.as_ref().map(|fonts| format!("'{}',", fonts.regular.family())).unwrap_or_default();
    STYLE
        .replace("{font}", &font)
        .replace("{accent}", &accent.hex())
        .replace("{link}", &palette::legible(accent).hex())
        .replace("{on}", &palette::text_on(accent).hex())
        + &night_charts(palette::graphic(accent))
}

/// Drawings on a dark sheet: what stands on the sheet itself is exchanged, words on colours keep theirs.
fn night_charts(accent: Colour) -> String {
    let mut rules = String::from("@media screen and (prefers-color-scheme:dark){.picture{background:none}\n");
    let area = (palette::tint(accent, palette::AREA_STRENGTH), palette::tint_at_night(accent, 0.25));
    let own = [(accent, palette::graphic_at_night(accent)), area];
    for (day, night) in palette::AT_NIGHT.into_iter().chain(own) {
        let words = if day == palette::WHITE { ":not(text)" } else { "" };
        let (day, night) = (day.hex(), night.hex());
        rules.push_str(&format!(
            ".picture [fill=\"{day}\"]{words}{{fill:{night}}}.picture [stroke=\"{day}\"]{{stroke:{night}}}\n"
        ));
    }
    rules + "}\n"
}

/// `{accent}`, `{link}`, `{on}` and `{font}` are the theme's.
const STYLE: &str = "
:root{color-scheme:light dark;--ground:#f1f5f9;--sheet:#fff;--ink:#0f172a;--text:#334155;--muted:#5a677a;--line:#e2e8f0;
--head:#f1f5f9;--stripe:#f8fafc;--good:#157338;--bad:#be2020;--alert:#92400e;--link:{link}}
@media(prefers-color-scheme:dark){:root{--ground:#0b1220;--sheet:#131c2e;--ink:#e8eef7;--text:#cbd5e1;--muted:#a9b8cc;
--line:#2a3850;--head:#1c2840;--stripe:#172238;--good:#5fd38b;--bad:#ff8d8d;--alert:#f5b567;--link:#93c5fd}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:15px/1.5 {font}system-ui,'Segoe UI',Roboto,'Noto Sans','Hiragino Sans','Yu Gothic UI','Microsoft YaHei','Noto Sans CJK JP','Noto Sans CJK SC',sans-serif;
overflow-wrap:break-word}
header{background:#0f172a;color:#bfcde0;border-bottom:3px solid {accent};padding:26px 24px}
.wide{max-width:1040px;margin:0 auto}
header .wide{display:flex;gap:18px;align-items:center}
header img{height:48px;max-width:160px;object-fit:contain;background:#fff;border-radius:8px;padding:4px}
.emblem{width:48px;height:48px;flex:none;border-radius:10px;background:{accent};color:{on};font:bold 26px/48px system-ui,sans-serif;text-align:center}
h1{margin:0;color:#fff;font-size:26px;line-height:1.25}
header p{margin:4px 0 0}
main{padding:18px 24px 40px}
.proof{margin:0;font-size:13px;color:var(--good)}
.proof.bad{color:var(--bad)}.proof.muted{color:var(--muted)}
.note{margin:4px 0 0;font-size:13px;color:var(--alert)}
nav{margin:14px 0 0;font-size:13px}
nav a{color:var(--link);margin-right:14px;display:inline-block}
h2{margin:0 0 10px;font-size:18px;color:var(--ink)}
h2 small{font-weight:normal;font-size:13px;color:var(--muted);margin-left:8px}
.part{margin:40px 0 0;font-size:22px}
section{margin:22px 0 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(190px,1fr));gap:12px}
.tile,.card{background:var(--sheet);border:1px solid var(--line);border-radius:10px}
.tile{padding:12px 14px}
.tile div{font-size:13px;color:var(--muted)}
.tile b{display:block;font-size:25px;line-height:1.35;color:var(--ink)}
.good{color:var(--good)}.bad{color:var(--bad)}.muted{color:var(--muted)}
.charts{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:16px}
.card{padding:16px}
.card.full{grid-column:1/-1}
.picture{background:#fff;border-radius:6px}
svg{display:block;width:100%;height:auto}
.slim{display:none}
details{margin-top:8px;font-size:13px}
summary{cursor:pointer;color:var(--link)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13px;font-variant-numeric:tabular-nums}
th{background:var(--head);color:var(--text);text-align:left;vertical-align:bottom}
th,td{padding:7px 10px;border-bottom:1px solid var(--line)}
td{color:var(--ink)}
tbody tr:nth-child(even){background:var(--stripe)}
tfoot td{font-weight:bold;background:var(--head)}
.n{text-align:right;white-space:nowrap}
.foot{font-size:12px;color:var(--muted);margin:6px 0 0}
dl{display:grid;grid-template-columns:minmax(120px,220px) 1fr;gap:4px 16px;font-size:13px}
dt{font-weight:bold;color:var(--ink)}dd{margin:0}
footer{border-top:1px solid var(--line);margin-top:30px;padding-top:12px;font-size:12px;color:var(--muted)}
@media(max-width:720px){.charts{grid-template-columns:minmax(0,1fr)}.tiles{grid-template-columns:repeat(2,minmax(0,1fr))}
main{padding:16px 14px}header{padding:20px 14px}dl{grid-template-columns:1fr}dd{margin-bottom:6px}.tile b{font-size:20px}}
@media screen and (max-width:560px){.broad{display:none}.slim{display:block}}
@media print{body{background:#fff}nav,details{display:none}.card,.tile,tr{break-inside:avoid}thead{display:table-header-group}}
";
