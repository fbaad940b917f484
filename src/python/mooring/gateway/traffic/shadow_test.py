"""A challenger in the shadow: never in the way, and compared with the champion."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from mooring.contract.columns import columns_of
from mooring.contract.contract import Contract
from mooring.contract.routing import Target
from mooring.gateway.call import Call
from mooring.gateway.capture.settings import LogSettings
from mooring.gateway.hop.served import Served
from mooring.gateway.settings import Settings
from mooring.gateway.testing.contracts import CONTRACT, ROW
from mooring.gateway.testing.gateway import RunningGateway, gateway, until
from mooring.gateway.testing.upstream import FakeUpstream
from mooring.gateway.testing.versions import (
    PATIENT,
    answered_by,
    bundle_of,
    canary,
    document,
    predicted,
    service,
    shadowed,
    target,
)
from mooring.gateway.traffic.shadow import Answered, Shadow
from mooring.gateway.traffic.stock import Stock
from mooring.gateway.traffic.variant import Variant
from mooring.predictionlog.reader import predictions
from mooring.telemetry.binding import Instruments, bind
from mooring.telemetry.catalogue import metrics_of

MODEL = {"model": "voyage_delay"}
CHAMPION = Target(urls=("http://127.0.0.1:1",), version=1, bundle=bundle_of(1))
HIGHER_LIMIT = CONTRACT.limits.model_copy(update={"rows": 2_000})
NUMBER = CONTRACT.prediction.model_copy(update={"kind": "number"})
FEWER = CONTRACT.model_copy(update={"features": CONTRACT.features[:-1]})


@dataclass
class Desk:
    """A shadow before a real service, with what it counted and remembered."""

    shadow: Shadow
    registry: CollectorRegistry
    remembered: list[tuple[Answered, Served, list[float]]] = field(default_factory=list)

    def remember(
        self, answered: Answered, served: Served, values: NDArray[np.float64], seconds: float
    ) -> None:
        self.remembered.append((answered, served, values.tolist()))

    def calls(self, outcome: str) -> float | None:
        name = "mooring_gateway_shadow_calls_total"
        return self.registry.get_sample_value(name, MODEL | {"outcome": outcome})

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"mooring_gateway_shadow_{name}", MODEL | labels)

    async def until_handled(self, calls: float) -> None:
        async with asyncio.timeout(20):
            while sum(self.calls(o) or 0.0 for o in ("answered", "failed", "skipped")) < calls:
                await asyncio.sleep(0.001)


def answered(*hours: int, contract: Contract = PATIENT) -> Answered:
    """What the champion, version 1, made of these hours."""
    columns = columns_of(contract, [ROW | {"hour": hour} for hour in hours])
    values = np.array([predicted(1, hour) for hour in hours])
    served = Served.of(CHAMPION, contract)
    return Answered(Call("voyage_delay"), served, columns, values, [f"p{hour}" for hour in hours])


@asynccontextmanager
async def desk(challenger: FakeUpstream) -> AsyncIterator[Desk]:
    registry = CollectorRegistry()
    instruments = bind(metrics_of("gateway"), registry)
    settings = Settings(learn_seconds=0.01, watch_seconds=60.0)
    stock = Stock(settings, instruments, lambda model, replica, before: None)
    try:
        made = await _desk(challenger, stock, registry, instruments)
        task = asyncio.create_task(made.shadow.run())
        yield made
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    finally:
        await stock.close()


async def _desk(
    challenger: FakeUpstream, stock: Stock, registry: CollectorRegistry, instruments: Instruments
) -> Desk:
    named = Target.model_validate(target(challenger) | {"urls": (challenger.url,)})
    replicas = await stock.take("voyage_delay", named)
    variant = Variant("voyage_delay", "challenger", named, replicas, instruments)
    async with asyncio.timeout(20):
        while not variant.ready:
            await asyncio.sleep(0.001)
    found: Desk
    shadow = Shadow(variant, 0.05, instruments, lambda *told: found.remember(*told))
    found = Desk(shadow, registry)
    return found


def test_a_shadow_is_compared_row_by_row_and_remembered_under_the_champion_s_ids(
    two: FakeUpstream,
) -> None:
    async def scenario() -> None:
        two.behaviour.odd[3] = 0.9
        async with desk(two) as at:
            at.shadow.offer(answered(3, 4, 7))
            await at.until_handled(1)
            assert at.calls("answered") == 1.0
            assert at.value("difference_count") == 3.0
            assert at.value("difference_sum") == pytest.approx(0.9 - 0.03 + 3 / 10_000)
            assert at.value("decisions_total", agreed="yes") == 2.0
            assert at.value("decisions_total", agreed="no") == 1.0
            ((told, served, values),) = at.remembered
            assert told.ids == ["p3", "p4", "p7"]
            assert served.target.bundle == bundle_of(2)
            assert values[1:] == pytest.approx([predicted(2, 4), predicted(2, 7)])

    asyncio.run(scenario())


def test_what_does_not_fit_into_the_queue_is_dropped_and_counted(two: FakeUpstream) -> None:
    async def scenario() -> None:
        two.behaviour.proceed.clear()
        async with desk(two) as at:
            for _ in range(300):
                at.shadow.offer(answered(7))
            assert at.calls("dropped") == 300.0 - 256.0
            two.behaviour.proceed.set()
            await at.until_handled(256)
            for _ in range(12):
                at.shadow.offer(answered(*[7] * 900))
            assert at.calls("dropped") == 300.0 - 256.0 + 1.0
            await at.until_handled(267)
            assert at.calls("answered") == 267.0

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("contract", "outcome"),
    [
        pytest.param(CONTRACT.model_copy(update={"description": "New."}), "answered", id="words"),
        pytest.param(CONTRACT.model_copy(update={"limits": HIGHER_LIMIT}), "answered", id="limits"),
        pytest.param(CONTRACT.model_copy(update={"prediction": NUMBER}), "skipped", id="unit"),
        pytest.param(FEWER, "skipped", id="a feature less"),
    ],
)
def test_a_challenger_with_another_contract_is_asked_only_if_it_reads_the_same_rows(
    contract: Contract, outcome: str
) -> None:
    async def scenario(other: FakeUpstream) -> None:
        async with desk(other) as at:
            at.shadow.offer(answered(7, contract=CONTRACT))
            await at.until_handled(1)
            assert at.calls(outcome) == 1.0

    with service(2, contract) as other:
        asyncio.run(scenario(other))


def test_a_shadow_that_fails_goes_on(two: FakeUpstream) -> None:
    async def scenario() -> None:
        async with desk(two) as at:
            two.behaviour.poison = 13
            for hour in (13, 7):
                at.shadow.offer(answered(hour))
            await at.until_handled(2)
            assert (at.calls("failed"), at.calls("answered")) == (1.0, 1.0)
            assert len(at.remembered) == 1

    asyncio.run(scenario())


def shadow_calls(served: RunningGateway, outcome: str) -> float | None:
    return served.counted("mooring_gateway_shadow_calls_total", **MODEL, outcome=outcome)


def test_a_silent_shadow_delays_and_fails_no_request() -> None:
    with (
        service(1) as one,
        service(2) as two,
        gateway("", None, document(1, voyage_delay=shadowed(one, two))) as served,
    ):
        served.until_ready()
        until(lambda: served.ports.models["voyage_delay"].variants[1].ready, bool)
        two.behaviour.proceed.clear()
        answers = [served.predict(ROW) for _ in range(30)]
        assert {(a.status, answered_by(a)) for a in answers} == {(200, 1)}
        # All of them are answered while the first still waits in the shadow.
        assert (shadow_calls(served, "answered"), two.behaviour.received) == (None, 1)
        two.behaviour.proceed.set()
        until(lambda: shadow_calls(served, "answered"), lambda found: found == 30.0)


def test_the_log_holds_both_predictions_of_a_row_under_one_id(
    tmp_path: Path, two: FakeUpstream
) -> None:
    log = LogSettings(home=tmp_path)
    with service(1) as one:
        routing = document(1, voyage_delay=shadowed(one, two))
        with gateway("", None, routing, log=log) as served:
            served.until_ready()
            until(lambda: served.ports.models["voyage_delay"].variants[1].ready, bool)
            answer = served.predict(ROW | {"hour": 4}, ROW | {"hour": 5}).json
            until(lambda: shadow_calls(served, "answered"), lambda found: found == 1.0)
    batches = {batch.context.role: batch for batch in predictions(tmp_path, "voyage_delay")}
    assert {role: list(batch.ids) for role, batch in batches.items()} == {
        "champion": answer["prediction_ids"],
        "shadow": answer["prediction_ids"],
    }
    assert batches["shadow"].values == pytest.approx([predicted(2, 4), predicted(2, 5)])
    assert batches["shadow"].context.bundle == bundle_of(2)


def test_a_shadow_ends_with_the_document_that_named_it(two: FakeUpstream) -> None:
    with (
        service(1) as one,
        gateway("", None, document(1, voyage_delay=shadowed(one, two))) as served,
    ):
        served.until_ready()
        until(lambda: served.ports.models["voyage_delay"].variants[1].ready, bool)
        served.predict(ROW)
        until(lambda: shadow_calls(served, "answered"), lambda found: found == 1.0)
        served.publish(document(2, voyage_delay=canary(one, two, 0)))
        served.until_obeys(2)
        served.predict(ROW)
        assert served.ports.models["voyage_delay"].shadow is None
        assert shadow_calls(served, "answered") == 1.0
