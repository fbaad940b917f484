"""What a retrain learns from: the champion's rows and those of the prediction log whose labels have
come, as a new version of the model's dataset.

Checked, sorted, hashed and published as ingest does it, in the same bounded memory: the same rows
give the same digest, and a version that is there already is not written again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from mooring.contract.contract import Contract
from mooring.data.check import REASON, conform, schema_of, with_reasons
from mooring.data.dataset import DatasetVersion, read_batches
from mooring.data.errors import DatasetEmpty
from mooring.data.ids import Ids
from mooring.data.ingest import quarantine_of, table_of
from mooring.data.logged import Tally, Wanted, chosen, examples, refuse_hidden
from mooring.data.parts import Parts
from mooring.data.runs import RUN_BYTES, Runs
from mooring.data.source import EVENT_TIME, ROW_ID, KnownAt
from mooring.data.staging import staging

TWICE = "logged more than once"


@dataclass(frozen=True)
class Taught:
    """The rows that the champion was made from and judged on, and since when values were known."""

    rows: Iterable[pl.DataFrame]
    known_at: KnownAt


@dataclass(frozen=True)
class Appended:
    """The version that holds the rows, whether this run wrote it, and whose labels it took."""

    dataset: DatasetVersion
    written: bool
    labels_by: Mapping[str, int]


def taught_until(uri: Path, last: date, version: int | None = None) -> Taught:
    """Rows of a dataset version up to the day `last`. Raises DatasetMissing."""
    dataset, batches = read_batches(uri, version)
    day = pl.col(EVENT_TIME).dt.date()
    return Taught((rows.filter(day <= pl.lit(last)) for rows in batches), dataset.known_at)


def append_labelled(
    wanted: Wanted,
    champion: Taught,
    log: Iterable[pl.DataFrame],
    data: Path,
    *,
    run_bytes: int = RUN_BYTES,
) -> Appended:
    """Write the champion's rows and those of `log` (frames as in `logged`) as a dataset version.

    Rows that break the contract, or do not fit it, go to quarantine with the reason; a prediction
    that the log holds more than once counts once. `run_bytes` is what is sorted at once.
    Raises LogUnusable for a contract that a log cannot teach, DatasetEmpty without a row, and
    DatasetBusy while another process writes the same dataset.
    """
    contract, known_at = wanted.contract, champion.known_at
    refuse_hidden(contract)
    tally = Tally()
    with staging(data / contract.name) as stage:
        runs, ids = Runs(stage.folder, run_bytes), Ids()
        for rows in _gathered(wanted, champion, log, tally):
            ids.add(rows)
            runs.add(rows)
        schema = schema_of(contract, known_at)
        good = Parts(table_of(data, contract.name), stage, schema)
        bad = Parts(
            quarantine_of(data, contract.name), stage, pl.Schema(schema | {REASON: pl.String()})
        )
        for rows in _once(runs, ids.repeated(runs), tally):
            _part(_judged(contract, known_at, rows), good, bad)
        _refuse_empty(good.rows, contract)
        bad.publish(name=f"{contract.name} quarantine")
        told = {"left_out": tally.left_out, "known_at": dict(known_at), "from_log": True}
        dataset, written = good.publish(name=contract.name, quarantined=bad.rows, **told)
        return Appended(dataset, written, tally.labels_by)


def _gathered(
    wanted: Wanted, champion: Taught, log: Iterable[pl.DataFrame], tally: Tally
) -> Iterator[pl.DataFrame]:
    nothing = pl.lit(None, pl.String).alias(REASON)
    for rows in champion.rows:
        yield conform(wanted.contract, rows, champion.known_at).with_columns(nothing)
    for rows in log:
        yield examples(wanted, champion.known_at, chosen(wanted, rows, tally))


def _once(runs: Runs, repeated: pl.Series, tally: Tally) -> Iterator[pl.DataFrame]:
    """The rows in order; of those that share an id, the first."""
    seen: set[str] = set()
    suspects = repeated.implode()
    for rows in runs.in_order():
        shares = pl.col(ROW_ID).is_in(suspects)
        first = pl.col(ROW_ID).is_first_distinct() & ~pl.col(ROW_ID).is_in(sorted(seen))
        kept = rows.filter(~shares.fill_null(False) | first) if len(repeated) else rows
        if len(repeated):
            seen |= set(rows.filter(shares)[ROW_ID])
        if twice := len(rows) - len(kept):
            tally.left_out[TWICE] = tally.left_out.get(TWICE, 0) + twice
        yield kept


def _judged(contract: Contract, known_at: KnownAt, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with all reasons against them: what did not fit, and what breaks the contract."""
    unique = pl.Series(ROW_ID, dtype=pl.String)
    found = with_reasons(contract, rows.drop(REASON), known_at, unique)
    both = pl.concat_str(pl.lit(rows[REASON]), REASON, separator="; ", ignore_nulls=True)
    return found.with_columns(pl.when(both != "").then(both).alias(REASON))


def _part(rows: pl.DataFrame, good: Parts, bad: Parts) -> None:
    is_good = pl.col(REASON).is_null()
    good.write(rows.filter(is_good).drop(REASON))
    bad.write(rows.filter(~is_good))


def _refuse_empty(rows: int, contract: Contract) -> None:
    if not rows:
        raise DatasetEmpty(
            "no labelled row of the log and none of the champion's may be learned from",
            place=f"retrain of {contract.name}",
            cure="See the reasons in the dataset's quarantine, and `mooring predictions list`.",
        )
