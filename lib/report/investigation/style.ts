/**
 * The style sheet of the HTML report. Its hash stands in the page's content security policy, so that no other style can
 * slip in; a test holds the two together. Blue and vermilion stay apart for every kind of colour blindness (Okabe and Ito).
 */
export const style = `
:root{color-scheme:light dark;--paper:#fcfcfa;--card:#fff;--ink:#1b1d21;--soft:#5a606b;--rule:#dfe1e5;--usual:#2b6ca3;--foreign:#c4420f;--unclear:#96690a;--calm:#2c6e49;--wash:#f2f4f6;--h0:#eef0f2;--h1:#d3e2ef;--h2:#a9c8e2;--h3:#78a9d1;--h4:#4586b9;--h5:#1f5f98}
@media (prefers-color-scheme:dark){:root{--paper:#131518;--card:#1a1d21;--ink:#e8e9eb;--soft:#a3a9b3;--rule:#31353c;--usual:#7db4e3;--foreign:#ff8f5e;--unclear:#e0b04f;--calm:#7fc79b;--wash:#20242a;--h0:#20242a;--h1:#22384c;--h2:#285174;--h3:#33709f;--h4:#4f95c9;--h5:#8cc3ef}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
.page{max-width:66rem;margin:0 auto;padding:2.5rem 1.5rem 4rem}
a{color:var(--usual);text-underline-offset:.15em}
a:focus-visible,.scroll:focus-visible,summary:focus-visible{outline:3px solid var(--usual);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:1}
.kicker{margin:0 0 .9rem;color:var(--soft);font-size:.875rem}
.verdict{border-left:6px solid var(--tone);padding:.15rem 0 .15rem 1.4rem;margin:0 0 2rem}
.used-by-others,.probably{--tone:var(--foreign)}
.cannot-tell{--tone:var(--unclear)}
.no-sign{--tone:var(--calm)}
h1{margin:0;font-size:clamp(1.6rem,4.5vw,2.3rem);line-height:1.18;letter-spacing:-.015em;font-weight:700;text-wrap:balance}
.verdict h1{color:var(--tone)}
.detail{margin:.6rem 0 0;font-size:1.125rem;overflow-wrap:anywhere}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.4rem;margin:0 0 1rem;font-size:.9375rem}
.facts dt{color:var(--soft)}
.facts dd{margin:0;overflow-wrap:anywhere}
section{margin-top:3rem}
h2{margin:0 0 .9rem;font-size:1.3rem;line-height:1.3;letter-spacing:-.005em}
h3{margin:1.8rem 0 .5rem;font-size:1rem}
p{margin:.5rem 0;max-width:46rem}
ul,ol{margin:.5rem 0;padding-left:1.3rem;max-width:46rem}
li{margin:.5rem 0;overflow-wrap:anywhere}
ol.steps{padding-left:0;list-style:none;counter-reset:step;max-width:none}
ol.steps>li{counter-increment:step;position:relative;padding:.9rem 0 .9rem 2.6rem;margin:0;border-top:1px solid var(--rule)}
ol.steps>li:last-child{border-bottom:1px solid var(--rule)}
ol.steps>li::before{content:counter(step);position:absolute;left:0;top:.95rem;width:1.6rem;height:1.6rem;border-radius:50%;background:var(--wash);text-align:center;font-size:.875rem;line-height:1.6rem;font-weight:600}
.names{columns:3 14rem;margin:.6rem 0 0;font-size:.875rem;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;max-width:none}
.names li{margin:.1rem 0;break-inside:avoid}
.steps span{display:block;max-width:46rem}
code,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.875em}
.command{display:block;margin-top:.5rem;padding:.55rem .8rem;background:var(--wash);border-radius:5px;overflow-wrap:anywhere;white-space:pre-wrap}
.scroll{overflow-x:auto;margin:.6rem 0}
table{border-collapse:collapse;width:100%;font-size:.9063rem}
caption{text-align:left;color:var(--soft);padding:0 0 .5rem;font-size:.9063rem}
th,td{text-align:left;padding:.42rem 1.1rem .42rem 0;border-bottom:1px solid var(--rule);vertical-align:top}
th{font-weight:600;color:var(--soft);font-size:.8125rem;white-space:nowrap}
td{overflow-wrap:break-word;max-width:22rem;min-width:3rem}
td.name{min-width:10rem}
td:first-child,td.time,td.number,td.whole{white-space:nowrap}
th.number,td.number{text-align:right;padding-right:1.6rem}
tr.strong td{background:color-mix(in srgb,var(--foreign) 4%,transparent)}
tr.strong td:first-child{box-shadow:inset 3px 0 0 var(--foreign);padding-left:.7rem}
.tag{display:inline-block;border:1.5px solid currentColor;border-radius:4px;padding:0 .4em;font-size:.8125rem;line-height:1.45;white-space:nowrap}
.tag-foreign{color:var(--foreign);font-weight:700}
.tag-unclear{color:var(--unclear);border-style:dashed}
.tag-usual,.tag-learned{color:var(--soft);border-color:var(--rule)}
figure{margin:1.2rem 0 2rem}
figcaption{color:var(--soft);font-size:.9063rem;max-width:46rem}
figure h3{margin-top:0}
svg{display:block;max-width:100%;min-width:42rem;height:auto}
.tick,.leak-label{font:12.5px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;fill:var(--soft)}
.tick-foreign{fill:var(--foreign)}
.leak-label{fill:var(--ink);font-weight:600}
.leak{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:5 4}
.limit{stroke:var(--soft);stroke-width:1.25;stroke-dasharray:2 4}
.axis{stroke:var(--rule);stroke-width:1}
.bar-usual{fill:var(--usual)}
.bar-foreign{fill:var(--foreign)}
.bar-unclear{fill:none;stroke:var(--unclear);stroke-width:1.5;stroke-dasharray:3 2}
.heat{stroke:none;rx:2px}
.heat-0{fill:var(--h0)}.heat-1{fill:var(--h1)}.heat-2{fill:var(--h2)}.heat-3{fill:var(--h3)}.heat-4{fill:var(--h4)}.heat-5{fill:var(--h5)}
.mark-foreign{fill:var(--foreign);stroke:var(--card);stroke-width:2}
.mark-unclear{fill:none;stroke:var(--unclear);stroke-width:2.5;stroke-dasharray:3 2}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.4rem;margin:.5rem 0;padding:0;list-style:none;font-size:.875rem;color:var(--soft);max-width:none}
.legend li{margin:0;display:flex;align-items:center;gap:.45rem}
.legend svg{min-width:0;width:16px;height:16px;flex:none}
.share{min-width:0;width:100%;height:8px;margin-top:.45rem}
details{margin:.6rem 0;font-size:.9063rem}
summary{cursor:pointer;color:var(--soft)}
footer{margin-top:4rem;padding-top:1rem;border-top:1px solid var(--rule);color:var(--soft);font-size:.875rem}
@media (max-width:40rem){.page{padding:1.5rem 1rem 3rem}.facts{grid-template-columns:1fr;gap:0}.facts dd{margin-bottom:.6rem}.verdict{padding-left:1rem}}
@media print{:root{--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--rule:#bbb;--usual:#2b6ca3;--foreign:#c4420f;--unclear:#7a5500;--calm:#1f5435;--wash:#f1f1f1;--h0:#f1f1f1;--h1:#d3e2ef;--h2:#a9c8e2;--h3:#78a9d1;--h4:#4586b9;--h5:#1f5f98}html{font-size:10.5px}body{font-size:1rem}td,th{padding-right:.8rem}td.whole{white-space:normal;overflow-wrap:anywhere}.page{max-width:none;padding:0}.skip,nav{display:none}section{break-inside:auto;margin-top:1.6rem}h2,h3{break-after:avoid}figure,tr,ol.steps>li{break-inside:avoid}svg{min-width:0}.scroll{overflow:visible}details:not([open])::details-content{content-visibility:visible;block-size:auto}summary{list-style:none}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}a[href^="https"]::after{content:" (" attr(href) ")"}@page{margin:16mm}}
`;

/** SHA-256 of the text above, in base64. */
export const styleHash = 'KHJYk49ubiy8FmeIZZZykaLOcITALZhvuj2vvzGsFJI=';
