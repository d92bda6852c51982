"""The look of `report.html`: one style sheet, light and dark, nothing from anywhere else."""

STYLE = """
:root {
  color-scheme: light dark;
  --bg: #f6f8fa; --card: #ffffff; --text: #1f2328; --soft: #59636e; --line: #d1d9e0; --code: #eff2f5;
  --bad: #b42318; --bad-bg: #fef3f2; --good: #0a7a42; --good-bg: #ecfdf3; --warn: #9a6700; --warn-bg: #fff8e6;
  --link: #0969da; --bar: #b6c0ca;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #0d1117; --card: #151b23; --text: #e6edf3; --soft: #9198a1; --line: #3d444d; --code: #262c36;
    --bad: #ff8a80; --bad-bg: #2d1513; --good: #56d364; --good-bg: #0f2417; --warn: #e3b341; --warn-bg: #2a2008;
    --link: #58a6ff; --bar: #59636e;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--bg); color: var(--text);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 1080px; margin: 0 auto; padding: 24px 20px 64px; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 4px 0 8px; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 36px 0 12px; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
p { margin: 0 0 10px; overflow-wrap: anywhere; }
a { color: var(--link); }
code { background: var(--code); border-radius: 4px; padding: 1px 5px;
  font: 0.88em ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.banner { background: var(--card); border: 1px solid var(--line); border-left: 6px solid var(--soft);
  border-radius: 8px; padding: 20px 24px; }
.banner.bad { border-left-color: var(--bad); } .banner.good { border-left-color: var(--good); }
.banner.warn { border-left-color: var(--warn); }
.banner p:last-child { margin-bottom: 0; }
.tag { display: inline-block; border-radius: 999px; padding: 1px 10px; font-size: 0.82rem; font-weight: 600;
  background: var(--code); color: var(--text); white-space: nowrap; }
.tag.bad { background: var(--bad-bg); color: var(--bad); } .tag.good { background: var(--good-bg); color: var(--good); }
.tag.warn { background: var(--warn-bg); color: var(--warn); }
.facts { display: flex; flex-wrap: wrap; gap: 10px; margin: 16px 0 0; padding: 0; list-style: none; }
.facts li { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 8px 14px;
  min-width: 110px; }
.facts b { display: block; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
.facts span { color: var(--soft); font-size: 0.85rem; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 8px 14px; border-bottom: 1px solid var(--line); vertical-align: top;
  overflow-wrap: break-word; max-width: 420px; }
tbody tr:last-child > * { border-bottom: 0; }
thead th { font-size: 0.82rem; color: var(--soft); font-weight: 600; }
tbody th { font-weight: 600; min-width: 110px; } th .soft { font-weight: 400; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.bar { display: inline-block; width: 90px; height: 9px; margin-left: 10px; }
.scroll + p { margin-top: 8px; }
.bar .track { fill: var(--code); } .bar .fill { fill: var(--bar); }
.bar.good .fill { fill: var(--good); } .bar.bad .fill { fill: var(--bad); }
.case { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--warn); border-radius: 8px;
  padding: 14px 18px; margin: 0 0 12px; }
.case.bad { border-left-color: var(--bad); }
.case header { display: flex; flex-wrap: wrap; gap: 6px 10px; align-items: baseline; margin-bottom: 8px; }
.fell { margin: 6px 0 0; }
.fell .scores { font-weight: 700; white-space: nowrap; }
blockquote { margin: 6px 0 8px; padding: 4px 14px; border-left: 3px solid var(--line); color: var(--soft);
  overflow-wrap: anywhere; white-space: pre-wrap; }
details { margin: 8px 0 0; } summary { cursor: pointer; color: var(--link); }
details.section > summary { color: var(--text); font-weight: 600; }
details.section { margin-top: 20px; } details.section > .scroll, details.section > ul { margin-top: 10px; }
ul.plain { background: var(--card); border: 1px solid var(--line); border-radius: 8px; margin: 0;
  padding: 12px 16px 12px 34px; }
ul.plain li { overflow-wrap: anywhere; }
.arms { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 14px; margin-top: 10px; }
.arm { border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; min-width: 0; }
.arm h4 { margin: 0 0 6px; font-size: 0.85rem; color: var(--soft); }
.said { margin: 8px 0; padding: 8px 12px; border-radius: 10px; white-space: pre-wrap; overflow-wrap: anywhere; }
.said b { display: block; font-size: 0.75rem; color: var(--soft); font-weight: 600; }
.said.user { background: var(--code); margin-right: 24px; }
.said.agent { border: 1px solid var(--line); margin-left: 24px; }
.call { font-size: 0.88rem; margin: 6px 0 6px 24px; overflow-wrap: anywhere; }
footer { margin-top: 40px; color: var(--soft); font-size: 0.9rem; overflow-wrap: anywhere; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
@media print { body { background: #fff; } details > * { display: revert; } }
"""
