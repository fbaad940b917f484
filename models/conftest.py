"""The real flights as a model's tests want them: a dataset version of the days that its plan needs.

Shared by the models of nycflights13, whose tests otherwise know nothing of each other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from mooring.data.dataset import DatasetVersion, read_version
from mooring.data.ingest import ingest, table_of
from mooring.data.source import EVENT_TIME, DataSource, Extract


@dataclass(frozen=True)
class Flights:
    """A dataset version with its rows."""

    dataset: DatasetVersion
    rows: pl.DataFrame


def ingested_until(end: str, source: DataSource, extracted: Extract, folder: Path) -> Flights:
    """The flights up to the day `end`: enough to train on and a quarter of the year's work."""
    last = pl.lit(end).str.to_date()
    rows = extracted.rows.filter(pl.col(EVENT_TIME).dt.date() <= last)
    ingest(replace(source, extract=lambda: Extract(rows)), folder)
    return Flights(*read_version(table_of(folder, source.contract.name)))
