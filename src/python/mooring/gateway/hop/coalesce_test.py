"""Who travels with whom, and that nobody notices."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import numpy as np
import pytest
from prometheus_client import CollectorRegistry

from mooring.contract.columns import Columns
from mooring.gateway.errors import DeadlineExceeded, UpstreamError, UpstreamRefused, UpstreamTimeout
from mooring.gateway.hop.coalesce import MOST_REQUESTS, Coalescer
from mooring.gateway.hop.deadline import Deadline
from mooring.gateway.hop.served import Served
from mooring.gateway.hop.turns import MOST_CALLS
from mooring.gateway.testing.asking import Asked, Fate, Fault, InventedService, Rows, served
from mooring.gateway.testing.contracts import CONTRACT
from mooring.gateway.testing.virtual_time import VirtualLoop, run_virtually
from mooring.telemetry.binding import bind
from mooring.telemetry.catalogue import metrics_of

SERVED = served()


class Lane:
    """A coalescer before an invented service; no call is long, and there is one slot, unless said
    otherwise.
    """

    def __init__(
        self, service: InventedService | None = None, slots: int = 1, long_seconds: float = 1e9
    ) -> None:
        self.service = service or InventedService()
        self.registry = CollectorRegistry()
        instruments = bind(metrics_of("gateway"), self.registry)
        self.coalescer = Coalescer(
            "voyage_delay", self.service.predict, instruments, slots, long_seconds
        )
        self.rows = Rows()

    def ask(self, asked: Asked, patience: float = 9.0, of: Any = SERVED) -> asyncio.Task[Any]:
        at = asyncio.get_running_loop().time() + patience
        return asyncio.create_task(self.coalescer.predict(of, asked.columns, Deadline(at)))

    async def answered(self, asked: Asked, patience: float = 9.0, of: Any = SERVED) -> bool:
        """Whether a request gets what its own rows deserve."""
        return list(await self.ask(asked, patience, of)) == asked.expected

    @property
    def sizes(self) -> list[int]:
        """Rows of each call that was sent."""
        return [len(call.names) for call in self.service.calls]

    def counted(self, metric: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(metric, {"model": "voyage_delay"} | labels)


async def outcomes(*tasks: Awaitable[Any]) -> list[Any]:
    """What came of each: its values as a list, or its error."""
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    return [list(end) if isinstance(end, np.ndarray) else end for end in ends]


async def turn() -> None:
    await asyncio.sleep(0)


def test_while_a_slot_is_free_a_request_is_sent_before_its_caller_yields() -> None:
    async def main() -> None:
        lane = Lane()
        call = lane.coalescer.predict(SERVED, lane.rows.ask().columns, Deadline(9.0))
        call.send(None)
        assert lane.sizes == [1]
        call.close()

    run_virtually(main())


def test_what_arrives_during_a_call_is_the_next_call_in_order_of_arrival() -> None:
    async def main() -> None:
        lane = Lane()
        asked = [lane.rows.ask(rows) for rows in (1, 2, 1, 3)]
        assert await asyncio.gather(*map(lane.answered, asked)) == [True] * 4
        assert lane.sizes == [1, 6]
        assert lane.service.calls[1].names == [name for a in asked[1:] for name in a.expected]
        assert lane.service.calls[1].at == 1.0

    run_virtually(main())


@pytest.mark.parametrize("slots", [1, 2, 3])
def test_no_more_calls_are_under_way_than_there_are_slots(slots: int) -> None:
    async def main() -> None:
        lane = Lane(slots=slots)
        asked = [lane.rows.ask() for _ in range(10)]
        assert all(await asyncio.gather(*map(lane.answered, asked)))
        assert lane.service.most_under_way == slots
        assert lane.sizes == [1] * slots + [10 - slots]

    run_virtually(main())


def test_a_call_that_takes_long_gives_its_slot_up_and_goes_on() -> None:
    async def main() -> None:
        lane = Lane(InventedService(fates=[("ok", 5.0)]), long_seconds=2.0)
        slow = asyncio.create_task(lane.answered(lane.rows.ask()))
        await turn()
        quick = [asyncio.create_task(lane.answered(lane.rows.ask())) for _ in range(3)]
        assert all(await asyncio.gather(*quick))
        assert asyncio.get_running_loop().time() == 3.0
        assert lane.sizes == [1, 3]
        assert await slow

    run_virtually(main())


def test_a_service_that_hangs_gets_a_bounded_number_of_calls() -> None:
    async def main() -> None:
        hung: list[tuple[Fate, float]] = [("hangs", 0.0)] * MOST_CALLS
        lane = Lane(InventedService(fates=hung), long_seconds=2.0)
        lost = []
        for _ in range(MOST_CALLS):
            lost.append(lane.ask(lane.rows.ask(), patience=50.0))
            await asyncio.sleep(2.0)
        late = asyncio.create_task(lane.answered(lane.rows.ask(), patience=90.0))
        await asyncio.sleep(20.0)
        assert lane.sizes == [1] * MOST_CALLS
        assert await late
        await asyncio.gather(*lost, return_exceptions=True)

    run_virtually(main())


def test_a_call_has_no_more_rows_than_the_contract_allows_a_request() -> None:
    async def main() -> None:
        lane = Lane()
        asked = [lane.rows.ask(rows) for rows in (1, 9, 9, 9, 20, 1)]
        assert all(await asyncio.gather(*map(lane.answered, asked)))
        assert lane.sizes == [1, 18, 9, 20, 1]

    run_virtually(main())


def test_a_call_has_no_more_requests_than_may_be_asked_again() -> None:
    async def main() -> None:
        lane = Lane()
        wide = served(contract=CONTRACT)
        asked = [lane.rows.ask() for _ in range(1 + MOST_REQUESTS + 5)]
        assert all(await asyncio.gather(*(lane.answered(each, of=wide) for each in asked)))
        assert lane.sizes == [1, MOST_REQUESTS, 5]

    run_virtually(main())


def test_rows_of_different_bundles_never_travel_together() -> None:
    async def main() -> None:
        lane = Lane()
        old, new = served(version=3), served(version=4)
        whom = [old, old, new, new, old]
        assert all(
            await asyncio.gather(*(lane.answered(lane.rows.ask(), of=each) for each in whom))
        )
        assert [call.served for call in lane.service.calls] == [old, old, new, old]

    run_virtually(main())


def test_the_same_bundle_learned_again_is_the_same() -> None:
    async def main() -> None:
        lane = Lane()
        await asyncio.gather(*(lane.answered(lane.rows.ask(), of=served()) for _ in range(3)))
        assert lane.sizes == [1, 2]

    run_virtually(main())


def test_a_caller_who_leaves_before_it_is_sent_does_not_travel() -> None:
    async def main() -> None:
        lane = Lane()
        first, left, other = (lane.ask(lane.rows.ask()) for _ in range(3))
        await turn()
        left.cancel()
        await turn()
        assert lane.coalescer.waiting == 1
        await asyncio.gather(first, other)
        assert lane.sizes == [1, 1]

    run_virtually(main())


def test_a_caller_who_leaves_on_the_way_leaves_its_neighbours_alone() -> None:
    async def main() -> None:
        lane = Lane()
        first, left = (lane.ask(lane.rows.ask()) for _ in range(2))
        stays = asyncio.create_task(lane.answered(lane.rows.ask()))
        await first
        await turn()
        left.cancel()
        assert await stays
        assert (lane.sizes, lane.service.given_up) == ([1, 2], 0)

    run_virtually(main())


@pytest.mark.parametrize("company", [1, 3])
def test_a_call_that_everybody_has_left_is_given_up_and_its_slot_used(company: int) -> None:
    async def main() -> None:
        lane = Lane(InventedService(fates=[("ok", 1.0), ("hangs", 0.0)]))
        first, *leaving = (lane.ask(lane.rows.ask()) for _ in range(1 + company))
        await first
        await turn()
        next_one = asyncio.create_task(lane.answered(lane.rows.ask()))
        await turn()
        for each in leaving:
            each.cancel()
        assert await next_one
        assert asyncio.get_running_loop().time() == 2.0
        assert lane.service.given_up == 1

    run_virtually(main())


def test_a_first_caller_who_leaves_frees_the_slot_for_those_behind() -> None:
    async def main() -> None:
        lane = Lane(InventedService(fates=[("hangs", 0.0)]))
        first = lane.ask(lane.rows.ask())
        behind = [asyncio.create_task(lane.answered(lane.rows.ask())) for _ in range(2)]
        await turn()
        first.cancel()
        assert all(await asyncio.gather(*behind))
        assert lane.sizes == [1, 2]

    run_virtually(main())


def test_each_has_its_own_deadline_and_the_call_that_of_the_most_patient() -> None:
    async def main() -> None:
        lane = Lane(InventedService(fates=[("ok", 1.0), ("ok", 4.0)]))
        first = lane.ask(lane.rows.ask())
        hasty = lane.ask(lane.rows.ask(), patience=2.0)
        patient = asyncio.create_task(lane.answered(lane.rows.ask(), patience=8.0))
        with pytest.raises(UpstreamTimeout):
            await hasty
        assert asyncio.get_running_loop().time() == 2.0
        assert await patient
        assert lane.service.calls[1].deadline == 8.0
        await first

    run_virtually(main())


def test_a_request_that_expires_while_it_waits_is_never_sent() -> None:
    async def main() -> None:
        lane = Lane(InventedService(seconds=4.0))
        first, late = lane.ask(lane.rows.ask()), lane.ask(lane.rows.ask(), patience=2.0)
        with pytest.raises(DeadlineExceeded):
            await late
        await first
        assert lane.sizes == [1]
        assert lane.counted("mooring_gateway_expired_total", where="hop") == 1.0

    run_virtually(main())


class Exhausting(InventedService):
    """Its answers keep the loop so busy that timers come late."""

    async def predict(self, served: Served, columns: Columns, deadline: Deadline) -> Any:
        values = await super().predict(served, columns, deadline)
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        loop.be_busy(5.0)
        return values


def test_a_request_whose_time_passes_while_the_loop_is_busy_is_not_sent_either() -> None:
    async def main() -> None:
        lane = Lane(Exhausting())
        first, late = lane.ask(lane.rows.ask()), lane.ask(lane.rows.ask(), patience=2.0)
        with pytest.raises(DeadlineExceeded):
            await late
        await first
        assert lane.sizes == [1]

    run_virtually(main())


@pytest.mark.parametrize(
    ("fate", "error"),
    [
        pytest.param("unreachable", "UpstreamUnreachable", id="no connection"),
        pytest.param("disconnected", "UpstreamDisconnected", id="a broken connection"),
        pytest.param("breaks", "ZeroDivisionError", id="a fault of ours"),
    ],
)
def test_trouble_with_the_call_is_told_to_each_as_an_error_of_its_own(
    fate: Fate, error: str
) -> None:
    async def main() -> None:
        lane = Lane(InventedService(fates=[("ok", 1.0), (fate, 1.0)]))
        asked = [lane.rows.ask() for _ in range(4)]
        _, *told = await outcomes(*map(lane.ask, asked))
        assert [type(each).__name__ for each in told] == [error] * 3
        assert len({id(each) for each in told}) == 3
        assert len({str(each) for each in told}) == 1
        assert lane.sizes == [1, 3]

    run_virtually(main())


@pytest.mark.parametrize("fault", ["nan", "too_likely"])
def test_an_unusable_prediction_is_told_to_its_owner_alone(fault: Fault) -> None:
    async def main() -> None:
        lane = Lane()
        asked = [lane.rows.ask(2), lane.rows.ask(2), lane.rows.ask(2, fault), lane.rows.ask(2)]
        good, also_good, bad, last = await outcomes(*map(lane.ask, asked))
        assert [good, also_good, last] == [asked[0].expected, asked[1].expected, asked[3].expected]
        assert isinstance(bad, UpstreamError)
        assert bad.reason == "invalid"
        assert lane.sizes == [2, 6]
        assert lane.counted("mooring_gateway_upstream_requests_total", outcome="invalid") == 1.0

    run_virtually(main())


def test_a_refused_call_is_asked_again_one_by_one_and_only_the_cause_fails() -> None:
    async def main() -> None:
        lane = Lane()
        asked = [lane.rows.ask(), lane.rows.ask(), lane.rows.ask(1, "refused"), lane.rows.ask()]
        *good, bad, last = await outcomes(*map(lane.ask, asked))
        assert [*good, last] == [asked[0].expected, asked[1].expected, asked[3].expected]
        assert isinstance(bad, UpstreamRefused)
        assert lane.sizes == [1, 3, 1, 1, 1]
        assert lane.counted("mooring_gateway_requests_asked_again_total") == 3.0

    run_virtually(main())


def test_a_request_that_was_refused_by_itself_is_not_asked_again() -> None:
    async def main() -> None:
        lane = Lane()
        first, second = await outcomes(
            lane.ask(lane.rows.ask(1, "refused")), lane.ask(lane.rows.ask(1, "refused"))
        )
        assert [type(first), type(second)] == [UpstreamRefused, UpstreamRefused]
        assert lane.sizes == [1, 1]

    run_virtually(main())


def test_refusals_without_end_make_calls_small_and_never_spoil_a_neighbour() -> None:
    """Half of all requests are poison: what is asked again stays a tenth, and all others live."""

    async def main() -> None:
        lane = Lane()
        wide = served(contract=CONTRACT)
        number, good = 2_000, 0
        for _ in range(number // 20):
            faults: list[Fault] = ["", "refused"] * 10
            asked = [lane.rows.ask(1, fault) for fault in faults]
            told = await outcomes(*(lane.ask(each, 99.0, wide) for each in asked))
            good += sum(each.expected == end for each, end in zip(asked, told, strict=True))
        assert good == number // 2
        sent = sum(lane.sizes)
        assert sent <= 1.1 * number + MOST_REQUESTS
        assert lane.sizes[-5:] == [1] * 5

    run_virtually(main())


def test_calls_under_way_do_not_count_on_the_same_allowance() -> None:
    async def main() -> None:
        lane = Lane(slots=2)
        wide = served(contract=CONTRACT)
        for _ in range(2):
            asked = [lane.rows.ask(1, "refused") for _ in range(2 + 2 * MOST_REQUESTS)]
            await outcomes(*(lane.ask(each, 999.0, wide) for each in asked))
        again = lane.counted("mooring_gateway_requests_asked_again_total") or 0.0
        earned = (2 + 2 * MOST_REQUESTS) / 10
        assert 2 * MOST_REQUESTS < again <= 2 * MOST_REQUESTS + earned

    run_virtually(main())


def test_what_travels_together_is_counted_by_call() -> None:
    async def main() -> None:
        lane = Lane()
        await asyncio.gather(*(lane.answered(lane.rows.ask(2)) for _ in range(4)))
        counted = [
            lane.counted(f"mooring_gateway_upstream_call_{what}_{part}")
            for what in ("requests", "rows")
            for part in ("count", "sum")
        ]
        assert counted == [2.0, 4.0, 2.0, 8.0]

    run_virtually(main())
