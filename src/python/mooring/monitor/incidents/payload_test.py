"""What is read of a webhook, and by what a request is known again."""

from __future__ import annotations

import random

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from mooring.monitor.incidents.errors import Malformed
from mooring.monitor.incidents.payload import idempotency_key, parse_group
from mooring.monitor.incidents.testing.alarms import MODEL, alert, block, webhook


def started(text: str) -> int:
    (alarm,) = parse_group(webhook(alert() | {"startsAt": text})).alarms
    return alarm.started


def test_a_beginning_is_the_same_in_every_zone_and_to_the_microsecond() -> None:
    assert started("2013-06-12T10:15:00.123456789Z") == 1_371_032_100_123_456
    assert started("2013-06-12T12:15:00.123456+02:00") == 1_371_032_100_123_456
    assert started("1969-12-31T23:59:59.5Z") == -500_000


def test_labels_say_what_an_alarm_is_about() -> None:
    group = parse_group(webhook(alert(), block(), alert("f2", firing=False), key="the group"))

    assert (group.key, group.models) == ("the group", (MODEL,))
    assert [(a.name, a.action, a.firing) for a in group.alarms] == [
        ("ScoreDriftDetected", "retrain", True),
        ("DataBroken", "block", True),
        ("ScoreDriftDetected", "retrain", False),
    ]
    assert [a.fingerprint for a in group.asking(MODEL)] == ["f1"]


def test_an_action_that_nobody_knows_asks_for_nothing() -> None:
    assert parse_group(webhook(alert(action="reboot"))).asking(MODEL) == ()


@settings(max_examples=30)
@given(st.lists(st.tuples(st.text("abc", min_size=1), st.integers(0, 9)), max_size=4), st.randoms())
def test_a_key_knows_no_order_and_every_member(
    members: list[tuple[str, int]], draw: random.Random
) -> None:
    alarms = parse_group(webhook(*(alert(name, at) for name, at in members))).alarms
    shuffled = draw.sample(alarms, len(alarms))

    assert idempotency_key("g", alarms) == idempotency_key("g", shuffled)
    assert idempotency_key("g", alarms) != idempotency_key("h", alarms)
    assert (
        idempotency_key("g", [*alarms, *alarms[:1]]) != idempotency_key("g", alarms) or not alarms
    )


@given(st.binary(max_size=200))
def test_anything_else_is_refused_without_a_word_of_it(body: bytes) -> None:
    with pytest.raises(Malformed, match=r"^body"):
        parse_group(body)
