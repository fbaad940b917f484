"""The page of a card. Black on white or light on dark as the reader's system says; prints."""

from __future__ import annotations

# Of any page of ours.
STYLE = """
:root { color-scheme: light dark;
  --ink: #1f2328; --soft: #59636e; --line: #d9dee3; --paper: #ffffff; --wash: #f6f8fa;
  --good: #1a7f37; --bad: #b35900; }
@media (prefers-color-scheme: dark) { :root {
  --ink: #e6edf3; --soft: #9198a1; --line: #343b44; --paper: #0d1117; --wash: #161b22;
  --good: #4ac26b; --bad: #e3964a; } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 3.5rem 1.5rem 5rem }
h1 { font-size: 2.1rem; line-height: 1.2; letter-spacing: -0.02em; margin: 0 0 0.4rem }
h2 { font-size: 1.2rem; margin: 3rem 0 0.8rem; padding-top: 1.1rem;
  border-top: 1px solid var(--line) }
p { margin: 0 0 0.8rem; overflow-wrap: anywhere }
.lead { font-size: 1.15rem; color: var(--soft); margin-bottom: 1.2rem }
.badges { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 0; padding: 0; list-style: none }
.badges li { border: 1px solid currentColor; border-radius: 2rem; padding: 0.1rem 0.8rem;
  font-size: 0.85rem; font-weight: 600; color: var(--bad) }
.badges li.good { color: var(--good) }
.pictures { display: grid; gap: 1.5rem; margin: 1.2rem 0;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)) }
figure { margin: 0 }
figure svg { width: 100%; height: auto; display: block }
figcaption { color: var(--soft); font-size: 0.85rem; line-height: 1.45; margin-top: 0.4rem }
.scroll { overflow-x: auto; margin: 1rem 0 }
table { border-collapse: collapse; width: 100%; font-size: 0.875rem; line-height: 1.45;
  font-variant-numeric: tabular-nums }
th { text-align: left; color: var(--soft); font-weight: 600; white-space: nowrap }
th, td { padding: 0.42rem 0.9rem 0.42rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top }
td.mono, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace;
  font-size: 0.8125rem }
td.bad { color: var(--bad); font-weight: 600 }
pre { background: var(--wash); border: 1px solid var(--line); border-radius: 6px;
  padding: 0.7rem 1rem; overflow-x: auto; white-space: pre-wrap }
ul.points { padding-left: 1.2rem; overflow-wrap: anywhere }
@media print {
  :root { --ink: #000; --soft: #444; --line: #bbb; --paper: #fff; --wash: #fff;
    --good: #1a7f37; --bad: #b35900; color-scheme: light }
  body { font-size: 10.5pt } main { max-width: none; padding: 0 }
  h2 { break-after: avoid; margin-top: 1.6rem } figure, tr { break-inside: avoid }
  .scroll { overflow: visible } }
"""

TEMPLATE = (
    """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{ card.title }}: model card</title>
<style>"""
    + STYLE
    + """</style>
</head>
<body>
<main>
<h1>{{ card.title }}</h1>
<p class="lead">{{ card.lead }}</p>
<ul class="badges">
{% for text, good in card.badges %}
<li{% if good %} class="good"{% endif %}>{{ text }}</li>
{% endfor %}
</ul>
{% for section in card.sections %}
<section>
<h2>{{ section.title }}</h2>
{% for text in section.text %}
<p>{{ text }}</p>
{% endfor %}
{% if section.pictures %}
<div class="pictures">
{% for picture in section.pictures %}
<figure role="img" aria-label="{{ picture.alt }}">
{{ pictures[picture.name] | safe }}
<figcaption>{{ picture.caption }}</figcaption>
</figure>
{% endfor %}
</div>
{% endif %}
{% if section.table %}
<div class="scroll">
<table>
{% if section.table.header[0] %}
<thead><tr>{% for cell in section.table.header %}<th>{{ cell }}</th>{% endfor %}</tr></thead>
{% endif %}
<tbody>
{% for row in section.table.rows %}
<tr>
{% for cell in row %}
{% set bad = cell in ("refused", "inconclusive") %}
<td class="{{ 'mono' if loop.index0 in section.table.mono }}{{ ' bad' if bad }}">{{ cell }}</td>
{% endfor %}
</tr>
{% endfor %}
</tbody>
</table>
</div>
{% endif %}
{% for command in section.commands %}
<pre>{{ command }}</pre>
{% endfor %}
{% if section.points %}
<ul class="points">
{% for point in section.points %}
<li>{{ point }}</li>
{% endfor %}
</ul>
{% endif %}
</section>
{% endfor %}
</main>
</body>
</html>"""
)
