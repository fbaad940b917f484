"""Ingest: extract, check every row, put aside what breaks the contract, write one version."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from mooring.data.check import REASON, conform, with_reasons
from mooring.data.dataset import DatasetVersion, Description, latest, write_rows
from mooring.data.digest import content_digest
from mooring.data.errors import DatasetEmpty, TooManyRejected
from mooring.data.source import EVENT_TIME, DataSource


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


def ingest(source: DataSource, data: Path) -> Ingested:
    """Write the source's rows as a dataset version; the same rows again are a no-op.

    Raises DatasetEmpty without a row, TooManyRejected when too large a share breaks the contract
    (the offenders are in quarantine by then), SourceUnavailable when the raw data is not usable.
    """
    contract = source.contract
    extract = source.extract()
    checked = with_reasons(contract, conform(contract, extract.rows))
    _refuse_empty(checked, contract.name)
    bad = checked.filter(pl.col(REASON).is_not_null())
    good = checked.filter(pl.col(REASON).is_null()).drop(REASON)
    quarantine = quarantine_of(data, contract.name)
    _write_once(quarantine, bad, {"name": f"{contract.name} quarantine"})
    _refuse_too_many(source, len(bad), len(checked), quarantine)
    _refuse_empty(good, contract.name)
    told = {"name": contract.name, "quarantined": len(bad), "left_out": dict(extract.left_out)}
    return _write_once(table_of(data, contract.name), good, told)


def _write_once(uri: Path, rows: pl.DataFrame, told: dict[str, Any]) -> Ingested:
    digest = content_digest(rows)
    present = latest(uri)
    if present is not None and present.sha256 == digest:
        return Ingested(present, written=False)
    told = told | _days(rows) | {"sha256": digest, "rows": len(rows)}
    return Ingested(write_rows(uri, rows, Description(**told)), written=True)


def _days(rows: pl.DataFrame) -> dict[str, str]:
    """First and last day of event time, empty where there is none."""
    day = pl.col(EVENT_TIME).dt.date().cast(pl.String).fill_null("")
    days = rows.select(start=day.min(), end=day.max()).row(0, named=True)
    return {name: value or "" for name, value in days.items()}


def _refuse_empty(rows: pl.DataFrame, name: str) -> None:
    if rows.is_empty():
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
