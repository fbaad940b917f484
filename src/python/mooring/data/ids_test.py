"""Row ids that are not unique are found across batches and runs, and only those."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from mooring.data.ids import Ids
from mooring.data.runs import Runs

Rows = Callable[..., pl.DataFrame]


@pytest.mark.parametrize("run_bytes", [1_000, 10**9], ids=["on disk", "in memory"])
@pytest.mark.parametrize(
    ("bent", "repeated"),
    [
        pytest.param({}, set(), id="ids that are all different"),
        pytest.param({90: {"row_id": "voyage 3"}}, {"voyage 3"}, id="twice, far apart"),
        pytest.param(
            {7: {"row_id": "x"}, 8: {"row_id": "x"}, 95: {"row_id": "x"}}, {"x"}, id="three times"
        ),
        pytest.param({1: {"row_id": None}, 99: {"row_id": None}}, set(), id="no id is no other's"),
    ],
)
def test_repeated_ids_are_found_across_batches(
    rows: Rows,
    tmp_path: Path,
    run_bytes: int,
    bent: dict[int, dict[str, object]],
    repeated: set[str],
) -> None:
    ids, runs = gathered(rows(100, bent), tmp_path, run_bytes, Ids())
    assert set(ids.repeated(runs)) == repeated


class Weak(Ids):
    """Knows four hashes only: nearly every id is suspected."""

    def hashes(self, ids: pl.Series) -> NDArray[np.uint64]:
        return super().hashes(ids) % np.uint64(4)


def test_ids_that_share_a_hash_are_told_apart(rows: Rows, tmp_path: Path) -> None:
    bent = {90: {"row_id": "voyage 3"}}
    ids, runs = gathered(rows(100, bent), tmp_path, 1_000, Weak())
    assert set(ids.repeated(runs)) == {"voyage 3"}


def gathered(frame: pl.DataFrame, folder: Path, run_bytes: int, ids: Ids) -> tuple[Ids, Runs]:
    runs = Runs(folder, run_bytes)
    for batch in frame.iter_slices(30):
        ids.add(batch)
        runs.add(batch)
    return ids, runs
