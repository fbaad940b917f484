"""Every row of a source, in the digest's order and with what it breaks, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import polars as pl

from mooring.contract.contract import Contract
from mooring.data.check import conform, with_reasons
from mooring.data.ids import Ids
from mooring.data.runs import Runs
from mooring.data.source import KnownAt

Progress = Callable[[str], None]


def sift(
    contract: Contract,
    known_at: KnownAt,
    batches: Iterable[pl.DataFrame],
    runs: Runs,
    progress: Progress = lambda step: None,
) -> Iterator[pl.DataFrame]:
    """Gather the batches in `runs`; yield them in order, with the column `reason`.

    Only when all rows are gathered is it known which ids are not unique. Raises SourceUnavailable
    for a batch without the columns or kinds that are declared.
    """
    ids = Ids()
    for batch in batches:
        rows = conform(contract, batch, known_at)
        ids.add(rows)
        runs.add(rows)
        progress(f"{runs.rows:,} rows read")
    repeated = ids.repeated(runs)
    checked = 0
    for rows in runs.in_order():
        yield with_reasons(contract, rows, known_at, repeated)
        checked += len(rows)
        progress(f"{checked:,} of {runs.rows:,} rows checked")
