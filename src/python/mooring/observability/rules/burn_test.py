"""Windows and factors follow from the period; routes and edges are those that there are."""

from __future__ import annotations

from typing import cast

import pytest

from mooring.gateway.predictor import Predictor
from mooring.gateway.protocols.native import Predict
from mooring.gateway.protocols.oip.infer import Infer
from mooring.observability.rules.burn import burn_groups
from mooring.observability.rules.every import promised
from mooring.observability.rules.objectives import FAST, SLOW, hours
from mooring.telemetry.labels import REQUEST_SECONDS


@pytest.mark.parametrize(
    ("days", "factors"),
    [
        pytest.param(30, [14.4, 6.0, 3.0, 1.0], id="a period of 30 days, as in the workbook"),
        pytest.param(60, [28.8, 12.0, 6.0, 2.0], id="twice as long burns twice as fast"),
    ],
)
def test_factors_are_share_times_period_by_window(days: int, factors: list[float]) -> None:
    assert [burn.factor(days) for burn in (*FAST, *SLOW)] == factors


def test_a_short_window_is_a_twelfth_of_its_long_one() -> None:
    assert all(hours(burn.long) == 12 * hours(burn.short) for burn in (*FAST, *SLOW))


def test_predictions_are_the_routes_by_which_one_can_ask_for_them() -> None:
    nobody = cast(Predictor, None)  # paths are asked for, and no predictions
    routes = [*Predict(nobody).routes(), *Infer(nobody).routes()]
    availability = next(o for o in promised().objectives if o.name == "availability")

    assert sorted(availability.events["route"]) == sorted(route.path for route in routes)


def test_the_latency_promised_is_an_edge_and_the_alert_asks_for_it() -> None:
    latency = next(o for o in promised().objectives if o.name == "latency")
    alerts = burn_groups((latency,))[-1].rules

    assert latency.slower_than in REQUEST_SECONDS
    assert all('_bucket{le="0.1"}' in alert.expr for alert in alerts)
