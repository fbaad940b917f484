from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import pytest

from mooring.observability.trial.course import Course, share_below
from mooring.observability.trial.every import DRIFTED, HEALTHY, OUTAGE, SCENARIOS
from mooring.observability.trial.families import Trace, traces
from mooring.observability.trial.fleet import MODELS
from mooring.observability.trial.openmetrics import text
from mooring.observability.trial.scenario import Scenario
from mooring.telemetry.bins import FEATURE_BIN, REFERENCE_BIN_ROWS
from mooring.telemetry.catalogue import CATALOGUE
from mooring.telemetry.metric import Metric
from mooring.telemetry.standard import RULES, STANDARD

WHICH = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
KNOWN = {scenario.name: tuple(traces(scenario)) for scenario in SCENARIOS}


def named(scenario: Scenario, name: str, **labels: str) -> list[Trace]:
    found = (trace for trace in KNOWN[scenario.name] if trace.name == name)
    return [trace for trace in found if labels.items() <= trace.labels.items()]


def last(scenario: Scenario, name: str, **labels: str) -> float:
    return sum(trace.values[-1] or 0.0 for trace in named(scenario, name, **labels))


def samples_of(metric: Metric) -> str:
    return f"{metric.name}_bucket" if metric.kind == "histogram" else metric.name


@WHICH
@pytest.mark.parametrize("metric", CATALOGUE, ids=lambda metric: metric.name)
def test_every_metric_of_the_catalogue_has_series_with_its_labels(
    scenario: Scenario, metric: Metric
) -> None:
    found = named(scenario, samples_of(metric))
    assert found
    expected = {*metric.label_names, "job", "instance"} | ({"le"} if metric.buckets else set())
    assert {frozenset(trace.labels) for trace in found} == {frozenset(expected)}


@WHICH
def test_every_metric_of_others_that_may_be_asked_for_has_series(scenario: Scenario) -> None:
    names = {trace.name.removesuffix("_bucket") for trace in KNOWN[scenario.name]}
    assert {external.name for external in STANDARD} - {rule.name for rule in RULES} <= names


@WHICH
def test_no_label_has_a_value_that_the_catalogue_does_not_admit(scenario: Scenario) -> None:
    for metric in CATALOGUE:
        for trace in named(scenario, samples_of(metric)):
            assert all(label.admits(trace.labels[label.name]) for label in metric.labels)


@WHICH
def test_no_series_is_there_twice(scenario: Scenario) -> None:
    series = [(trace.name, *sorted(trace.labels.items())) for trace in KNOWN[scenario.name]]
    assert len(set(series)) == len(series)


@WHICH
def test_counters_never_fall(scenario: Scenario) -> None:
    for trace in KNOWN[scenario.name]:
        if trace.name.endswith(("_total", "_bucket", "_count")):
            known = [value for value in trace.values if value is not None]
            assert all(earlier <= later for earlier, later in pairwise(known)), trace.name


@WHICH
def test_all_values_can_be_drawn(scenario: Scenario) -> None:
    values = (value for trace in KNOWN[scenario.name] for value in trace.values)
    assert all(math.isfinite(value) for value in values if value is not None)


def test_predictions_of_the_gateways_are_those_of_the_services() -> None:
    for model in MODELS:
        asked = last(HEALTHY, "mooring_predictions_total", model=model.name)
        answered = last(HEALTHY, "mooring_service_predictions_total", model=model.name)
        assert asked == pytest.approx(answered, rel=0.01)


def test_each_prediction_is_in_one_bin_of_each_feature() -> None:
    for model in MODELS:
        rows = last(HEALTHY, "mooring_service_predictions_total", model=model.name)
        for feature in model.features:
            counted = last(HEALTHY, FEATURE_BIN.name, model=model.name, feature=feature.name)
            assert counted == pytest.approx(rows, rel=0.01)


def psi(scenario: Scenario, feature: str) -> float:
    """Of all rows of the span, without smoothing."""
    model = {"model": MODELS[0].name, "version": MODELS[0].versions[0].name, "feature": feature}
    bins = next(f for f in MODELS[0].features if f.name == feature).bins
    rows = {b: last(scenario, FEATURE_BIN.name, **model, bin=b) for b in bins}
    reference = {b: last(scenario, REFERENCE_BIN_ROWS.name, **model, bin=b) for b in bins}
    shares = {
        b: (rows[b] / sum(rows.values()), reference[b] / sum(reference.values())) for b in bins
    }
    return sum((p - q) * math.log(p / q) for p, q in shares.values())


def test_distributions_stand_while_all_is_well_and_move_when_they_drift() -> None:
    assert psi(HEALTHY, "distance") < 0.001
    assert psi(DRIFTED, "distance") > 0.1
    assert psi(DRIFTED, "hour") < 0.001


def test_an_instance_that_is_gone_has_no_values_but_that_it_is_not_up() -> None:
    (instance,) = OUTAGE.gone
    (up,) = named(OUTAGE, "up", instance=instance)
    assert (up.values[0], up.values[-1]) == (1.0, 0.0)
    others = [t for t in KNOWN[OUTAGE.name] if t.labels["instance"] == instance and t != up]
    assert others
    assert all(t.values[0] is not None and t.values[-1] is None for t in others)


@pytest.mark.parametrize(
    ("make", "value"),
    [
        pytest.param(lambda: Course(2.0).at(0.0, HEALTHY.span), 2.0, id="the same all the time"),
        pytest.param(
            lambda: Course(2.0, 5.0).at(HEALTHY.span.start, HEALTHY.span), 2.0, id="at first"
        ),
        pytest.param(
            lambda: Course(2.0, 0.0).at(HEALTHY.span.end, HEALTHY.span), 0.0, id="nothing at last"
        ),
        pytest.param(
            lambda: Course(60.0, meaning="age").at(1_000.0, HEALTHY.span), 940.0, id="a minute ago"
        ),
        pytest.param(
            lambda: Course(60.0, meaning="moment").at(1_000.0, HEALTHY.span),
            HEALTHY.span.begins - 60.0,
            id="a minute before the onset, whatever the time is",
        ),
        pytest.param(lambda: share_below(0.1, 0.1), 0.5, id="half are below the middle"),
        pytest.param(lambda: share_below(0.0, 0.1), 0.0, id="no time is below nothing"),
    ],
)
def test_a_course(make: Callable[[], float], value: float) -> None:
    assert make() == value


def test_the_text_is_openmetrics_with_a_time_at_each_sample_and_an_end() -> None:
    span = HEALTHY.span
    values = (1.0, *[None] * (sum(1 for _ in span.moments()) - 1))
    lines = "".join(text([(span, Trace("up", {"model": 'a"b\\c\n'}, values))])).splitlines()
    assert lines == [f'up{{model="a\\"b\\\\c\\n"}} 1.0 {span.start:.3f}', "# EOF"]
