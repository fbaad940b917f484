"""A report as a page shows it: sections in their order, each with its words, pictures and tables.

Texts are plain and escaped by whoever renders them; pictures are ours, escaped where they are made.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tile:
    """One fact at the top: `good` is None where it is neither."""

    name: str
    value: str
    more: str = ""
    good: bool | None = None


@dataclass(frozen=True)
class Picture:
    """A picture with its heading, tags as (text, class), colours as (class, text), how to read
    it.
    """

    svg: str
    title: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    caption: str = ""


@dataclass(frozen=True)
class Table:
    """A header and rows of as many cells; `mono` numbers the columns of names and digests."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    mono: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it; `keys` explain colours as (class, text)."""

    anchor: str
    title: str
    text: tuple[str, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    wide: tuple[Picture, ...] = ()
    pictures: tuple[Picture, ...] = ()
    table: Table | None = None


@dataclass(frozen=True)
class View:
    """The whole report; `links` are files beside it as (name, address)."""

    title: str
    lead: str
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
    links: tuple[tuple[str, str], ...] = ()
