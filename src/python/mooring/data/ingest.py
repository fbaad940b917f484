"""Ingest: extract, check every row, put aside what breaks the contract, write one version.

In memory that does not grow with the rows, but for 8 bytes each: rows are sorted in runs on disk,
and come back in order, slice by slice, to be checked, hashed and written.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mooring.data.check import REASON, schema_of
from mooring.data.dataset import DatasetVersion
from mooring.data.errors import DatasetEmpty, TooManyRejected
from mooring.data.parts import Parts
from mooring.data.runs import RUN_BYTES, Runs
from mooring.data.sift import Progress, sift
from mooring.data.source import DataSource
from mooring.data.staging import staging


@dataclass(frozen=True)
class Ingested:
    """The version that holds the rows, and whether this run had to write it."""

    dataset: DatasetVersion
    written: bool


def table_of(data: Path, name: str) -> Path:
    """Where a model's dataset lies below the data folder."""
    return data / name / "rows"


def quarantine_of(data: Path, name: str) -> Path:
    """Where the rows that break the contract lie, each with its reason."""
    return data / name / "quarantine"


def ingest(
    source: DataSource,
    data: Path,
    *,
    progress: Progress = lambda step: None,
    run_bytes: int = RUN_BYTES,
) -> Ingested:
    """Write the source's rows as a dataset version; the same rows again are a no-op.

    `run_bytes` is what is sorted at once: less of it takes less memory and more time.
    Raises DatasetEmpty without a row, TooManyRejected when too large a share breaks the contract
    (the offenders are in quarantine by then), SourceUnavailable when the raw data is not usable,
    DatasetBusy while another process ingests the same dataset.
    """
    name = source.contract.name
    extract = source.extract()
    with staging(data / name) as stage:
        runs = Runs(stage.folder, run_bytes)
        schema = schema_of(source.contract, source.known_at)
        good = Parts(table_of(data, name), stage, schema)
        bad = Parts(quarantine_of(data, name), stage, pl.Schema(schema | {REASON: pl.String()}))
        for rows in sift(source.contract, source.known_at, extract.batches(), runs, progress):
            _part(rows, good, bad)
        _refuse_empty(runs.rows, name)
        bad.publish(name=f"{name} quarantine")
        _refuse_too_many(source, bad.rows, runs.rows, bad.table)
        _refuse_empty(good.rows, name)
        told = {"left_out": dict(extract.left_out), "known_at": dict(source.known_at)}
        return Ingested(*good.publish(name=name, quarantined=bad.rows, **told))


def _part(rows: pl.DataFrame, good: Parts, bad: Parts) -> None:
    is_good = pl.col(REASON).is_null()
    good.write(rows.filter(is_good).drop(REASON))
    bad.write(rows.filter(~is_good))


def _refuse_empty(rows: int, name: str) -> None:
    if not rows:
        raise DatasetEmpty(
            "the source has no usable rows", place=f"source of {name}", cure="Check the raw data."
        )


def _refuse_too_many(source: DataSource, bad: int, total: int, quarantine: Path) -> None:
    if bad > source.most_rejected * total:
        raise TooManyRejected(
            f"{bad} of {total} rows break the contract, more than {source.most_rejected:.2%}",
            place=str(quarantine),
            cure="Read the reasons there; mend the source or, if the data is right, the contract.",
        )
