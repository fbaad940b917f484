"""From facts to files: `card.md`, `card.html` and a picture each."""

from __future__ import annotations

from mooring.card.facts import CardFacts
from mooring.card.markdown import to_markdown
from mooring.card.page import to_html
from mooring.card.pictures import on_paper, pictures
from mooring.card.view import view


def render(facts: CardFacts) -> dict[str, bytes]:
    """Every file of the card by name; the same facts give the same bytes."""
    drawn = pictures(facts)
    card = view(facts, frozenset(drawn))
    files = {f"{name}.svg": on_paper(svg) for name, svg in drawn.items()}
    files |= {"card.md": to_markdown(card), "card.html": to_html(card, drawn)}
    return {name: content.encode() for name, content in files.items()}
