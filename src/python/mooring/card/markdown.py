"""The card as Markdown, with its pictures beside it: what a reviewer of a promotion reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mooring.card.view import Section, Table, View

# What Markdown or HTML inside it would take for its own.
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~])")


def to_markdown(card: View, pictures: str = "") -> str:
    """Render the card; pictures are linked as `<pictures><name>.svg`."""
    badges = " · ".join(f"**{_plain(text)}**" for text, _ in card.badges)
    parts = [f"# {_plain(card.title)}", _plain(card.lead), badges]
    for section in card.sections:
        parts += _section(section, pictures)
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(section: Section, pictures: str) -> Iterator[str]:
    yield f"## {_plain(section.title)}"
    yield from map(_plain, section.text)
    for picture in section.pictures:
        yield f"![{_plain(picture.alt)}]({pictures}{picture.name}.svg)"
        yield f"*{_plain(picture.caption)}*"
    if section.table:
        yield "\n".join(_table(section.table))
    if section.commands:
        yield "\n".join(f"    {command}" for command in section.commands)
    if section.points:
        yield "\n".join(f"- {_plain(point)}" for point in section.points)


def _table(table: Table) -> Iterator[str]:
    yield _row(table.header)
    yield _row(("---",) * len(table.header), raw=True)
    for row in table.rows:
        yield _row(row)


def _row(cells: tuple[str, ...], *, raw: bool = False) -> str:
    return "| " + " | ".join(cell if raw else _plain(cell) for cell in cells) + " |"


def _plain(text: str) -> str:
    """Text that stays text: on one line, every mark escaped.

    >>> print(_plain("a | b <img> wind_speed"))
    a \\| b \\<img\\> wind\\_speed
    """
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
