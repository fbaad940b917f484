"""How often the questions of honesty refuse honest flights: twenty holdouts over the year.

Each is 17 days after 73 days of training, as the plan's are. Takes minutes, so it is tagged slow;
docs/blessing.md holds what was counted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice

import polars as pl
import pytest

from models.flight_delay.contract import CONTRACT
from models.flight_delay.data import SOURCE
from models.flight_delay.pipeline import PLAN
from mooring.blessing.evidence import Check
from mooring.blessing.hearing import Hearing
from mooring.blessing.honesty import ASK_ALL
from mooring.blessing.inquiry import honesty_checks
from mooring.bundle.manifest import Period, TrainingData
from mooring.data.check import conform
from mooring.data.dataset import DatasetVersion, between
from mooring.data.digest import content_digest
from mooring.data.source import Extract
from mooring.training.plan import TimeSplit
from mooring.training.refit import refit_of

WINDOWS = 20
FIRST = date(2013, 3, 15)


def split_of(window: int) -> TimeSplit:
    """The plan's split, a fortnight later for every window."""
    start = FIRST + timedelta(weeks=2 * window)
    return TimeSplit(
        fit=days(start - timedelta(days=73), start - timedelta(days=15)),
        calibrate=days(start - timedelta(days=14), start - timedelta(days=1)),
        holdout=days(start, start + timedelta(days=16)),
    )


def days(start: date, end: date) -> Period:
    return Period(start=start.isoformat(), end=end.isoformat())


def asked(rows: pl.DataFrame, window: int) -> list[Check]:
    plan = replace(PLAN, split=split_of(window))
    training = plan.split.training
    learned = between(rows, training.start, training.end)
    data = TrainingData(
        name=CONTRACT.name, sha256=content_digest(learned), rows=len(learned), period=training
    )
    dataset = DatasetVersion(
        name=CONTRACT.name, sha256="e" * 64, rows=len(rows), start="2013-01-01", end="2013-12-31",
        known_at=dict(SOURCE.known_at), uri="/flights", version=0,
    )  # fmt: skip
    hearing = Hearing(CONTRACT, data, dataset, rows, plan.split.holdout)
    return list(honesty_checks(ASK_ALL, hearing, refit_of(plan)))


@pytest.fixture(scope="module")
def year(extracted: Extract) -> pl.DataFrame:
    (rows,) = islice(extracted.batches(), 1)
    return conform(CONTRACT, rows, SOURCE.known_at)


def test_honest_flights_are_hardly_ever_refused(year: pl.DataFrame) -> None:
    refused: Counter[str] = Counter()
    for window in range(WINDOWS):
        for check in asked(year, window):
            refused[check.name] += check.verdict != "blessed"
    assert len(refused) == 10
    assert sum(refused.values()) <= 1, refused
