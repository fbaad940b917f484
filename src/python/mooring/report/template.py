"""The page of a report: that of a card, with room for pictures side by side."""

from __future__ import annotations

from mooring.card.template import STYLE

_MORE = """
:root { --now: #2f7ebc; --then: #b6bec8; --third: #1a7f37; --fourth: #8250df; --over: #d1752e;
  --calm: #dce9f3; --near: #9cc3e2; --untested: #eceff2; --grid: #e4e8ec;
  --flagged: #cf222e }
@media (prefers-color-scheme: dark) { :root { --now: #58a6e0; --then: #59636e; --third: #4ac26b;
  --fourth: #b392f0; --over: #e3964a; --calm: #1b2b3a; --near: #2b5a82; --untested: #1b2027;
  --grid: #242b33; --flagged: #f47067 } }
main { max-width: 72rem }
section > p { max-width: 52rem }
nav { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; font-size: 0.9rem; margin-top: 1.6rem }
a { color: var(--now) }
.tiles { display: grid; gap: 0.75rem; padding: 0; margin: 1.5rem 0 0; list-style: none;
  grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)) }
.tiles li { border: 1px solid var(--line); border-radius: 8px; padding: 0.6rem 0.8rem }
.tiles .name, .tiles .more { color: var(--soft); font-size: 0.78rem; line-height: 1.35;
  display: block }
.tiles .value { font-size: 1.15rem; font-weight: 600; display: block; overflow-wrap: anywhere }
.tiles .good .value { color: var(--good) } .tiles .bad .value { color: var(--bad) }
.keys { display: flex; flex-wrap: wrap; gap: 0.3rem 1.2rem; font-size: 0.85rem; padding: 0;
  margin: 0.6rem 0; list-style: none; color: var(--soft) }
.keys i { display: inline-block; width: 0.9rem; height: 0.7rem; border-radius: 2px;
  margin-right: 0.4rem; background: var(--now) }
.keys i.line-key { height: 0.2rem; vertical-align: middle }
.keys i.then { background: var(--then) }
.keys i.third { background: var(--third) } .keys i.fourth { background: var(--fourth) }
.keys i.estimated { background: var(--soft); opacity: 0.6 }
.keys i.calm { background: var(--calm) } .keys i.near { background: var(--near) }
.keys i.over, .keys i.seasonal { background: var(--over) } .keys i.seasonal { opacity: 0.4 }
.keys i.flagged { background: var(--flagged) } .keys i.untested { background: var(--untested) }
.wide { display: grid; gap: 1.4rem; margin: 1rem 0 }
.wide figure { overflow-x: auto } .wide svg { min-width: 46rem }
.few { grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)) }
.many { grid-template-columns: repeat(auto-fit, minmax(min(100%, 20.5rem), 1fr)) }
figure h3 { font-size: 0.95rem; margin: 0; overflow-wrap: anywhere }
.tags { font-size: 0.78rem; line-height: 1.4; margin: 0.1rem 0 0.3rem; color: var(--soft) }
.tags span + span::before { content: " · "; color: var(--soft); font-weight: 400 }
.tags .bad { color: var(--bad); font-weight: 600 }
svg { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif }
svg text { fill: var(--ink) } svg .small { font-size: 11px } svg .soft { fill: var(--soft) }
svg .line { fill: none; stroke: var(--now); stroke-width: 1.8; stroke-linejoin: round }
svg .grid { stroke: var(--grid) }
svg .threshold { stroke: var(--over); stroke-width: 1.4; stroke-dasharray: 5 4 }
svg .mark { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 2 3 }
svg .whisker { stroke-width: 1.6; opacity: 0.55 }
svg rect.now, svg circle.now { fill: var(--now) }
svg rect.then { fill: var(--then) }
svg .line.third { stroke: var(--third) } svg circle.third { fill: var(--third) }
svg .line.fourth { stroke: var(--fourth) } svg circle.fourth { fill: var(--fourth) }
svg .line.estimated { stroke: var(--soft); stroke-dasharray: 3 3 }
svg circle.estimated { fill: var(--soft) } svg .band.estimated { fill: var(--soft); opacity: 0.18 }
svg rect.calm { fill: var(--calm) } svg rect.near { fill: var(--near) }
svg rect.over { fill: var(--over) } svg rect.flagged { fill: var(--flagged) }
svg rect.seasonal { fill: var(--over); opacity: 0.4 }
svg rect.untested { fill: var(--untested) }
"""

TEMPLATE = (
    """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{ report.title }}: report</title>
<style>"""
    + STYLE
    + _MORE
    + """</style>
</head>
<body>
<main>
<h1>{{ report.title }}</h1>
<p class="lead">{{ report.lead }}</p>
<ul class="tiles">
{% for tile in report.tiles %}
<li{% if tile.good is not none %} class="{{ 'good' if tile.good else 'bad' }}"{% endif %}>
<span class="name">{{ tile.name }}</span><span class="value">{{ tile.value }}</span>
<span class="more">{{ tile.more }}</span></li>
{% endfor %}
</ul>
<nav>
{% for section in report.sections %}
<a href="#{{ section.anchor }}">{{ section.title }}</a>
{% endfor %}
{% for name, address in report.links %}
<a href="{{ address }}">{{ name }}</a>
{% endfor %}
</nav>
{% macro keys(colours) %}
<ul class="keys">
{% for class, said in colours %}
<li><i class="{{ class }}"></i>{{ said }}</li>
{% endfor %}
</ul>
{% endmacro %}
{% macro shown(picture) %}
<figure>
{% if picture.title %}
<h3>{{ picture.title }}</h3>
{% endif %}
{% if picture.tags %}
<p class="tags">{% for said, class in picture.tags %}<span class="{{ class }}">{{ said }}</span>
{%- endfor %}</p>
{% endif %}
{% if picture.keys %}
{{ keys(picture.keys) }}
{% endif %}
{{ picture.svg | safe }}
{% if picture.caption %}
<figcaption>{{ picture.caption }}</figcaption>
{% endif %}
</figure>
{% endmacro %}
{% for section in report.sections %}
<section id="{{ section.anchor }}">
<h2>{{ section.title }}</h2>
{% for text in section.text %}
<p>{{ text }}</p>
{% endfor %}
{% if section.keys and (section.wide or section.pictures) %}
{{ keys(section.keys) }}
{% endif %}
{% if section.wide %}
<div class="wide">
{% for picture in section.wide %}
{{ shown(picture) }}
{% endfor %}
</div>
{% endif %}
{% if section.pictures %}
<div class="pictures {{ 'few' if section.anchor == 'quality' else 'many' }}">
{% for picture in section.pictures %}
{{ shown(picture) }}
{% endfor %}
</div>
{% endif %}
{% if section.table %}
<div class="scroll">
<table>
<thead><tr>{% for cell in section.table.header %}<th>{{ cell }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in section.table.rows %}
<tr>{% for cell in row %}<td{% if loop.index0 in section.table.mono %} class="mono"{% endif %}>
{{- cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody>
</table>
</div>
{% endif %}
</section>
{% endfor %}
</main>
</body>
</html>"""
)
