"""What a digest must not depend on, and what it must."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake
from hypothesis import given, settings
from hypothesis import strategies as st

from mooring.data.digest import content_digest

Rows = Callable[..., pl.DataFrame]

WORDS = st.none() | st.text(alphabet=st.characters(codec="utf-8"), max_size=4)
# Few distinct ids and times: ties are what an order could hide in.
TIMES = st.none() | st.sampled_from([0, 3_600, 2**40])
CELLS = st.tuples(
    st.none() | st.sampled_from("ab"),
    TIMES,
    st.none() | st.floats(),
    WORDS,
    st.none() | st.booleans(),
)
SCHEMA = {
    "row_id": pl.String(),
    "event_time": pl.Datetime("us", "UTC"),
    "wind": pl.Float64(),
    "ship": pl.String(),
    "late": pl.Boolean(),
}


def frame(cells: list[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(cells, schema=SCHEMA, orient="row")


@settings(deadline=None)
@given(st.lists(CELLS, max_size=6).flatmap(lambda c: st.tuples(st.just(c), st.permutations(c))))
def test_the_order_of_rows_does_not_matter(
    drawn: tuple[list[tuple[object, ...]], list[tuple[object, ...]]],
) -> None:
    before, after = drawn
    assert content_digest(frame(before)) == content_digest(frame(after))


@settings(deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=6), st.lists(CELLS, min_size=1, max_size=6))
def test_different_rows_have_different_digests(
    left: list[tuple[object, ...]], right: list[tuple[object, ...]]
) -> None:
    # repr tells NaN from null, and adding zero makes -0.0 the 0.0 that it equals.
    same = sorted(map(spelled, left)) == sorted(map(spelled, right))
    assert (content_digest(frame(left)) == content_digest(frame(right))) == same


def spelled(cells: tuple[object, ...]) -> str:
    return repr([cell + 0.0 if isinstance(cell, float) else cell for cell in cells])


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda f: f.with_columns(pl.col("wind") + 1e-12), id="a value"),
        pytest.param(lambda f: f.with_columns(wind=pl.lit(None, pl.Float64)), id="values to nulls"),
        pytest.param(lambda f: f.with_columns(pl.col("depth").fill_null(0.0)), id="a null to zero"),
        pytest.param(lambda f: f.with_columns(pl.col("insured").fill_null(False)), id="null to no"),
        pytest.param(lambda f: f.rename({"wind": "gust"}), id="a name"),
        pytest.param(lambda f: f.with_columns(pl.col("hour").cast(pl.Float64)), id="a type"),
        pytest.param(lambda f: f.head(-1), id="a row less"),
        pytest.param(lambda f: pl.concat([f, f.head(1)]), id="a row twice"),
        pytest.param(
            lambda f: f.with_columns(pl.col("event_time").dt.offset_by("1us")), id="a microsecond"
        ),
        pytest.param(
            lambda f: f.with_columns(haven=pl.col("haven") + "A", ship=pl.col("ship").str.slice(1)),
            id="a letter that moves to the column before",
        ),
    ],
)
def test_a_change_of_content_changes_the_digest(
    rows: Rows, change: Callable[[pl.DataFrame], pl.DataFrame]
) -> None:
    assert content_digest(change(rows(4))) != content_digest(rows(4))


def test_letters_that_move_between_rows_change_the_digest(rows: Rows) -> None:
    left = rows(2, {0: {"ship": "ab"}, 1: {"ship": "c"}})
    right = rows(2, {0: {"ship": "a"}, 1: {"ship": "bc"}})
    assert content_digest(left) != content_digest(right)


def test_minus_zero_is_zero(rows: Rows) -> None:
    assert content_digest(rows(1, {0: {"wind": -0.0}})) == content_digest(rows(1))


@pytest.mark.parametrize(
    "there_and_back",
    [
        pytest.param(lambda f, path: _parquet(f, path), id="parquet"),
        pytest.param(lambda f, path: _delta(f, path), id="Delta Lake"),
        pytest.param(lambda f, path: pl.concat([f[:2], f[2:]], rechunk=False), id="other chunks"),
    ],
)
def test_the_digest_survives_storage(
    rows: Rows, tmp_path: Path, there_and_back: Callable[[pl.DataFrame, Path], pl.DataFrame]
) -> None:
    nan = rows(5, {1: {"wind": float("nan"), "ship": "東風"}})
    assert content_digest(there_and_back(nan, tmp_path)) == content_digest(nan)


def test_an_empty_table_has_a_digest_of_its_schema(rows: Rows) -> None:
    empty = rows(0)
    assert content_digest(empty) == content_digest(rows(3).clear())
    assert content_digest(empty) != content_digest(empty.rename({"wind": "gust"}))


def _parquet(frame: pl.DataFrame, folder: Path) -> pl.DataFrame:
    frame.write_parquet(folder / "rows.parquet")
    return pl.read_parquet(folder / "rows.parquet")


def _delta(frame: pl.DataFrame, folder: Path) -> pl.DataFrame:
    write_deltalake(str(folder), frame.to_arrow())
    return pl.DataFrame(pl.from_arrow(DeltaTable(str(folder)).to_pyarrow_table()))
