from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from mooring.contract.routing import Policy, Role, Route, Target
from mooring.gateway.errors import UpstreamRefused
from mooring.gateway.traffic.rollout import Rollout
from mooring.telemetry.binding import bind
from mooring.telemetry.catalogue import metrics_of

ONE = Target(urls=("http://127.0.0.1:1",), version=1, bundle="1" * 64)
TWO = Target(urls=("http://127.0.0.1:2",), version=2, bundle="2" * 64)
THREE = Target(urls=("http://127.0.0.1:3",), version=3, bundle="3" * 64)
CANARY = Route(champion=ONE, challenger=TWO, mode="canary", percent=10.0)


def changed(**change: Any) -> Route:
    return CANARY.model_copy(update=change)


def rollout(route: Route = CANARY, registry: CollectorRegistry | None = None) -> Rollout:
    instruments = bind(metrics_of("gateway"), registry or CollectorRegistry())
    return Rollout("flight_delay", route, instruments, random.Random(1), now=lambda: 7.0)


def fail(on: Rollout, times: int = 100) -> Rollout:
    """The champion is well, the challenger fails."""

    async def answer(role: Role) -> float:
        if role == "challenger":
            raise UpstreamRefused("flight_delay", "it fails", 500)
        return 0.5

    async def scenario() -> None:
        roles: tuple[Role, ...] = ("champion", "challenger")
        for _ in range(times):
            answers = [on.watched(role, answer(role)) for role in roles]
            await asyncio.gather(*answers, return_exceptions=True)

    asyncio.run(scenario())
    return on


def test_an_abort_takes_all_calls_from_the_challenger() -> None:
    on = rollout(changed(percent=100.0))
    assert on.to_challenger("anybody", able=True)
    assert (fail(on).aborted_by, on.aborted_at, on.weight) == ("errors", 7.0, 0.0)
    assert not on.to_challenger("anybody", able=True)


@pytest.mark.parametrize(
    "route",
    [
        pytest.param(changed(percent=90.0), id="a higher percent"),
        pytest.param(changed(policy=Policy(false_aborts=0.1)), id="another policy"),
        pytest.param(
            changed(challenger=TWO.model_copy(update={"urls": ("http://127.0.0.1:9",)})),
            id="another address of the same bundle",
        ),
    ],
)
def test_an_abort_stands_under(route: Route) -> None:
    after = fail(rollout()).under(route)
    assert (after.aborted_by, after.weight) == ("errors", 0.0)


@pytest.mark.parametrize(
    "route",
    [
        pytest.param(changed(percent=0.0), id="no percent"),
        pytest.param(changed(mode="shadow", percent=0.0), id="a shadow"),
        pytest.param(changed(challenger=THREE), id="another challenger"),
        pytest.param(Route(champion=ONE), id="no challenger"),
    ],
)
def test_an_abort_is_over_under(route: Route) -> None:
    after = fail(rollout()).under(route)
    assert after.aborted_by is None
    again = after.under(CANARY)
    assert (again.weight, again.judge.sides["challenger"].requests) == (0.1, 0)


def test_evidence_is_kept_from_percent_to_percent() -> None:
    before = fail(rollout(), times=5)
    after = before.under(changed(percent=50.0))
    assert after.judge is before.judge
    assert after.judge.sides["challenger"].hits["errors"] == 5


def test_evidence_under_another_policy_begins_anew() -> None:
    after = fail(rollout(), times=5).under(changed(policy=Policy(tolerated_errors=0.5)))
    assert after.judge.sides["challenger"].requests == 0


def test_a_call_that_is_given_up_is_settled_too() -> None:
    on = rollout()

    async def scenario() -> None:
        waiting = asyncio.create_task(on.watched("challenger", asyncio.sleep(60)))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await on.watched("champion", asyncio.sleep(0))

    asyncio.run(scenario())
    assert on.judge.sides["challenger"].requests == 0
    assert on.judge.sides["champion"].requests == 1


def counted(registry: CollectorRegistry, name: str, version: int, **labels: str) -> float | None:
    named = {"model": "flight_delay", "version": str(version)} | labels
    return registry.get_sample_value(f"mooring_gateway_canary_{name}_total", named)


def test_what_was_judged_is_counted_by_version_and_goes_on_from_percent_to_percent() -> None:
    registry = CollectorRegistry()
    before = fail(rollout(registry=registry), times=5)
    fail(before.under(changed(percent=50.0)), times=3)
    assert [counted(registry, "requests", version) for version in (1, 2)] == [8.0, 8.0]
    assert counted(registry, "hits", 2, rule="errors") == 8.0
    assert counted(registry, "hits", 1, rule="errors") == 0.0


def test_a_request_without_one_to_compare_it_with_is_not_counted() -> None:
    registry = CollectorRegistry()
    asyncio.run(rollout(registry=registry).watched("champion", asyncio.sleep(0)))
    assert counted(registry, "requests", 1) is None


@pytest.mark.parametrize(
    ("route", "kept"),
    [
        pytest.param(changed(percent=50.0), 5.0, id="the same pair"),
        pytest.param(changed(challenger=THREE), None, id="another challenger"),
        pytest.param(Route(champion=TWO), None, id="a promotion"),
    ],
)
def test_the_counts_are_those_of_a_pair(route: Route, kept: float | None) -> None:
    registry = CollectorRegistry()
    before = fail(rollout(registry=registry), times=5)
    before.follow(before.under(route))
    assert counted(registry, "requests", 2) == kept
