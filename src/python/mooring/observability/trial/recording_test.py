from __future__ import annotations

import pytest

from mooring.observability.prometheus.client import Series
from mooring.observability.rule import Alert, Group, Recorded
from mooring.observability.trial.clock import Span
from mooring.observability.trial.recording import levels, seconds, traces_of

SPAN = Span(1_767_268_800.0)
MOMENTS = tuple(SPAN.moments())

ROWS = Recorded("model:rows:rate5m", "rate(mooring_predictions_total[5m])", ("model",))
SHARE = Recorded(
    "model:share:ratio", "model:rows:rate5m / on () sum(model:rows:rate5m)", ("model",)
)
FEW = Alert(
    "FewRows", "model:share:ratio < 0.1", "ticket", "none", "Few.", "Few.", "mooring-serving",
    "Rows", wait="4m",
)  # fmt: skip


def over(moments: tuple[float, ...], value: float = 2.0) -> Series:
    return Series({"__name__": "x", "model": "a"}, tuple((moment, value) for moment in moments))


def test_a_rule_is_computed_after_all_that_it_builds_on() -> None:
    groups = [Group("later", (FEW, SHARE)), Group("earlier", (ROWS,))]
    assert levels(groups) == [[ROWS], [SHARE], [FEW]]


def test_a_name_within_another_is_not_taken_for_it() -> None:
    longer = Recorded("model:rows:rate5m2", "vector(1)", ())
    only = Recorded("b", "model:rows:rate5m2", ())
    assert levels([Group("g", (only, longer, ROWS))]) == [[longer, ROWS], [only]]


def test_rules_in_a_circle_are_named() -> None:
    one, other = Recorded("a:b", "c:d", ()), Recorded("c:d", "a:b", ())
    with pytest.raises(ValueError, match="a:b, c:d"):
        levels([Group("circle", (one, other))])


def test_a_recorded_series_has_the_name_of_its_rule_and_gaps_where_there_was_nothing() -> None:
    (trace,) = traces_of(ROWS, [over(MOMENTS[2:4])], SPAN)
    assert (trace.name, trace.labels) == (ROWS.name, {"model": "a"})
    assert trace.values[:5] == (None, None, 2.0, 2.0, None)


def test_an_alert_is_pending_until_it_has_lasted() -> None:
    pending, firing = traces_of(FEW, [over(MOMENTS[1:6])], SPAN)
    assert pending.labels["alertstate"] == "pending"
    assert pending.values[:7] == (None, 1.0, 1.0, None, None, None, None)
    assert firing.labels["alertstate"] == "firing"
    assert firing.values[:7] == (None, None, None, 1.0, 1.0, 1.0, None)
    assert firing.labels["alertname"] == "FewRows"


def test_an_alert_that_ends_before_it_has_lasted_never_fires() -> None:
    (pending,) = traces_of(FEW, [over(MOMENTS[1:2])], SPAN)
    assert pending.labels["alertstate"] == "pending"


@pytest.mark.parametrize(
    ("duration", "expected"),
    [("0s", 0.0), ("30s", 30.0), ("10m", 600.0), ("1h30m", 5_400.0), ("1d", 86_400.0)],
)
def test_durations(duration: str, expected: float) -> None:
    assert seconds(duration) == expected
