//! The style sheet of the HTML part: only what inline styles cannot say, narrow screens and dark mode.

/// Less than the whole width drops far columns; narrow screens stack tiles in twos as well; dark mode recolours by class.
pub(super) const STYLE: &str = "
:root{color-scheme:light dark;supported-color-schemes:light dark}
body{margin:0;padding:0;-webkit-text-size-adjust:100%}
table{border-collapse:collapse}
img{border:0;display:block}
@media only screen and (max-width:599px){
.far{display:none!important}
.narrow{display:block!important}
}
@media only screen and (max-width:480px){
.pad{padding-left:16px!important;padding-right:16px!important}
.tile{display:inline-block!important;width:49%!important;box-sizing:border-box}
.grid td,.grid th{padding:6px 4px!important;font-size:11px!important}
td.name{white-space:normal!important;overflow-wrap:anywhere;min-width:68px}
.stamp{display:none!important}
}
@media (prefers-color-scheme:dark){
.page{background:#0b1220!important}
.sheet,.tilebox{background:#131c2e!important}
.ink{color:#e8eef7!important}
.muted{color:#a9b8cc!important}
.line{border-color:#2a3850!important}
.head{background:#1c2840!important}
.good{color:#5fd38b!important}
.bad{color:#ff8d8d!important}
.alert{color:#f5b567!important}
}
[data-ogsc] .ink{color:#e8eef7!important}
[data-ogsc] .muted{color:#a9b8cc!important}
[data-ogsb] .sheet,[data-ogsb] .tilebox{background:#131c2e!important}
";
