from __future__ import annotations

from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.contract.evidence import Money
from mooring.delivery.controller.plan import Plan
from mooring.delivery.controller.ports import Counts, Observed
from mooring.delivery.controller.state import Rollout
from mooring.delivery.controller.testing.releases import MODEL, target
from mooring.delivery.controller.testing.world import counts
from mooring.delivery.controller.weigh import bets, proven, weigh

PLAN = Plan()
NEW = Rollout(champion=target(1), challenger=target(2), began=0.0)


def seen(champion: Counts, challenger: Counts, version: int = 7, started: float = 1.0) -> Observed:
    return Observed(started, version, frozenset(), {(MODEL, 1): champion, (MODEL, 2): challenger})


def after(*looks: Mapping[str, Observed | None], rollout: Rollout = NEW) -> Rollout:
    for look in looks:
        rollout = weigh(rollout, MODEL, look, PLAN)
    return rollout


ZERO = seen(counts(0), counts(0))


def test_the_first_look_at_a_gateway_proves_nothing() -> None:
    first = after({"a": seen(counts(1000), counts(1000, errors=1000))})
    assert first.counted["challenger"].requests == 0
    assert proven(first, PLAN) is None


def test_what_has_been_counted_since_is_weighed() -> None:
    found = after({"a": ZERO}, {"a": seen(counts(1000, errors=5), counts(100, errors=30))})
    assert found.counted["challenger"] == counts(100, errors=30)
    assert proven(found, PLAN) == "errors"


def test_many_looks_find_what_one_look_finds() -> None:
    looks = [
        {"a": seen(counts(200 * n, errors=n), counts(20 * n, errors=2 * n))} for n in range(40)
    ]
    assert proven(after(*looks), PLAN) == "errors"


def test_the_evidence_of_several_gateways_is_one() -> None:
    """None of them has seen enough by itself."""
    bad = seen(counts(100), counts(30, errors=9))
    alone = after({"a": ZERO}, {"a": bad})
    names = ("a", "b", "c", "d")
    together = after(dict.fromkeys(names, ZERO), dict.fromkeys(names, bad))
    assert (proven(alone, PLAN), proven(together, PLAN)) == (None, "errors")


@pytest.mark.parametrize(
    "later",
    [
        pytest.param(seen(counts(900), counts(900, errors=900), started=2.0), id="a new process"),
        pytest.param(seen(counts(900), counts(900, errors=900), version=8), id="a new document"),
        pytest.param(seen(counts(1), counts(900, errors=900)), id="a counter that began anew"),
        pytest.param(seen(counts(900), counts(101, errors=9)), id="more hits than requests"),
        pytest.param(None, id="a gateway that is silent"),
    ],
)
def test_nothing_is_weighed_across(later: Observed | None) -> None:
    before = after({"a": ZERO}, {"a": seen(counts(100), counts(100))})
    now = after({"a": later}, rollout=before)
    assert (now.money, now.counted) == (before.money, before.counted)


def test_one_side_alone_waits_for_the_other() -> None:
    waits = after({"a": ZERO}, {"a": seen(counts(500), counts(0))})
    assert waits.counted["champion"].requests == 0
    goes_on = after({"a": seen(counts(600), counts(10))}, rollout=waits)
    assert goes_on.counted["champion"].requests == 600


def test_an_outage_of_both_sides_proves_nothing() -> None:
    looks: list[dict[str, Observed | None]] = [{"a": ZERO}]
    for n in range(1, 200):
        out = max(0, n - 100)
        looks.append({"a": seen(counts(95 * n, errors=95 * out), counts(5 * n, errors=5 * out))})
    assert proven(after(*looks), PLAN) is None


def test_a_gateway_that_fails_by_itself_is_no_difference_of_versions() -> None:
    """All that goes through it fails, and it sends the challenger more than its part."""
    looks: list[dict[str, Observed | None]] = [{"well": ZERO, "ill": ZERO}]
    for n in range(1, 200):
        well = seen(counts(95 * n), counts(5 * n))
        ill = seen(counts(50 * n, errors=50 * n), counts(50 * n, errors=50 * n))
        looks.append({"well": well, "ill": ill})
    assert proven(after(*looks), PLAN) is None


SIDES = st.integers(1, 60).flatmap(
    lambda n: st.integers(0, n).map(lambda hits: counts(n, errors=hits))
)


@given(SIDES, SIDES, st.integers(0, 1000))
def test_dealing_keeps_every_answer(champion: Counts, challenger: Counts, seed: int) -> None:
    found = list(bets({"champion": champion, "challenger": challenger}, "errors", Random(seed)))
    assert len(found) == min(champion.requests, challenger.requests)
    assert all(-1.0 <= each <= 1.0 for each in found)
    if champion.requests == challenger.requests:
        assert sum(found) == pytest.approx(challenger.hits["errors"] - champion.hits["errors"])


def test_a_look_that_was_resumed_is_the_same_look() -> None:
    looks = ({"a": ZERO}, {"a": seen(counts(1000, errors=9), counts(50, errors=3))})
    assert after(*looks) == after(*looks)
    assert after(*looks).money["errors"] != Money()
