"""Joining labels: late, repeated, contradicting, out of order, unknown."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mooring.predictionlog.context import Context
from mooring.predictionlog.labels import Outcome, Tally, Window, join, made_at, outcomes
from mooring.predictionlog.records import Labels, Predictions
from mooring.predictionlog.testing.records import CONTEXT

ALWAYS = Window(0, 2**48)


def prediction(*names: str) -> Predictions:
    values = tuple(0.5 for _ in names)
    columns: dict[str, list[Any]] = {"origin": ["JFK"] * len(names), "hour": [1.0] * len(names)}
    return Predictions(CONTEXT, names, 0, 0.1, "", "", "native", values, columns)


def said(name: str, label: float, received: int = 1, observed: int = 1) -> Labels:
    context = Context("feedback", "voyage_delay")
    return Labels(context, (name,), (label,), (observed,), received, "", "anyone", (False,))


def name_at(milliseconds: int, row: int = 0) -> str:
    return f"{milliseconds:012x}{'0' * 45}-{row}"


def test_a_label_finds_its_prediction_and_the_others_are_counted() -> None:
    a, b, c, d = (name_at(1, row) for row in range(4))
    labels = [said(a, 1.0), said(b, 0.0), said(b, 1.0), said(a, 1.0), said(d, 1.0)]
    tally = Tally()
    rows = list(join([prediction(a, b, c)], outcomes(labels, ALWAYS), ALWAYS, tally))
    assert [(row["prediction_id"], row["label"]) for row in rows] == [(a, 1.0)]
    assert tally == Tally(labelled=1, unlabelled=1, disputed=1, repeats=1, unknown=1)


def test_only_the_window_is_joined_by_the_time_of_the_prediction() -> None:
    early, late = name_at(10), name_at(20)
    window = Window(10, 20)
    tally = Tally()
    found = outcomes([said(early, 1.0, received=99), said(late, 1.0)], window)
    rows = list(join([prediction(early, late)], found, window, tally))
    assert [row["prediction_id"] for row in rows] == [early]
    assert tally == Tally(labelled=1)


def test_a_shadow_is_labelled_as_its_champion_is() -> None:
    name = name_at(1)
    tally = Tally()
    both = [prediction(name), prediction(name)]
    assert len(list(join(both, outcomes([said(name, 1.0)], ALWAYS), ALWAYS, tally))) == 2


def test_the_time_of_what_is_no_id_is_zero() -> None:
    assert made_at(name_at(1_767_225_600_123)) == 1_767_225_600_123
    assert made_at("no id") == 0


reports = st.lists(st.tuples(st.integers(1, 5), st.sampled_from([0.0, 1.0])), min_size=1)


@given(reports, st.randoms())
def test_the_order_in_which_labels_are_read_changes_nothing(
    told: list[tuple[int, float]], random: Random
) -> None:
    name = name_at(1)
    labels = [said(name, label, received) for received, label in told]
    shuffled = list(labels)
    random.shuffle(shuffled)
    first, second = outcomes(labels, ALWAYS)[name], outcomes(shuffled, ALWAYS)[name]
    assert (first.label, first.received, first.disputed) == (
        second.label, second.received, second.disputed,
    )  # fmt: skip
    assert first.disputed == (len({label for _, label in told}) > 1)
    assert first.received == min(received for received, _ in told)


def test_the_first_label_that_was_received_stands() -> None:
    name = name_at(1)
    found = outcomes([said(name, 1.0, received=9), said(name, 1.0, received=3)], ALWAYS)
    assert found[name] == Outcome(1.0, 1, 3, repeats=1)
