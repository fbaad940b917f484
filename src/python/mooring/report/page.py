"""The report as one HTML file that needs nothing else: pictures inline, no script, no request.

Everything but the pictures is escaped by Jinja; the pictures are ours, escaped in `svg`.
"""

from __future__ import annotations

from jinja2 import Environment, StrictUndefined

from mooring.report.facts import Facts
from mooring.report.summary import view
from mooring.report.template import TEMPLATE


def to_html(facts: Facts, links: tuple[tuple[str, str], ...] = ()) -> str:
    """Render a report; `links` are files beside it as (name, address)."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(TEMPLATE).render(report=view(facts, links)) + "\n"
