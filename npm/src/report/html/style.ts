/** The whole style of the page: no font, image or script from anywhere else. */
export const STYLE = `
:root{color-scheme:light dark;--ground:#f6f7f9;--card:#fff;--line:#dfe3e8;--soft:#eef1f4;--text:#1b2129;--mute:#5b6673;--link:#1f5fc4;
--ok:#17794a;--bad:#c03328;--run:#1f66d6;--ready:#0b7793;--wait:#946200;--idle:#68727f;--skip:#75639a;--on:#fff;--hatch:rgb(255 255 255/.26);--fold:rgb(90 100 115/.22);--main:#3d4856;--edge:#aab3be}
@media (prefers-color-scheme:dark){:root{--ground:#0e1217;--card:#161b22;--line:#2b333d;--soft:#1e252e;--text:#e5e9ee;--mute:#98a3b0;--link:#7fb0ff;
--ok:#46bd80;--bad:#f4776c;--run:#6aa5ff;--ready:#51c1dc;--wait:#e2ac45;--idle:#8f9aa7;--skip:#ab9bd6;--on:#0e1217;--hatch:rgb(0 0 0/.26);--fold:rgb(150 160 175/.22);--main:#c3ccd6;--edge:#4d5865}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
main,header,footer{max-width:1120px;margin:0 auto;padding:0 20px}
header{padding-top:36px}
h1{font-size:28px;line-height:1.2;letter-spacing:-.015em;margin:0 0 6px;font-weight:650}
h2{font-size:17px;letter-spacing:-.005em;margin:0 0 4px;font-weight:650}
h3{font-size:14px;margin:18px 0 6px;font-weight:650}
p{margin:0 0 10px}
a{color:var(--link)}
code,.mono{font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
.skip-link{position:absolute;left:-999px}.skip-link:focus{left:12px;top:12px;background:var(--card);padding:8px 12px;border-radius:6px;z-index:1}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.meta{color:var(--mute);font-size:13.5px;display:flex;flex-wrap:wrap;gap:2px 18px;margin:0}
.meta div{display:flex;gap:6px}.meta dt{margin:0}.meta dd{margin:0;color:var(--text)}
.verdict{display:flex;align-items:center;gap:10px;font-size:15px;margin:16px 0 14px;font-weight:600}
.verdict .icon{width:24px;height:24px}
.section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:18px 20px 16px;margin:16px 0}
.section>.hint{color:var(--mute);font-size:13.5px;margin-bottom:12px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(136px,1fr));gap:10px;margin:18px 0 0;padding:0}
.tile{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:12px 14px;margin:0}
.tile dt{color:var(--mute);font-size:12.5px}.tile dd{margin:2px 0 0;font-size:21px;font-weight:620;letter-spacing:-.01em;font-variant-numeric:tabular-nums;line-height:1.25}
.tile .sub{display:block;font-size:12.5px;font-weight:400;color:var(--mute);letter-spacing:0}
.total{height:8px;border-radius:4px;background:var(--soft);overflow:hidden;margin-top:14px;display:flex}
.total span{display:block;height:100%;width:var(--w);min-width:2px;background:var(--tone)}
.scroll{overflow-x:auto;margin:0 -20px;padding:2px 20px}
table{border-collapse:collapse;width:100%;font-size:13.5px;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--mute);font-size:13.5px;padding-bottom:8px}
th,td{text-align:left;padding:7px 14px 7px 0;vertical-align:top;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--mute);font-weight:500;font-size:12.5px;padding-top:0;white-space:nowrap}
tbody th{font-weight:620;min-width:9ch}td{overflow-wrap:break-word}td.wide,td pre,td code,td.wide *{overflow-wrap:anywhere}td.num,th.num{text-align:right;white-space:nowrap}td.tight{white-space:nowrap}td.wide{min-width:220px}tr:last-child>*{padding-bottom:2px}
.mute{color:var(--mute)}th .name{font-weight:400;margin-left:6px}.small{font-size:12.5px}
.state{display:inline-flex;align-items:center;gap:6px;white-space:nowrap}
.icon{width:16px;height:16px;flex:none;vertical-align:-3px}
.sheet{position:absolute}
symbol circle{fill:currentColor;fill:var(--tone,currentColor)}symbol path{fill:none;stroke:var(--on);stroke-width:1.7;stroke-linecap:round;stroke-linejoin:round}
.t-completed,.t-met,.t-passed,.s-completed,.o-completed{--tone:var(--ok)}.t-failed,.t-missed,.t-critical,.s-failed,.o-failed,.o-timeout,.t-timeout{--tone:var(--bad)}
.t-running,.t-open,.s-running,.o-running{--tone:var(--run)}.t-ready,.s-ready{--tone:var(--ready)}
.t-waiting,.t-warning,.s-waiting,.ask,.t-recovery,.recovery{--tone:var(--wait)}.t-lost,.o-lost,.t-refused,.o-refused{--tone:var(--wait)}
.t-pending,.s-pending,.t-cancelled,.s-cancelled,.o-cancelled,.t-idle{--tone:var(--idle)}.t-skipped,.s-skipped{--tone:var(--skip)}.t-mark{--tone:transparent}
.phases{display:flex;flex-wrap:wrap;gap:8px;list-style:none;margin:10px 0 0;padding:0}
.phases li{display:flex;align-items:center;gap:8px;border:1px solid var(--line);border-radius:999px;padding:4px 12px 4px 6px;font-size:13.5px}
.bar{display:block;position:relative;height:10px;border-radius:3px;width:100%;min-width:150px;background:var(--soft);margin:6px 0 2px}
.bar .room{position:absolute;inset:0 auto 0 0;width:var(--r);border-radius:3px;border:1px solid var(--mute);opacity:.7}
.bar .peak{position:absolute;inset:2px auto 2px 0;width:var(--p);min-width:2px;border-radius:2px;background:var(--run)}
.bar.over .peak{background:repeating-linear-gradient(45deg,var(--bad) 0 4px,transparent 4px 6px),var(--bad)}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;font-size:12.5px;color:var(--mute);list-style:none;margin:10px 0 0;padding:0}
.legend li{display:flex;align-items:center;gap:6px}
.legend .swatch{width:22px;height:10px;border-radius:3px;display:inline-block}.swatch.room{border:1px solid var(--mute)}.swatch.peak{background:var(--run)}.swatch.line{height:0;border-top:2.5px solid var(--main);border-radius:0}
.ask-card{border:1px solid var(--line);border-left:4px solid var(--tone);border-radius:8px;padding:12px 14px;margin:10px 0}
.ask-card h3{margin:0 0 4px;display:flex;gap:8px;align-items:center}.ask-card ul{margin:4px 0 0;padding-left:18px}
pre{white-space:pre-wrap;background:var(--soft);border-radius:6px;padding:8px 10px;margin:6px 0 0;max-height:320px;overflow:auto}
details summary{cursor:pointer;color:var(--link)}
footer{color:var(--mute);font-size:12.5px;padding-top:4px;padding-bottom:36px}
svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:var(--text)}
svg.graph,svg.timeline{display:block}svg.graph{max-width:100%;min-width:var(--least);height:auto}svg.timeline{min-width:860px;width:100%;height:auto}
.node rect{stroke:var(--line);stroke-width:1.25;fill:var(--card)}.node rect.card{fill:var(--card);stroke:var(--tone);stroke-opacity:.75}.node rect.frame{fill:var(--soft);stroke:var(--tone);stroke-opacity:.45;stroke-dasharray:5 4}
.s-pending rect.card,.s-skipped rect.card,.s-cancelled rect.card{stroke-dasharray:3 3}.s-failed rect.card,.s-waiting rect.card,.s-running rect.card{stroke-width:2;stroke-opacity:1}
.node .key{font-size:13px;font-weight:650}.node .name{font-size:11px;fill:var(--mute)}.node .note{font-size:11px;fill:var(--mute);text-anchor:end;font-variant-numeric:tabular-nums}
.edge{fill:none;stroke:var(--edge);stroke-width:1.4}.edge.main{stroke:var(--main);stroke-width:2.4}.arrow{fill:var(--edge)}.arrow.main{fill:var(--main)}
.hatch{stroke:var(--hatch);stroke-width:5}.fold .hatch,.fold rect{opacity:1}
.lane{stroke:var(--line)}.lane-name{font-weight:600}.tick{stroke:var(--line);stroke-dasharray:2 4}svg .tick-label{font-size:11px;fill:var(--mute);text-anchor:middle}svg .fold-label{font-size:10.5px;fill:var(--mute);text-anchor:middle}.fold rect{fill:var(--fold)}
.bar-fill{fill:var(--tone)}svg .bar-label{font-size:11px;fill:var(--on);font-weight:600}svg .bar-label.out{fill:var(--text);font-weight:500}
.ask rect{fill:var(--tone);fill-opacity:.16;stroke:var(--tone);stroke-dasharray:4 3}
.recovery path{fill:none;stroke:var(--tone);stroke-width:1.6;stroke-dasharray:3 3}
@media (max-width:640px){main,header,footer{padding-left:12px;padding-right:12px}.section{padding:14px 14px}.scroll{margin:0 -14px;padding:2px 14px}h1{font-size:23px}}
@media print{@page{size:A4 landscape;margin:12mm}:root{color-scheme:light;--ground:#fff;--card:#fff;--line:#cfd5dc;--soft:#f1f3f5;--text:#111;--mute:#555;--link:#111;--ok:#17794a;--bad:#c03328;--run:#1f66d6;--ready:#0b7793;--wait:#946200;--idle:#68727f;--skip:#75639a;--on:#fff;--hatch:rgb(255 255 255/.26);--main:#3d4856;--edge:#aab3be}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}body{font-size:12px}main,header,footer{max-width:none;padding:0}.section{break-inside:auto;border-radius:0;border-width:1px 0 0;padding:12px 0}.tile,.ask-card,tr,svg{break-inside:avoid}.scroll{overflow:visible;margin:0;padding:0}svg.graph,svg.timeline{max-width:100%;height:auto;min-width:0}h2,.hint,caption,thead{break-after:avoid}.skip-link{display:none}pre{max-height:none}}
`;
