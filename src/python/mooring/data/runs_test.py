"""Sorted runs: the same rows in order as one sort would give, whatever the batches and memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from mooring.data.digest import Digest, content_digest, in_order
from mooring.data.runs import Runs

Rows = Callable[..., pl.DataFrame]

SCHEMA = {
    "row_id": pl.String(),
    "event_time": pl.Datetime("us", "UTC"),
    "wind": pl.Float64(),
}
# Many rows of few instants, and none: what slices of time are cut by.
CELLS = st.tuples(
    st.none() | st.sampled_from("abc"),
    st.none() | st.integers(0, 12),
    st.none() | st.floats(),
)


def frame(cells: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(cells, schema=SCHEMA, orient="row")


@st.composite
def batched(draw: st.DrawFn) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Rows, and the same rows shuffled and dealt to batches."""
    cells = draw(st.lists(CELLS, min_size=1, max_size=60))
    shuffled = frame(draw(st.permutations(cells)))
    cuts = sorted(draw(st.sets(st.integers(0, len(cells)), max_size=4)) | {0, len(cells)})
    return frame(cells), [shuffled[a:b] for a, b in pairwise(cuts)]


@settings(max_examples=60, deadline=None)
@given(batched(), st.sampled_from([1, 60, 300, 10**6]))
def test_any_order_and_any_batches_give_the_rows_in_order_and_one_digest(
    drawn: tuple[pl.DataFrame, list[pl.DataFrame]], run_bytes: int
) -> None:
    whole, batches = drawn
    digest = Digest(whole.schema)
    with TemporaryDirectory() as folder:
        runs = Runs(Path(folder), run_bytes)
        for batch in batches:
            runs.add(batch)
        pieces = list(runs.in_order())
    for piece in pieces:
        digest.update(piece)
    assert digest.hexdigest() == content_digest(whole)
    assert written(pl.concat(pieces)) == written(in_order(whole))


def written(rows: pl.DataFrame) -> list[str]:
    """Rows as text, for a NaN equals no other; -0.0 sorts as 0.0, and polars may add 0.0 to it in
    vain.
    """
    return [str([0.0 if value == 0.0 else value for value in row]) for row in rows.rows()]


def test_slices_are_about_as_large_as_runs_and_their_digest_is_that_of_the_whole(
    rows: Rows, tmp_path: Path
) -> None:
    shuffled = rows(100_000).sample(fraction=1, shuffle=True, seed=1)
    runs = Runs(tmp_path, int(shuffled.estimated_size()) // 5)
    for batch in shuffled.iter_slices(7_000):
        runs.add(batch)
    digest = Digest(shuffled.schema)
    sizes = []
    for piece in runs.in_order():
        digest.update(piece)
        sizes.append(len(piece))
    spilled = len(list(tmp_path.iterdir()))
    assert sum(sizes) == 100_000
    assert spilled >= 5
    # A run, and up to 4,096 rows more of each.
    assert max(sizes) <= 100_000 / 5 + 4_096 * spilled
    assert digest.hexdigest() == content_digest(shuffled)


def test_few_rows_touch_no_disk(rows: Rows, tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    runs.add(rows(10).reverse())
    (piece,) = runs.in_order()
    assert piece.equals(rows(10))
    assert list(tmp_path.iterdir()) == []


def test_no_rows_are_no_slices(tmp_path: Path) -> None:
    assert list(Runs(tmp_path).in_order()) == []
