"""Rows that are handed to a program, and what becomes of a program that fails."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from mooring.contract.contract import Contract, Prediction
from mooring.contract.feature import Feature
from mooring.monitor.judging.testing.rides import Rides, contract
from mooring.report.errors import PeerFailed
from mooring.report.peer.beside import (
    MOST_ROWS,
    Compared,
    columns_of,
    program_in,
    write_evidently,
)

ROWS = pl.DataFrame({"distance": [1.0, 2.0], "town": ["north", "south"]})


def a_program(folder: Path, script: str) -> Path:
    program = folder / "program"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    return program


def test_names_that_the_reference_does_not_hold_and_sensitive_values_are_not_handed_over() -> None:
    sent = pl.DataFrame(
        {
            "distance": [1.0, None, 3.0, 4.0],
            "town": ["north", "<script>", None, "nowhere"],
            "rider": ["somebody"] * 4,
        }
    )
    rows = columns_of(contract(), Rides(rows=50).reference(5), sent)
    assert rows.columns == ["distance", "town"]
    assert rows["town"].to_list() == ["north", "other", "missing", "other"]


def test_names_of_the_reference_are_no_markup_either() -> None:
    town = Feature(name="town", kind="string", open=True, example="x")
    late = Prediction(name="late", kind="probability", label="is_late")
    rides = Rides(rows=50)
    hostile = rides.that(lambda f: f.with_columns(town=pl.lit("<script>")))
    one = Contract(name="rides", version="1.0", features=(town,), prediction=late)
    rows = columns_of(one, hostile.reference(5), pl.DataFrame({"town": ["<script>"]}))
    assert rows["town"].to_list() == ["·script·"]


def test_many_rows_are_drawn_from_the_same_ones_each_time() -> None:
    many = pl.DataFrame({"distance": [float(n) for n in range(MOST_ROWS + 1)]})
    reference = Rides(rows=50).reference(5)
    first, again = (columns_of(contract(), reference, many) for _ in range(2))
    assert len(first) == MOST_ROWS
    assert first.equals(again)


def test_what_the_program_writes_is_kept(tmp_path: Path) -> None:
    program = a_program(tmp_path, 'ls "$1" > "$1/report.html"')
    write_evidently(Compared(ROWS, ROWS, "itself"), tmp_path / "page.html", program)
    kept = (tmp_path / "page.html").read_text().split()
    assert {"reference.parquet", "window.parquet"} <= set(kept)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        pytest.param("exit 3", "ended with 3", id="it fails"),
        pytest.param("exit 0", "ended with 0", id="it writes nothing"),
        pytest.param(
            "echo 'ValueError: a secret' >&2; exit 1", "with 1, ValueError", id="it says why"
        ),
    ],
)
def test_a_program_that_makes_no_page_is_told_without_values(
    tmp_path: Path, script: str, said: str
) -> None:
    program = a_program(tmp_path, script)
    with pytest.raises(PeerFailed, match=said) as caught:
        write_evidently(Compared(ROWS, ROWS, "itself"), tmp_path / "page.html", program)
    assert "secret" not in str(caught.value)
    assert not (tmp_path / "page.html").exists()


def test_a_program_that_is_not_built_is_told_with_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(PeerFailed, match="package src/python/mooring/report/peer"):
        program_in([tmp_path])


def test_a_program_is_found_where_the_build_leaves_it(tmp_path: Path) -> None:
    built = tmp_path / "dist" / "src.python.mooring.report.peer" / "evidently.pex"
    built.parent.mkdir(parents=True)
    built.touch()
    assert program_in([tmp_path]) == built
