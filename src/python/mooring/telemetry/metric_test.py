from __future__ import annotations

from typing import Any

import pytest

from mooring.telemetry.metric import Label, Metric

SOUND: dict[str, Any] = {
    "name": "mooring_things_total",
    "kind": "counter",
    "help": "Things.",
    "owners": ("gateway",),
}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"name": "things_total"}, id="a name without the product's prefix"),
        pytest.param({"name": "mooring_things"}, id="a counter without _total"),
        pytest.param({"kind": "gauge"}, id="a gauge with _total"),
        pytest.param({"unit": "seconds"}, id="a unit that the name does not end in"),
        pytest.param({"buckets": (1.0,)}, id="a counter with buckets"),
        pytest.param({"name": "mooring_x", "kind": "histogram"}, id="a histogram without buckets"),
    ],
)
def test_a_metric_refuses(change: dict[str, Any]) -> None:
    Metric(**SOUND)
    with pytest.raises(ValueError, match=r"mooring_|things"):
        Metric(**SOUND | change)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({}, id="neither values nor a bound"),
        pytest.param({"values": ("a",), "bound": "the contract"}, id="both"),
    ],
)
def test_a_label_needs_one_reason_to_be_finite(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="label kind"):
        Label("kind", **arguments)


def test_a_listed_label_admits_only_its_values() -> None:
    label = Label("kind", ("a", "b"))
    assert (label.admits("a"), label.admits("c")) == (True, False)
    assert Label("model", bound="the routing document").admits("anything")
