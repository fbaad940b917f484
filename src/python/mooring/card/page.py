"""The card as one HTML file that needs nothing else: pictures inline, no script, no request.

Everything but the pictures is escaped by Jinja; the pictures are ours, made by `pictures` from
numbers and escaped text.
"""

from __future__ import annotations

from collections.abc import Mapping

from jinja2 import Environment, StrictUndefined

from mooring.card.template import TEMPLATE
from mooring.card.view import View


def to_html(card: View, pictures: Mapping[str, str]) -> str:
    """Render the card with the SVG of each picture it shows."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(TEMPLATE).render(card=card, pictures=pictures) + "\n"
