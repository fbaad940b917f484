"""Which label holds: as the log's own join says, among those who may say it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import get_args

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mooring.monitor.tables.outcomes import judged, with_outcomes
from mooring.monitor.tables.rows import LABEL_COLUMNS, TIME
from mooring.monitor.tables.testing.log import LABEL_CONTEXT
from mooring.predictionlog.labels import Window, outcomes
from mooring.predictionlog.records import Labels, Right

DAY_S = 86_400.0

unhurried = settings(max_examples=60, deadline=None, database=None)


@dataclass(frozen=True)
class Said:
    """One label of the prediction "a", made by key-1 at time 0."""

    label: float = 1.0
    received: int = 10
    observed: int = 10
    caller: str = "key-1"
    right: Right = "predictor"
    name: str = "a"


def frame_of(said: list[Said]) -> pl.DataFrame:
    rows = [
        {"prediction_id": s.name, "label": s.label, "observed": at(s.observed),
         "received": at(s.received), "caller": s.caller, "right": s.right, "conflict": False}
        for s in said
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=LABEL_COLUMNS).sort("prediction_id")


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def made(*names: str) -> pl.DataFrame:
    rows = [{"prediction_id": name, "caller": "key-1", "at": at(0)} for name in names]
    return pl.DataFrame(rows, schema={"prediction_id": pl.String, "caller": pl.String, "at": TIME})


@pytest.mark.parametrize(
    ("said", "state", "label", "became"),
    [
        pytest.param([], "none", None, [], id="nothing was said"),
        pytest.param([Said()], "held", 1.0, ["joined"], id="the caller labels its own"),
        pytest.param([Said(caller="key-2")], "none", None, ["stranger"], id="a stranger says it"),
        pytest.param(
            [Said(caller="key-2", right="labeler")], "held", 1.0, ["joined"], id="a labeler may"
        ),
        pytest.param(
            [Said(caller="", right="anyone")], "held", 1.0, ["joined"],
            id="where nobody is asked, anybody may",
        ),
        pytest.param(
            [Said(), Said(received=20)], "held", 1.0, ["joined", "duplicate"],
            id="the same again is a duplicate",
        ),
        pytest.param(
            [Said(), Said(label=0.0, received=20)], "disputed", None, ["conflict", "conflict"],
            id="who contradicts himself has said nothing",
        ),
        pytest.param(
            [Said(), Said(label=0.0, caller="key-9", right="labeler")], "disputed", None,
            ["conflict", "conflict"], id="a labeler may contradict",
        ),
        pytest.param(
            [Said(), Said(label=0.0, caller="key-2", received=1)], "held", 1.0,
            ["joined", "stranger"], id="a stranger's key poisons nothing, however early",
        ),
        pytest.param(
            [Said(observed=5 * 86_400)], "held", 1.0, ["late"], id="beyond the horizon it is late"
        ),
        pytest.param([Said(name="b")], "none", None, ["unknown"], id="it is of no prediction"),
        pytest.param(
            [Said(received=20, caller="key-9", right="labeler"), Said(received=10)], "held", 1.0,
            ["duplicate", "joined"], id="the first that was received holds, not the first read",
        ),
    ],
)  # fmt: skip
def test_what_becomes_of_labels(
    said: list[Said], state: str, label: float | None, became: list[str]
) -> None:
    (row,) = with_outcomes(made("a"), frame_of(said)).to_dicts()
    assert (row["state"], row["label"]) == (state, label)
    assert (row["observed_at"] is None) == (row["label_caller"] is None) == (label is None)
    found = judged(frame_of(said), made("a"), 3 * DAY_S)
    assert sorted(found["outcome"].to_list()) == sorted(became)


def test_shadow_rows_share_the_label_of_their_champion() -> None:
    rows = pl.concat([made("a"), made("a")]).with_columns(role=pl.Series(["champion", "shadow"]))
    assert with_outcomes(rows, frame_of([Said()]))["label"].to_list() == [1.0, 1.0]


def test_two_callers_with_one_id_are_judged_each_by_its_own_labels() -> None:
    rows = made("a", "a").with_columns(caller=pl.Series(["key-1", "key-2"]))
    found = with_outcomes(rows, frame_of([Said(), Said(label=0.0, caller="key-2")]))
    assert dict(found.select("caller", "label").iter_rows()) == {"key-1": 1.0, "key-2": 0.0}


SAID = st.builds(
    Said,
    label=st.sampled_from([0.0, 1.0]),
    received=st.integers(0, 5),
    observed=st.integers(0, 5),
    caller=st.sampled_from(["key-1", "key-2"]),
    right=st.sampled_from(get_args(Right)),
    name=st.sampled_from(["zzz-a", "zzz-b", "zzz-c"]),
)


@unhurried
@given(st.lists(SAID, max_size=12), st.randoms(use_true_random=False))
def test_it_is_what_the_logs_own_join_says_of_trusted_labels_in_any_order(
    said: list[Said], draw: random.Random
) -> None:
    trusted = [s for s in said if s.right != "predictor" or s.caller == "key-1"]
    # Ids are no times here: all are of the beginning of time.
    known = outcomes((_logged(s) for s in trusted), Window(0, 1))
    draw.shuffle(said)
    for row in with_outcomes(made("zzz-a", "zzz-b", "zzz-c"), frame_of(said)).to_dicts():
        outcome = known.get(row["prediction_id"])
        expected = None if outcome is None or outcome.disputed else outcome.label
        assert row["label"] == expected
        assert (row["state"] == "disputed") == bool(outcome and outcome.disputed)
        if expected is not None and outcome is not None:
            assert row["observed_at"] == at(outcome.observed)


@unhurried
@given(st.lists(SAID, max_size=12))
def test_every_label_becomes_exactly_one_thing(said: list[Said]) -> None:
    found = judged(frame_of(said), made("zzz-a", "zzz-b"), 2.0)
    assert len(found) == len(said)
    assert found["outcome"].null_count() == 0
    first = found.filter(pl.col("outcome").is_in(["joined", "late"]))["prediction_id"]
    assert first.is_unique().all()


def _logged(said: Said) -> Labels:
    return Labels(
        LABEL_CONTEXT, (said.name,), (said.label,), (said.observed,), said.received, said.caller,
        said.right, (False,),
    )  # fmt: skip
