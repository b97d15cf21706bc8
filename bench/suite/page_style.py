"""The style sheet of the report: one column, light or dark as the reader likes it, fit for a phone and for paper."""

STYLE = """
:root { color-scheme: light dark; --ink: #17181a; --paper: #fdfdfc; --soft: #5c6066; --line: #d4d6d9; --tint: #f1f3f5;
  --link: #00548a; --warn: #a33f00; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e7e8ea; --paper: #16181b; --soft: #a6abb2; --line: #3a3e44; --tint: #1f2226; --link: #7cc4f0;
    --warn: #ffa569; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 54rem; color: var(--ink); background: var(--paper);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .4rem; }
h2 { font-size: 1.3rem; margin: 3rem 0 .6rem; padding-top: .8rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
p { margin: .5rem 0; max-width: 46rem; }
a { color: var(--link); }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .9em; }
pre { background: var(--tint); padding: .7rem .9rem; border-radius: .3rem; overflow-x: auto; }
nav ul, .warnings { margin: .3rem 0; padding-left: 1.2rem; }
nav ul { columns: 17rem; }
.soft, figcaption, caption { color: var(--soft); }
.notice { border-left: .25rem solid var(--warn); padding: .1rem .9rem; background: var(--tint); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .6rem 0; }
dt { color: var(--soft); } dd { margin: 0; min-width: 0; }
figure { margin: 1rem 0; }
figcaption { color: var(--ink); margin-bottom: .6rem; max-width: 46rem; }
.scroll { overflow-x: auto; }
.scroll > svg { display: block; width: 100%; min-width: 34rem; height: auto; color: var(--ink); }
table { border-collapse: collapse; font-size: .86rem; margin: .6rem 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .3rem; }
th, td { padding: .2rem .7rem .2rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
thead th { border-bottom-color: var(--soft); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 400; }
.number { text-align: right; white-space: nowrap; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .4rem; } }
@media print {
  :root { color-scheme: light; --ink: #000; --paper: #fff; --soft: #444; --line: #bbb; --tint: #f4f4f4;
    --link: #000; --warn: #000; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  .scroll { overflow: visible; } .scroll > svg { min-width: 0; }
  figure, tr, .notice { break-inside: avoid; } h2, h3 { break-after: avoid; } thead { display: table-header-group; }
}
"""
