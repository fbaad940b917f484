"""Bugs of whole days, and of one that has only begun: its first rows are those of a night."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from mooring.monitor.judging.soundness import soundness
from mooring.monitor.judging.summarise import summarise
from mooring.monitor.judging.summary import DaySummary
from mooring.monitor.judging.testing.rides import FIRST, Rides, contract

REFERENCE = Rides().reference()


def day(**columns: Any) -> DaySummary:
    frame = Rides().day(FIRST).with_columns(**columns)
    return summarise(REFERENCE, contract(), [frame], version=3, day=FIRST)


LONG = day(distance=pl.col("distance") * 100.0)


def kinds(found: DaySummary, *, begun: bool) -> set[str]:
    return set(soundness(REFERENCE, contract(), [found], begun=begun).kinds)


def test_a_unit_is_suspected_of_a_whole_day_only() -> None:
    assert kinds(LONG, begun=False) == {"unit"}
    assert kinds(LONG, begun=True) == set()


@pytest.mark.parametrize("begun", [False, True])
def test_gaps_and_unknown_names_are_told_at_once(begun: bool) -> None:
    assert kinds(day(rain=pl.lit(None, pl.Float64)), begun=begun) == {"missing"}
    assert kinds(day(town=pl.lit("atlantis")), begun=begun) == {"category"}
