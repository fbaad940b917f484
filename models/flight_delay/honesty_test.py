"""What the gate's questions find in real flights that were tampered with, one way at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from models.conftest import Flights
from models.flight_delay.contract import CONTRACT
from models.flight_delay.gate import GATE
from models.flight_delay.pipeline import PLAN
from mooring.blessing.evidence import Check
from mooring.blessing.hearing import Hearing
from mooring.blessing.honesty import ASK_ALL, QUESTIONS, Honesty, Question
from mooring.blessing.inquiry import honesty_checks
from mooring.blessing.permutation import Refit
from mooring.bundle.manifest import TrainingData
from mooring.contract.columns import Columns
from mooring.data.digest import content_digest
from mooring.data.source import EVENT_TIME
from mooring.evaluation.metrics import Floats

TRAINING, HOLDOUT = PLAN.split.training, PLAN.split.holdout
LATE = pl.col("late").cast(pl.Float64)


def hearing(winter: Flights, rows: pl.DataFrame) -> Hearing:
    """The rows as if the model had been trained on them as they are."""
    data = TrainingData(name=CONTRACT.name, sha256="0" * 64, rows=len(rows), period=TRAINING)
    made = Hearing(CONTRACT, data, winter.dataset, rows, HOLDOUT)
    return replace(made, training=data.model_copy(update={"sha256": content_digest(made.learned)}))


def ask(question: Question, these: Hearing, refit: Refit | None = None) -> list[Check]:
    others = [name for name in QUESTIONS if name != question]
    only = Honesty(exempt=dict.fromkeys(others, "the test is about another"))
    return [c for c in honesty_checks(only, these, refit) if c.metric != "exempt"]


def minutes_late(rows: pl.DataFrame) -> pl.Expr:
    """Stands in for the arrival delay: above 15 where the flight was late, at most 15 else."""
    drawn = np.random.default_rng(1).exponential(30, len(rows))
    return pl.when("late").then(15.1 + pl.Series(drawn)).otherwise(15 - pl.Series(drawn))


def a_sum(rows: pl.DataFrame) -> pl.DataFrame:
    """The departure's delay and what was gained in the air: their sum is the arrival's delay."""
    gained = pl.Series(np.random.default_rng(2).normal(0, 20, len(rows)))
    return rows.with_columns(temp=minutes_late(rows) - gained, dewp=gained)


def copied(rows: pl.DataFrame) -> pl.DataFrame:
    """A twentieth of the holdout once more, as training rows under ids of their own."""
    day = pl.col(EVENT_TIME).dt.date().cast(pl.String)
    judged = rows.filter(day.is_between(pl.lit(HOLDOUT.start), pl.lit(HOLDOUT.end)))
    again = judged.gather_every(20).with_columns(
        pl.col(EVENT_TIME).dt.offset_by("-4w"), row_id=pl.lit("copy of ") + pl.col("row_id")
    )
    return pl.concat([rows, again])


TAMPERED: list[tuple[Question, Callable[[pl.DataFrame], pl.DataFrame], str]] = [
    (
        "single features",
        lambda rows: rows.with_columns(precip=LATE),
        "tells the label alone: precip",
    ),
    (
        "single features",
        lambda rows: rows.with_columns(wind_speed=minutes_late(rows)),
        "tells the label alone: wind_speed",
    ),
    ("features together", a_sum, "tell the label together: temp, dewp"),
    (
        "overlap",
        copied,
        "5.00% of the rows repeat a training row, features and label alike",
    ),
    (
        "event times",
        lambda rows: rows.with_columns(pl.col(EVENT_TIME).shuffle(seed=1)),
        "keep together no more than by chance",
    ),
    (
        "known in time",
        # The hour of departure itself, as many a join has it.
        lambda rows: rows.with_columns(observed_at=pl.col(EVENT_TIME).dt.truncate("1h")),
        "rows hold values of temp, dewp, humid, wind_speed, precip, pressure, visib that became "
        "known too late",
    ),
]


@pytest.mark.parametrize(
    ("question", "tamper", "reason"),
    [pytest.param(*case, id=f"{case[0]}, {i}") for i, case in enumerate(TAMPERED)],
)
def test_tampered_flights_are_refused(
    winter: Flights,
    question: Question,
    tamper: Callable[[pl.DataFrame], pl.DataFrame],
    reason: str,
) -> None:
    assert {c.verdict for c in ask(question, hearing(winter, winter.rows))} == {"blessed"}
    found = ask(question, hearing(winter, tamper(winter.rows)))
    refused = [check.reason for check in found if check.verdict == "refused"]
    assert refused
    assert all(reason in said for said in refused)


def test_a_pipeline_that_looks_the_answers_up_is_refused(winter: Flights) -> None:
    """Labels dealt anew cannot teach it anything, and it knows all the same."""
    these = hearing(winter, winter.rows)
    kept = ["carrier", "dest", "hour", "minute", "day_of_week", "distance", "temp"]
    rates = winter.rows.group_by(kept).agg(LATE.mean().alias("rate"))

    def refit(rows: pl.DataFrame) -> Callable[[Columns], Floats]:
        def predict(columns: Columns) -> Floats:
            asked = pl.DataFrame({name: columns[name] for name in kept}, strict=False)
            known = asked.with_columns(pl.col("temp").fill_nan(None)).cast(
                {name: winter.rows.schema[name] for name in kept}
            )
            found = known.join(rates, on=kept, how="left", maintain_order="left")
            return np.asarray(found["rate"].fill_null(0).to_numpy())

        return predict

    (check,) = ask("labels dealt anew", these, refit)
    assert (check.verdict, check.reason) == ("refused", "it knows labels that it was not told")


def test_the_gate_asks_everything() -> None:
    assert GATE.honesty == ASK_ALL
