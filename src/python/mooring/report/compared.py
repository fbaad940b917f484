"""The rows that evidently is shown: those of the reference, and those of the newest window."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl

from mooring.data.dataset import latest, read_batches
from mooring.data.source import EVENT_TIME
from mooring.monitor.champion import Champion
from mooring.monitor.judging.summarise import ROLES
from mooring.monitor.judging.windows import Window
from mooring.monitor.tables.joined import days, joined
from mooring.monitor.tables.layout import Tables
from mooring.report.errors import PeerFailed
from mooring.report.peer.beside import Compared, columns_of


def compared(champion: Champion, window: Window, tables: Tables, dataset: Path) -> Compared:
    """The window's rows beside those that the reference was frozen from, where the dataset is at
    hand; else beside the first days that the version answered, as many as the window has.

    Raises PeerFailed where there are no rows to compare with.
    """
    now = _answered(champion, tables, window.dates)
    then, of = _frozen(champion, dataset), "the rows of its reference"
    if not len(then):
        before = [day for day in days(tables) if day < window.start][: len(window.dates)]
        then, of = _answered(champion, tables, before), "the first days that were logged"
    if not len(then) or not len(now):
        raise PeerFailed(
            "there are no rows to compare the newest window with",
            place=champion.model,
            cure="Ingest its dataset (mooring ingest), or wait for a second window.",
        )
    return Compared(_shown(champion, then), _shown(champion, now), of)


def _frozen(champion: Champion, dataset: Path) -> pl.DataFrame:
    """The dataset's rows of the days of the reference."""
    if latest(dataset) is None:
        return pl.DataFrame()
    blocks = [date.fromisoformat(block.day) for block in champion.reference.blocks]
    _, frames = read_batches(dataset)
    found = [f.filter(pl.col(EVENT_TIME).dt.date().is_in(blocks)) for f in frames]
    return pl.concat(found) if found else pl.DataFrame()


def _answered(
    champion: Champion, tables: Tables, dates: tuple[date, ...] | list[date]
) -> pl.DataFrame:
    found = [rows for day in dates for rows in _of_version(champion, tables, day)]
    return pl.concat(found, how="diagonal") if found else pl.DataFrame()


def _of_version(champion: Champion, tables: Tables, day: date) -> Iterator[pl.DataFrame]:
    names = {feature.name for feature in champion.contract.features if not feature.sensitive}
    for frame in joined(tables, day):
        rows = frame.filter(
            pl.col("version") == champion.version,
            pl.col("role").is_in(ROLES),
            pl.col("contract") == champion.contract.digest,
        )
        yield rows.select(name for name in rows.columns if name in names)


def _shown(champion: Champion, rows: pl.DataFrame) -> pl.DataFrame:
    return columns_of(champion.contract, champion.reference, rows)
